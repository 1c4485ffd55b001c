//! The scores of a photo, and the labels that a service gave it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How sure a scorer is that a photo shows a concept: a number, or only that it is below the scorer's floor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Score {
    /// 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The floor that it is below, where a service reports no smaller numbers: 0.5 for Google Vision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Who gave it.
    pub scorer: String,
    /// Which version of it: a score by the same version need not be computed again.
    pub version: String,
}

impl Score {
    /// A number, 0..=1.
    pub fn known(value: f64, scorer: &str, version: &str) -> Self {
        Self { value: Some(value), below: None, scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// Less than `floor`, by an unknown amount.
    pub fn below(floor: f64, scorer: &str, version: &str) -> Self {
        Self { value: None, below: Some(floor), scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// As filters and sorts have it: the value as a 32-bit number, minus infinity where only a floor is known, so
    /// that it is less than any number. `None` where it has neither.
    pub fn number(&self) -> Option<f32> {
        match self.value {
            Some(value) => Some(value as f32).filter(|value| value.is_finite()),
            None => self.below.map(|_| f32::NEG_INFINITY),
        }
    }
}

/// Separates a concept from a scorer in the name of a score. No concept's name contains it.
pub const SIDE: char = '@';

/// The name of one scorer's score for a concept: `monkey@vision`. The score named `monkey` alone is the one that counts.
pub fn side(concept: &str, scorer: &str) -> String {
    format!("{concept}{SIDE}{scorer}")
}

/// All labels that a service gave a photo. An empty list: the service found nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// Which version of the service.
    pub version: String,
    /// When it looked, UTC.
    pub at: Timestamp,
    /// Best first.
    pub labels: Vec<Label>,
    /// Why the service cannot analyse this image. There are no labels then, and it is not sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// One label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// In words.
    pub description: String,
    /// 0..=1.
    pub score: f64,
    /// The Knowledge Graph's id (`/m/08pbxl`), where the service gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
}
