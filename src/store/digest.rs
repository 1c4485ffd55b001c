//! A checksum of a dataset's contents, to compare two datasets.

use anyhow::Result;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Store, for_each_sealed};
use crate::hash::hex;
use crate::photo::Photo;
use crate::seal::{SealedPhoto, Vault};

/// SHA-256 (hex) of the records in the order of their ids: one JSON line each, keys sorted.
///
/// Values that differ between two equal runs are left out: times of retrieval, the bytes of the tokens, pseudonyms.
/// With a vault the digest includes the personal values, without one only the names of the known fields.
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
    let mut record = serde_json::to_value(without_run_values(sealed.photo()))?;
    let personal: Map<String, Value> = match vault {
        Some(vault) => vault.open(sealed)?.into_iter().map(|(field, value)| (field.as_str().into(), value)).collect(),
        None => sealed.tokens().keys().map(|field| (field.as_str().into(), Value::Bool(true))).collect(),
    };
    record["personal"] = Value::Object(personal);
    Ok(record)
}

/// The photo without values that depend on the day and the key.
fn without_run_values(photo: &Photo) -> Photo {
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

/// The value with the keys of every object sorted.
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
