//! Images, thumbnails and quarantined bytes of a dataset, in a [`BlobStore`]: the dataset's own folder, a shared folder
//! or a bucket. The names are the same everywhere:
//!
//! ```text
//! images/ab/abcd...jpg      images without metadata, named by the SHA-256 of the received bytes
//! thumbs/ab/abcd...jpg      thumbnails, same name
//! quarantine/abcd...fernet  rejected bytes, sealed
//! ```

mod copy;
mod error;
mod folder;
mod measure;
mod name;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tracing::debug;

use crate::disk::write_durably;

pub use copy::copy_missing;
pub use error::FilesError;
use folder::FolderStore;
pub use measure::Measured;
pub use name::{BlobKind, BlobName};

/// Stores files by key (see [`BlobName::key`]). Every call blocks. Any thread may call.
pub trait BlobStore: fmt::Debug + Send + Sync {
    /// Reads a whole file; `None` if there is none.
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, FilesError>;
    /// Writes a whole file. It is durable when this returns. After a failure the file is complete or absent.
    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), FilesError>;
    /// The size of a file in bytes; `None` if there is none.
    fn len(&self, key: &str) -> Result<Option<u64>, FilesError>;
    /// Removes a file. A missing file is no error.
    fn remove(&self, key: &str) -> Result<(), FilesError>;
    /// Calls `each` with the key and the size in bytes of every file below a folder.
    fn list(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError>;
    /// The bytes of the files below a folder, estimated from some of them if it takes longer than `time`; `None` if that
    /// would need many requests.
    fn measure(&self, _folder: &str, _time: Duration) -> Result<Option<Measured>, FilesError> {
        Ok(None)
    }
    /// Checks that the store exists and can be accessed.
    fn check(&self) -> Result<(), FilesError>;
    /// Whether reading goes over the network, so that thumbnails are worth a local copy.
    fn is_remote(&self) -> bool;
}

/// The files of a dataset. Cheap to clone. Every call blocks.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn BlobStore>,
    /// Where copies of remote thumbnails are kept.
    cache: Option<PathBuf>,
    shared: bool,
}

impl Files {
    /// In the dataset's own folder, which is created with the first file.
    pub(crate) fn own(root: &Path) -> Self {
        Self { store: Arc::new(FolderStore::own(root)), cache: None, shared: false }
    }

    /// In a folder that other datasets may use too. It must exist: a missing folder may be a disk that is not mounted.
    pub fn in_folder(root: impl Into<PathBuf>) -> Self {
        Self::in_store(FolderStore::shared(root.into()))
    }

    /// In a store that other datasets may use too.
    pub fn in_store(store: impl BlobStore + 'static) -> Self {
        Self { store: Arc::new(store), cache: None, shared: true }
    }

    /// The same, with copies of remote thumbnails below `root`.
    pub(crate) fn with_thumbnail_cache(self, root: &Path) -> Self {
        let cache = self.store.is_remote().then(|| root.to_owned());
        Self { cache, ..self }
    }

    /// Whether the store may hold files of other datasets.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Checks that the store exists and can be accessed.
    pub fn check(&self) -> Result<(), FilesError> {
        self.store.check()
    }

    /// Reads a whole file; `None` if there is none. A remote thumbnail is fetched once, since its content follows from
    /// its name.
    pub fn read(&self, name: BlobName<'_>) -> Result<Option<Vec<u8>>, FilesError> {
        let key = name.key();
        let is_cached = matches!(name, BlobName::Thumbnail { .. });
        let cached = self.cache.as_ref().filter(|_| is_cached).map(|root| root.join(&key));
        if let Some(bytes) = cached.as_ref().and_then(|path| fs::read(path).ok()) {
            return Ok(Some(bytes));
        }
        let read = self.store.read(&key)?;
        if let (Some(path), Some(bytes)) = (cached, &read) {
            // A read-only folder must not prevent showing the thumbnail.
            if let Err(err) = write_durably(&path, bytes) {
                debug!(error = %err, "a thumbnail was not cached");
            }
        }
        Ok(read)
    }

    /// Reads a whole file as it is stored, never a local copy; `None` if it does not exist.
    pub fn read_stored(&self, name: BlobName<'_>) -> Result<Option<Vec<u8>>, FilesError> {
        self.store.read(&name.key())
    }

    /// Writes a whole file durably. The bytes must hold nothing personal in clear.
    pub fn write(&self, name: BlobName<'_>, bytes: &[u8]) -> Result<(), FilesError> {
        self.store.write(&name.key(), bytes)
    }

    /// The size of a file in bytes; `None` if there is none.
    pub fn len(&self, name: BlobName<'_>) -> Result<Option<u64>, FilesError> {
        self.store.len(&name.key())
    }

    /// Whether there is such a file.
    pub fn exists(&self, name: BlobName<'_>) -> Result<bool, FilesError> {
        Ok(self.len(name)?.is_some())
    }

    /// Removes a file. A missing file is no error.
    pub fn remove(&self, name: BlobName<'_>) -> Result<(), FilesError> {
        let key = name.key();
        if let Some(root) = &self.cache
            && let Err(err) = fs::remove_file(root.join(&key))
        {
            debug!(error = %err, "there is no copy of a removed file");
        }
        self.store.remove(&key)
    }

    /// The bytes of all files of a kind, see [`BlobStore::measure`]; `None` also if files of other datasets may be there.
    pub fn measure(&self, kind: BlobKind, time: Duration) -> Result<Option<Measured>, FilesError> {
        if self.shared { Ok(None) } else { self.store.measure(kind.folder(), time) }
    }

    /// Calls `each` with the key and the size in bytes of every file of a kind.
    pub fn list(&self, kind: BlobKind, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        self.store.list(kind.folder(), each)
    }
}
