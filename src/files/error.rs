//! What can go wrong with a file or with the store that holds it.

use std::io;

/// What can go wrong with a file or with the store that holds it.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// One file on a disk.
    #[error("could not {action} {path}")]
    Disk {
        /// `read`, `write`, `remove`, `list`.
        action: &'static str,
        /// Which file.
        path: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The folder that the settings name does not exist.
    #[error("there is no folder {0} for image files")]
    NoFolder(String),
    /// The service needs keys and none were given.
    #[error("there are no keys for {0}")]
    NoKeys(String),
    /// The service does not know the keys, or they do not allow this.
    #[error("{place} refuses the keys: {why}")]
    Refused {
        /// Which bucket.
        place: String,
        /// The service's reason.
        why: String,
    },
    /// The bucket that the settings name does not exist.
    #[error("there is no bucket {0}")]
    NoBucket(String),
    /// The service does not answer, or answers with an error.
    #[error("could not {action} in {place}: {why}")]
    Unanswered {
        /// What was to be done.
        action: String,
        /// Which bucket.
        place: String,
        /// What came instead of an answer.
        why: String,
    },
}

impl FilesError {
    /// Whether the error is about the whole store, so that the next file would fail too.
    pub fn is_storage_failure(&self) -> bool {
        !matches!(self, Self::Disk { .. })
    }
}
