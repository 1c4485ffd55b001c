//! Precision and recall of a concept's scores at every threshold, estimated from reviews.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::jobs::JobRunner;
use crate::concepts::BuiltInScorer;
use crate::explorer::Explorer;
use crate::photo::filter::Filter;
use crate::photo::{PhotoId, ScoreKey};
use crate::pipeline::train::samples;
use crate::scorers::main_scorer;
use crate::store::Store;
use crate::training::cut::{Band, Panel, Point};
use crate::training::head::Head;
use crate::training::{MIN_CLASS_LABELS, Options, Trainer};

/// Bins of the histograms.
const BINS: usize = 40;
/// The seed of the bootstrap.
const SEED: u64 = 1;
/// An interval of this width at the recommended threshold calls for more labels.
const WIDE_INTERVAL: f64 = 0.15;
/// The fewest labels for which the curve is informative.
const MIN_LABELS: usize = 20;

/// Precision and recall at every threshold.
#[derive(Serialize, ToSchema)]
pub struct ThresholdResponse {
    /// The scorer; null: there are no scores.
    #[schema(required)]
    scorer: Option<String>,
    /// Labelled yes.
    yes: usize,
    /// Labelled no.
    no: usize,
    /// Photos with a score.
    photos: usize,
    /// Edges of the bins.
    edges: Vec<f64>,
    /// Number of photos in each bin.
    bins: Vec<u64>,
    /// Number of photos labelled yes in each bin.
    yes_bins: Vec<u64>,
    /// Number of photos labelled no in each bin.
    no_bins: Vec<u64>,
    /// By threshold, the lowest first.
    points: Vec<ThresholdPoint>,
    /// The recommended threshold.
    #[schema(required)]
    recommended: Option<RecommendedThreshold>,
    /// Whether there are enough labels.
    enough: bool,
    /// The recommended next step, to display.
    advice: String,
}

/// One threshold. Low and high are the ends of the 90 % interval.
#[derive(Serialize, ToSchema)]
pub struct ThresholdPoint {
    /// Photos with at least this score are selected.
    cut: f64,
    /// Precision: the share of selected photos that show the concept; null if none is selected, or without labels.
    #[schema(required)]
    precision: Option<f64>,
    /// At least.
    #[schema(required)]
    precision_low: Option<f64>,
    /// At most.
    #[schema(required)]
    precision_high: Option<f64>,
    /// Recall: the share of photos that show the concept which is selected; null if none is labelled yes.
    #[schema(required)]
    recall: Option<f64>,
    /// At least.
    #[schema(required)]
    recall_low: Option<f64>,
    /// At most.
    #[schema(required)]
    recall_high: Option<f64>,
    /// Number of selected photos.
    above: usize,
}

/// The recommended threshold.
#[derive(Serialize, ToSchema)]
pub struct RecommendedThreshold {
    /// Photos with at least this score.
    cut: f64,
    /// Precision.
    precision: f64,
    /// Recall.
    recall: f64,
    /// The reason, to display.
    why: String,
}

/// Estimates precision and recall of a concept.
pub fn cut(
    jobs: &JobRunner,
    (explorer, store): (&Explorer, &dyn Store),
    concept: &str,
    scorer: Option<&str>,
) -> Result<ThresholdResponse> {
    let concepts = jobs.concepts()?;
    let keys = explorer.summary().scores;
    let has = |scorer: BuiltInScorer| keys.contains(&ScoreKey::by(concept, scorer.as_str()));
    let scorer = match scorer {
        Some(scorer) => Some(scorer.to_owned()),
        None => concepts.get(concept).and_then(|concept| main_scorer(concept, has)).map(|scorer| scorer.to_string()),
    };
    let told_by = |by: &str| explorer.scores(&Filter::default(), &ScoreKey::by(concept, by));
    let mut scores = scorer.as_deref().map(told_by).unwrap_or_default();
    let labels = jobs.reviews().labels(concept);
    if scorer.as_deref() == Some(BuiltInScorer::Trained.as_str()) {
        // A head has seen its training photos: these get scores from cross-validation.
        let cross_validated: HashMap<PhotoId, f32> = cross_validated(jobs, store, concept, &labels)?;
        scores.retain(|(id, _)| !cross_validated.contains_key(id));
        scores.extend(cross_validated);
    }
    let labels: HashMap<PhotoId, bool> = labels.into_iter().collect();
    let judge = |(id, score): &(PhotoId, f32)| Some((f64::from(*score), *labels.get(id)?));
    let scored_labels: Vec<(f64, bool)> = scores.iter().filter_map(judge).collect();
    let values: Vec<f64> = scores.iter().map(|(_, score)| f64::from(*score)).collect();
    let panel = Panel::estimate(&values, &scored_labels, SEED);
    Ok(response(scorer, &panel, &values, &scored_labels))
}

