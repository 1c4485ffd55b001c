//! `gleaner score`: does the photo show what was searched for?

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
    after_help = "Examples:\n  gleaner concept add monkey && gleaner score monkeys\n  gleaner score monkeys --with vision            # says what it would cost, and asks\n  gleaner score monkeys --with vision --most 500 --yes"
)]
pub struct ScoreArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// A service to ask besides; without it nothing leaves this machine
    #[arg(long, value_enum, value_name = "SERVICE")]
    with: Option<Service>,
    /// With --with vision: agree to send photos and to the price, without being asked
    #[arg(long, requires = "with")]
    yes: bool,
    /// With --with vision: images sent at most in this run
    #[arg(long, value_name = "IMAGES", requires = "with")]
    most: Option<u64>,
    /// A model of your own, by its description [default: [score] model in gleaner.toml, else EfficientNet-Lite0]
    #[arg(long, value_name = "FILE.toml")]
    model: Option<PathBuf>,
}

/// Services that label photos for money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Service {
    /// Google Vision: needs GOOGLE_VISION_KEY
    Vision,
}

/// What came of it, for `--json`.
#[derive(Serialize)]
struct Closing {
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
    // A misspelt name must not make an empty dataset.
    drop(workplace::read(&args.dataset, global)?);
    let context = scoring::context(&config, args.model.as_deref())?;
    let dataset = address::dataset(&args.dataset, global)?;
    dataset.files().check()?;
    let started = Instant::now();
    let stop = workplace::stop_on_signal();
    let asker = args.with.map(|Service::Vision| vision::service(&config)).transpose()?;
    let store: Arc<dyn Store> = Arc::from(workplace::open(&dataset, Access::Write)?);
    let mut vision = None;
    if let Some(service) = asker {
        let consent = Consent { yes: args.yes, most: args.most, json: global.json };
        vision = Some(vision::ask(service, (&store, &dataset), &config, &consent, &stop).await?);
    }
    let name = dataset.to_string();
    let walk = Walk { context: Arc::new(context), store, dataset, stop: stop.clone(), json: global.json };
    let (scored, concepts) = walk.run().await?;
    let seconds = (started.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    say(&format!("{} in {seconds} s -> {}", scoring::told(&scored), name));
    hint(&concepts, &name);
    let faults = scored.unreadable > 0 || vision.as_ref().is_some_and(|vision| vision.cut_short.is_some());
    let interrupted = scored.interrupted || stop.is_raised();
    if global.json {
        report::json_data(&Closing { dataset: name, scored, vision, concepts, seconds })?;
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
            "hint: no concept is defined, so nothing was judged: gleaner concept add monkey, then gleaner score {dataset}"
        ));
    }
}

/// A walk over a dataset that is open for writing.
struct Walk {
    context: Arc<ScoringContext>,
    store: Arc<dyn Store>,
    dataset: Dataset,
    stop: Stop,
    json: bool,
}

/// Scores what a run brought, where there is something to look for, and says what came of it.
pub async fn at_the_end(place: &Workplace, context: Arc<ScoringContext>, stop: &Stop, json: bool) -> Result<()> {
    if stop.is_raised() || context.concepts(&place.dataset)?.is_empty() {
        return Ok(());
    }
    let (store, dataset) = (Arc::clone(place.writer.store()), place.dataset.clone());
    let (scored, _) = Walk { context, store, dataset, stop: stop.clone(), json }.run().await?;
    say(&scoring::told(&scored));
    Ok(())
}

impl Walk {
    /// Takes over what people said, then scores; also gives the names of the concepts.
    async fn run(self) -> Result<(Scored, Vec<String>)> {
        tokio::task::spawn_blocking(move || self.run_now()).await.context("scoring broke down")?
    }

    fn run_now(self) -> Result<(Scored, Vec<String>)> {
        let store = self.store.as_ref();
        let reviews = Reviews::open(&self.dataset).context("could not read reviews.jsonl")?;
        for bad in reviews.bad_lines() {
            say(&format!("  reviews.jsonl, line {}, is passed over: {}", bad.line, bad.why));
        }
        reviewed::mirror(store, &reviews, &reviewed::reviewed(&reviews))?;
        let (scoring, wrong) = self.context.scoring(&self.dataset).map_err(|err| {
            Misuse::error(format!("{err:#}"), "gleaner score without --model uses the model that comes with it")
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
