//! What scorers said of a photo, and the labels that a service gave it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How sure a scorer is that a photo shows a concept: a number, or only that it lies under the scorer's floor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Score {
    /// 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The floor that it lies under, where a service tells no smaller numbers: 0.5 for Google Vision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Who gave it.
    pub scorer: String,
    /// Which version of it: what the same version gave need not be worked out again.
    pub version: String,
}

impl Score {
    /// A number, 0..=1.
    pub fn known(value: f64, scorer: &str, version: &str) -> Self {
        Self { value: Some(value), below: None, scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// Less than `floor`, nobody knows by how much.
    pub fn below(floor: f64, scorer: &str, version: &str) -> Self {
        Self { value: None, below: Some(floor), scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// As filters and sorts have it: the value as a 32-bit number, minus infinity where only a floor is known - it
    /// is less than whatever was measured. `None` for what is neither.
    pub fn number(&self) -> Option<f32> {
        match self.value {
            Some(value) => Some(value as f32).filter(|value| value.is_finite()),
            None => self.below.map(|_| f32::NEG_INFINITY),
        }
    }
}

/// What stands between a concept and the scorer whose opinion a score is: no concept's name holds it.
pub const SIDE: char = '@';

/// Under which name one scorer's opinion of a concept stands: `monkey@vision`. The bare name is the one that counts.
pub fn side(concept: &str, scorer: &str) -> String {
    format!("{concept}{SIDE}{scorer}")
}

/// What a service saw in a photo, all of it; an empty list was looked at, and nothing was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// Which version of the service.
    pub version: String,
    /// When it looked, UTC.
    pub at: Timestamp,
    /// Best first.
    pub labels: Vec<Label>,
    /// Why the service will never be able to look at this image; then nothing is known, and it is not asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// One thing that a service saw.
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