/// Cross-validated scores of the labelled photos.
fn cross_validated(
    jobs: &JobRunner,
    store: &dyn Store,
    concept: &str,
    labels: &[(PhotoId, bool)],
) -> Result<HashMap<PhotoId, f32>> {
    let head = Head::read(&jobs.dataset().head(concept))?;
    let samples = samples(store, &head.model, labels)?;
    let options = Options { with_text: head.reads_text(), c: head.c, ..Options::default() };
    let outcome = Trainer::new(&head.model, samples, options)
        .and_then(|trainer| trainer.train(concept, labels, "reviews", Timestamp::now()));
    // Some labels were removed and too few are left: the head's own scores are used.
    let held = outcome.map(|outcome| outcome.held_out).unwrap_or_default();
    Ok(held.into_iter().map(|held| (held.id, held.score as f32)).collect())
}

fn response(scorer: Option<String>, panel: &Panel, values: &[f64], scored_labels: &[(f64, bool)]) -> ThresholdResponse {
    let enough = panel.yes >= MIN_CLASS_LABELS && panel.no >= MIN_CLASS_LABELS && panel.yes + panel.no >= MIN_LABELS;
    ThresholdResponse {
        advice: recommendation(scorer.as_deref(), panel, enough),
        scorer,
        yes: panel.yes,
        no: panel.no,
        photos: panel.photos,
        edges: (0..=BINS).map(|bin| bin as f64 / BINS as f64).collect(),
        bins: bins(values.iter().copied()),
        yes_bins: bins(scored_labels.iter().filter(|(_, truth)| *truth).map(|(score, _)| *score)),
        no_bins: bins(scored_labels.iter().filter(|(_, truth)| !*truth).map(|(score, _)| *score)),
        points: panel.points.iter().map(|point| ThresholdPoint::of(point, panel)).collect(),
        recommended: panel.recommended.map(|point| RecommendedThreshold {
            cut: point.cut,
            precision: point.precision.map_or(1.0, |band| band.estimate),
            recall: point.recall.estimate,
            why: "the highest F1 score that the labels support".to_owned(),
        }),
        enough,
    }
}

/// Histogram of scores. Scores below the reporting threshold count in the first bin.
fn bins(scores: impl Iterator<Item = f64>) -> Vec<u64> {
    let mut bins = vec![0; BINS];
    scores.for_each(|score| bins[((score * BINS as f64).floor().max(0.0) as usize).min(BINS - 1)] += 1);
    bins
}

impl ThresholdPoint {
    fn of(point: &Point, panel: &Panel) -> Self {
        // Without labels there would be only what the method assumes.
        let precision = |end: fn(Band) -> f64| point.precision.map(end).filter(|_| panel.yes + panel.no > 0);
        let recall = |end: fn(Band) -> f64| (panel.yes > 0).then(|| end(point.recall));
        Self {
            cut: point.cut,
            precision: precision(|band| band.estimate),
            precision_low: precision(|band| band.low),
            precision_high: precision(|band| band.high),
            recall: recall(|band| band.estimate),
            recall_low: recall(|band| band.low),
            recall_high: recall(|band| band.high),
            above: point.taken,
        }
    }
}

fn recommendation(scorer: Option<&str>, panel: &Panel, enough: bool) -> String {
    let missing = |count: usize| MIN_CLASS_LABELS.saturating_sub(count);
    if scorer.is_none() {
        return match (missing(panel.yes), missing(panel.no)) {
            (0, 0) => "No scorer supports this concept yet: train a head on your labels.".to_owned(),
            _ => format!(
                "No scorer supports this concept yet: label at least {MIN_CLASS_LABELS} photos that show it and {MIN_CLASS_LABELS} that do not, then train a head."
            ),
        };
    }
    if !enough {
        let more = MIN_LABELS.saturating_sub(panel.yes + panel.no).max(missing(panel.yes)).max(missing(panel.no));
        return format!("Label about {more} more photos: there are too few for an estimate.");
    }
    let Some(best) = panel.recommended else { return "Label some photos of both kinds.".to_owned() };
    let width = |band: Band| band.high - band.low;
    let widest = width(best.recall).max(best.precision.map_or(0.0, width));
    if widest > WIDE_INTERVAL {
        // The width is inversely proportional to the square root of the number of labels.
        let more = ((widest / WIDE_INTERVAL).powi(2) - 1.0) * (panel.yes + panel.no) as f64;
        return format!(
            "The interval at the recommended threshold is {:.0} points wide; about {} more labels would narrow it to {:.0}.",
            widest * 100.0,
            more.ceil().clamp(5.0, 200.0),
            WIDE_INTERVAL * 100.0
        );
    }
    "There are enough labels: use the recommended threshold, or choose your own.".to_owned()
}
