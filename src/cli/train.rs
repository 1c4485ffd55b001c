//! `gleaner train`: trains concepts on labelled photos.

mod setting;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::address::DEFAULT;
use super::concept::unknown;
use super::output::{self, UsageError, counted, print_message, quoted};
use super::{Global, Outcome, datasets, near, scoring, settings, source_access};
use crate::concepts::BuiltInScorer;
use crate::dataset::{Dataset, Server};
use crate::photo::suggest::nearest;
use crate::pipeline::train::{self, Labelled};
use crate::reviews::Reviews;
use crate::store::{Aspect, Store};
use crate::training::{self, Options, TrainError};

/// Arguments of `gleaner train`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner train cage monkeys                       # from reviews.jsonl of the dataset `monkeys`\n  gleaner train cage monkeys --from search-terms --yes \"monkey cage\" --no \"monkey wild\"\n  gleaner train cage --from scores --scorer vision --above 0.7 --below 0.3\n  gleaner train --setting monkeys                  # wild, captive, ...: docs/setting.md\nWhat the numbers mean: docs/training.md"
)]
pub struct TrainArgs {
    /// The concepts to train; the dataset's folder may follow
    #[arg(required_unless_present = "setting", value_name = "CONCEPT|DATASET")]
    names: Vec<String>,
    /// The dataset's folder, unless it is the last name [default: dataset]
    #[arg(long, value_name = "DIR")]
    dataset: Option<String>,
    /// Source of the labels
    #[arg(long, value_enum, value_name = "ORIGIN", default_value_t = From::Reviews)]
    from: From,
    /// Photos found by this search are positive examples (with search-terms); may be repeated
    #[arg(long, value_name = "WORDS")]
    yes: Vec<String>,
    /// Photos found by this search are negative examples (with search-terms); photos found by both are left out
    #[arg(long, value_name = "WORDS")]
    no: Vec<String>,
    /// Scorer of the labels (with scores)
    #[arg(long, value_parser = LABELLERS.map(BuiltInScorer::as_str), value_name = "SCORER")]
    scorer: Option<String>,
    /// Photos with at least this score are positive examples (with scores) [default: 0.7]
    #[arg(long, value_name = "SCORE")]
    above: Option<f64>,
    /// Photos with at most this score are negative examples (with scores); "below the scorer's minimum" counts as below [default: 0.3]
    #[arg(long, value_name = "SCORE")]
    below: Option<f64>,
    /// Also use the words of title, tags and description
    #[arg(long)]
    with_text: bool,
    /// Fit the probabilities of settings (wild, captive, ...) to reviews instead of training a concept
    #[arg(long, conflicts_with_all = ["from", "with_text", "model"])]
    setting: bool,
    /// Description file of the model whose vectors are used [default: as for `gleaner score`]
    #[arg(long, value_name = "FILE.toml")]
    model: Option<PathBuf>,
}

/// The scorers from whose scores a head can be trained.
const LABELLERS: [BuiltInScorer; 3] = [BuiltInScorer::Vision, BuiltInScorer::Local, BuiltInScorer::Text];

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// People's verdicts: reviews.jsonl
    Reviews,
    /// Which searches found a photo
    SearchTerms,
    /// The scores of another scorer
    Scores,
}

impl TrainArgs {
    /// The scores from which and up to which photos are labelled.
    fn limits(&self) -> (f64, f64) {
        (self.above.unwrap_or(0.7), self.below.unwrap_or(0.3))
    }
}

/// Runs `gleaner train`.
pub fn run(args: &TrainArgs, global: &Global) -> Result<Outcome> {
    if args.setting {
        return setting::run(args, &source_access::with(settings::config(global)?), global);
    }
    let (names, dataset_name) = names(args);
    check(args, names)?;
    let (dataset, store) = datasets::read(dataset_name, global)?;
    let context = scoring::context(&settings::config(global)?, args.model.as_deref())?;
    let concepts = context.concepts(&dataset)?;
    if let Some(name) = names.iter().find(|name| concepts.get(name).is_none()) {
        let known = concepts.iter().map(|concept| concept.name.as_str());
        let otherwise = match near::nearest_dataset(Path::new(name)) {
            Some(meant) if names.len() > 1 => format!("did you mean the dataset {}?", meant.display()),
            _ => format!("define it first: gleaner concept add {}", quoted(name)),
        };
        return Err(unknown(name, known, &otherwise));
    }
    check_terms(args, store.as_ref(), dataset_name)?;
    datasets::exit_on_signal("no head was changed", None);
    let reviews = Reviews::open(&dataset).context("could not read reviews.jsonl")?;
    let labelled = labelled(args, &reviews);
    let model = context.model()?;
    let mut answers = Vec::new();
    for name in names {
        let started = Instant::now();
        let options = Options { with_text: args.with_text, ..Options::default() };
        let outcome = train::train((store.as_ref(), &dataset), (name, model.id()), &labelled, options);
        let outcome = outcome.map_err(|err| with_hint(err, args.from, dataset_name))?;
        answers.push(answer(&outcome, &dataset, started.elapsed().as_secs_f64()));
    }
    print_result(&answers, &reviews, (args, dataset_name), global)
}

