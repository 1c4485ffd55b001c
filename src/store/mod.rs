//! Where sealed photos live. One backend is one file; a store never sees a clear name.

mod connection;
mod digest;
mod lock;
pub(crate) mod mongodb;
mod rotation;
mod row;
mod sqlite;
pub mod team;
mod verify;

use std::time::Duration;

use thiserror::Error;

use crate::dataset::Dataset;
use crate::photo::{Photo, PhotoId, State, Vector};
use crate::seal::{Key, SealError, SealedPhoto};

pub use digest::digest;
pub use lock::this_host;
pub use mongodb::MongoStore;
pub use rotation::{rotate, unfinished as unfinished_rotation};
pub use sqlite::SqliteStore;
pub use verify::{Verification, verify, verify_seals};

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
    /// A server refuses the user, the password, or what this user wants to do.
    #[error("{0}")]
    Refused(String),
    /// A server does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// An address that the driver cannot read.
    #[error("{0}")]
    Address(String),
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

/// One change of the store as far as it may be read without a key, in the order of `seq`.
#[derive(Clone, Debug)]
pub struct Record {
    /// Counts up with every change of the store.
    pub seq: u64,
    /// Which photo.
    pub id: PhotoId,
    /// The photo as it is now; `None` when it was removed, or its record is damaged.
    pub photo: Option<Photo>,
    /// Its record is there and cannot be read; `gleaner verify` says why.
    pub damaged: bool,
}

/// What [`Store::update`] calls: the ids that are asked for, and what is known of them; gives back what is to be saved.
pub type Changing<'a> = dyn FnMut(&[PhotoId], Vec<SealedPhoto>) -> anyhow::Result<Vec<SealedPhoto>> + 'a;

/// A store of sealed photos. Calls block: async callers go through `spawn_blocking`.
pub trait Store: Send + Sync {
    /// Saves all of them, replacing what had the same id. Durable when it returns. One that is not sealed refuses
    /// them all; when the store itself fails, a server may have kept some, and saving them again is right.
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError>;

    /// Reads those of `ids` that are known, lets them be changed, saves what `change` gives back, and gives that back.
    /// Where others write at the same time, nothing of theirs is lost: what they changed in between is read and
    /// changed anew, so `change` may be called several times, then with fewer ids.
    fn update(&self, ids: &[PhotoId], change: &mut Changing<'_>) -> anyhow::Result<Vec<SealedPhoto>> {
        let changed = change(ids, self.load(ids)?)?;
        self.save(&changed)?;
        Ok(changed)
    }

