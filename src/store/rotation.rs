//! Rotates the key of a whole store, batch by batch. Can be resumed after an interruption.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::verify::verify_readable;
use super::withdrawn::reseal_marker;
use super::{BATCH, KEY_ID, ROTATION, Store, StoreError};
use crate::photo::PhotoId;
use crate::seal::{Key, SealError, Vault};

/// Seals every record again with `new` (tokens and pseudonyms). Returns how many records were changed.
///
/// The rotation is noted first, each record names its key, and the dataset's key changes after every record was opened
/// with `new`. After an interruption the same call finishes the rotation. On a finished store it changes nothing.
/// `progress` is called with `(records with the new key, all records)` after each batch. Its error stops the rotation.
pub fn rotate<F>(store: &dyn Store, old: &Key, new: &Key, mut progress: F) -> Result<u64>
where
    F: FnMut(u64, u64) -> Result<()>,
{
    let (from, to) = (old.id(), new.id());
    if from == to {
        bail!("the old and the new key are the same key ({from}); make a new one first");
    }
    begin(store, &from, &to)?;
    let both = Vault::with_older(new.clone(), vec![old.clone()]);
    let total = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    let (mut done, mut changed) = (0, 0);
    let mut after: Option<PhotoId> = None;
    loop {
        let batch = store.scan_sealed(after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else { break };
        after = Some(last.photo().id.clone());
        done += batch.len() as u64;
        let stale = batch.into_iter().filter(|sealed| sealed.key_id() != to);
        let resealed = stale.map(|sealed| both.reseal(sealed)).collect::<Result<Vec<_>, _>>()?;
        if !resealed.is_empty() {
            store.save(&resealed)?;
        }
        changed += resealed.len() as u64;
        progress(done, total)?;
    }
    reseal_marker(store, &both)?;
    // A damaged record keeps its tokens with the old key, and is named.
    verify_readable(store, &Vault::new(new.clone())).context("checking the records with the new key")?;
    store.set_note(KEY_ID, Some(&to))?;
    store.set_note(ROTATION, None)?;
    Ok(changed)
}

/// The ids of the old and the new key of an unfinished rotation.
pub fn unfinished(store: &dyn Store) -> Result<Option<(String, String)>, StoreError> {
    let Some(note) = store.note(ROTATION)? else { return Ok(None) };
    let note: Value = serde_json::from_str(&note).unwrap_or_default();
    let id = |name: &str| note[name].as_str().unwrap_or("unknown").to_owned();
    Ok(Some((id("from"), id("to"))))
}

/// Checks the two keys and their order, and notes the rotation.
fn begin(store: &dyn Store, from: &str, to: &str) -> Result<()> {
    let wrong = |found: &str, wanted: String| SealError::WrongKey { found: found.to_owned(), wanted };
    if let Some((begun_from, begun_to)) = unfinished(store)? {
        if begun_from != from {
            return Err(wrong(from, begun_from)).context("the old key is not the one of the interrupted rotation");
        }
        if begun_to != to {
            return Err(wrong(to, begun_to)).context("the new key is not the one of the interrupted rotation");
        }
        return Ok(());
    }
    match store.note(KEY_ID)? {
        Some(current) if current == to => Ok(()),
        Some(current) if current != from => Err(wrong(from, current)).context("the old key is not this dataset's key"),
        _ => Ok(store.set_note(ROTATION, Some(&json!({"from": from, "to": to}).to_string()))?),
    }
}
