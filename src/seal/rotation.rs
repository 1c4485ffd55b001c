//! Rotates the key of sealed files. For the records of a store see `store::rotation`.

use anyhow::{Context, Result};

use super::{Key, Vault};
use crate::files::{BlobKind, BlobName, Files};
use crate::photo::FileHash;

/// The result of [`reseal_files`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Files that were sealed again.
    pub changed: u64,
    /// Files of other datasets in a shared place, which were not changed.
    pub foreign: u64,
}

/// Seals every quarantined file again with `new`. Each file is written durably on its own, so an interrupted call can be
/// repeated.
pub fn reseal_files(files: &Files, old: &Key, new: &Key) -> Result<Resealed> {
    let (old, new) = (Vault::new(old.clone()), Vault::new(new.clone()));
    let mut keys = Vec::new();
    files.list(BlobKind::Quarantine, &mut |key, _| keys.push(key)).context("listing quarantined files")?;
    let mut resealed = Resealed::default();
    for key in keys {
        let sealed = key.strip_prefix("quarantine/").and_then(|name| name.strip_suffix(".fernet"));
        let Some(sha256) = sealed.and_then(|sealed| sealed.parse::<FileHash>().ok()) else { continue };
        let name = BlobName::Quarantined { sha256: &sha256 };
        let context = || format!("sealing {key} again");
        let Some(token) = files.read(name).with_context(context)? else { continue };
        if new.open_bytes(&token).is_ok() {
            continue;
        }
        let bytes = match old.open_bytes(&token) {
            Err(_) if files.is_shared() => {
                resealed.foreign += 1;
                continue;
            }
            opened => opened.with_context(context)?,
        };
        files.write(name, new.seal_bytes(&bytes).as_bytes()).with_context(context)?;
        resealed.changed += 1;
    }
    Ok(resealed)
}
