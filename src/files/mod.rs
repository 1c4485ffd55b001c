//! Where image files, thumbnails and quarantined bytes lie: in the dataset's own folder, in one that several share, or
//! in a place that is not on this machine. The names are the same everywhere:
//!
//! ```text
//! images/ab/abcd...jpg      images without metadata, named by the SHA-256 of what was received
//! thumbs/ab/abcd...jpg      thumbnails, same name
//! quarantine/abcd...fernet  bad bytes, sealed
//! ```
//!
//! All calls block until the disk, or who keeps the files, is done.

mod copy;
mod folder;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::debug;

use crate::dataset::{extension, write_durably};
use crate::photo::ImageFile;

pub use copy::copy_missing;
use folder::Folder;

/// What went wrong with a file, or with the place where all of them lie.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// One file on a disk.
    #[error("could not {action} {path}")]
    Disk {
        /// `read`, `write`, `remove`, `list`.
        action: &'static str,
        /// Which file.
        path: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The folder that the settings name is not there.
    #[error("there is no folder {0} for image files")]
    NoFolder(String),
    /// The place asks for keys and none were given.
    #[error("there are no keys for {0}")]
    NoKeys(String),
    /// The place knows the keys not, or they may not do this.
    #[error("{place} refuses the keys: {why}")]
    Refused {
        /// Which place.
        place: String,
        /// Its own word for it.
        why: String,
    },
    /// The bucket that the settings name is not there.
    #[error("there is no bucket {0}")]
    NoBucket(String),
    /// Nobody answers, or not as he should.
    #[error("could not {action} in {place}: {why}")]
    Unanswered {
        /// What was to be done.
        action: String,
        /// Which place.
        place: String,
        /// What came instead.
        why: String,
    },
}

impl FilesError {
    /// Whether it is about the place, so that the next file would fare no better.
    pub fn is_of_the_place(&self) -> bool {
        !matches!(self, Self::Disk { .. })
    }
}

/// A file of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'a> {
    /// An image without metadata.
    Image {
        /// SHA-256 of what was received, hex.
        sha256: &'a str,
        /// As in `ImageFile`.
        format: &'a str,
    },
    /// The thumbnail of an image.
    Thumbnail {
        /// SHA-256 of what was received, hex.
        sha256: &'a str,
    },
    /// Bad bytes, sealed.
    Quarantined {
        /// SHA-256 of what was received, hex.
        sha256: &'a str,
    },
}

impl<'a> Name<'a> {
    /// The image that a record tells of.
    pub fn image(file: &'a ImageFile) -> Self {
        Self::Image { sha256: &file.sha256, format: &file.format }
    }

    /// The thumbnail of the image that a record tells of.
    pub fn thumbnail(file: &'a ImageFile) -> Self {
        Self::Thumbnail { sha256: &file.sha256 }
    }

    /// The path below the place, with `/` between its parts.
    pub fn key(self) -> String {
        let sharded = |kind: Kind, sha256: &str, suffix: &str| {
            format!("{}/{}/{sha256}.{suffix}", kind.folder(), sha256.get(..2).unwrap_or("__"))
        };
        match self {
            Self::Image { sha256, format } => sharded(Kind::Images, sha256, extension(format)),
            Self::Thumbnail { sha256 } => sharded(Kind::Thumbnails, sha256, "jpg"),
            Self::Quarantined { sha256 } => format!("{}/{sha256}.fernet", Kind::Quarantine.folder()),
        }
    }
}

/// The kinds of files that can lie elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Images without metadata.
    Images,
    /// Their thumbnails.
    Thumbnails,
    /// Bad bytes, sealed.
    Quarantine,
}

impl Kind {
    /// The first part of its files' paths.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Thumbnails => "thumbs",
            Self::Quarantine => "quarantine",
        }
    }
}

/// Keeps files under their keys (see [`Name::key`]). Every call blocks; any thread may call.
pub trait Place: fmt::Debug + Send + Sync {
    /// A whole file; `None` where there is none.
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, FilesError>;
    /// Keeps a whole file; there in full or not at all, and durable when it returns.
    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), FilesError>;
    /// Bytes of a file; `None` where there is none.
    fn len(&self, key: &str) -> Result<Option<u64>, FilesError>;
    /// Takes a file away; one that is not there is gone already.
    fn remove(&self, key: &str) -> Result<(), FilesError>;
    /// Tells of every file below a folder: its key and its bytes.
    fn list(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError>;
    /// Whether the place is there and lets us in.
    fn check(&self) -> Result<(), FilesError>;
    /// Whether reading goes over the network, so that thumbnails are worth a copy here.
    fn is_far(&self) -> bool;
}

/// The files of a dataset, wherever they lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    place: Arc<dyn Place>,
    /// Where copies of far thumbnails are kept.
    copies: Option<PathBuf>,
    shared: bool,
}

impl Files {
    /// In the dataset's own folder, which is made with its first file.
    pub(crate) fn own(root: &Path) -> Self {
        Self { place: Arc::new(Folder::own(root)), copies: None, shared: false }
    }

    /// In a folder that other datasets may use too; it must be there already, as a disk that is not mounted is not.
    pub fn in_folder(root: impl Into<PathBuf>) -> Self {
        Self::at(Folder::shared(root.into()))
    }

    /// In a place that other datasets may use too.
    pub fn at(place: impl Place + 'static) -> Self {
        Self { place: Arc::new(place), copies: None, shared: true }
    }

    /// The same, with copies of far thumbnails in a dataset's own folder.
    pub(crate) fn seen_from(self, root: &Path) -> Self {
        let copies = self.place.is_far().then(|| root.to_owned());
        Self { copies, ..self }
    }

    /// Whether files of other datasets may lie in the same place.
    pub fn are_shared(&self) -> bool {
        self.shared
    }

    /// Whether the place is there and lets us in.
    pub fn check(&self) -> Result<(), FilesError> {
        self.place.check()
    }

    /// A whole file; `None` where there is none. Far thumbnails are fetched once: what they hold follows from their name.
    pub fn read(&self, name: Name<'_>) -> Result<Option<Vec<u8>>, FilesError> {
        let key = name.key();
        let copy = self.copies.as_ref().filter(|_| matches!(name, Name::Thumbnail { .. })).map(|root| root.join(&key));
        if let Some(bytes) = copy.as_ref().and_then(|path| fs::read(path).ok()) {
            return Ok(Some(bytes));
        }
        let read = self.place.read(&key)?;
        if let (Some(path), Some(bytes)) = (copy, &read) {
            // A folder that cannot be written to is no reason not to show it.
            if let Err(err) = write_durably(&path, bytes) {
                debug!(error = %err, "a thumbnail was not cached");
            }
        }
        Ok(read)
    }

    /// Keeps a whole file, durably; the bytes must hold nothing personal in clear.
    pub fn write(&self, name: Name<'_>, bytes: &[u8]) -> Result<(), FilesError> {
        self.place.write(&name.key(), bytes)
    }

    /// Bytes of a file; `None` where there is none.
    pub fn len(&self, name: Name<'_>) -> Result<Option<u64>, FilesError> {
        self.place.len(&name.key())
    }

    /// Whether there is such a file.
    pub fn holds(&self, name: Name<'_>) -> Result<bool, FilesError> {
        Ok(self.len(name)?.is_some())
    }

    /// Takes a file away; one that is not there is gone already.
    pub fn remove(&self, name: Name<'_>) -> Result<(), FilesError> {
        self.place.remove(&name.key())
    }

    /// Tells of every file of a kind: its key and its bytes.
    pub fn list(&self, kind: Kind, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        self.place.list(kind.folder(), each)
    }
}
