//! `gleaner scrape`: from a search (or a folder) to a sealed dataset.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use futures::StreamExt;
use serde::Serialize;

use super::progress::Progress;
use super::report::{self, Misuse, say};
use super::workplace::{self, Workplace};
use super::{Global, Outcome, credentials, score, scoring};
use crate::config::Config;
use crate::dataset::Dataset;
use crate::net::{Budget, Client};
use crate::photo::{Bbox, StageName, State};
use crate::pipeline::gather::{Gather, Gathered, complete, note_key};
use crate::pipeline::scoring_context::ScoringContext;
use crate::pipeline::worker_session::{Job, WorkerObserver, WorkerSession};
use crate::pipeline::{self, Observer, Pipeline, RunSummary, Stop};
use crate::sources::flickr::{self, Flickr};
use crate::sources::folder::Folder;
use crate::sources::search::{Asker, Asking};
use crate::sources::{Search, Source};
use crate::stages::{self, Origin};

/// Arguments of `gleaner scrape`; -s, -n, -d and -b as in the Python system.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner scrape -s \"monkey wild\" -n 10 -d true -b \"116 4 127 22\"\n  gleaner scrape -s \"monkey wild\" -s \"scimmia\" -s \"猿\" -n 500 --dataset monkeys --size 1024\n  gleaner scrape --source folder ~/photos --dataset mine"
)]
pub struct ScrapeArgs {
    /// Words to search for, in any language; may be repeated
    #[arg(short, long, value_name = "WORDS", allow_hyphen_values = true)]
    search: Vec<String>,
    /// Photos a search
    #[arg(short, long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    number: u64,
    /// Download the images (false: metadata only)
    #[arg(short, long, default_value = "true", value_name = "true|false", value_parser = truth, action = clap::ArgAction::Set)]
    download: bool,
    /// Only photos taken in this box: "west south east north" in degrees
    #[arg(short, long, value_name = "BOX", allow_hyphen_values = true)]
    bbox: Option<Bbox>,
    /// The dataset's folder; made when there is none
    #[arg(long, default_value = "dataset", value_name = "FOLDER")]
    dataset: String,
    /// Download the smallest size with at least this long edge in pixels [default: the largest]
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..))]
    size: Option<u32>,
    /// Where the photos come from
    #[arg(long, value_enum, default_value_t = SourceName::Flickr)]
    source: SourceName,
    /// With --source folder: the folder of photos
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// With --source folder: CSV or JSON Lines with metadata [default: metadata.csv, metadata.jsonl or ATTRIBUTION.csv in DIR]
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// Leave a stage for later (`gleaner enrich` does it then)
    #[arg(long, value_enum, value_name = "STAGE")]
    skip: Vec<Skippable>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SourceName {
    Flickr,
    Folder,
}

/// Stages that may wait; EXIF cannot: it is gone from the image once that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Skippable {
    Geocode,
    Thumbnail,
}

fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err("write true or false".into()),
    }
}

/// How a run ended, for `--json` and the closing line.
#[derive(Serialize)]
pub struct Closing {
    dataset: String,
    #[serde(flatten)]
    summary: RunSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    gathered: Option<Gathered>,
    interrupted: bool,
    seconds: f64,
}

impl ScrapeArgs {
    fn searches(&self) -> Result<Vec<Search>> {
        let mut searches: Vec<Search> = Vec::new();
        for term in &self.search {
            let term = term.trim();
            if term.is_empty() {
                return Err(Misuse::error("a search needs words", "-s \"monkey wild\""));
            }
            if !searches.iter().any(|search| search.term == term) {
                searches.push(Search { term: term.to_owned(), bbox: self.bbox, want: self.number });
            }
        }
        if searches.is_empty() {
            return Err(Misuse::error(
                "there is nothing to search for",
                "gleaner scrape -s \"monkey wild\" -n 10 (or --source folder DIR for photos of your own)",
            ));
        }
        Ok(searches)
    }

    fn skipped(&self) -> Vec<StageName> {
        let name = |skip: &Skippable| match skip {
            Skippable::Geocode => StageName::Geocode,
            Skippable::Thumbnail => StageName::Thumbnail,
        };
        self.skip.iter().map(name).collect()
    }
}

/// Runs `gleaner scrape`.
pub async fn run(args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    match args.source {
        SourceName::Flickr => from_flickr(args, global).await,
        SourceName::Folder => from_folder(args, global).await,
    }
}

