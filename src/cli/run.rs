//! One run of `scrape`, `download`, `enrich`, `score` or `demo`: the open dataset, its pipeline and scoring, the stop
//! signal, and the summary.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use futures::stream::BoxStream;
use serde::Serialize;

use super::datasets::WritableDataset;
use super::output::{self, UsageError, bytes, counted, print_message, this_command};
use super::progress::Progress;
use super::scoring::{self, ScoreProgress};
use super::{Global, Outcome, address, datasets, source_access};
use crate::config::Config;
use crate::dataset::Dataset;
use crate::net::Client;
use crate::photo::text::grouped;
use crate::photo::{Photo, PhotoId, StageName, State};
use crate::pipeline::collect::Collected;
use crate::pipeline::score::{self, Scored};
use crate::pipeline::scoring_context::ScoringContext;
use crate::pipeline::search_report::SearchReport;
use crate::pipeline::worker_session::{Job, SharedWork};
use crate::pipeline::{self, Choice, Observer, Pipeline, RecordWriter, RunSummary, Stop, reviewed, same_photo};
use crate::reviews::Reviews;
use crate::store::{Access, Store};

/// What is done after a stop signal.
pub const FINISHING: &str = "the photos in progress are finished";

/// A dataset that is open for scoring. This needs no key, because scores identify nobody.
pub struct Run {
    /// The dataset.
    pub dataset: Dataset,
    /// Its store, open for writing.
    pub store: Arc<dyn Store>,
    /// The settings.
    pub config: Config,
    /// Raised when the user stops the run.
    pub stop: Stop,
    context: Arc<ScoringContext>,
    started: Instant,
    json: bool,
}

/// A dataset that is open for writing photos, with its key.
pub struct PhotoRun {
    /// The parts of every run.
    pub run: Run,
    /// Seals and saves photos.
    pub writer: Arc<RecordWriter>,
    /// Receives progress events.
    pub observer: Arc<dyn Observer>,
    /// Shows them.
    pub progress: Arc<Progress>,
}

impl Run {
    /// Opens an existing dataset. `context` is opened before, so that a wrong model is reported before the dataset is
    /// opened.
    pub fn open(name: &str, global: &Global, config: Config, context: ScoringContext) -> Result<Self> {
        let dataset = address::dataset(name, global)?;
        dataset.files().check()?;
        let started = Instant::now();
        let store: Arc<dyn Store> = Arc::from(datasets::open(&dataset, Access::Write, global)?);
        let stop = datasets::stop_on_signal(FINISHING);
        Ok(Self { dataset, store, config, stop, context: Arc::new(context), started, json: global.json })
    }

    /// Scores all photos for all concepts, after copying people's verdicts from the reviews; also returns the names of
    /// the concepts.
    pub async fn score(&self) -> Result<(Scored, Vec<String>)> {
        let (store, dataset) = (Arc::clone(&self.store), self.dataset.clone());
        let (context, stop, json) = (Arc::clone(&self.context), self.stop.clone(), self.json);
        let scoring = move || score_all(&(store, dataset), &context, &stop, json);
        tokio::task::spawn_blocking(scoring).await.context("scoring failed")?
    }

    /// Scores new photos, if concepts are defined, and prints the result.
    pub async fn score_new(&self) -> Result<()> {
        if self.stop.is_raised() || self.context.concepts(&self.dataset)?.is_empty() {
            return Ok(());
        }
        let (scored, _) = self.score().await?;
        print_message(&scoring::summary(&scored));
        Ok(())
    }

    /// Finds photos of different sources that are the same, and prints how many are not listed because of that.
    pub fn find_same_photos(&self) -> Result<u64> {
        let same = tokio::task::block_in_place(|| same_photo::find(self.store.as_ref(), &self.stop))?;
        if same > 0 {
            let photos = counted(same, "photo");
            print_message(&format!("  the same as a photo of another source, which is listed instead: {photos}"));
        }
        Ok(same)
    }

    /// The scoring context.
    pub fn context(&self) -> &Arc<ScoringContext> {
        &self.context
    }

    /// Seconds since the run began, with one decimal.
    pub fn seconds(&self) -> f64 {
        (self.started.elapsed().as_secs_f64() * 10.0).round() / 10.0
    }
}