/// The concepts, and the dataset's folder: `--dataset`, or the last of several names if that is a dataset or there is no
/// dataset with the default name.
fn names(args: &TrainArgs) -> (&[String], &str) {
    let is_dataset = |name: &str| Server::is_address(name) || Dataset::at(name).database().exists();
    match (&args.dataset, args.names.split_last()) {
        (Some(dataset), _) => (&args.names, dataset),
        (None, Some((last, before))) if !before.is_empty() && (is_dataset(last) || !is_dataset(DEFAULT)) => {
            (before, last)
        }
        _ => (&args.names, DEFAULT),
    }
}

/// Checks that clap cannot express.
fn check(args: &TrainArgs, names: &[String]) -> Result<()> {
    let search = args.from == From::SearchTerms;
    let wrong = |message: &str, hint: &str| Err(UsageError::error(message, hint));
    if search && (args.yes.is_empty() || args.no.is_empty()) {
        return wrong(
            "--from search-terms requires searches for positive and for negative examples",
            "for example --yes \"monkey cage\" --no \"monkey wild\"; `gleaner status DATASET` lists the searches",
        );
    }
    if search && names.len() > 1 {
        return wrong("search terms can label one concept at a time", "train the concepts one after the other");
    }
    if !search && (!args.yes.is_empty() || !args.no.is_empty()) {
        return wrong("--yes and --no are for --from search-terms", "");
    }
    if (args.from == From::Scores) != args.scorer.is_some() {
        return wrong("--from scores and --scorer must be used together", "for example --from scores --scorer vision");
    }
    if args.from != From::Scores && (args.above.is_some() || args.below.is_some()) {
        return wrong("--above and --below are for --from scores", "");
    }
    let (above, below) = args.limits();
    let in_order = (0.0..=1.0).contains(&below) && below < above && above <= 1.0;
    if in_order { Ok(()) } else { wrong("--below must be less than --above, both between 0 and 1", "") }
}

/// Checks that the searches of `--yes` and `--no` found photos.
fn check_terms(args: &TrainArgs, store: &dyn Store, dataset: &str) -> Result<()> {
    if args.from != From::SearchTerms {
        return Ok(());
    }
    let tally = store.tally()?;
    let known: Vec<&str> = tally.of(Aspect::Search).map(|(term, _)| term).collect();
    let Some(wrong) = args.yes.iter().chain(&args.no).find(|term| !known.contains(&term.as_str())) else {
        return Ok(());
    };
    let hint = match nearest(wrong, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("the words must be exactly those of the search; `gleaner status {dataset}` lists them"),
    };
    Err(UsageError::error(format!("no photo of {dataset} was found by a search for {wrong:?}"), hint))
}

fn labelled<'a>(args: &TrainArgs, reviews: &'a Reviews) -> Labelled<'a> {
    match args.from {
        From::Reviews => Labelled::Reviews(reviews),
        From::SearchTerms => Labelled::SearchTerms { yes: args.yes.clone(), no: args.no.clone() },
        From::Scores => {
            let (above, below) = args.limits();
            Labelled::Scores { scorer: args.scorer.clone().unwrap_or_default(), above, below }
        }
    }
}