    /// Those of `ids` that are known, in their order.
    fn load(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError>;

    /// At most `limit` photos with an id after `after`, by id (bytewise).
    fn scan(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError>;

    /// The same as [`Store::scan`] without what is sealed, for those who only look: ten times less to read.
    fn photos(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<Photo>, StoreError> {
        Ok(self.scan(after, limit)?.into_iter().map(SealedPhoto::into_plain).collect())
    }

    /// The same as [`Store::load`], in the order of `ids` too, without what is sealed.
    fn look(&self, ids: &[PhotoId]) -> Result<Vec<Photo>, StoreError> {
        Ok(self.load(ids)?.into_iter().map(SealedPhoto::into_plain).collect())
    }

    /// At most `limit` changes after `seq`, by seq; a photo changed twice stands once.
    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError>;

    /// The same as [`Store::changes`] without what is sealed: quicker, for those who only look. A store that
    /// can marks a damaged record instead of failing.
    fn records(&self, after_seq: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let open = |change: Change| Record {
            seq: change.seq,
            id: change.id,
            photo: change.photo.map(|sealed| sealed.photo().clone()),
            damaged: false,
        };
        Ok(self.changes(after_seq, limit)?.into_iter().map(open).collect())
    }

    /// How several workers share this store; `None` where only one may write.
    fn team(&self) -> Option<&dyn team::Team> {
        None
    }

    /// The `seq` of the last change; 0 when there was none.
    fn seq(&self) -> Result<u64, StoreError>;

    /// Waits until something may have changed, at most so long; a store that is not told of changes waits so long.
    fn wait(&self, most: Duration) {
        std::thread::sleep(most);
    }

    /// Removes photos, leaving tombstones for followers; says how many there were.
    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError>;

    /// Looks at every record; how many there are, and a sentence for each thing that is wrong.
    fn check(&self) -> Result<(u64, Vec<String>), StoreError>;

    /// How many photos stand in each state.
    fn count(&self) -> Result<Vec<(State, u64)>, StoreError>;

    /// A note of the dataset (its key's id, how far a search came, ...).
    fn note(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Writes a note; `None` removes it.
    fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError>;

    /// Writes a note unless there is one; what stands there then, also where two write it at once.
    fn first_note(&self, key: &str, value: &str) -> Result<String, StoreError> {
        if let Some(there) = self.note(key)? {
            return Ok(there);
        }
        self.set_note(key, Some(value))?;
        Ok(value.to_owned())
    }

    /// Keeps what a model made of photos, replacing what the same model made of them before. Durable when it returns.
    /// Vectors of photos that are not in the store are not kept.
    fn save_vectors(&self, model: &str, vectors: &[(PhotoId, Vector)]) -> Result<(), StoreError>;

    /// What a model (its id) made of those of `ids` that it has seen.
    fn vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError>;

    /// The ids of the models that made vectors.
    fn models(&self) -> Result<Vec<String>, StoreError>;

    /// How many photos a model has seen.
    fn count_vectors(&self, model: &str) -> Result<u64, StoreError>;

    /// At most `limit` of a model's vectors, of photos with an id after `after`, by id (bytewise).
    fn scan_vectors(
        &self,
        model: &str,
        after: Option<&PhotoId>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError>;
}

/// What a caller wants to do with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Look only; works beside a writer, changes nothing.
    Read,
    /// Be the one writer; creates the dataset if there is none.
    Write,
}

/// Opens a dataset's store: on its server where it has one, else the file in its folder.
pub fn open(dataset: &Dataset, access: Access) -> Result<Box<dyn Store>, StoreError> {
    match dataset.server() {
        Some(server) => Ok(Box::new(MongoStore::open(server, access)?)),
        None => Ok(Box::new(SqliteStore::open(dataset, access)?)),
    }
}

/// Note: id of the key that sealed the dataset.
pub const KEY_ID: &str = "key_id";

/// Note: the dataset's own id, 128 random bits in hex, made when it was created.
pub const DATASET_ID: &str = "dataset_id";

/// Note: this store's own id, which a copy of the dataset in another store does not share.
pub const STORE_ID: &str = "store_id";

/// Note: the change of keys that was begun and not finished.
const ROTATION: &str = "rotation";

/// Photos read from a store at a time.
const BATCH: usize = 256;

/// Checks, changing nothing, that `key` is the one that sealed the dataset; fits a dataset without
/// a key too. The error's source is a [`SealError`] when the key is wrong or keys were being changed.
pub fn check_key(store: &dyn Store, key: &Key) -> anyhow::Result<()> {
    if let Some((from, to)) = rotation::unfinished(store)? {
        return Err(SealError::Rotating { from, to }.into());
    }
    match store.note(KEY_ID)? {
        Some(wanted) if wanted != key.id() => Err(SealError::WrongKey { found: key.id(), wanted }.into()),
        _ => Ok(()),
    }
}

/// Checks the key as [`check_key`] does and, at the first write, notes it as the dataset's key.
pub fn adopt_key(store: &dyn Store, key: &Key) -> anyhow::Result<()> {
    check_key(store, key)?;
    let wanted = store.first_note(KEY_ID, &key.id())?;
    if wanted == key.id() { Ok(()) } else { Err(SealError::WrongKey { found: key.id(), wanted }.into()) }
}

/// Calls `each` with every photo as it may be read without a key, by id, holding a few hundred in memory at a time.
pub fn for_each_photo<F>(store: &dyn Store, each: F) -> anyhow::Result<()>
where
    F: FnMut(Photo) -> anyhow::Result<()>,
{
    page_by_page(|after| store.photos(after, BATCH), |photo| &photo.id, each)
}

/// Calls `each` with every photo, by id, holding a few hundred in memory at a time.
pub fn for_each<F>(store: &dyn Store, each: F) -> anyhow::Result<()>
where
    F: FnMut(SealedPhoto) -> anyhow::Result<()>,
{
    page_by_page(|after| store.scan(after, BATCH), |sealed| &sealed.photo().id, each)
}

fn page_by_page<T>(
    read: impl Fn(Option<&PhotoId>) -> Result<Vec<T>, StoreError>,
    id: impl Fn(&T) -> &PhotoId,
    mut each: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut after: Option<PhotoId> = None;
    loop {
        let batch = read(after.as_ref())?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(id(last).clone());
        batch.into_iter().try_for_each(&mut each)?;
    }
}