fn score_all(
    (store, dataset): &(Arc<dyn Store>, Dataset),
    context: &ScoringContext,
    stop: &Stop,
    json: bool,
) -> Result<(Scored, Vec<String>)> {
    let reviews = Reviews::open(dataset).context("could not read reviews.jsonl")?;
    for bad in reviews.bad_lines() {
        print_message(&format!("  reviews.jsonl, line {}, is skipped: {}", bad.line, bad.why));
    }
    reviewed::copy_reviews(
        (store.as_ref(), context.derived(dataset)?.as_ref()),
        &reviews,
        &reviewed::reviewed(&reviews),
    )?;
    let (scoring, wrong) = context
        .scoring(dataset)
        .map_err(|err| UsageError::error(format!("{err:#}"), "gleaner score without --model uses the bundled model"))?;
    for wrong in wrong {
        print_message(&format!("  {wrong}"));
    }
    let total = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    let observer = ScoreProgress::new(total, json);
    let scored = score::score((store, dataset), &scoring, &observer, stop)?;
    observer.end(&scored);
    Ok((scored, scoring.concepts.iter().map(|concept| concept.name.clone()).collect()))
}

impl PhotoRun {
    /// Opens or creates a dataset. Errors in the settings are reported before anything is created.
    pub fn open(name: &str, global: &Global, config: Config) -> Result<Self> {
        Self::open_stoppable(name, global, config, None)
    }

    /// The same for a command that listens for signals already.
    pub fn open_stoppable(name: &str, global: &Global, config: Config, stop: Option<Stop>) -> Result<Self> {
        let context = scoring::context(&config, None)?;
        let WritableDataset { dataset, writer } = datasets::write(name, global)?;
        let run = Run {
            dataset,
            store: Arc::clone(writer.store()),
            config,
            stop: stop.unwrap_or_else(|| datasets::stop_on_signal(FINISHING)),
            context: Arc::new(context),
            started: Instant::now(),
            json: global.json,
        };
        let progress = Arc::new(Progress::new(global.json));
        Ok(Self { run, writer, observer: Arc::clone(&progress) as Arc<dyn Observer>, progress })
    }

    /// The pipeline for images from the network, without the skipped stages.
    pub fn network_pipeline(&self, client: Client, skipped: &[StageName]) -> Result<Pipeline> {
        Pipeline::of_network(&self.run.dataset, &source_access::with(self.run.config.clone()), client, skipped)
    }

    /// Starts a worker session on a shared store, for the chosen photos; `None` if the store has one writer.
    pub fn share(&mut self, work: &str, pipeline: &Pipeline, choice: &Arc<Choice>) -> Result<Option<SharedWork>> {
        let job = Job { writer: Arc::clone(&self.writer), pipeline: pipeline.clone(), choice: Arc::clone(choice) };
        let shared = SharedWork::begin(work, job, &self.observer)?;
        if let Some(shared) = &shared {
            self.observer = Arc::clone(&shared.observer);
        }
        Ok(shared)
    }

    /// Runs photos through the pipeline and saves them.
    pub async fn process(&self, photos: BoxStream<'static, Result<Photo>>, pipeline: Pipeline) -> Result<RunSummary> {
        let (writer, observer) = (Arc::clone(&self.writer), Arc::clone(&self.observer));
        pipeline::run(photos, pipeline, writer, observer, self.run.stop.clone()).await
    }

