//! The scores of a photo, and its labels from services.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How sure a scorer is that a photo shows a concept: a number, or only that it is below the scorer's reporting minimum.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Score {
    /// 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The reporting minimum that the score is below, if the service reports no smaller numbers: 0.5 for Google Vision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The scorer.
    pub scorer: String,
    /// The scorer's version. A score of the same version need not be computed again.
    pub version: String,
}

impl Score {
    /// A known score, 0..=1.
    pub fn known(value: f64, scorer: &str, version: &str) -> Self {
        Self { value: Some(value), below: None, scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// An unknown score less than `floor`.
    pub fn below(floor: f64, scorer: &str, version: &str) -> Self {
        Self { value: None, below: Some(floor), scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// The score for filters and sorts: a 32-bit float, or minus infinity for a score below the reporting minimum, so
    /// that it is less than any number. `None` if it has neither.
    pub fn number(&self) -> Option<f32> {
        match self.value {
            Some(value) => Some(value as f32).filter(|value| value.is_finite()),
            None => self.below.map(|_| f32::NEG_INFINITY),
        }
    }
}

/// Separates the concept from the scorer in the name of a score. Concept names cannot contain it.
pub const SIDE: char = '@';

/// The name of one scorer's score for a concept: `monkey@vision`. The main score has the name `monkey`.
pub fn side(concept: &str, scorer: &str) -> String {
    format!("{concept}{SIDE}{scorer}")
}

/// All labels of a photo from one service; empty if the service found nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// The version of the service.
    pub version: String,
    /// When the service analysed the photo, UTC.
    pub at: Timestamp,
    /// Sorted by score, best first.
    pub labels: Vec<Label>,
    /// Why the service cannot analyse this image. Such an image has no labels and is not sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// One label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// The description.
    pub description: String,
    /// 0..=1.
    pub score: f64,
    /// The Knowledge Graph id (`/m/08pbxl`), if the service returns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
}
