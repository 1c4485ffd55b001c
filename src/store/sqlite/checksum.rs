//! The checksums of the records and vectors, in tables of their own.
//!
//! Older programs ignore the tables, so they need no new format of the file. A record's checksum says for which change it was
//! made: after an older program changed the record it is out of date, which is no damage.

use rusqlite::{CachedStatement, Connection, Row, params};

use super::connection::error;
use super::{cached, seq};
use crate::photo::PhotoId;
use crate::store::StoreError;
use crate::store::checksum::{Checked, Checksums, Of, Sum, differ_in_one_bit};

const TABLES: &str = "CREATE TABLE IF NOT EXISTS checksum (
    id     TEXT PRIMARY KEY NOT NULL,
    seq    INTEGER NOT NULL,
    record BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vector_checksum (
    photo TEXT NOT NULL,
    model TEXT NOT NULL,
    sum   BLOB NOT NULL,
    PRIMARY KEY (photo, model)
) STRICT, WITHOUT ROWID";

/// Takes the place of the tables in a file that has none and is open for reading.
const NO_TABLES: &str = "PRAGMA query_only = OFF;
    CREATE TEMP VIEW IF NOT EXISTS checksum AS SELECT NULL AS id, NULL AS seq, NULL AS record, NULL AS sealed WHERE 0;
    CREATE TEMP VIEW IF NOT EXISTS vector_checksum AS SELECT NULL AS photo, NULL AS model, NULL AS sum WHERE 0;
    PRAGMA query_only = ON;";

/// Makes the tables. For writers.
pub fn prepare(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(TABLES).map_err(error)
}

/// For readers of a file that may have no such tables.
pub fn prepare_reading(db: &Connection) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name IN ('checksum', 'vector_checksum')";
    let tables: i64 = db.query_row(sql, [], |row| row.get(0)).map_err(error)?;
    if tables == 2 { Ok(()) } else { db.execute_batch(NO_TABLES).map_err(error) }
}

/// The two checksums of a record.
#[derive(Clone, Copy)]
pub struct RecordSums {
    record: Sum,
    sealed: Sum,
}

/// What they are over.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    pub id: &'a str,
    pub state: &'a str,
    pub key_id: &'a str,
    pub record: &'a [u8],
}

impl<'a> Content<'a> {
    fn parts(self) -> [&'a [u8]; 4] {
        [self.id.as_bytes(), self.key_id.as_bytes(), self.state.as_bytes(), self.record]
    }

    /// Its checksums; `None` if the store has no key for them.
    pub fn sums<'t>(self, with: &Checksums, tokens: impl Iterator<Item = Option<&'t [u8]>>) -> Option<RecordSums> {
        Some(RecordSums { record: with.sum(Of::Record, self.parts())?, sealed: self.sealed_sum(with, tokens)? })
    }

    fn sealed_sum<'t>(self, with: &Checksums, tokens: impl Iterator<Item = Option<&'t [u8]>>) -> Option<Sum> {
        with.sum(Of::Sealed, [self.id.as_bytes(), self.key_id.as_bytes(), &summary(tokens)])
    }
}

/// Bytes of a token before its ciphertext: version, time, IV.
const TOKEN_HEAD: usize = 25;

/// Bytes of a token after its ciphertext: its own HMAC-SHA256.
const TOKEN_TAIL: usize = 32;

/// What the checksum of the sealed fields is over: of each token whether it is there, its length, its first and last bytes and
/// the CRC-32 of all. An HMAC over whole tokens, of which a record has 20 KB, would take longer than reading them; the last
/// bytes are one already, which the key checks.
fn summary<'t>(tokens: impl Iterator<Item = Option<&'t [u8]>>) -> Vec<u8> {
    let mut summary = Vec::with_capacity(7 * (1 + 8 + 4 + TOKEN_HEAD + TOKEN_TAIL));
    for token in tokens {
        summary.push(u8::from(token.is_some()));
        let token = token.unwrap_or_default();
        summary.extend_from_slice(&(token.len() as u64).to_le_bytes());
        summary.extend_from_slice(&crc32fast::hash(token).to_le_bytes());
        summary.extend_from_slice(&token[..token.len().min(TOKEN_HEAD)]);
        summary.extend_from_slice(&token[token.len().saturating_sub(TOKEN_TAIL)..]);
    }
    summary
}