    /// Prints a one-line summary, and the reasons of faults, and returns how the run ended.
    pub fn finish(&self, summary: RunSummary, collected: Option<Collected>) -> Result<Outcome> {
        let run = &self.run;
        let interrupted = run.stop.is_raised();
        let same_photos = run.find_same_photos()?;
        let cut_short = collected.as_ref().and_then(|collected| collected.cut_short.clone());
        let unreadable = collected.as_ref().map_or(0, |collected| collected.unreadable);
        // A search whose photos all were tried before still leaves the dataset with their faults.
        let left = if collected.is_some() && summary.faulty() == 0 { faulty(run.store.as_ref())? } else { 0 };
        let faults = summary.faulty() + unreadable + left > 0;
        if left > 0 {
            let photos = counted(left, "photo");
            print_message(&format!(
                "  {photos} of earlier runs with faults: gleaner retry {} tries them again",
                output::quoted(&run.dataset.to_string())
            ));
        }
        for (reason, photos) in &summary.reasons {
            print_message(&format!("  {}: {reason}", counted(*photos, "photo")));
        }
        for shared in &summary.shared_files {
            let ids: Vec<&str> = shared.photos.iter().map(PhotoId::as_str).collect();
            print_message(&format!(
                "  the same file under ids of several owners, perhaps a picture that says that a photo is gone: {} (SHA-256 {}; \
                 [sources.NAME] gone_sha256 refuses it)",
                ids.join(", "),
                shared.sha256
            ));
        }
        for line in collected.iter().flat_map(|collected| &collected.searches).filter_map(left_out) {
            print_message(&line);
        }
        let withdrawn = self.writer.left_out();
        if withdrawn > 0 {
            let photos = counted(withdrawn, "photo");
            print_message(&format!("  left out {photos} that their owners had withdrawn (gleaner refresh)"));
        }
        if let Some(why) = &cut_short {
            print_message(&format!("the search ended early: {why}"));
            print_message(&format!("to continue: {}", this_command()));
        }
        let (dataset, seconds) = (run.dataset.to_string(), run.seconds());
        print_message(&summary_line(&dataset, &summary, collected.as_ref(), seconds));
        if interrupted {
            let unfinished = collected.as_ref().is_some_and(|collected| collected.unfinished > 0);
            if unfinished {
                print_message("the search is not finished");
            }
            self.progress.stopped();
        }
        if run.json {
            output::print_json(&RunReport {
                dataset,
                summary,
                gathered: collected,
                same_photos,
                interrupted,
                seconds,
            })?;
        }
        Ok(match (interrupted, faults || cut_short.is_some()) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::Faults,
            (false, false) => Outcome::Success,
        })
    }

    /// The same without JSON, for a command that prints its own result later.
    pub fn without_json(mut self) -> Self {
        self.run.json = false;
        self
    }
}

/// The number of photos of a store that did not complete the pipeline.
fn faulty(store: &dyn Store) -> Result<u64> {
    Ok(store.count_by_state()?.iter().filter(|(state, _)| state.is_faulty()).map(|(_, count)| count).sum())
}

/// How many photos a search left out because they do not meet its criteria.
fn left_out(search: &SearchReport) -> Option<String> {
    let (total, each) = search.left_out_counts()?;
    let (source, term, photos) = (&search.source, &search.term, counted(total, "photo"));
    Some(format!("  \"{term}\" ({source}): left out {photos} that do not meet the criteria: {each}"))
}

/// The result of a run, for `--json`.
#[derive(Serialize)]
struct RunReport {
    dataset: String,
    #[serde(flatten)]
    summary: RunSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    gathered: Option<Collected>,
    /// Photos that are not listed, because one of another source is.
    same_photos: u64,
    interrupted: bool,
    seconds: f64,
}

fn summary_line(dataset: &str, summary: &RunSummary, collected: Option<&Collected>, seconds: f64) -> String {
    let found = collected.map(|collected| collected.found);
    let mut parts = Vec::new();
    parts.extend(found.map(|found| format!("{} found", counted(found, "photo"))));
    let (stored, known) = (summary.of(State::Stored), summary.known_images);
    match stored - known.min(stored) {
        0 => parts.push("no new images".to_owned()),
        new => parts.push(format!("{} stored ({})", counted(new, "image"), bytes(summary.image_bytes))),
    }
    if known > 0 {
        parts.push(format!("{} there already", grouped(known)));
    }
    for (state, word) in [(State::Rejected, "rejected"), (State::Gone, "gone"), (State::Failed, "failed temporarily")] {
        if summary.of(state) > 0 {
            parts.push(format!("{} {word}", grouped(summary.of(state))));
        }
    }
    if let Some(unreadable) = collected.map(|collected| collected.unreadable).filter(|count| *count > 0) {
        parts.push(format!("{} unreadable saved", counted(unreadable, "record")));
    }
    format!("{} in {seconds} s -> {dataset}", parts.join(", "))
}
