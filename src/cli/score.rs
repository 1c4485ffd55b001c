//! `gleaner score`: scores photos for each concept.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::{self, print_message};
use super::run::Run;
use super::vision::{self, Consent};
use super::{Global, Outcome, datasets, scoring, settings};
use crate::pipeline::annotate::Annotated;
use crate::pipeline::score::Scored;

/// Arguments of `gleaner score`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner concept add monkey && gleaner score monkeys\n  gleaner score monkeys --with vision            # shows the cost and asks for confirmation\n  gleaner score monkeys --with vision --most 500 --yes"
)]
pub struct ScoreArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Also use a service; without this option no data leaves this machine
    #[arg(long, value_enum, value_name = "SERVICE")]
    with: Option<Service>,
    /// Send the photos and accept the cost without confirmation (with --with vision)
    #[arg(long, requires = "with")]
    yes: bool,
    /// Maximum number of images to send in this run (with --with vision)
    #[arg(long, value_name = "IMAGES", requires = "with")]
    most: Option<u64>,
    /// Description file of another model [default: [score] model in gleaner.toml, else EfficientNet-Lite0]
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
    let config = settings::config(global)?;
    // A misspelt name must not create an empty dataset.
    drop(datasets::read(&args.dataset, global)?);
    let context = scoring::context(&config, args.model.as_deref())?;
    let service = args.with.map(|Service::Vision| vision::service(&config)).transpose()?;
    let run = Run::open(&args.dataset, global, config, context)?;
    let mut vision = None;
    if let Some(service) = service {
        let consent = Consent { yes: args.yes, most: args.most, json: global.json };
        let derived = run.context().derived(&run.dataset)?;
        let labelled = vision::label(service, (&run.store, &run.dataset, derived), &run.config, &consent, &run.stop);
        vision = Some(labelled.await?);
    }
    let name = run.dataset.to_string();
    let (scored, concepts) = run.score().await?;
    let seconds = run.seconds();
    print_message(&format!("{} in {seconds} s -> {}", scoring::summary(&scored), name));
    hint(&concepts, &name);
    let faults = scored.unreadable > 0 || vision.as_ref().is_some_and(|vision| vision.cut_short.is_some());
    let interrupted = scored.interrupted || run.stop.is_raised();
    if global.json {
        output::print_json(&Report { dataset: name, scored, vision, concepts, seconds })?;
    }
    Ok(match (interrupted, faults) {
        (true, _) => Outcome::Interrupted,
        (false, true) => Outcome::Faults,
        (false, false) => Outcome::Success,
    })
}

fn hint(concepts: &[String], dataset: &str) {
    if concepts.is_empty() {
        print_message(&format!(
            "hint: no concept is defined, so nothing was scored: gleaner concept add monkey, then gleaner score {dataset}"
        ));
    }
}
