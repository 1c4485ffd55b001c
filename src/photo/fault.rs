//! Why a photo did not complete the pipeline. A photo with a fault is saved too.

use canonical::Canonical;
use serde::{Deserialize, Serialize};

use super::vocabulary::{OrUnknown, vocabulary};
use crate::redact;

vocabulary! {
    /// The stages of the pipeline, in order.
    pub enum StageName {
        /// Parsing the source's response.
        Search = "search",
        /// Downloading and storing the image.
        Download = "download",
        /// Reading the file's metadata.
        Exif = "exif",
        /// Looking up country, subdivision and city.
        Geocode = "geocode",
        /// Looking for names of taxa in machine tags, words and labels.
        Taxa = "taxa",
        /// Comparing the coordinates with the range of the species.
        Range = "range",
        /// Weighing what speaks for a wild or a captive animal, or for none.
        Setting = "setting",
        /// Decoding the image and making the thumbnail and thumbhash.
        Thumbnail = "thumbnail",
    }
}

vocabulary! {
    /// The kind of a fault, which decides whether the next run tries again.
    pub enum FaultKind {
        /// Rejected by a rule of this program: tried again only on request.
        Rejected = "rejected",
        /// Gone at the source: tried again only on request.
        Permanent = "permanent",
        /// Temporary: the next run tries again.
        Temporary = "temporary",
    }
}

/// Why a photo failed. The message contains no personal data and no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct Fault {
    /// The stage that failed.
    pub stage: OrUnknown<StageName>,
    /// The kind of fault.
    pub kind: OrUnknown<FaultKind>,
    /// The message to display.
    pub message: String,
}

impl Fault {
    /// Rejected by a rule of this program.
    pub fn rejected(stage: StageName, message: impl Into<String>) -> Self {
        Self { stage: stage.into(), kind: FaultKind::Rejected.into(), message: redact::outside(&message.into()) }
    }

    /// Gone at the source.
    pub fn permanent(stage: StageName, message: impl Into<String>) -> Self {
        Self { stage: stage.into(), kind: FaultKind::Permanent.into(), message: redact::outside(&message.into()) }
    }

    /// A temporary failure.
    pub fn temporary(stage: StageName, message: impl Into<String>) -> Self {
        Self { stage: stage.into(), kind: FaultKind::Temporary.into(), message: redact::outside(&message.into()) }
    }
}
