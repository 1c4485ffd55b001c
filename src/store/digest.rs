//! A checksum of a dataset's contents, to compare two datasets.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Store, for_each_sealed};
use crate::hash::hex;
use crate::photo::{PersonalField, Photo};
use crate::seal::{SealedPhoto, Vault};

/// The SHA-256 of records, which are added in the order of their ids: one JSON line each, keys sorted.
///
/// Values that differ between two equal runs are left out: times of retrieval, the bytes of the tokens, pseudonyms.
/// With a vault the digest includes the personal values, without one only the names of the known fields.
#[derive(Default)]
pub struct ContentDigest(Sha256);

impl ContentDigest {
    /// Adds a record's line, made by [`digest_line`].
    pub fn add(&mut self, line: &[u8]) {
        self.0.update(line);
        self.0.update(b"\n");
    }

    /// The digest in hex.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The digest of a dataset's records.
pub fn digest(store: &dyn Store, vault: Option<&Vault>) -> Result<String> {
    let mut digest = ContentDigest::default();
    for_each_sealed(store, |sealed| {
        let opened = vault.map(|vault| vault.open(&sealed)).transpose()?;
        digest.add(&digest_line(&sealed, opened)?);
        Ok(())
    })?;
    Ok(digest.finish())
}

/// A record's line in the digest. `opened` has its personal values, if they are included.
pub fn digest_line(sealed: &SealedPhoto, opened: Option<BTreeMap<PersonalField, Value>>) -> Result<Vec<u8>> {
    let mut record = serde_json::to_value(without_run_values(sealed.photo()))?;
    let personal: Map<String, Value> = match opened {
        Some(opened) => opened.into_iter().map(|(field, value)| (field.as_str().into(), value)).collect(),
        None => sealed.tokens().keys().map(|field| (field.as_str().into(), Value::Bool(true))).collect(),
    };
    record["personal"] = Value::Object(personal);
    Ok(serde_json::to_vec(&canonical(record))?)
}

/// The photo without values that depend on the day and the key.
fn without_run_values(photo: &Photo) -> Photo {
    let mut photo = photo.clone();
    (photo.found_at, photo.checked_at) = (None, None);
    photo.owner_pseudonym = None;
    if let Some(described) = &mut photo.described {
        described.at = jiff::Timestamp::UNIX_EPOCH;
    }
    if let Some(file) = &mut photo.file {
        file.downloaded_at = jiff::Timestamp::UNIX_EPOCH;
    }
    for record in &mut photo.other_records {
        record.checked_at = None;
    }
    let licenses = photo.other_records.iter_mut().filter_map(|record| record.license.as_mut());
    photo.license.iter_mut().chain(licenses).for_each(|license| license.seen_on = None);
    photo
}

/// The value with the keys of every object sorted.
pub fn canonical(value: Value) -> Value {
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
