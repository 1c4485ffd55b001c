//! The dataset folder on disk: what lies where.
//!
//! ```text
//! monkeys/
//!   dataset.db            the store (SQLite), sealed records only
//!   lock                  held by the one process that writes
//!   images/ab/abcd...jpg  images without metadata, named by the SHA-256 of what was received
//!   thumbs/ab/abcd...jpg  thumbnails, same name
//!   quarantine/abcd...fernet  bad bytes, sealed; these three may lie elsewhere, see `files`
//!   recordings/           recordings of the screen, for their owner only
//!   views.json            searches that were given a name
//!   concepts.toml         concepts of this dataset alone
//!   reviews.jsonl         what people said of photos, line after line
//!   heads/cage.json       what was learnt of a concept, and beside it its report, cage.html
//!   index/explorer.bin    the explorer's columns, made from the store: may be deleted at any time
//! ```

mod server;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::files::Files;
pub use server::{LEASE, Server, ServerError};

/// A dataset: its folder, the server that keeps its records where they do not lie in the folder, and where its image
/// files lie.
#[derive(Clone, Debug)]
pub struct Dataset {
    root: PathBuf,
    server: Option<Server>,
    files: Files,
}

impl Dataset {
    /// The folder, whether it exists or not; all files lie in it.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { files: Files::own(&root), server: None, root }
    }

    /// The same with its records on a server.
    #[must_use]
    pub fn with_server(self, server: Server) -> Self {
        Self { server: Some(server), ..self }
    }

    /// Who keeps the records, where that is not a file in the folder.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// The same with images, thumbnails and quarantined bytes elsewhere.
    pub fn with_files(self, files: Files) -> Self {
        Self { files: files.with_thumbnail_cache(&self.root), ..self }
    }

    /// Images, thumbnails and quarantined bytes, wherever they lie.
    pub fn files(&self) -> &Files {
        &self.files
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

    /// The explorer's columns, as they were last.
    pub fn snapshot(&self) -> PathBuf {
        self.root.join("index").join("explorer.bin")
    }

    /// What people said of photos.
    pub fn reviews(&self) -> PathBuf {
        self.root.join("reviews.jsonl")
    }

    /// Where the heads lie that were trained here.
    pub fn heads(&self) -> PathBuf {
        self.root.join("heads")
    }

    /// The head of a concept, whatever its name is made of.
    pub fn head(&self, concept: &str) -> PathBuf {
        self.heads().join(format!("{}.json", file_name(concept)))
    }

    /// The report on the head of a concept.
    pub fn head_report(&self, concept: &str) -> PathBuf {
        self.heads().join(format!("{}.html", file_name(concept)))
    }
}

/// Where its records are, for a person: the server's address, else the folder.
impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some(server) => server.fmt(f),
            None => self.root.display().fmt(f),
        }
    }
}

/// A name as part of a file's: letters, digits, blanks, `-` and `_` stand, all else as `%` and two hex digits a byte,
/// so that two names never share a file and none leaves the folder.
fn file_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_') {
            out.push(c);
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02x}")));
        }
    }
    out
}
