//! Errors of stores.

use std::io;
use std::path::Path;

use thiserror::Error;

use crate::photo::PhotoId;

/// An error of a store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process writes to the dataset.
    #[error("the dataset is being written by another process: {holder}")]
    Locked {
        /// Process id, host and since when.
        holder: String,
    },
    /// The disk is full or a quota is reached.
    #[error("no space left on the dataset's disk")]
    DiskFull,
    /// The dataset was written by a newer Gleaner.
    #[error("the dataset has format {found}, this Gleaner reads up to {known}; please update Gleaner")]
    Newer {
        /// The dataset's format.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// There is no dataset.
    #[error("there is no dataset at {0}")]
    Missing(String),
    /// A record is not the one that was written, or cannot be read.
    #[error("the record of {id} is damaged: {why}")]
    Damaged {
        /// The photo.
        id: PhotoId,
        /// What is wrong.
        why: String,
    },
    /// A server refused the user, the password or the operation.
    #[error("{0}")]
    Refused(String),
    /// A server does not respond.
    #[error("{0}")]
    Unreachable(String),
    /// An address that the driver cannot parse.
    #[error("{0}")]
    Address(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// An error of the file system for `path`.
    pub(super) fn of_file(err: &io::Error, path: &Path) -> Self {
        match err.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Other(format!("{} cannot be opened: {err}", path.display())),
        }
    }
}
