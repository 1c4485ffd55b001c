//! Errors of image files and file stores.

use std::io;

/// An error of a file or of the file store.
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
    #[error("{place} refused the keys: {why}")]
    Refused {
        /// Which bucket.
        place: String,
        /// The service's reason.
        why: String,
    },
    /// The bucket that the settings name does not exist.
    #[error("there is no bucket {0}")]
    NoBucket(String),
    /// The service does not respond, or responds with an error.
    #[error("could not {action} in {place}: {why}")]
    Unanswered {
        /// What failed: `read a file`, `list images`.
        action: String,
        /// Which bucket.
        place: String,
        /// The cause.
        why: String,
    },
}

impl FilesError {
    /// Whether the error is about the whole store, so that the next file would fail too.
    pub fn is_storage_failure(&self) -> bool {
        !matches!(self, Self::Disk { .. })
    }
}