/// The error with a hint.
fn with_hint(err: anyhow::Error, from: From, dataset: &str) -> anyhow::Error {
    match err.downcast_ref::<TrainError>() {
        Some(TrainError::NoVectors { .. } | TrainError::Dims { .. }) => {
            UsageError::error(err.to_string(), format!("score the photos first: gleaner score {dataset}"))
        }
        Some(TrainError::TooFewLabels { .. }) => UsageError::error(
            err.to_string(),
            match from {
                From::Reviews => format!("label photos in the explorer: gleaner serve {dataset}"),
                From::SearchTerms => {
                    format!("the words must be exactly those of the search; `gleaner status {dataset}` lists them")
                }
                From::Scores => {
                    "choose --above and --below closer to each other, or score more photos with that scorer".to_owned()
                }
            },
        ),
        None => err,
    }
}

/// The result for one concept, as JSON.
fn answer(outcome: &training::Outcome, dataset: &Dataset, seconds: f64) -> Value {
    let head = &outcome.head;
    let measured = head.measures.as_ref().map(|measures| {
        let counts = &measures.at_cut;
        json!({
            "folds": measures.folds, "roc_auc": measures.roc_auc,
            "precision": counts.precision(), "recall": counts.recall(), "f1": counts.f1(), "confusion": counts,
            "uncalibrated": measures.uncalibrated, "calibrated": measures.calibrated,
        })
    });
    json!({
        "concept": head.concept, "model": head.model, "version": head.version(), "with_text": head.reads_text(),
        "labels": head.labels, "without_vector": outcome.without_vector, "cut": head.cut, "measures": measured,
        "not_measured": outcome.too_few_groups.as_ref().map(ToString::to_string),
        "head": dataset.head(&head.concept), "report": dataset.head_report(&head.concept),
        "seconds": (seconds * 100.0).round() / 100.0,
    })
}

fn print_result(
    answers: &[Value],
    reviews: &Reviews,
    (args, dataset): (&TrainArgs, &str),
    global: &Global,
) -> Result<Outcome> {
    let bad = if args.from == From::Reviews { reviews.bad_lines() } else { &[] };
    for bad in bad {
        print_message(&format!("  reviews.jsonl, line {}, is skipped: {}", bad.line, bad.why));
    }
    if global.json {
        output::print_json(&answers)?;
    } else {
        output::print_data(&table(answers))?;
    }
    for answer in answers {
        let name = &answer["concept"].as_str().unwrap_or_default();
        if let Some(why) = answer["not_measured"].as_str() {
            print_message(&format!("{name} {why}; label photos of more people, or check the results by eye"));
        }
        if let Some(count) = answer["without_vector"].as_u64().filter(|count| *count > 0) {
            print_message(&format!(
                "{name}: {} without a vector left out: gleaner score {dataset}",
                counted(count, "labelled photo")
            ));
        }
        if let (Some(path), true) = (answer["report"].as_str(), answer["measures"].is_object()) {
            print_message(&format!("{name}: report with curves and wrongly scored photos -> {path}"));
        }
    }
    print_message(&format!("next: gleaner score {dataset}"));
    Ok(if bad.is_empty() { Outcome::Success } else { Outcome::Faults })
}

/// One row for each concept.
fn table(answers: &[Value]) -> String {
    let heading = [
        "concept",
        "yes",
        "no",
        "groups",
        "AUC",
        "threshold",
        "precision",
        "recall",
        "true pos",
        "false pos",
        "false neg",
        "true neg",
        "seconds",
    ];
    let mut rows = vec![heading.map(str::to_owned)];
    for answer in answers {
        let (labels, measures) = (&answer["labels"], &answer["measures"]);
        let counts = &measures["confusion"];
        let number = |value: &Value| value.as_f64().map_or_else(|| "-".to_owned(), |number| format!("{number:.3}"));
        let count = |value: &Value| value.as_u64().map_or_else(|| "-".to_owned(), |count| count.to_string());
        rows.push([
            answer["concept"].as_str().unwrap_or_default().to_owned(),
            count(&labels["yes"]),
            count(&labels["no"]),
            count(&labels["groups"]),
            number(&measures["roc_auc"]),
            number(&answer["cut"]),
            number(&measures["precision"]),
            number(&measures["recall"]),
            count(&counts["true_positives"]),
            count(&counts["false_positives"]),
            count(&counts["false_negatives"]),
            count(&counts["true_negatives"]),
            answer["seconds"].as_f64().map_or_else(String::new, |seconds| format!("{seconds:.1}")),
        ]);
    }
    let wide = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heading.len()).map(wide).collect();
    let line = |row: &[String; 13]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