/// The checksums as they were read with a row.
pub struct StoredSums {
    seq: u64,
    record: Vec<u8>,
    sealed: Vec<u8>,
}

impl StoredSums {
    /// From three columns, `seq`, `record` and `sealed`; `None` if there is no row of checksums.
    pub fn read(row: &Row<'_>, first: usize) -> Result<Option<Self>, StoreError> {
        let bytes = |column| Ok(row.get_ref(column).map_err(error)?.as_bytes().unwrap_or_default().to_vec());
        if row.get_ref(first).map_err(error)? == rusqlite::types::ValueRef::Null {
            return Ok(None);
        }
        Ok(Some(Self {
            seq: seq(row, first).unwrap_or(u64::MAX),
            record: bytes(first + 1)?,
            sealed: bytes(first + 2)?,
        }))
    }

    /// What the checksum says of a record with this number.
    pub fn check_record(stored: Option<&Self>, with: &Checksums, content: Content<'_>, seq: u64) -> Checked {
        let Some(stored) = stored else { return Checked::Missing };
        stored.judged(with.check(Some(&stored.record), Of::Record, content.parts()), seq)
    }

    /// What the checksum says of the sealed fields of a record with this number.
    pub fn check_sealed<'t>(
        stored: Option<&Self>,
        with: &Checksums,
        (content, seq): (Content<'_>, u64),
        tokens: impl Iterator<Item = Option<&'t [u8]>>,
    ) -> Checked {
        let Some(stored) = stored else { return Checked::Missing };
        let checked = match content.sealed_sum(with, tokens) {
            None => Checked::Missing,
            Some(sum) if stored.sealed == sum => Checked::Good,
            Some(_) => Checked::Bad,
        };
        stored.judged(checked, seq)
    }

    /// Whether the checksum of the record is damaged itself, in one bit.
    pub fn has_damaged_record_sum(&self, with: &Checksums, content: Content<'_>) -> bool {
        with.sum(Of::Record, content.parts()).is_some_and(|sum| differ_in_one_bit(&sum, &self.record))
    }

    /// The same for the sealed fields.
    pub fn has_damaged_sealed_sum<'t>(
        &self,
        with: &Checksums,
        content: Content<'_>,
        tokens: impl Iterator<Item = Option<&'t [u8]>>,
    ) -> bool {
        content.sealed_sum(with, tokens).is_some_and(|sum| differ_in_one_bit(&sum, &self.sealed))
    }

    /// A checksum of an earlier change does not fit any more, if an older program made the last one.
    fn judged(&self, checked: Checked, seq: u64) -> Checked {
        if checked == Checked::Bad && self.seq < seq { Checked::Missing } else { checked }
    }
}

/// Writes the checksums of records.
pub struct SumWriter<'c> {
    insert: CachedStatement<'c>,
    delete: CachedStatement<'c>,
}

impl<'c> SumWriter<'c> {
    /// In this transaction.
    pub fn new(db: &'c Connection) -> Result<Self, StoreError> {
        let insert = "INSERT INTO checksum (id, seq, record, sealed) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, record = excluded.record, sealed = excluded.sealed";
        Ok(Self { insert: cached(db, insert)?, delete: cached(db, "DELETE FROM checksum WHERE id = ?1")? })
    }

    /// Replaces the checksums of a record that has this number.
    pub fn write(&mut self, id: &str, seq: i64, sums: Option<RecordSums>) -> Result<(), StoreError> {
        let done = match sums {
            Some(sums) => self.insert.execute(params![id, seq, sums.record, sums.sealed]),
            None => self.delete.execute([id]),
        };
        done.map(drop).map_err(error)
    }
}

/// Removes the checksums of a photo and its vectors.
pub fn delete(db: &Connection, id: &PhotoId) -> Result<(), StoreError> {
    cached(db, "DELETE FROM checksum WHERE id = ?1")?.execute([id.as_str()]).map_err(error)?;
    delete_of_vectors(db, id)
}

/// Removes the checksums of a photo's vectors.
pub fn delete_of_vectors(db: &Connection, id: &PhotoId) -> Result<(), StoreError> {
    cached(db, "DELETE FROM vector_checksum WHERE photo = ?1")?.execute([id.as_str()]).map(drop).map_err(error)
}
