//! The dataset folder on disk: what lies where.
//!
//! ```text
//! monkeys/
//!   dataset.db            the store (SQLite), sealed records only
//!   lock                  held by the one process that writes
//!   images/ab/abcd...jpg  images without metadata, named by the SHA-256 of what was received
//!   thumbs/ab/abcd...jpg  thumbnails, same name
//!   quarantine/abcd...fernet  bad bytes, sealed
//!   recordings/           recordings of the screen, for their owner only
//!   views.json            searches that were given a name
//!   concepts.toml         concepts of this dataset alone
//!   index/explorer.bin    the explorer's columns, made from the store: may be deleted at any time
//! ```

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A dataset folder.
#[derive(Clone, Debug)]
pub struct Dataset {
    root: PathBuf,
}

impl Dataset {
    /// The folder, whether it exists or not.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The store's file.
    pub fn database(&self) -> PathBuf {
        self.root.join("dataset.db")
    }

    /// The file that the one writer locks.
    pub fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Where an image lies; `format` as in `ImageFile`.
    pub fn image(&self, sha256: &str, format: &str) -> PathBuf {
        self.sharded("images", sha256, extension(format))
    }

    /// Where a thumbnail lies.
    pub fn thumbnail(&self, sha256: &str) -> PathBuf {
        self.sharded("thumbs", sha256, "jpg")
    }

    /// Where sealed bad bytes lie.
    pub fn quarantined(&self, sha256: &str) -> PathBuf {
        self.root.join("quarantine").join(format!("{sha256}.fernet"))
    }

    /// Where recordings of the screen lie.
    pub fn recordings(&self) -> PathBuf {
        self.root.join("recordings")
    }

    /// The searches that were given a name.
    pub fn views(&self) -> PathBuf {
        self.root.join("views.json")
    }

    /// The concepts of this dataset alone.
    pub fn concepts(&self) -> PathBuf {
        self.root.join("concepts.toml")
    }

    /// Where the trained head of a concept lies; the name is one that `concepts` allows.
    pub fn head(&self, concept: &str) -> PathBuf {
        self.root.join("heads").join(format!("{concept}.json"))
    }

    /// The explorer's columns, as they were last.
    pub fn snapshot(&self) -> PathBuf {
        self.root.join("index").join("explorer.bin")
    }

    fn sharded(&self, folder: &str, sha256: &str, extension: &str) -> PathBuf {
        let shard = sha256.get(..2).unwrap_or("__");
        self.root.join(folder).join(shard).join(format!("{sha256}.{extension}"))
    }
}

/// The suffix of a format's files.
pub fn extension(format: &str) -> &str {
    match format {
        "jpeg" => "jpg",
        other => other,
    }
}

/// Writes a whole file so that after a crash it is there in full or not at all: `.part`, fsync,
/// rename, fsync of the folder. The bytes must hold nothing personal in clear.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::other("a file needs a folder"))?;
    fs::create_dir_all(folder)?;
    // Two tasks may write the same content at once: each has its own part file.
    let unique = format!("{}-{:?}.part", std::process::id(), std::thread::current().id());
    let part = path.with_extension(unique.replace(['(', ')'], "-"));
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(err) = written.and_then(|()| fs::rename(&part, path)) {
        let _ = fs::remove_file(&part);
        return Err(err);
    }
    File::open(folder)?.sync_all()
}
