//! `gleaner scrape`: collects photos from a search or a folder into a dataset.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};
use futures::StreamExt;

use super::criteria;
use super::output::UsageError;
use super::run::PhotoRun;
use super::search_options::SearchArgs;
use super::table_options::TableArgs;
use super::web_page::PageArgs;
use super::{Global, Outcome, near, settings, source_access, url_list, web_page};
use crate::dataset::Dataset;
use crate::net::Client;
use crate::photo::StageName;
use crate::pipeline::search_run::SearchRun;
use crate::pipeline::{Pipeline, RunSummary, stage_needs};
use crate::sources::folder::{Folder, MetadataError};
use crate::sources::search::Allowance;
use crate::sources::{ALL, Entry, FOLDER, PAGE, SOURCES, UNSEARCHED, URLS, services};
use crate::stages::{self, Origin};

/// Photos per search, where `-n` is not given.
const DEFAULT_NUMBER: u64 = 100;

/// Arguments of `gleaner scrape`; -s, -n, -d and -b as in the Python system.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner scrape -s \"monkey wild\" -n 10 -d true -b \"116 4 127 22\"\n  gleaner scrape -s \"monkey wild\" -s \"scimmia\" -s \"猿\" -n 500 --dataset monkeys --size 1024\n  gleaner scrape --source folder ~/photos --dataset mine\n  gleaner scrape --source urls links.parquet --dataset mine\n  gleaner scrape --source page https://example.org/gallery --dataset mine"
)]
pub struct ScrapeArgs {
    #[command(flatten)]
    search: SearchArgs,
    /// Download the images; false for metadata only
    #[arg(short, long, default_value = "true", value_name = "true|false", value_parser = truth, action = clap::ArgAction::Set)]
    download: bool,
    /// The dataset's folder; created if it does not exist
    #[arg(long, default_value = "dataset", value_name = "FOLDER")]
    dataset: String,
    /// Download the smallest size with at least this long edge in pixels [default: the largest]
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..))]
    size: Option<u32>,
    /// Source of the photos; several with commas are searched side by side
    #[arg(long, default_value = "flickr", value_name = "SOURCE", value_delimiter = ',', value_parser = source_names())]
    source: Vec<String>,
    /// Send at most this many requests to the APIs of the sources; the next run continues
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: Option<u64>,
    /// With --source folder: the folder of photos; with urls: the list of addresses (text, CSV, TSV, JSON or Parquet); with
    /// page: the address of the first page
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// With --source folder: CSV or JSON with metadata [default: metadata.csv, .jsonl, .json, .tsv, .txt or ATTRIBUTION.csv in DIR]
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// With --source folder: take no date, place, title or caption from the files' EXIF, IPTC and XMP
    #[arg(long)]
    no_exif: bool,
    /// Skip a stage (`gleaner enrich` runs it later)
    #[arg(long, value_enum, value_name = "STAGE")]
    skip: Vec<Skippable>,
    #[command(flatten)]
    table: TableArgs,
    #[command(flatten)]
    page: PageArgs,
}

/// The values of `--source`.
fn source_names() -> PossibleValuesParser {
    let services = SOURCES.iter().map(|entry| PossibleValue::new(entry.about.name).help(entry.about.title));
    let unsearched = UNSEARCHED.iter().map(|about| PossibleValue::new(about.name).help(about.title));
    let folder = PossibleValue::new(FOLDER).help("A folder of your own photos");
    PossibleValuesParser::new(services.chain(unsearched).chain([folder]))
}

/// Stages that can be skipped. EXIF cannot: stored images have no metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Skippable {
    Geocode,
    Setting,
    Thumbnail,
}

fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err("write true or false".into()),
    }
}

