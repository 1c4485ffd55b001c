//! Files that a killed run left unfinished. They are noted while they are written, and the next run of the program removes them:
//! that of an export with `--unseal` holds names in clear.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::settings;
use crate::disk;
use crate::hash::sha256_hex;

/// The folder of notes in the user's folder of state.
const FOLDER: &str = "unfinished";

/// The note of a file that is being written. It is locked as long as this process lives.
pub struct Note {
    path: PathBuf,
    _locked: File,
}

impl Note {
    /// Notes the file. `None` if no note can be written, which is no reason not to write the file.
    pub fn of(part: &Path) -> Option<Self> {
        let part = std::path::absolute(part).ok()?;
        let name = part.to_str()?;
        let folder = settings::user_state_folder().ok()?.join(FOLDER);
        disk::create_private_folder(&folder).ok()?;
        let path = folder.join(format!("{}-{}", std::process::id(), &sha256_hex(name.as_bytes())[..16]));
        let mut file = disk::private_options().create(true).truncate(true).open(&path).ok()?;
        file.try_lock().ok()?;
        file.write_all(name.as_bytes()).ok()?;
        Some(Self { path, _locked: file })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes the files whose writers ended without doing so.
pub fn remove_left() {
    let Ok(folder) = settings::user_state_folder() else { return };
    let Ok(notes) = fs::read_dir(folder.join(FOLDER)) else { return };
    for note in notes.flatten().map(|note| note.path()) {
        let Ok(mut file) = File::options().read(true).write(true).open(&note) else { continue };
        // Its writer lives.
        if file.try_lock().is_err() {
            continue;
        }
        let mut name = String::new();
        if file.read_to_string(&mut name).is_ok() && Path::new(&name).extension().is_some_and(|kind| kind == "part") {
            let _ = fs::remove_file(&name);
        }
        let _ = fs::remove_file(&note);
    }
}
