//! The traits of a store, one for each concern; [`Store`] combines them. Calls block: async callers use
//! `spawn_blocking`.
//!
//! A plain name (`scan`, `load`, `changes`) reads records only. A name with `_sealed` reads the tokens too, which is
//! about ten times as much.

use std::time::Duration;

use rayon::prelude::*;

use super::coordination::WorkerCoordination;
use super::{DamageLog, StoreError, StoredRecord, Tally};
use crate::photo::{Photo, PhotoId, State, Vector};
use crate::seal::SealedPhoto;

/// Records that [`RecordRead::tally`] reads at a time.
const TALLY_BATCH: usize = 500;

/// A change without tokens, in the order of `seq`.
#[derive(Clone, Debug)]
pub struct Change {
    /// Number of the change; it increases with every change of the store.
    pub seq: u64,
    /// The photo; a mark (`seal::is_mark`) if it was withdrawn.
    pub id: PhotoId,
    /// The current record; `None` if the photo was removed or its record is damaged.
    pub photo: Option<Photo>,
    /// Whether there is a record that cannot be read; `gleaner verify` says why.
    pub damaged: bool,
}

impl Change {
    /// The current record, if the photo is listed.
    pub fn listed(&self) -> Option<&Photo> {
        self.photo.as_ref().filter(|photo| photo.is_listed())
    }
}

/// A change with tokens, in the order of `seq`.
#[derive(Clone, Debug)]
pub struct SealedChange {
    /// Number of the change; it increases with every change of the store.
    pub seq: u64,
    /// The photo.
    pub id: PhotoId,
    /// The current photo; `None` if it was removed or is damaged.
    pub photo: Option<SealedPhoto>,
    /// Whether there is a record that cannot be read.
    pub damaged: bool,
}

/// The callback of [`RecordWrite::update`]: takes the requested ids and the stored photos among them, and returns the
/// photos to save.
pub type UpdateFn<'a> = dyn FnMut(&[PhotoId], Vec<SealedPhoto>) -> anyhow::Result<Vec<SealedPhoto>> + 'a;

/// The callback of [`RecordRead::check`]: takes records that can be read, by id.
pub type EachChecked<'a> = dyn FnMut(Vec<StoredRecord>) -> anyhow::Result<()> + 'a;

/// What [`RecordRead::check`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreCheck {
    /// Records, readable or not.
    pub photos: u64,
    /// Records without a checksum: an older program wrote them.
    pub without_checksum: Vec<PhotoId>,
    /// One sentence for each problem.
    pub problems: Vec<String>,
}

