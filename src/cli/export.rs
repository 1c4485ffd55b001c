//! `gleaner export`: a dataset as one file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use super::report::{self, Misuse, say};
use super::{Global, Outcome, export_legacy, workplace};
use crate::export::{self, Format, Selection};
use crate::legacy;
use crate::photo::filter::{Filter, FilterError};
use crate::seal::Vault;
use crate::store::check_key;

/// Arguments of `gleaner export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The dataset's folder
    pub dataset: String,
    /// How to write it
    #[arg(long, value_enum, default_value_t = FormatName::Jsonl)]
    format: FormatName,
    /// Where to; with --format seed also mongodb://HOST/DATABASE [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Only photos that pass: 'country:IN,MY -fault:any taken:2019..' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Open the personal fields (needs the key): the file then names people
    #[arg(long)]
    pub unseal: bool,
    /// With seed, seed-csv: seal personal cells with the Python system's key [default: the dataset's own]
    #[arg(long, value_name = "KEY_DB.txt")]
    pub seed_key_file: Option<PathBuf>,
    /// With seed, seed-csv: put the images there under the names that the rows give them
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    /// With seed to mongodb://...: the collection [default: the Python system's in that database]
    #[arg(long, value_name = "NAME")]
    pub collection: Option<String>,
    /// With seed, seed-csv: the concept of the column "species prediction score"
    #[arg(long, default_value = legacy::SPECIES, value_name = "CONCEPT")]
    pub species: String,
}

impl ExportArgs {
    /// Whether it is the Python system's CSV.
    pub fn is_seed_csv(&self) -> bool {
        self.format == FormatName::SeedCsv
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// A table for spreadsheets, Python and R
    Csv,
    /// One JSON object a photo and line
    Jsonl,
    /// The Python system's JSON of a pandas data frame
    Seed,
    /// The Python system's CSV, "ζ" between its cells
    SeedCsv,
}

/// Runs `gleaner export`.
pub async fn run(args: &ExportArgs, global: &Global) -> Result<Outcome> {
    let filter = filter(args.filter.as_deref().unwrap_or_default())?;
    let format = match args.format {
        FormatName::Csv => Format::Csv,
        FormatName::Jsonl => Format::Jsonl,
        FormatName::Seed | FormatName::SeedCsv => {
            return export_legacy::run(args, &filter, global).await;
        }
    };
    if args.seed_key_file.is_some() || args.images.is_some() || args.collection.is_some() {
        let what = "--seed-key-file, --images and --collection go with --format seed";
        return Err(Misuse::error(what, "add --format seed, or leave them away"));
    }
    let (dataset, store) = workplace::read(&args.dataset, global)?;
    let vault = if args.unseal {
        let key = workplace::key(&dataset, store.as_ref(), global)?;
        check_key(store.as_ref(), &key)?;
        Some(Vault::new(key))
    } else {
        None
    };
    let some = Selection { format, filter: &filter, open: vault.as_ref() };
    let write = |out: &mut dyn Write| export::write_some(store.as_ref(), &some, out);
    let photos = written(args, write)?;
    let of: u64 = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    conclude(args, global, photos, of)?;
    Ok(Outcome::Well)
}

/// Writes to the file that was named, or to stdout.
pub fn written(args: &ExportArgs, write: impl FnOnce(&mut dyn Write) -> Result<u64>) -> Result<u64> {
    match &args.output {
        Some(path) => whole_file(path, args.unseal, write),
        None => write(&mut BufWriter::new(io::stdout().lock())),
    }
}

/// Says how many photos were written, and where to.
fn conclude(args: &ExportArgs, global: &Global, photos: u64, of: u64) -> Result<()> {
    let counted = if args.filter.is_some() { format!("{photos} of {of} photos") } else { format!("{photos} photos") };
    let Some(path) = &args.output else {
        if args.filter.is_some() {
            say(&counted);
        }
        return Ok(());
    };
    if global.json {
        return report::json_data(
            &serde_json::json!({"photos": photos, "of": of, "path": path, "unsealed": args.unseal}),
        );
    }
    let kind = if args.unseal { "unsealed: it names people, keep it safe" } else { "personal fields sealed" };
    say(&format!("{counted} -> {} ({kind})", path.display()));
    Ok(())
}

/// Reads a filter; what is wrong with it is shown below it.
fn filter(text: &str) -> Result<Filter> {
    text.parse().map_err(|err: FilterError| {
        let hint = "the whole language stands in docs/filter.md";
        Misuse::error(format!("in --filter {}\n{}", err.message, pointed(text, err.at)), hint)
    })
}

/// Characters of a filter that are shown on either side of the place that is wrong.
const SHOWN: usize = 50;

/// The part of a text around a position, and below it a caret that points there.
fn pointed(text: &str, at: usize) -> String {
    let from = at.saturating_sub(SHOWN);
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let part: String = text.chars().skip(from).take(2 * SHOWN).map(shown).collect();
    // East Asian characters are two columns wide, and so is their blank.
    let blank = |c: char| {
        if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}')
        {
            '\u{3000}'
        } else {
            ' '
        }
    };
    let blanks: String = part.chars().take(at - from).map(blank).collect();
    format!("  {part}\n  {blanks}^")
}

/// Writes beside the place and renames: what stands at `path` is always a whole export.
fn whole_file(path: &PathBuf, private: bool, write: impl FnOnce(&mut dyn Write) -> Result<u64>) -> Result<u64> {
    let mut name = path.file_name().context("the output needs a file name")?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let context = || format!("could not write {}", path.display());
    let mut options = File::options();
    // What an earlier run left there may be open to others.
    let _ = std::fs::remove_file(&part);
    options.write(true).create_new(true);
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let file = options.open(&part).with_context(context)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|photos| {
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, path)?;
        Ok(photos)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.with_context(context)
}
