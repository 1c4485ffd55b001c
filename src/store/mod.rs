//! Stores of sealed photos: SQLite in the dataset's folder, or MongoDB. A store never sees a name in clear.

mod checksum;
pub mod coordination;
mod damage;
mod digest;
mod error;
mod known_digest;
mod lock;
pub(crate) mod mongodb;
mod record;
mod record_limit;
mod rotation;
mod sqlite;
mod tally;
mod traits;
mod verify;
mod withdrawn;

use std::sync::mpsc::sync_channel;
use std::thread;

use crate::dataset::Dataset;
use crate::photo::{Photo, PhotoId};
use crate::seal::{Key, SealError, SealedPhoto};

pub use damage::{Damage, DamageLog};
pub use digest::{ContentDigest, canonical, digest, digest_line};
pub use error::StoreError;
pub use known_digest::{KnownDigest, StoreState};
pub use lock::this_host;
pub use mongodb::MongoStore;
pub use record::StoredRecord;
pub use record_limit::refusal as record_refusal;
use record_limit::size_refusal;
pub use rotation::{rotate, unfinished as unfinished_rotation};
pub use sqlite::SqliteStore;
pub use tally::{Aspect, IMAGE, LOCATION, THUMBNAIL, Tallied, Tally};
pub use traits::{
    Change, ChangeFeed, EachChecked, NoteStore, RecordRead, RecordWrite, SealedChange, Store, StoreCheck, UpdateFn,
    VectorStore,
};
pub use verify::{Verification, verify, verify_seals};
pub use withdrawn::{MARKER, marker, marker_or_new};

/// How to open a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read only. Works while another process writes.
    Read,
    /// Read and write. Creates the dataset if there is none. SQLite allows one writer at a time.
    Write,
}

/// Opens a dataset's store: on its server if it has one, else the file in its folder.
pub fn open(dataset: &Dataset, access: Access) -> Result<Box<dyn Store>, StoreError> {
    match dataset.server() {
        Some(server) => Ok(Box::new(MongoStore::open(server, access)?)),
        None => Ok(Box::new(SqliteStore::open(dataset, access)?)),
    }
}

/// Note: the id of the key that sealed the dataset.
pub const KEY_ID: &str = "key_id";

/// Note: the dataset's own id, 128 random bits in hex, made when it was created.
pub const DATASET_ID: &str = "dataset_id";

/// Note: this store's own id. A copy of the dataset in another store has another one.
pub const STORE_ID: &str = "store_id";

/// Note: the key rotation that was started and not finished.
const ROTATION: &str = "rotation";

/// Photos read from a store at a time.
const BATCH: usize = 256;

/// Checks that `key` is the one that sealed the dataset. A dataset without a key accepts any. Changes nothing. The
/// error's source is a [`SealError`] if the key is wrong or a key rotation was not finished.
pub fn check_key(store: &dyn Store, key: &Key) -> anyhow::Result<()> {
    check_key_id(store, &key.id())
}

/// [`check_key`] for the key with this id.
pub fn check_key_id(store: &dyn Store, id: &str) -> anyhow::Result<()> {
    if let Some((from, to)) = rotation::unfinished(store)? {
        return Err(SealError::Rotating { from, to }.into());
    }
    match store.note(KEY_ID)? {
        Some(wanted) if wanted != id => Err(SealError::WrongKey { found: id.to_owned(), wanted }.into()),
        _ => Ok(()),
    }
}

/// Checks the key as [`check_key`] does. At the first write, records it as the dataset's key.
pub fn adopt_key(store: &dyn Store, key: &Key) -> anyhow::Result<()> {
    adopt_key_id(store, &key.id())
}

/// [`adopt_key`] for the key with this id.
pub fn adopt_key_id(store: &dyn Store, id: &str) -> anyhow::Result<()> {
    check_key_id(store, id)?;
    let wanted = store.note_or_insert(KEY_ID, id)?;
    if wanted == id { Ok(()) } else { Err(SealError::WrongKey { found: id.to_owned(), wanted }.into()) }
}

/// Calls `each` with every photo without tokens, by id. Holds a few hundred photos in memory at a time.
pub fn for_each_photo<F>(store: &dyn Store, mut each: F) -> anyhow::Result<()>
where
    F: FnMut(Photo) -> anyhow::Result<()>,
{
    let read = |after: Option<&PhotoId>| store.scan(after, BATCH);
    pages(read, |photo| &photo.id).try_for_each(|batch| batch?.into_iter().try_for_each(&mut each))
}

/// Calls `each` with every photo with its tokens, by id. Holds a few hundred photos in memory at a time.
pub fn for_each_sealed<F>(store: &dyn Store, mut each: F) -> anyhow::Result<()>
where
    F: FnMut(SealedPhoto) -> anyhow::Result<()>,
{
    let read = pages(|after| store.scan_sealed(after, BATCH), |sealed: &SealedPhoto| &sealed.photo().id);
    read_ahead(read, |batch| batch.into_iter().try_for_each(&mut each))
}

/// Calls `each` with every record with its tokens, by id, a few hundred at a time. The next ones are read meanwhile.
pub fn for_each_batch<F>(store: &dyn Store, each: F) -> anyhow::Result<()>
where
    F: FnMut(Vec<StoredRecord>) -> anyhow::Result<()>,
{
    read_ahead(pages(|after| store.scan_records(after, BATCH), StoredRecord::id), each)
}

/// Calls `each` with the stored records among `ids`, in their order, with their tokens, a few hundred at a time. The next
/// ones are read meanwhile.
pub fn for_each_loaded_batch<F>(store: &dyn Store, ids: &[PhotoId], each: F) -> anyhow::Result<()>
where
    F: FnMut(Vec<StoredRecord>) -> anyhow::Result<()>,
{
    read_ahead(ids.chunks(BATCH).map(|ids| store.load_records(ids)), each)
}

/// Pages of records, each after the last record of the one before, until one is empty or cannot be read.
fn pages<T>(
    read: impl Fn(Option<&PhotoId>) -> Result<Vec<T>, StoreError>,
    id: impl Fn(&T) -> &PhotoId,
) -> impl Iterator<Item = Result<Vec<T>, StoreError>> {
    let (mut after, mut is_read) = (None, true);
    std::iter::from_fn(move || {
        let page = is_read.then(|| read(after.as_ref()))?;
        is_read = page.is_ok();
        if let Ok(page) = &page {
            after = Some(id(page.last()?).clone());
        }
        Some(page)
    })
}

/// Calls `each` with pages that another thread reads meanwhile. At most three of them are in memory.
fn read_ahead<T: Send>(
    pages: impl Iterator<Item = Result<Vec<T>, StoreError>> + Send,
    mut each: impl FnMut(Vec<T>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        scope.spawn(move || {
            for page in pages {
                // Nobody listens any more if `each` has failed.
                if sender.send(page).is_err() {
                    break;
                }
            }
        });
        receiver.into_iter().try_for_each(|page| each(page?))
    })
}
