//! A checksum of a dataset's contents, to compare two datasets.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Store, StoreError, StoredRecord, for_each_batch};
use crate::hash::hex;
use crate::json;
use crate::photo::PersonalField;
use crate::seal::Vault;

/// The SHA-256 of records, which are added in the order of their ids: one JSON line each, keys sorted.
///
/// Values that differ between two equal runs are left out: times of retrieval, the bytes of the tokens, pseudonyms.
/// With a vault the digest includes the personal values, without one only the names of the known fields.
#[derive(Clone, Default)]
pub struct ContentDigest(Sha256);

impl ContentDigest {
    /// Adds lines, each made by [`digest_line`].
    pub fn add(&mut self, lines: &[u8]) {
        self.0.update(lines);
    }

    /// The digest in hex.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The digest of a dataset's records. Fails if one is damaged.
pub fn digest(store: &dyn Store, vault: Option<&Vault>) -> Result<String> {
    let mut digest = ContentDigest::default();
    let mut line = Vec::new();
    for_each_batch(store, |records| {
        records.iter().try_for_each(|record| {
            let opened = vault.map(|vault| Ok::<_, anyhow::Error>(vault.open(record.sealed()?)?)).transpose()?;
            line.clear();
            digest_line(record, opened, &mut line)?;
            digest.add(&line);
            Ok(())
        })
    })?;
    match store.damage().found().records.into_iter().next() {
        Some((id, why)) => Err(StoreError::Damaged { id, why }.into()),
        None => Ok(digest.finish()),
    }
}

/// Appends a record's line in the digest, with its line feed. `opened` has its personal values, if they are included.
pub fn digest_line(
    record: &StoredRecord,
    opened: Option<BTreeMap<PersonalField, Value>>,
    line: &mut Vec<u8>,
) -> Result<()> {
    let personal: Map<String, Value> = match opened {
        Some(opened) => opened.into_iter().map(|(field, value)| (field.as_str().into(), value)).collect(),
        None => record.sealed_fields().map(|field| (field.as_str().into(), Value::Bool(true))).collect(),
    };
    let personal = Value::Object(personal).to_string();
    let fields = json::fields(record.text()).map(|(key, value)| (key.written(), value));
    let mut fields: Vec<(_, &str)> = fields.filter(|(key, _)| *key != PERSONAL).collect();
    fields.push((PERSONAL, &personal));
    write_object(fields, Part::Record, line);
    line.push(b'\n');
    Ok(())
}

/// The field of the personal values in a line, as it is written.
const PERSONAL: &str = "\"personal\"";

/// A part of a record that has values of a run: they depend on the day and the key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Record,
    Described,
    File,
    License,
    OtherRecords,
    /// Any other, which has none.
    Other,
}

/// What becomes of a field.
enum Kept {
    No,
    /// It must be there, so it has the same value in all runs.
    AsEpoch,
    As(Part),
}

impl Part {
    fn field(self, key: &str) -> Kept {
        match (self, unquoted(key)) {
            (Self::Record, "found_at" | "checked_at" | "owner_pseudonym")
            | (Self::OtherRecords, "checked_at")
            | (Self::License, "seen_on") => Kept::No,
            (Self::Described, "at") | (Self::File, "downloaded_at") => Kept::AsEpoch,
            (Self::Record, "described") => Kept::As(Self::Described),
            (Self::Record, "file") => Kept::As(Self::File),
            (Self::Record, "other_records") => Kept::As(Self::OtherRecords),
            (Self::Record | Self::OtherRecords, "license") => Kept::As(Self::License),
            _ => Kept::As(Self::Other),
        }
    }
}

/// A key without its quotes.
fn unquoted(key: &str) -> &str {
    key.get(1..key.len() - 1).unwrap_or_default()
}

/// Writes an object with sorted keys. Its fields have the keys as they are written.
fn write_object(mut fields: Vec<(&str, &str)>, part: Part, out: &mut Vec<u8>) {
    // Escaped characters change the order.
    if fields.iter().any(|(key, _)| key.contains('\\')) {
        let name = |key: &str| json::text(key).map(std::borrow::Cow::into_owned);
        fields.sort_by_cached_key(|(key, _)| name(key));
    } else {
        fields.sort_unstable_by(|one, other| unquoted(one.0).cmp(unquoted(other.0)));
    }
    out.push(b'{');
    let mut is_first = true;
    for (key, value) in fields {
        let kept = part.field(key);
        if matches!(kept, Kept::No) {
            continue;
        }
        if !std::mem::replace(&mut is_first, false) {
            out.push(b',');
        }
        out.extend_from_slice(key.as_bytes());
        out.push(b':');
        match kept {
            Kept::As(part) => write_value(value, part, out),
            _ => out.extend_from_slice(b"\"1970-01-01T00:00:00Z\""),
        }
    }
    out.push(b'}');
}

fn write_value(value: &str, part: Part, out: &mut Vec<u8>) {
    if json::is_object(value) {
        write_object(json::fields(value).map(|(key, value)| (key.written(), value)).collect(), part, out);
    } else if json::is_list(value) {
        out.push(b'[');
        for (nth, item) in json::items(value).enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            write_value(item, part, out);
        }
        out.push(b']');
    } else {
        out.extend_from_slice(value.as_bytes());
    }
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

#[cfg(test)]
mod tests;