async fn from_flickr(args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    if args.folder.is_some() || args.metadata.is_some() {
        return Err(Misuse::error(
            "DIR and --metadata go with --source folder",
            "add --source folder, or leave them away",
        ));
    }
    // Everything that can be wrong with the call is looked at before anything is made on disk.
    let searches = args.searches()?;
    let config = workplace::config(global)?;
    let (asker, client) = flickr_asker(&config)?;
    let context = Arc::new(scoring::context(&config, None)?);
    let place = workplace::write(&args.dataset, global)?;
    let started = Instant::now();
    let observer: Arc<dyn Observer> = Arc::new(Progress::new(global.json));
    let stop = workplace::stop_on_signal();
    let pipeline = full_pipeline(&place, &config, client, &args);
    let store = place.writer.store();
    // Two that ask for the same at once would count each other's pages as their own.
    let asking: Vec<String> = searches.iter().map(|search| note_key(flickr::ABOUT.name, search)).collect();
    let _asking = WorkerSession::alone(store, "search", &asking)?;
    let session = if args.download { WorkerSession::begin(store, "download")?.map(Arc::new) } else { None };
    let observer = match &session {
        Some(session) => {
            let job = Job { writer: Arc::clone(&place.writer), pipeline: pipeline.clone(), again: false };
            Arc::new(WorkerObserver { session: Arc::clone(session), job: Arc::new(job), observer }) as Arc<dyn Observer>
        }
        None => observer,
    };
    let early = Pipeline { stages: stages::early(&args.skipped()), at_once: 4 };
    let gather = Gather {
        asker,
        writer: Arc::clone(&place.writer),
        early,
        pipeline: pipeline.clone(),
        long_edge_px: args.size,
        session,
        observer: Arc::clone(&observer),
        stop: stop.clone(),
    };
    let (photos, gathering) = gather.start(searches.clone());
    let summary = pipeline::run(photos, pipeline, Arc::clone(&place.writer), observer, stop.clone()).await?;
    let gathered = gathering.await.context("searching broke down")??;
    if !stop.is_raised() && gathered.cut_short.is_none() {
        complete(&place.writer, flickr::ABOUT.name, &searches)?;
    }
    score::at_the_end(&place, context, &stop, global.json).await?;
    close(&place.dataset, summary, Some(gathered), &Ending { started, stop: &stop, json: global.json })
}

/// Asks Flickr within its limits, which are kept across runs for each key.
fn flickr_asker(config: &Config) -> Result<(Asker, Client)> {
    let settings = config.source(flickr::ABOUT.name);
    let key = credentials::flickr()?;
    let api_url = match settings.api_url {
        Some(url) => url,
        None => flickr::API_URL.parse().context("Flickr's address")?,
    };
    let client = Client::new(config.net.client())?;
    let per_hour = settings.requests_per_hour.unwrap_or(flickr::ABOUT.requests_per_hour);
    let budget = if per_hour == 0 {
        None
    } else {
        let name = format!("budget-flickr-{}", key.fingerprint());
        let path = workplace::state_folder()?.join(name);
        Some(Budget::open(&path, per_hour as usize).with_context(|| format!("could not open {}", path.display()))?)
    };
    let per_second = settings.requests_per_second.unwrap_or(flickr::ABOUT.requests_per_second);
    let source: Arc<dyn Source> = Arc::new(Flickr::new(api_url, key));
    let asking = Asking { per_second, patience: config.net.patience() };
    Ok((Asker::new(client.clone(), source, budget, asking), client))
}

fn full_pipeline(place: &Workplace, config: &Config, client: Client, args: &ScrapeArgs) -> Pipeline {
    let mut skipped = args.skipped();
    if !args.download {
        skipped.push(StageName::Download);
    }
    let origin = Origin::Network { client, net: config.net.clone() };
    Pipeline { stages: stages::build(&place.dataset, origin, &skipped), at_once: config.net.images_at_once.max(2) * 2 }
}

async fn from_folder(args: ScrapeArgs, global: &Global) -> Result<Outcome> {
    if !args.search.is_empty() || args.bbox.is_some() {
        return Err(Misuse::error(
            "-s and -b search a photo service; a folder is read whole",
            "leave them away with --source folder",
        ));
    }
    let Some(dir) = args.folder.clone() else {
        return Err(Misuse::error(
            "--source folder needs a folder",
            "gleaner scrape --source folder DIR --dataset NAME",
        ));
    };
    let folder = Folder::open(&dir, args.metadata.as_deref())
        .map_err(|err| Misuse::error(format!("{err:#}"), "name a folder of JPEG, PNG, WebP or GIF photos"))?;
    let context = Arc::new(scoring::context(&workplace::config(global)?, None)?);
    let place = workplace::write(&args.dataset, global)?;
    let stop = workplace::stop_on_signal();
    let observer: Arc<dyn Observer> = Arc::new(Progress::new(global.json));
    scrape_folder(folder, &place, FolderRun { args: &args, context, observer, stop, json: global.json }).await
}

