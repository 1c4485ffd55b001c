//! A new key for sealed files. For the records of a store see `store::rotation`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Key, Vault};
use crate::dataset::write_durably;

/// Seals every `.fernet` file of a folder again with `new`, each durably and on its own: run it
/// again after an interruption. A missing folder is an empty one. Returns how many were changed.
pub fn reseal_folder(folder: &Path, old: &Key, new: &Key) -> Result<u64> {
    let (old, new) = (Vault::new(old.clone()), Vault::new(new.clone()));
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(err) => return Err(err).with_context(|| format!("reading the folder {}", folder.display())),
    };
    let mut changed = 0;
    for entry in entries {
        let path = entry.with_context(|| format!("reading the folder {}", folder.display()))?.path();
        if path.extension().is_none_or(|extension| extension != "fernet") {
            continue;
        }
        let in_words = || format!("sealing {} again", path.display());
        let token = fs::read(&path).with_context(in_words)?;
        if new.open_bytes(&token).is_ok() {
            continue;
        }
        let bytes = old.open_bytes(&token).with_context(in_words)?;
        write_durably(&path, new.seal_bytes(&bytes).as_bytes()).with_context(in_words)?;
        changed += 1;
    }
    Ok(changed)
}
