//! Converts a sealed photo to a row of the table and back.

use base64::Engine;
use rusqlite::types::{Value as Column, ValueRef};
use rusqlite::{CachedStatement, Row, params};

use super::checksum::{Content, RecordSums, StoredSums};
use super::connection::error;
use super::seq;
use crate::photo::{PersonalField, Photo, PhotoId};
use crate::seal::{SealedPhoto, URL_SAFE, is_whole_token};
use crate::store::checksum::{Checked, Checksums};
use crate::store::record::read_record;
use crate::store::tally::Counted;
use crate::store::{StoreError, StoredRecord};

/// Number of columns before the tokens.
const PLAIN_COLUMNS: usize = 5;

/// Selects all columns, in the order of the table, and the checksums.
pub const SELECT: &str = "SELECT photo.id, photo.seq, state, key_id, photo.record, owner_name, path_alias, owner, exif,
    raw_record, comments, exif_api, checksum.seq, checksum.record, checksum.sealed
    FROM photo LEFT JOIN checksum ON checksum.id = photo.id";

/// Saves a row. Replaces a row with the same id.
pub const UPSERT: &str =
    "INSERT INTO photo (id, seq, state, key_id, record, owner_name, path_alias, owner, exif, raw_record, comments, exif_api)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
    ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, state = excluded.state, key_id = excluded.key_id,
    record = excluded.record, owner_name = excluded.owner_name, path_alias = excluded.path_alias,
    owner = excluded.owner, exif = excluded.exif, raw_record = excluded.raw_record, comments = excluded.comments,
    exif_api = excluded.exif_api";

/// A row that is ready to be written. Made without the connection, on all cores.
pub struct NewRow<'a> {
    sealed: &'a SealedPhoto,
    record: String,
    /// In the order of [`PersonalField::ALL`].
    tokens: Vec<Column>,
    /// What the photo is counted by.
    pub counted: Counted,
    /// Its checksums.
    pub sums: Option<RecordSums>,
}

impl<'a> NewRow<'a> {
    pub fn of(sealed: &'a SealedPhoto, checksums: &Checksums) -> Result<Self, StoreError> {
        let photo = sealed.photo();
        let id = photo.id.as_str();
        if id.is_empty() {
            return Err(StoreError::Other("a photo without an id cannot be saved".to_owned()));
        }
        let record = serde_json::to_string(photo)
            .map_err(|err| StoreError::Other(format!("the record of {id} cannot be written: {err}")))?;
        let token = |field: PersonalField| {
            let Some(token) = sealed.tokens().get(&field) else { return Ok(Column::Null) };
            let bytes = URL_SAFE.decode(token).ok().filter(|bytes| bytes.first() == Some(&0x80));
            bytes.map(Column::Blob).ok_or_else(|| {
                StoreError::Other(format!("the field {} of {id} is not sealed; nothing was saved", field.as_str()))
            })
        };
        let tokens: Vec<Column> = PersonalField::ALL.into_iter().map(token).collect::<Result<_, _>>()?;
        let (state, key_id) = (photo.state().as_str(), sealed.key_id());
        let content = Content { id, state, key_id, record: record.as_bytes() };
        let bytes = tokens.iter().map(|token| match token {
            Column::Blob(token) => Some(token.as_slice()),
            _ => None,
        });
        let sums = content.sums(checksums, bytes);
        Ok(Self { sealed, record, tokens, counted: Counted::of(photo), sums })
    }

    pub fn id(&self) -> &'a PhotoId {
        &self.sealed.photo().id
    }

    /// Writes the row with [`UPSERT`].
    pub fn insert(&self, insert: &mut CachedStatement<'_>, seq: i64) -> Result<(), StoreError> {
        let [owner_name, path_alias, owner, exif, raw_record, comments, exif_api] = &self.tokens[..] else {
            unreachable!("one column for each personal field")
        };
        let (id, state) = (self.id().as_str(), self.sealed.photo().state().as_str());
        let (key_id, record) = (self.sealed.key_id(), &self.record);
        insert
            .execute(params![
                id, seq, state, key_id, record, owner_name, path_alias, owner, exif, raw_record, comments, exif_api
            ])
            .map(|_| ())
            .map_err(error)
    }
}

/// A row of [`SELECT`], not parsed. Rows are read with the connection held and parsed without it.
pub struct RawRow {
    pub id: String,
    pub seq: u64,
    pub(super) state: String,
    pub(super) key_id: String,
    pub(super) record: Vec<u8>,
    /// In the order of [`PersonalField::ALL`]. A value that is no blob is an empty one.
    pub(super) tokens: Vec<Option<Vec<u8>>>,
    pub(super) sums: Option<StoredSums>,
}