/// What reading a folder needs beside the folder.
struct FolderRun<'a> {
    args: &'a ScrapeArgs,
    context: Arc<ScoringContext>,
    observer: Arc<dyn Observer>,
    stop: Stop,
    json: bool,
}

async fn scrape_folder(folder: Folder, place: &Workplace, run: FolderRun<'_>) -> Result<Outcome> {
    let started = Instant::now();
    let (summary, warnings) = walk_folder(folder, place, &run.args.skipped(), &run.observer, &run.stop).await?;
    for warning in &warnings {
        run.observer.notice(warning);
    }
    score::at_the_end(place, run.context, &run.stop, run.json).await?;
    close(&place.dataset, summary, None, &Ending { started, stop: &run.stop, json: run.json })
}

/// Leads the photos of a folder down the road; also gives what was odd about its metadata.
pub async fn walk_folder(
    folder: Folder,
    place: &Workplace,
    skipped: &[StageName],
    observer: &Arc<dyn Observer>,
    stop: &Stop,
) -> Result<(RunSummary, Vec<String>)> {
    let warnings = folder.warnings().to_vec();
    let folder = Arc::new(folder);
    let photos: Vec<_> = folder.photos().collect();
    observer.sent(photos.len() as u64);
    let origin = Origin::Folder(Arc::clone(&folder));
    let pipeline = Pipeline { stages: stages::build(&place.dataset, origin, skipped), at_once: 8 };
    let writer = Arc::clone(&place.writer);
    let known = writer.clone();
    let input = futures::stream::iter(photos).then(move |photo| {
        let writer = Arc::clone(&known);
        async move { writer.recall(photo).await }
    });
    let summary = pipeline::run(input.boxed(), pipeline, writer, Arc::clone(observer), stop.clone()).await?;
    Ok((summary, warnings))
}

/// What the closing line needs to know about a run.
pub struct Ending<'a> {
    /// When it began.
    pub started: Instant,
    /// Whether the user stopped it.
    pub stop: &'a Stop,
    /// Whether to answer with JSON.
    pub json: bool,
}

/// One line about what came of it (and the reasons, where photos have faults).
pub fn close(
    dataset: &Dataset,
    summary: RunSummary,
    gathered: Option<Gathered>,
    ending: &Ending<'_>,
) -> Result<Outcome> {
    let seconds = (ending.started.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    let interrupted = ending.stop.is_raised();
    let cut_short = gathered.as_ref().and_then(|gathered| gathered.cut_short.clone());
    let unreadable = gathered.as_ref().map_or(0, |gathered| gathered.unreadable);
    let faults = summary.faulty() + unreadable > 0;
    for (reason, photos) in &summary.reasons {
        say(&format!("  {photos} x {reason}"));
    }
    if let Some(why) = &cut_short {
        say(&format!("searching stopped early: {why}"));
        say("hint: run the same command again: it goes on where it stopped");
    }
    say(&closing_line(&dataset.to_string(), &summary, gathered.as_ref(), seconds));
    if ending.json {
        report::json_data(&Closing { dataset: dataset.to_string(), summary, gathered, interrupted, seconds })?;
    }
    Ok(match (interrupted, faults || cut_short.is_some()) {
        (true, _) => Outcome::Interrupted,
        (false, true) => Outcome::Faults,
        (false, false) => Outcome::Well,
    })
}

fn closing_line(dataset: &str, summary: &RunSummary, gathered: Option<&Gathered>, seconds: f64) -> String {
    let found = gathered.map(|gathered| gathered.found);
    let mut parts = Vec::new();
    parts.extend(found.map(|found| format!("{found} found")));
    let megabytes = summary.image_bytes as f64 / 1e6;
    match (found.is_some_and(|found| found > 0), summary.of(State::Stored)) {
        (true, 0) => parts.push("no new image".to_owned()),
        (_, stored) => parts.push(format!("{stored} stored ({megabytes:.1} MB)")),
    }
    for (state, word) in [(State::Rejected, "rejected"), (State::Gone, "gone"), (State::Failed, "failed for now")] {
        if summary.of(state) > 0 {
            parts.push(format!("{} {word}", summary.of(state)));
        }
    }
    if let Some(unreadable) = gathered.map(|gathered| gathered.unreadable).filter(|count| *count > 0) {
        parts.push(format!("{unreadable} unreadable records kept"));
    }
    format!("{} in {seconds} s -> {dataset}", parts.join(", "))
}
