//! Where sealed photos live. One backend is one file; a store never sees a clear name.

use thiserror::Error;

use crate::photo::{PhotoId, State};
use crate::seal::SealedPhoto;

/// What can go wrong with a store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process writes to the dataset.
    #[error("the dataset is being written by another process: {holder}")]
    Locked {
        /// Process id, host and since when.
        holder: String,
    },
    /// The disk is full or a quota is reached.
    #[error("no space left on the disk that holds the dataset")]
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
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// One change of the store, in the order of `seq`.
#[derive(Clone, Debug)]
pub struct Change {
    /// Counts up with every change of the store.
    pub seq: u64,
    /// Which photo.
    pub id: PhotoId,
    /// The photo as it is now; `None` when it was removed.
    pub photo: Option<SealedPhoto>,
}

/// A store of sealed photos. Calls block: async callers go through `spawn_blocking`.
pub trait Store: Send + Sync {
    /// Saves all of them or none, replacing what had the same id. Durable when it returns.
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError>;

    /// Those of `ids` that are known.
    fn load(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError>;

    /// At most `limit` photos with an id after `after`, by id (bytewise).
    fn scan(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError>;

    /// At most `limit` changes after `seq`, by seq; a photo changed twice stands once.
    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError>;

    /// Removes photos, leaving tombstones for followers; says how many there were.
    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError>;

    /// How many photos stand in each state.
    fn count(&self) -> Result<Vec<(State, u64)>, StoreError>;

    /// A note of the dataset (its key's id, how far a search came, ...).
    fn note(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Writes a note; `None` removes it.
    fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError>;
}
