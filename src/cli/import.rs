//! `gleaner import legacy`: reads the Python system's files into a dataset.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, Subcommand};
use futures::StreamExt;
use serde::Serialize;

use super::datasets::{self, WritableDataset};
use super::output::{self, UsageError, print_message};
use super::progress::Progress;
use super::run::FINISHING;
use super::{Global, Outcome, address, near, settings, source_access};
use crate::dataset::Server;
use crate::legacy::{self, DataFrame, Images, ImportCounts, ImportedPhotos, TokenCounts, mongodb};
use crate::photo::StageName;
use crate::pipeline::{self, Observer, Pipeline, RunSummary, Stop, stage_needs};
use crate::seal::Vault;
use crate::stages::{self, Needs, Origin};

/// `gleaner import ...`
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// The Python system's data frame (JSON), CSV or MongoDB, encrypted or not
    #[command(visible_alias = "seed")]
    Legacy(LegacyArgs),
}

/// Arguments of `gleaner import legacy`. Here `--key-file` is the key of the Python system.
#[derive(Debug, Args)]
#[command(
    after_help = "--key-file is the Python system's key (KEY_DB.txt). The dataset's own key comes from GLEANER_KEY, --dataset-key-file or the default location.\n\nExamples:\n  gleaner import legacy df_100_per_search_encrypted.json --key-file KEY_DB.txt --images images_100 --dataset monkeys\n  gleaner import legacy flickr_monkey_wild_df.csv --dataset monkeys\n  gleaner import legacy mongodb://localhost/scraped_data_100_encrypted --key-file KEY_DB.txt\n  gleaner import legacy df_encrypted.json --keep-sealed --dataset monkeys      # the key is lost"
)]
pub struct LegacyArgs {
    /// JSON or CSV file of the data frame (detected by content), or mongodb://HOST/DATABASE
    #[arg(value_name = "FILE|URL")]
    file: String,
    /// Collection, for mongodb://... [default: the Python system's collection, or the only one]
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// The dataset's folder; created if it does not exist
    #[arg(long, default_value = "dataset", value_name = "FOLDER")]
    dataset: String,
    /// The dataset's own key [default: GLEANER_KEY, else the user's own folder]
    #[arg(long, value_name = "FILE")]
    dataset_key_file: Option<PathBuf>,
    /// The folder of images (images_100); without it only rows are imported
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
    /// Read None, nan and similar words as texts [default: they mean "not given"]
    #[arg(long)]
    keep_na: bool,
    /// Keep encrypted cells as they are, if the Python system's key is lost
    #[arg(long)]
    keep_sealed: bool,
    /// The concept of the column "species prediction score"
    #[arg(long, default_value = legacy::SPECIES, value_name = "CONCEPT")]
    species: String,
}

/// The result of an import, for `--json`.
#[derive(Serialize)]
struct ImportResult<'a> {
    dataset: &'a str,
    #[serde(flatten)]
    found: &'a ImportCounts,
    tokens_opened: u64,
    tokens_kept: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_without_image: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identical_files: Option<u64>,
    #[serde(flatten)]
    summary: &'a RunSummary,
    interrupted: bool,
    seconds: f64,
}

/// Runs `gleaner import`.
pub async fn run(command: ImportCommand, global: &Global) -> Result<Outcome> {
    let ImportCommand::Legacy(args) = command;
    let started = Instant::now();
    // All arguments are checked before anything is written to disk.
    let mut frame = read(&args, global).await?;
    frame.keep_na = args.keep_na;
    frame.notes.iter().for_each(|note| print_message(&format!("{}: {note}", args.file)));
    let key = global.key_file.as_deref().map(python_key).transpose()?;
    let tokens = legacy::decrypt_tokens(&mut frame, key.as_ref(), args.keep_sealed)?;
    let parsed = legacy::import_rows(frame, &args.species);
    let images = args.images.as_deref().map(|dir| images(dir, &parsed)).transpose()?;
    let needs = stage_needs(&source_access::with(settings::config(global)?))?;
    let own = Global { key_file: args.dataset_key_file.clone(), ..global.clone() };
    let target = datasets::write(&args.dataset, &own)?;
    let stop = datasets::stop_on_signal(FINISHING);
    let progress = Arc::new(Progress::new(global.json));
    let observer: Arc<dyn Observer> = Arc::clone(&progress) as Arc<dyn Observer>;
    let found = parsed.counts.clone();
    let files = images.as_ref().map(|images| images.files.clone());
    let import = ImportRun { files, species: args.species.clone(), needs, observer, stop: stop.clone() };
    let summary = import.process(parsed, &target).await?;
    let result = ImportResult {
        dataset: &args.dataset,
        found: &found,
        tokens_opened: tokens.decrypted,
        tokens_kept: tokens.kept,
        rows_without_image: images.as_ref().map(|images| found.rows.saturating_sub(images.found)),
        identical_files: images.as_ref().map(|images| images.identical),
        summary: &summary,
        interrupted: stop.is_raised(),
        seconds: (started.elapsed().as_secs_f64() * 10.0).round() / 10.0,
    };
    let outcome = result.print(tokens, key.is_some(), global.json)?;
    if outcome == Outcome::Interrupted {
        progress.stopped();
    }
    Ok(outcome)
}