impl RawRow {
    /// Copies a row.
    pub fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        // Damaged text must not end the reading of other rows.
        let text = |column| {
            let bytes = row.get_ref(column).map_err(error)?.as_bytes().unwrap_or_default();
            Ok::<_, StoreError>(String::from_utf8_lossy(bytes).into_owned())
        };
        let token = |column| match row.get_ref(column).map_err(error)? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(token) => Ok(Some(token.to_vec())),
            _ => Ok(Some(Vec::new())),
        };
        Ok(Self {
            id: text(0)?,
            seq: seq(row, 1).unwrap_or_default(),
            state: text(2)?,
            key_id: text(3)?,
            record: row.get_ref(4).map_err(error)?.as_bytes().unwrap_or_default().to_vec(),
            tokens: (PLAIN_COLUMNS..PLAIN_COLUMNS + PersonalField::ALL.len()).map(token).collect::<Result<_, _>>()?,
            sums: StoredSums::read(row, PLAIN_COLUMNS + PersonalField::ALL.len())?,
        })
    }

    /// Compares the row with its checksums. Returns whether it has some; fails if it is not what was written.
    fn check(&self, checksums: &Checksums) -> Result<bool, StoreError> {
        let content = Content { id: &self.id, state: &self.state, key_id: &self.key_id, record: &self.record };
        let tokens = self.tokens.iter().map(Option::as_deref);
        let record = StoredSums::check_record(self.sums.as_ref(), checksums, content, self.seq);
        let sealed = StoredSums::check_sealed(self.sums.as_ref(), checksums, (content, self.seq), tokens);
        let why = match (record, sealed) {
            (Checked::Bad, _) => "it was changed since it was written: its checksum does not fit",
            (_, Checked::Bad) => "a sealed field was changed since it was written: its checksum does not fit",
            (record, _) => return Ok(record == Checked::Good),
        };
        Err(StoreError::Damaged { id: PhotoId::from_text(self.id.as_str()), why: why.to_owned() })
    }

    /// The photo. Fails if the row is damaged.
    pub fn restore(self, checksums: &Checksums) -> Result<SealedPhoto, StoreError> {
        self.check(checksums)?;
        self.restore_unchecked()
    }

    /// The photo, whatever the checksums say.
    pub fn restore_unchecked(self) -> Result<SealedPhoto, StoreError> {
        let photo = read_record(&self.id, &self.record)?;
        Ok(self.with(photo))
    }

    fn with(self, photo: Photo) -> SealedPhoto {
        let tokens = PersonalField::ALL.into_iter().zip(self.tokens);
        let tokens = tokens.filter_map(|(field, token)| Some((field, URL_SAFE.encode(token?)))).collect();
        SealedPhoto::restore(photo, self.key_id, tokens)
    }

    /// The record, whose photo is made when it is needed. Fails if the row is damaged.
    pub fn record(self, checksums: &Checksums) -> Result<StoredRecord, StoreError> {
        self.check(checksums)?;
        self.unchecked()
    }

    fn unchecked(self) -> Result<StoredRecord, StoreError> {
        StoredRecord::read(PhotoId::from_text(self.id), self.key_id, self.record, self.tokens)
    }

    /// The record, what is wrong with the row, if anything, and whether it has checksums. Fails if the record is damaged.
    pub fn checked(self, checksums: &Checksums) -> Result<(StoredRecord, Option<String>, bool), StoreError> {
        let has_sums = self.check(checksums)?;
        let is_damaged = self.tokens.iter().flatten().any(|token| !is_whole_token(token));
        let state = self.state.clone();
        let record = self.unchecked()?;
        let problem = problem(&record, &state, is_damaged)?;
        Ok((record, problem, has_sums))
    }
}

/// What is wrong with a row that has this state, and a damaged token if `is_damaged`.
fn problem(record: &StoredRecord, state: &str, is_damaged: bool) -> Result<Option<String>, StoreError> {
    let (id, photo) = (record.id(), record.files()?);
    if photo.id != *id {
        return Ok(Some(format!("the record of {id} says that it is another photo's")));
    }
    if photo.state().as_str() != state {
        return Ok(Some(format!("the record of {id} is stored with the wrong state")));
    }
    Ok(is_damaged.then(|| format!("a sealed field of {id} is damaged")))
}