impl ScrapeArgs {
    /// Refuses what a folder cannot do, so that nothing is ignored silently.
    fn check_for_folder(&self) -> Result<()> {
        let wrong = |message: &str| Err(UsageError::error(message, "leave them out with --source folder"));
        if self.search.any() {
            return wrong(
                "-s and the options for place, date and licence search a photo service; a folder is read whole",
            );
        }
        if self.search.number.is_some() || self.size.is_some() || !self.download || self.page.any() {
            return wrong(
                "-n, --size, -d false and bounds of pages are for photos from the network; all photos of a folder are read as they are",
            );
        }
        Ok(())
    }

    /// Refuses what a list of addresses cannot do.
    fn check_for_list(&self) -> Result<()> {
        let wrong = |message: &str| Err(UsageError::error(message, "leave them out with --source urls"));
        if self.search.any() {
            return wrong(
                "-s and the options for place, date and licence search a photo service; a list of addresses is taken as it is",
            );
        }
        if self.size.is_some() || self.metadata.is_some() || self.no_exif || self.page.any() {
            return wrong(
                "--size is for photo services, --metadata and --no-exif are for folders, bounds of pages for page",
            );
        }
        Ok(())
    }

    /// Refuses what a page cannot do.
    fn check_for_page(&self) -> Result<()> {
        let wrong = |message: &str| Err(UsageError::error(message, "leave them out with --source page"));
        if self.search.any() {
            return wrong(
                "-s and the options for place, date and licence search a photo service; a page is taken as it is",
            );
        }
        if self.metadata.is_some() || self.no_exif || self.table.any() {
            return wrong("--metadata, --no-exif and the options for tables are for folders and lists");
        }
        Ok(())
    }

    fn skipped(&self) -> Vec<StageName> {
        let name = |skip: &Skippable| match skip {
            Skippable::Geocode => StageName::Geocode,
            Skippable::Setting => StageName::Setting,
            Skippable::Thumbnail => StageName::Thumbnail,
        };
        self.skip.iter().map(name).collect()
    }
}

/// Runs `gleaner scrape`.
pub async fn run(args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    let entries = services(&args.source);
    let has = |name: &str| args.source.iter().any(|source| source == name);
    match (entries.is_empty(), has(FOLDER), has(URLS), has(PAGE)) {
        (true, true, false, false) => Box::pin(from_folder(args, global)).await,
        (true, false, true, false) => Box::pin(from_list(args, global)).await,
        (true, false, false, true) => Box::pin(from_page(args, global)).await,
        (false, false, false, false) => Box::pin(from_services(&entries, args, global)).await,
        _ => Err(UsageError::error(
            "a folder, a list of addresses or a page cannot be read beside other sources",
            "run gleaner scrape with one source after the other, with the same --dataset",
        )),
    }
}

async fn from_list(args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    args.check_for_list()?;
    let Some(path) = args.path.clone() else {
        return Err(UsageError::error(
            "--source urls requires a file with addresses",
            "gleaner scrape --source urls FILE --dataset NAME",
        ));
    };
    let mut skipped = args.skipped();
    if !args.download {
        skipped.push(StageName::Download);
    }
    let wanted =
        url_list::Wanted { path, table: args.table.options(), number: args.search.number.unwrap_or(ALL), skipped };
    url_list::collect(&args.dataset, wanted, global).await
}

async fn from_page(args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    args.check_for_page()?;
    let Some(address) = args.path.clone() else {
        return Err(UsageError::error(
            "--source page requires the address of a page",
            "gleaner scrape --source page https://example.org/gallery --dataset NAME",
        ));
    };
    let mut skipped = args.skipped();
    if !args.download {
        skipped.push(StageName::Download);
    }
    let (number, long_edge_px) = (args.search.number.unwrap_or(ALL), args.size);
    let wanted = web_page::Wanted { address, page: args.page, number, long_edge_px, skipped };
    Box::pin(web_page::collect(&args.dataset, wanted, global)).await
}

