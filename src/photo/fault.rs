//! Why a photo did not complete the pipeline. A photo with a fault is saved too.

use serde::{Deserialize, Serialize};

/// The stages of the pipeline, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageName {
    /// Parsing the source's response.
    Search,
    /// Downloading and storing the image.
    Download,
    /// Reading the file's metadata.
    Exif,
    /// Looking up country, subdivision and city.
    Geocode,
    /// Decoding the image and making the thumbnail and thumbhash.
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

/// The kind of a fault, which decides whether the next run tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// Rejected by a rule of this program: tried again only on request.
    Rejected,
    /// Gone at the source: tried again only on request.
    Permanent,
    /// Temporary: the next run tries again.
    Temporary,
}

/// Why a photo failed. The message contains no personal data and no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The stage that failed.
    pub stage: StageName,
    /// The kind of fault.
    pub kind: FaultKind,
    /// The message to display.
    pub message: String,
}

impl Fault {
    /// Rejected by a rule of this program.
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
