//! Google Vision: `images:annotate` with LABEL_DETECTION. The labels are the evidence, kept whole in the record; which
//! of them means a concept is targets from them at any time, without asking again.

pub mod answer;
pub mod cost;
mod refusal;
pub mod request;
mod service;

use anyhow::Result;
use jiff::Timestamp;

use super::{Evidence, ScoreValue, Scorer};
use crate::concepts::Concept;
use crate::photo::{Label, Labels, Photo};

pub use cost::Estimate;
pub use service::{CallOutcome, Cancellation, Service, VisionError};

/// Under which name the labels and scores stand.
pub const NAME: &str = "vision";

/// What gives the labels.
const VERSION: &str = "images:annotate v1 LABEL_DETECTION";

/// Google tells no label that it is less sure of.
const FLOOR: f64 = 0.5;

/// The labels of one image, as they are kept; `max_results` were asked for at most.
pub fn labels(labels: Vec<Label>, max_results: u32) -> Labels {
    Labels { version: format!("{VERSION} maxResults={max_results}"), at: Timestamp::now(), labels, refused: None }
}

/// What is kept of an image that the service will never look at.
pub fn refused(why: String, max_results: u32) -> Labels {
    Labels { refused: Some(why), ..labels(Vec::new(), max_results) }
}

/// Whether the service has still to be asked about this photo.
pub fn wants(photo: &Photo) -> bool {
    photo.file.is_some() && !photo.labels.contains_key(NAME)
}

/// Judges by the labels: the best among all that the concept's words match.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vision;

impl Scorer for Vision {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self, concept: &Concept) -> Option<String> {
        (!concept.words.is_empty()).then(|| format!("{VERSION} {}", concept.words_digest()))
    }

    fn model(&self, _concept: &Concept) -> Option<&str> {
        None
    }

    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>> {
        let labels = evidence.photo.labels.get(NAME).filter(|labels| labels.refused.is_none());
        Ok(concepts.iter().map(|concept| labels.map(|labels| opinion(concept, labels))).collect())
    }
}

fn opinion(concept: &Concept, labels: &Labels) -> ScoreValue {
    let matching = labels.labels.iter().filter(|label| concept.matches(&label.description));
    let best = matching.map(|label| label.score).max_by(f64::total_cmp);
    best.map_or_else(|| ScoreValue::Below(floor(labels)), ScoreValue::Known)
}

/// Below what a label is that is not there: Google's floor, or, where as many came as were asked for, the least of them.
fn floor(labels: &Labels) -> f64 {
    let asked = labels.version.rsplit_once('=').and_then(|(_, number)| number.parse::<usize>().ok());
    let full = asked.is_some_and(|asked| labels.labels.len() >= asked);
    let least = labels.labels.iter().map(|label| label.score).min_by(f64::total_cmp);
    least.filter(|_| full).map_or(FLOOR, |least| least.max(FLOOR))
}
