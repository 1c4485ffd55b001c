//! The key of a dataset's marks, in the store: photos that their owners withdrew are removed and leave a mark.

use anyhow::{Context, Result};

use super::Store;
use crate::seal::{Marker, Vault};

/// Note: the key of the marks, sealed with the dataset's key. Absent until a photo is withdrawn.
pub const MARKER: &str = "withdrawal_key";

/// What makes the marks of a dataset; `None` if nothing was withdrawn so far.
pub fn marker(store: &dyn Store, vault: &Vault) -> Result<Option<Marker>> {
    let token = store.note(MARKER)?;
    token.map(|token| Marker::open(vault, &token)).transpose().context("could not open the key of withdrawn photos")
}

/// What makes the marks of a dataset, made if there is none.
pub fn marker_or_new(store: &dyn Store, vault: &Vault) -> Result<Marker> {
    let token = store.note_or_insert(MARKER, &vault.marker().seal(vault))?;
    Marker::open(vault, &token).context("could not open the key of withdrawn photos")
}

/// Seals the key of the marks again with the vault's current key.
pub(super) fn reseal_marker(store: &dyn Store, vault: &Vault) -> Result<()> {
    match marker(store, vault)? {
        Some(marker) => Ok(store.set_note(MARKER, Some(&marker.seal(vault)))?),
        None => Ok(()),
    }
}
