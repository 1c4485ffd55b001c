//! Scores from Google Vision's labels (`images:annotate` with LABEL_DETECTION). All labels are stored in the record;
//! scores are computed from them without calling the service again.

pub mod cost;
mod refusal;
pub mod request;
pub mod response;
mod service;

use anyhow::Result;
use jiff::Timestamp;

use super::{Evidence, ScoreValue, Scorer};
use crate::concepts::{BuiltInScorer, Concept};
use crate::photo::{Label, Labels, Photo};

pub use cost::Estimate;
pub use service::{CallOutcome, Cancellation, Service, VisionError};

/// The name of this scorer in labels and scores.
pub const NAME: &str = BuiltInScorer::Vision.as_str();

/// The origin of the labels.
const VERSION: &str = "images:annotate v1 LABEL_DETECTION";

/// Google's reporting minimum: it returns no label with a lower score.
const REPORTING_MINIMUM: f64 = 0.5;

/// The stored labels of one image; at most `max_results` were requested.
pub fn labels(labels: Vec<Label>, max_results: u32) -> Labels {
    Labels { version: format!("{VERSION} maxResults={max_results}"), at: Some(Timestamp::now()), labels, refused: None }
}

/// The stored result for an image that the service refuses permanently.
pub fn refused(why: String, max_results: u32) -> Labels {
    Labels { refused: Some(why), ..labels(Vec::new(), max_results) }
}

/// Whether the photo still needs labels.
pub fn wants(photo: &Photo) -> bool {
    photo.file.is_some() && !photo.labels.contains_key(NAME)
}

/// The highest score among the labels that match the concept's words.
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
        Ok(concepts.iter().map(|concept| labels.map(|labels| score_value(concept, labels))).collect())
    }
}

fn score_value(concept: &Concept, labels: &Labels) -> ScoreValue {
    let matching = labels.labels.iter().filter(|label| concept.matches(&label.description));
    let best = matching.map(|label| label.score).max_by(f64::total_cmp);
    best.map_or_else(|| ScoreValue::Below(reporting_minimum(labels)), ScoreValue::Known)
}

/// The upper bound for a label that was not returned: Google's minimum, or the lowest returned score if the list is full.
fn reporting_minimum(labels: &Labels) -> f64 {
    let asked = labels.version.rsplit_once('=').and_then(|(_, number)| number.parse::<usize>().ok());
    let full = asked.is_some_and(|asked| labels.labels.len() >= asked);
    let least = labels.labels.iter().map(|label| label.score).min_by(f64::total_cmp);
    least.filter(|_| full).map_or(REPORTING_MINIMUM, |least| least.max(REPORTING_MINIMUM))
}