async fn read(args: &LegacyArgs, global: &Global) -> Result<DataFrame> {
    let file = &args.file;
    if Server::is_address(file) {
        let database = mongodb::connect(&address::server(file, global)?).await?;
        return Ok(mongodb::read(&database, args.collection.as_deref()).await?);
    }
    if args.collection.is_some() {
        return Err(UsageError::error(
            "--collection is for a MongoDB database, and this import reads a file",
            "leave it out, or name mongodb://HOST/DATABASE instead of the file",
        ));
    }
    let path = Path::new(file);
    let bytes = fs::read(path).map_err(|err| {
        let meant = if path.exists() { String::new() } else { near::file(path) };
        UsageError::error(format!("could not read {file}: {err}{meant}"), "name the Python system's .json or .csv file")
    })?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    DataFrame::read(&name, &bytes).map_err(|err| {
        UsageError::error(
            format!("{file}: {err}"),
            "supported are files written by the Python system with df.to_json() or df.to_csv(sep=\"ζ\")",
        )
    })
}

/// The Python system's key. Prints a warning if other users can read its file.
fn python_key(path: &Path) -> Result<Vault> {
    let (key, warning) = legacy::read_key(path)?;
    warning.iter().for_each(|warning| print_message(warning));
    Ok(key)
}

fn images(dir: &Path, parsed: &ImportedPhotos) -> Result<Images> {
    Images::find(dir, &parsed.files).map_err(|err| {
        UsageError::error(
            format!(
                "could not read the folder {}: {err}{}",
                dir.display(),
                if dir.exists() { String::new() } else { near::file(dir) }
            ),
            "name the folder of images with --images DIR",
        )
    })
}

/// How the photos of an import are processed.
struct ImportRun {
    files: Option<std::collections::BTreeMap<crate::photo::PhotoId, PathBuf>>,
    species: String,
    needs: Needs,
    observer: Arc<dyn Observer>,
    stop: Stop,
}

impl ImportRun {
    async fn process(self, parsed: ImportedPhotos, target: &WritableDataset) -> Result<RunSummary> {
        self.observer.photos_queued(parsed.photos.len() as u64);
        self.observer.all_queued();
        let skipped: &[StageName] = if self.files.is_some() { &[] } else { &[StageName::Download] };
        let origin = Origin::Files(self.files.unwrap_or_default());
        let pipeline = Pipeline { stages: stages::build(&target.dataset, origin, skipped, &self.needs), at_once: 8 };
        let writer = Arc::clone(&target.writer);
        let species = Arc::new(self.species);
        let photos = futures::stream::iter(parsed.photos).then(move |photo| {
            let (writer, species) = (Arc::clone(&writer), Arc::clone(&species));
            async move {
                let mut photo = match writer.load(&photo.id).await? {
                    Some(mut known) if legacy::has_search_record(&known) => {
                        legacy::add_rows(&mut known, photo);
                        known
                    }
                    Some(known) => {
                        let mut photo = photo;
                        pipeline::merge(&mut photo, known);
                        photo
                    }
                    None => photo,
                };
                legacy::fill_missing(&mut photo, &species);
                Ok(photo)
            }
        });
        pipeline::run(photos.boxed(), pipeline, Arc::clone(&target.writer), self.observer, self.stop).await
    }
}

impl ImportResult<'_> {
    /// Prints the result as text and, with `--json`, as JSON.
    fn print(&self, tokens: TokenCounts, key: bool, json: bool) -> Result<Outcome> {
        self.print_text(tokens, key);
        if json {
            output::print_json(self)?;
        }
        Ok(match (self.interrupted, self.summary.faulty() > 0) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::Faults,
            (false, false) => Outcome::Success,
        })
    }

    /// Prints the counts, one per line, then a summary line.
    fn print_text(&self, tokens: TokenCounts, key: bool) {
        for (photos, reason) in self.summary.reasons.iter().map(|(reason, photos)| (photos, reason)) {
            print_message(&format!("  {photos} x {reason}"));
        }
        let found = self.found;
        let lines = [
            (
                found.double_links,
                "photos are in several rows (found by several searches): each becomes one photo with all its searches",
            ),
            (found.zero_coordinates, "rows have the coordinates 0,0, which mean \"unknown\": no location"),
            (found.unscored, "scores are 1.0, the value before scoring: no score"),
            (found.below_floor, "scores are 0.49, which means \"below Google Vision's reporting minimum\": below 0.5"),
            (found.default_clock, "rows have the default date of a camera's clock: date unknown"),
            (
                self.rows_without_image.unwrap_or(0),
                "rows have no image file; `gleaner download` downloads the images from Flickr",
            ),
            (self.identical_files.unwrap_or(0), "groups of image files are identical"),
            (tokens.kept, "encrypted cells are kept unchanged"),
            (tokens.undecryptable, "of these cannot be decrypted with the given key"),
        ];
        for (count, what) in lines.into_iter().filter(|(count, _)| *count > 0) {
            print_message(&format!("  {count} {what}"));
        }
        say_not_given(found);
        for (column, cells) in &found.odd_cells {
            print_message(&format!("  {cells} cells of \"{column}\" cannot be parsed; they are kept in the rows"));
        }
        if key && tokens.decrypted + tokens.kept == 0 {
            print_message("  the file has no encrypted cells; the key was not needed");
        }
        print_message(&format!(
            "{} rows, {} photos, {} cells decrypted in {} s -> {}",
            found.rows, found.photos, tokens.decrypted, self.seconds, self.dataset
        ));
    }
}

fn say_not_given(found: &ImportCounts) {
    let columns: Vec<_> = found.not_given.iter().map(|(column, cells)| format!("{column} ({cells})")).collect();
    if !columns.is_empty() {
        let columns = columns.join(", ");
        print_message(&format!(
            "  words such as None, read as \"not given\": {columns}; --keep-na keeps them as texts"
        ));
    }
}
