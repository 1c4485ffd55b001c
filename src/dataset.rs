//! The layout of a dataset's folder.
//!
//! ```text
//! monkeys/
//!   dataset.db            the store (SQLite), with sealed records only
//!   lock                  held by the process that writes
//!   images/ab/abcd...jpg  images without metadata, named by the SHA-256 of the received bytes
//!   thumbs/ab/abcd...jpg  thumbnails, same name
//!   quarantine/abcd...fernet  rejected bytes, sealed; these three may be in another place, see `files`
//!   recordings/           screen recordings, readable by their owner only
//!   views.json            saved views
//!   concepts.toml         concepts of this dataset
//!   reviews.jsonl         people's verdicts on photos
//!   setting.json          the model of settings that was fitted to reviewed photos
//!   heads/cage.json       the trained head of a concept; its report is cage.html
//!   index/explorer.bin    the explorer's snapshot; may be deleted at any time
//! ```

mod server;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::files::Files;
pub use server::{LEASE, Server, ServerError};

/// A dataset: its folder, the server of its records (if they are not in the folder), and its image files.
#[derive(Clone, Debug)]
pub struct Dataset {
    root: PathBuf,
    server: Option<Server>,
    files: Files,
}

impl Dataset {
    /// A dataset with all files in its folder, which may not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { files: Files::own(&root), server: None, root }
    }

    /// The same with records on a server.
    #[must_use]
    pub fn with_server(self, server: Server) -> Self {
        Self { server: Some(server), ..self }
    }

    /// The server of the records; `None` if they are in the folder.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// The same with image files in another place.
    pub fn with_files(self, files: Files) -> Self {
        Self { files: files.with_thumbnail_cache(&self.root), ..self }
    }

    /// Images, thumbnails and quarantined bytes.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder's name, without the folders above it.
    pub fn name(&self) -> String {
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        root.file_name().map_or_else(|| "dataset".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// The file of the store.
    pub fn database(&self) -> PathBuf {
        self.root.join("dataset.db")
    }

    /// The file that the writer locks.
    pub fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// The folder of screen recordings.
    pub fn recordings(&self) -> PathBuf {
        self.root.join("recordings")
    }

    /// The file of saved views.
    pub fn views(&self) -> PathBuf {
        self.root.join("views.json")
    }

    /// The file of this dataset's concepts.
    pub fn concepts(&self) -> PathBuf {
        self.root.join("concepts.toml")
    }

    /// The file of the explorer's snapshot.
    pub fn snapshot(&self) -> PathBuf {
        self.root.join("index").join("explorer.bin")
    }

    /// The file of the digest of all records, as it was last computed.
    pub fn known_digest(&self) -> PathBuf {
        self.root.join("index").join("digest.json")
    }

    /// The file of reviews.
    pub fn reviews(&self) -> PathBuf {
        self.root.join("reviews.jsonl")
    }

    /// The folder of trained heads.
    pub fn heads(&self) -> PathBuf {
        self.root.join("heads")
    }

    /// The file of the model of settings that was fitted to this dataset.
    pub fn setting_model(&self) -> PathBuf {
        self.root.join("setting.json")
    }

    /// The file of a concept's head. The name may have any characters.
    pub fn head(&self, concept: &str) -> PathBuf {
        self.heads().join(format!("{}.json", file_name(concept)))
    }

    /// The file of the report on a concept's head.
    pub fn head_report(&self, concept: &str) -> PathBuf {
        self.heads().join(format!("{}.html", file_name(concept)))
    }

    /// The folder of all heads that were trained for a concept.
    pub fn head_versions(&self, concept: &str) -> PathBuf {
        self.heads().join("versions").join(file_name(concept))
    }

    /// The file of one version of a concept's head. `version` is hexadecimal.
    pub fn head_version(&self, concept: &str, version: &str) -> PathBuf {
        self.head_versions(concept).join(format!("{version}.json"))
    }

    /// The file of the report on that version.
    pub fn head_version_report(&self, concept: &str, version: &str) -> PathBuf {
        self.head_versions(concept).join(format!("{version}.html"))
    }
}

/// The server's address, or the folder.
impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some(server) => server.fmt(f),
            None => self.root.display().fmt(f),
        }
    }
}

/// Encodes a name for a file name: letters, digits, spaces, `-` and `_` are kept, other characters become `%` and two hex
/// digits per byte. So two names never share a file, and no name leaves the folder.
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
