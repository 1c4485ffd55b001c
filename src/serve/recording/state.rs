//! How far a recording has come, on disk, so that it goes on after the program was killed.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk;

/// Suffix under which it is written before it counts.
pub const STATE_ASIDE: &str = "state-new";

/// How far a recording has come.
#[derive(Serialize, Deserialize)]
pub struct RecordingState {
    /// As the browser's recorder says it.
    pub mime: String,
    /// Of the file that it will be.
    pub suffix: String,
    /// Number of the piece that comes next.
    pub next: u64,
    /// Bytes of the part that count.
    pub bytes: u64,
}

impl RecordingState {
    /// Reads it; `None` when there is none.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let aside = path.with_extension(STATE_ASIDE);
        let mut file = disk::private_options().create(true).truncate(true).open(&aside)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    }
}
