//! The state of a running recording on disk, so that it can continue after the program was killed.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::container::Container;
use crate::photo::OrUnknown;

/// Suffix of the temporary file.
pub const TEMPORARY_STATE: &str = "state-new";

/// The state of a running recording.
#[derive(Serialize, Deserialize)]
pub struct RecordingState {
    /// The media type, as the browser names it.
    pub mime: String,
    /// Suffix of the finished file.
    pub suffix: OrUnknown<Container>,
    /// Number of the next chunk.
    pub next: u64,
    /// The valid length in bytes.
    pub bytes: u64,
}

impl RecordingState {
    /// Reads the state; `None` if there is none.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Writes the state durably and at once.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = super::private_file(path, path.with_extension(TEMPORARY_STATE))?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.commit()
    }
}
