//! One number for what a dataset holds, so that two ways of making it can be compared.

use anyhow::Result;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Store, for_each_sealed};
use crate::hash::hex;
use crate::photo::Photo;
use crate::seal::{SealedPhoto, Vault};

/// SHA-256 (hex) over the canonical records in the order of their ids: one JSON line each, keys sorted.
///
/// Left out is what differs between two equal runs: when things were seen, the tokens' bytes and the
/// key's pseudonyms. With a vault the opened personal values count, without one only which are known.
pub fn digest(store: &dyn Store, vault: Option<&Vault>) -> Result<String> {
    let mut sha = Sha256::new();
    for_each_sealed(store, |sealed| {
        let line = canonical(line(&sealed, vault)?);
        sha.update(serde_json::to_vec(&line)?);
        sha.update(b"\n");
        Ok(())
    })?;
    Ok(hex(&sha.finalize()))
}

fn line(sealed: &SealedPhoto, vault: Option<&Vault>) -> Result<Value> {
    let mut record = serde_json::to_value(timeless(sealed.photo()))?;
    let personal: Map<String, Value> = match vault {
        Some(vault) => vault.open(sealed)?.into_iter().map(|(field, value)| (field.as_str().into(), value)).collect(),
        None => sealed.tokens().keys().map(|field| (field.as_str().into(), Value::Bool(true))).collect(),
    };
    record["personal"] = Value::Object(personal);
    Ok(record)
}

/// The photo without what depends on the day and the key.
fn timeless(photo: &Photo) -> Photo {
    let mut photo = photo.clone();
    photo.found_at = None;
    photo.owner_pseudonym = None;
    if let Some(file) = &mut photo.file {
        file.downloaded_at = jiff::Timestamp::UNIX_EPOCH;
    }
    if let Some(license) = &mut photo.license {
        license.seen_on = None;
    }
    photo
}

/// The same value with the keys of every object sorted.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, canonical(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        other => other,
    }
}