/// Reads photos. A damaged record is left out and noted in [`RecordRead::damage`]; reading goes on after it.
pub trait RecordRead: Send + Sync {
    /// The stored photos among `ids`, in the order of `ids`, with their tokens.
    fn load_sealed(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError>;

    /// At most `limit` photos with an id after `after`, by id (bytewise), with their tokens.
    fn scan_sealed(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError>;

    /// [`RecordRead::load_sealed`] without making whole photos, if the store can.
    fn load_records(&self, ids: &[PhotoId]) -> Result<Vec<StoredRecord>, StoreError> {
        self.load_sealed(ids)?.into_par_iter().map(StoredRecord::of).collect()
    }

    /// [`RecordRead::scan_sealed`] without making whole photos, if the store can.
    fn scan_records(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<StoredRecord>, StoreError> {
        self.scan_sealed(after, limit)?.into_par_iter().map(StoredRecord::of).collect()
    }

    /// The stored photos among `ids`, in the order of `ids`, without tokens.
    fn load(&self, ids: &[PhotoId]) -> Result<Vec<Photo>, StoreError> {
        Ok(self.load_sealed(ids)?.into_iter().map(SealedPhoto::into_plain).collect())
    }

    /// At most `limit` photos with an id after `after`, by id (bytewise), without tokens.
    fn scan(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<Photo>, StoreError> {
        Ok(self.scan_sealed(after, limit)?.into_iter().map(SealedPhoto::into_plain).collect())
    }

    /// At most `limit` ids after `after`, in order (bytewise).
    fn ids(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<PhotoId>, StoreError> {
        Ok(self.scan(after, limit)?.into_iter().map(|photo| photo.id).collect())
    }

    /// The marks of withdrawn photos among `marks`; all of them without a list.
    fn withdrawn(&self, marks: Option<&[PhotoId]>) -> Result<Vec<PhotoId>, StoreError>;

    /// How many photos are in each state; states without photos are left out.
    fn count_by_state(&self) -> Result<Vec<(State, u64)>, StoreError>;

    /// Counts of the photos. Damaged records may be left out. By default every record is read.
    fn tally(&self) -> Result<Tally, StoreError> {
        Tally::of_all(|after| self.scan(after, TALLY_BATCH))
    }

    /// The bytes that the records take on disk, without images; `None` if the store cannot tell.
    fn disk_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// Checks every record, and passes those that can be read to `each`, some hundreds at a time. Fails if `each` does or the
    /// store cannot be reached.
    fn check(&self, each: &mut EachChecked<'_>) -> anyhow::Result<StoreCheck>;

    /// The damaged records that were met since the store was opened.
    fn damage(&self) -> DamageLog {
        DamageLog::default()
    }

    /// Compares counts that must be equal if no record is lost, which takes little time. A difference is noted in
    /// [`RecordRead::damage`].
    fn check_counts(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Writes photos.
pub trait RecordWrite: RecordRead {
    /// Saves photos, replacing those with the same id. The photos are durable when this returns. If one photo is not
    /// sealed, none is saved. If the store itself fails, a server may have kept some; it is safe to save them again.
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError>;

    /// Loads the stored photos among `ids`, passes them to `change`, saves what it returns, and returns that. If
    /// another process changes a photo in between, the photo is loaded and passed to `change` again, so no change is
    /// lost. `change` may therefore be called several times, each time with fewer ids.
    fn update(&self, ids: &[PhotoId], change: &mut UpdateFn<'_>) -> anyhow::Result<Vec<SealedPhoto>> {
        let changed = change(ids, self.load_sealed(ids)?)?;
        self.save(&changed)?;
        Ok(changed)
    }

    /// The photos among these damaged ones whose damage is a single changed bit, as they were written: the bit is found by its
    /// checksum. Saves nothing; [`RecordWrite::save`] replaces a damaged record.
    fn mended(&self, _ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        Ok(Vec::new())
    }

    /// Mends the key of the checksums, from its copy if that is whole. Returns whether a new key was made, because both were
    /// damaged: then no record has a checksum until it is written again.
    fn mend_checksum_key(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Removes photos and leaves tombstones for followers. Returns how many photos were removed.
    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError>;

    /// Removes photos that their owners withdrew and adds marks (`seal::Marker`), which followers get instead of ids. No id
    /// is kept, not even of photos that were removed before. Returns how many photos were removed.
    fn withdraw(&self, ids: &[PhotoId], marks: &[PhotoId]) -> Result<usize, StoreError>;
}

/// Follows the changes of a store by number.
pub trait ChangeFeed: Send + Sync {
    /// At most `limit` changes after `seq`, by seq, with tokens. A photo that was changed twice appears once.
    fn changes_sealed(&self, after_seq: u64, limit: usize) -> Result<Vec<SealedChange>, StoreError>;

    /// At most `limit` changes after `seq`, by seq, without tokens. A store may mark a damaged record instead of
    /// failing.
    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        let plain = |change: SealedChange| Change {
            seq: change.seq,
            id: change.id,
            photo: change.photo.map(SealedPhoto::into_plain),
            damaged: change.damaged,
        };
        Ok(self.changes_sealed(after_seq, limit)?.into_iter().map(plain).collect())
    }

    /// How many changes there are after `seq`; `None` if that takes long to find out.
    fn count_changes(&self, _after_seq: u64) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// The `seq` of the last change; 0 if there was none.
    fn last_seq(&self) -> Result<u64, StoreError>;

    /// Waits until something may have changed, at most `timeout`. A store without notifications waits the whole time.
    fn wait_for_change(&self, timeout: Duration) {
        std::thread::sleep(timeout);
    }
}

/// Named texts of a dataset: the id of its key, the progress of a search, and so on.
pub trait NoteStore: Send + Sync {
    /// Reads a note.
    fn note(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// The notes whose keys begin with `prefix`: key and value, by key.
    fn notes(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// Writes a note; `None` removes it.
    fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError>;

    /// Writes a note unless it exists, and returns the stored one. Atomic where several processes may write.
    fn note_or_insert(&self, key: &str, value: &str) -> Result<String, StoreError> {
        if let Some(existing) = self.note(key)? {
            return Ok(existing);
        }
        self.set_note(key, Some(value))?;
        Ok(value.to_owned())
    }
}

/// Vectors that image models computed for photos. `model` is a model's id.
pub trait VectorStore: Send + Sync {
    /// Saves vectors, replacing those of the same model and photo. The vectors are durable when this returns. Vectors
    /// of photos that are not in the store are left out.
    fn save_vectors(&self, model: &str, vectors: &[(PhotoId, Vector)]) -> Result<(), StoreError>;

    /// Removes all vectors of these photos, of every model.
    fn remove_vectors(&self, ids: &[PhotoId]) -> Result<(), StoreError>;

    /// The stored vectors of `ids`, in the order of `ids`.
    fn load_vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError>;

    /// At most `limit` vectors of photos with an id after `after`, by id (bytewise). A damaged vector is empty.
    fn scan_vectors(
        &self,
        model: &str,
        after: Option<&PhotoId>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError>;

    /// How many photos have a vector of this model.
    fn count_vectors(&self, model: &str) -> Result<u64, StoreError>;

    /// The ids of the models that have vectors.
    fn vector_models(&self) -> Result<Vec<String>, StoreError>;
}

/// A store of sealed photos.
pub trait Store: RecordRead + RecordWrite + ChangeFeed + NoteStore + VectorStore {
    /// How several workers share this store; `None` if only one process may write.
    fn coordination(&self) -> Option<&dyn WorkerCoordination> {
        None
    }
}
