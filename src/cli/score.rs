//! `gleaner score`: scores photos for each concept.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::report::{self, Misuse, say};
use super::scoring::{self, ScoreProgress};
use super::vision::{self, Consent};
use super::workplace::Workplace;
use super::{Global, Outcome, address, workplace};
use crate::dataset::Dataset;
use crate::pipeline::Stop;
use crate::pipeline::annotate::Annotated;
use crate::pipeline::reviewed;
use crate::pipeline::score::{self, Scored};
use crate::pipeline::scoring_context::ScoringContext;
use crate::reviews::Reviews;
use crate::store::{Access, Store};

/// Arguments of `gleaner score`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner concept add monkey && gleaner score monkeys\n  gleaner score monkeys --with vision            # shows the cost and asks for confirmation\n  gleaner score monkeys --with vision --most 500 --yes"
)]
pub struct ScoreArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Also use a service; without it nothing leaves this machine
    #[arg(long, value_enum, value_name = "SERVICE")]
    with: Option<Service>,
    /// With --with vision: send the photos and accept the price without confirmation
    #[arg(long, requires = "with")]
    yes: bool,
    /// With --with vision: most images to send in this run
    #[arg(long, value_name = "IMAGES", requires = "with")]
    most: Option<u64>,
    /// The description of another model [default: [score] model in gleaner.toml, else EfficientNet-Lite0]
    #[arg(long, value_name = "FILE.toml")]
    model: Option<PathBuf>,
}

/// Services that charge for labelling photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Service {
    /// Google Vision: needs GOOGLE_VISION_KEY
    Vision,
}

/// The result, for `--json`.
#[derive(Serialize)]
struct Report {
    dataset: String,
    #[serde(flatten)]
    scored: Scored,
    #[serde(skip_serializing_if = "Option::is_none")]
    vision: Option<Annotated>,
    concepts: Vec<String>,
    seconds: f64,
}

/// Runs `gleaner score`.
pub async fn run(args: ScoreArgs, global: &Global) -> Result<Outcome> {
    let config = workplace::config(global)?;
    // A misspelt name must not create an empty dataset.
    drop(workplace::read(&args.dataset, global)?);
    let context = scoring::context(&config, args.model.as_deref())?;
    let dataset = address::dataset(&args.dataset, global)?;
    dataset.files().check()?;
    let started = Instant::now();
    let stop = workplace::stop_on_signal();
    let service = args.with.map(|Service::Vision| vision::service(&config)).transpose()?;
    let store: Arc<dyn Store> = Arc::from(workplace::open(&dataset, Access::Write)?);
    let mut vision = None;
    if let Some(service) = service {
        let consent = Consent { yes: args.yes, most: args.most, json: global.json };
        vision = Some(vision::label(service, (&store, &dataset), &config, &consent, &stop).await?);
    }
    let name = dataset.to_string();
    let run = ScoringRun { context: Arc::new(context), store, dataset, stop: stop.clone(), json: global.json };
    let (scored, concepts) = run.run().await?;
    let seconds = (started.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    say(&format!("{} in {seconds} s -> {}", scoring::summary(&scored), name));
    hint(&concepts, &name);
    let faults = scored.unreadable > 0 || vision.as_ref().is_some_and(|vision| vision.cut_short.is_some());
    let interrupted = scored.interrupted || stop.is_raised();
    if global.json {
        report::json_data(&Report { dataset: name, scored, vision, concepts, seconds })?;
    }
    Ok(match (interrupted, faults) {
        (true, _) => Outcome::Interrupted,
        (false, true) => Outcome::Faults,
        (false, false) => Outcome::Well,
    })
}

fn hint(concepts: &[String], dataset: &str) {
    if concepts.is_empty() {
        say(&format!(
            "hint: no concept is defined, so nothing was scored: gleaner concept add monkey, then gleaner score {dataset}"
        ));
    }
}

/// Scores a dataset that is open for writing.
struct ScoringRun {
    context: Arc<ScoringContext>,
    store: Arc<dyn Store>,
    dataset: Dataset,
    stop: Stop,
    json: bool,
}

/// Scores the photos of a finished run, if any concept is defined, and prints a summary.
pub async fn at_the_end(place: &Workplace, context: Arc<ScoringContext>, stop: &Stop, json: bool) -> Result<()> {
    if stop.is_raised() || context.concepts(&place.dataset)?.is_empty() {
        return Ok(());
    }
    let (store, dataset) = (Arc::clone(place.writer.store()), place.dataset.clone());
    let (scored, _) = ScoringRun { context, store, dataset, stop: stop.clone(), json }.run().await?;
    say(&scoring::summary(&scored));
    Ok(())
}

impl ScoringRun {
    /// Adopts people's verdicts, then scores; also returns the names of the concepts.
    async fn run(self) -> Result<(Scored, Vec<String>)> {
        tokio::task::spawn_blocking(move || self.run_now()).await.context("scoring failed")?
    }

    fn run_now(self) -> Result<(Scored, Vec<String>)> {
        let store = self.store.as_ref();
        let reviews = Reviews::open(&self.dataset).context("could not read reviews.jsonl")?;
        for bad in reviews.bad_lines() {
            say(&format!("  reviews.jsonl, line {}, is ignored: {}", bad.line, bad.why));
        }
        reviewed::mirror(store, &reviews, &reviewed::reviewed(&reviews))?;
        let (scoring, wrong) = self.context.scoring(&self.dataset).map_err(|err| {
            Misuse::error(format!("{err:#}"), "without --model, gleaner score uses the bundled model")
        })?;
        for wrong in wrong {
            say(&format!("  {wrong}"));
        }
        let total = store.count_by_state()?.iter().map(|(_, count)| count).sum();
        let observer = ScoreProgress::new(total, self.json);
        let scored = score::score((&self.store, &self.dataset), &scoring, &observer, &self.stop)?;
        Ok((scored, scoring.concepts.iter().map(|concept| concept.name.clone()).collect()))
    }
}
