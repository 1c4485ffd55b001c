//! Converts a sealed photo to a row of the table and back.

use std::collections::BTreeMap;

use base64::Engine;
use rusqlite::types::Value as Column;
use rusqlite::{CachedStatement, Row, params};

use super::connection::error;
use crate::photo::{PersonalField, Photo};
use crate::seal::{SealedPhoto, URL_SAFE, is_whole_token};
use crate::store::StoreError;

/// Number of columns before the tokens.
const PLAIN_COLUMNS: usize = 5;

/// All columns, in the order of the table.
pub const COLUMNS: &str = "id, seq, state, key_id, record, owner_name, path_alias, owner, exif, raw_record";

/// Saves a row. Replaces a row with the same id.
pub const UPSERT: &str =
    "INSERT INTO photo (id, seq, state, key_id, record, owner_name, path_alias, owner, exif, raw_record)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, state = excluded.state, key_id = excluded.key_id,
    record = excluded.record, owner_name = excluded.owner_name, path_alias = excluded.path_alias,
    owner = excluded.owner, exif = excluded.exif, raw_record = excluded.raw_record";

/// Writes one photo with [`UPSERT`].
pub fn insert_photo(insert: &mut CachedStatement<'_>, sealed: &SealedPhoto, seq: i64) -> Result<(), StoreError> {
    let photo = sealed.photo();
    let id = photo.id.as_str();
    if id.is_empty() {
        return Err(StoreError::Other("a photo without an id cannot be saved".to_owned()));
    }
    let record = serde_json::to_string(photo)
        .map_err(|err| StoreError::Other(format!("the record of {id} cannot be written: {err}")))?;
    let mut tokens = Vec::with_capacity(PersonalField::ALL.len());
    for field in PersonalField::ALL {
        let Some(token) = sealed.tokens().get(&field) else {
            tokens.push(Column::Null);
            continue;
        };
        let bytes = URL_SAFE.decode(token).ok().filter(|bytes| bytes.first() == Some(&0x80)).ok_or_else(|| {
            StoreError::Other(format!("the field {} of {id} is not sealed; nothing was saved", field.as_str()))
        })?;
        tokens.push(Column::Blob(bytes));
    }
    let [owner_name, path_alias, owner, exif, raw_record] = &tokens[..] else {
        unreachable!("one column for each personal field")
    };
    let state = photo.state().as_str();
    insert
        .execute(params![id, seq, state, sealed.key_id(), record, owner_name, path_alias, owner, exif, raw_record])
        .map(|_| ())
        .map_err(error)
}

/// Reads a photo from a row with the columns [`COLUMNS`].
pub fn restore(row: &Row<'_>) -> Result<SealedPhoto, StoreError> {
    let id: String = row.get(0).map_err(error)?;
    let record = row.get_ref(4).map_err(error)?.as_str().unwrap_or_default();
    let photo = read_record(&id, record)?;
    let mut tokens = BTreeMap::new();
    for (at, field) in PersonalField::ALL.into_iter().enumerate() {
        if let Some(bytes) = row.get::<_, Option<Vec<u8>>>(PLAIN_COLUMNS + at).map_err(error)? {
            tokens.insert(field, URL_SAFE.encode(bytes));
        }
    }
    Ok(SealedPhoto::restore(photo, row.get(3).map_err(error)?, tokens))
}

/// Parses a record, which is JSON.
pub fn read_record(id: &str, record: &str) -> Result<Photo, StoreError> {
    serde_json::from_str(record).map_err(|err| StoreError::Other(format!("the record of {id} is damaged: {err}")))
}

/// What is wrong with a row, if anything.
pub fn row_problem(row: &Row<'_>) -> Option<String> {
    let id: String = row.get(0).ok()?;
    let sealed = match restore(row) {
        Ok(sealed) => sealed,
        Err(err) => return Some(err.to_string()),
    };
    let state: String = row.get(2).unwrap_or_default();
    if sealed.photo().id.as_str() != id {
        return Some(format!("the record of {id} says that it is another photo's"));
    }
    if sealed.photo().state().as_str() != state {
        return Some(format!("the record of {id} is stored with the wrong state"));
    }
    let whole = |column| match row.get::<_, Option<Vec<u8>>>(column) {
        Ok(Some(token)) => is_whole_token(&token),
        Ok(None) => true,
        Err(_) => false,
    };
    let cut = (PLAIN_COLUMNS..PLAIN_COLUMNS + PersonalField::ALL.len()).any(|column| !whole(column));
    cut.then(|| format!("a sealed field of {id} is damaged"))
}
