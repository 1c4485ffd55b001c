//! The state of a photo in the pipeline.

use super::vocabulary::vocabulary;
use super::{FaultKind, Photo};

vocabulary! {
    /// The state of a photo in the pipeline.
    pub enum State {
        /// Only metadata: no image was requested, or it is not downloaded yet.
        Found = "found",
        /// Its image is stored.
        Stored = "stored",
        /// Rejected by a rule: invalid bytes, an unsupported type, an opt-out.
        Rejected = "rejected",
        /// Permanently gone at the source.
        Gone = "gone",
        /// A temporary failure; the next run tries again.
        Failed = "failed",
    }
}

impl State {
    /// Whether the photo did not complete the pipeline.
    pub const fn is_faulty(self) -> bool {
        matches!(self, Self::Rejected | Self::Gone | Self::Failed)
    }
}

impl Photo {
    /// The state of the photo in the pipeline.
    pub fn state(&self) -> State {
        match (&self.fault, &self.file) {
            (Some(fault), _) => match fault.kind.known() {
                Some(FaultKind::Permanent) => State::Gone,
                Some(FaultKind::Temporary) => State::Failed,
                // A fault of a kind that only a newer program knows is not tried again by this one.
                Some(FaultKind::Rejected) | None => State::Rejected,
            },
            (None, Some(_)) => State::Stored,
            (None, None) => State::Found,
        }
    }
}
