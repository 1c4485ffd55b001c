//! Why a photo did not complete the pipeline. A photo with a fault is saved all the same.

use serde::{Deserialize, Serialize};

/// The stages of the pipeline, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageName {
    /// Reading the source's answer.
    Search,
    /// Fetching and keeping the image.
    Download,
    /// Reading what the file says about itself.
    Exif,
    /// Country, subdivision, city.
    Geocode,
    /// Strict decode, thumbnail, thumbhash.
    Thumbnail,
}

impl StageName {
    /// The stage's name as typed on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Download => "download",
            Self::Exif => "exif",
            Self::Geocode => "geocode",
            Self::Thumbnail => "thumbnail",
        }
    }
}

/// Whether the next run tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// Refused by a rule of ours: only tried again on request.
    Rejected,
    /// Gone at the source: only tried again on request.
    Permanent,
    /// Temporary: the next run tries again.
    Temporary,
}

/// Why a photo stopped. The message names no person and no address with a key in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where it stopped.
    pub stage: StageName,
    /// Whether to try again.
    pub kind: FaultKind,
    /// What happened, for a person.
    pub message: String,
}

impl Fault {
    /// Refused by a rule of ours.
    pub fn rejected(stage: StageName, message: impl Into<String>) -> Self {
        Self { stage, kind: FaultKind::Rejected, message: message.into() }
    }

    /// Gone at the source.
    pub fn permanent(stage: StageName, message: impl Into<String>) -> Self {
        Self { stage, kind: FaultKind::Permanent, message: message.into() }
    }

    /// A temporary failure.
    pub fn temporary(stage: StageName, message: impl Into<String>) -> Self {
        Self { stage, kind: FaultKind::Temporary, message: message.into() }
    }
}
