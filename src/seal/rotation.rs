//! A new key for sealed files. For the records of a store see `store::rotation`.

use anyhow::{Context, Result};

use super::{Key, Vault};
use crate::files::{BlobKind, BlobName, Files};

/// What came of sealing files again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Files that have the new key now.
    pub changed: u64,
    /// Files that another dataset sealed, in a place that both share; left as they are.
    pub strange: u64,
}

/// Seals every quarantined file again with `new`, each durably and on its own: run it again after an interruption.
pub fn reseal_files(files: &Files, old: &Key, new: &Key) -> Result<Resealed> {
    let (old, new) = (Vault::new(old.clone()), Vault::new(new.clone()));
    let mut keys = Vec::new();
    files.list(BlobKind::Quarantine, &mut |key, _| keys.push(key)).context("listing quarantined files")?;
    let mut resealed = Resealed::default();
    for key in keys {
        let sealed = key.strip_prefix("quarantine/").and_then(|name| name.strip_suffix(".fernet"));
        let Some(name) = sealed.map(|sha256| BlobName::Quarantined { sha256 }) else { continue };
        let in_words = || format!("sealing {key} again");
        let Some(token) = files.read(name).with_context(in_words)? else { continue };
        if new.open_bytes(&token).is_ok() {
            continue;
        }
        let bytes = match old.open_bytes(&token) {
            Err(_) if files.is_shared() => {
                resealed.strange += 1;
                continue;
            }
            opened => opened.with_context(in_words)?,
        };
        files.write(name, new.seal_bytes(&bytes).as_bytes()).with_context(in_words)?;
        resealed.changed += 1;
    }
    Ok(resealed)
}