async fn from_services(entries: &[&'static Entry], args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    if args.path.is_some() || args.metadata.is_some() || args.table.any() || args.no_exif || args.page.any() {
        return Err(UsageError::error(
            "a path, --metadata, --no-exif and the options for tables and pages go with --source folder, urls or page",
            "add --source folder, urls or page, or remove them",
        ));
    }
    // All arguments are checked before anything is written to disk.
    let access = source_access::with(settings::config(global)?);
    let client = Client::new(access.config.net.client())?;
    let searches = args.search.read(DEFAULT_NUMBER, &access, &client).await?;
    let allowance = args.max_requests.map(Allowance::of);
    let mut clients = Vec::new();
    for entry in entries {
        searches.iter().try_for_each(|search| criteria::check(&search.criteria, entry.about))?;
        clients.push(access.search_client(entry, &client)?.within(allowance.clone()));
    }
    let run = PhotoRun::open(&args.dataset, global, access.config.clone())?;
    let mut skipped = args.skipped();
    if !args.download {
        skipped.push(StageName::Download);
    }
    let searching = SearchRun {
        dataset: run.run.dataset.clone(),
        writer: Arc::clone(&run.writer),
        access,
        client,
        clients,
        searches,
        skipped,
        long_edge_px: args.size,
        observer: Arc::clone(&run.observer),
        stop: run.run.stop.clone(),
    };
    let lease = searching.lease()?;
    let (summary, collected) = searching.run(lease).await?;
    run.run.score_new().await?;
    run.finish(summary, Some(collected))
}

async fn from_folder(args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    args.check_for_folder()?;
    let Some(dir) = args.path.clone() else {
        return Err(UsageError::error(
            "--source folder requires a folder",
            "gleaner scrape --source folder DIR --dataset NAME",
        ));
    };
    if Dataset::at(&dir).database().is_file() {
        return Err(UsageError::error(
            format!("{} is a dataset of Gleaner, not a folder of photos", dir.display()),
            "gleaner push and gleaner pull copy the records of datasets",
        ));
    }
    let folder = Folder::open_with(&dir, args.metadata.as_deref(), &args.table.options()).map_err(|err| {
        let table = err.downcast_ref::<MetadataError>().map(|err| err.hint);
        let meant = if dir.exists() { String::new() } else { near::file(&dir) };
        UsageError::error(
            format!("{err:#}{meant}"),
            table.unwrap_or("check the path; the folder must contain JPEG, PNG, WebP or GIF photos"),
        )
    })?;
    let run = PhotoRun::open(&args.dataset, global, settings::config(global)?)?;
    let (summary, warnings) = process_folder(&run, folder, &args.skipped(), !args.no_exif).await?;
    for warning in &warnings {
        run.observer.notice(warning);
    }
    run.run.score_new().await?;
    run.finish(summary, None)
}

/// Runs the photos of a folder through the pipeline; also returns the warnings about its metadata. With `fills_in`, the
/// metadata of the files are used where the folder's metadata have none.
pub async fn process_folder(
    run: &PhotoRun,
    folder: Folder,
    skipped: &[StageName],
    fills_in: bool,
) -> Result<(RunSummary, Vec<String>)> {
    let warnings = folder.warnings().to_vec();
    let folder = Arc::new(folder);
    let photos: Vec<_> = folder.photos().collect();
    run.observer.photos_queued(photos.len() as u64);
    run.observer.all_queued();
    let origin = Origin::Folder { folder: Arc::clone(&folder), fills_in };
    let needs = stage_needs(&source_access::with(run.run.config.clone()))?;
    let stages = stages::build(&run.run.dataset, origin, skipped, &needs);
    let pipeline = Pipeline { stages, at_once: 8 };
    let writer = Arc::clone(&run.writer);
    let input = futures::stream::iter(photos).then(move |mut photo| {
        // Otherwise what an earlier run took from the file stays.
        photo.from_file = (!fills_in).then(Vec::new);
        let writer = Arc::clone(&writer);
        async move { writer.merge_stored(photo).await }
    });
    let summary = run.process(input.boxed(), pipeline).await?;
    Ok((summary, warnings))
}
