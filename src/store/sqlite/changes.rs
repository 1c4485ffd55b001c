//! Following the changes of a SQLite store.

use rusqlite::params;
use rusqlite::types::ValueRef;

use super::checksum::{Content, StoredSums};
use super::connection::error;
use super::row::{RawRow, SELECT};
use super::{SqliteStore, as_i64, cached, last_seq, seq};
use crate::photo::{Photo, PhotoId};
use crate::store::checksum::Checked;
use crate::store::record::read_record;
use crate::store::{Change, ChangeFeed, SealedChange, StoreError};

/// A changed record without its sealed fields.
struct ChangedRow {
    seq: u64,
    id: String,
    /// `None` if the photo was removed.
    record: Option<ChangedRecord>,
}

struct ChangedRecord {
    state: String,
    key_id: String,
    record: Vec<u8>,
    sums: Option<StoredSums>,
}

impl SqliteStore {
    /// Changed records, by seq. The connection is free for other threads while the caller decodes them.
    fn changed_rows(&self, after: u64, limit: usize) -> Result<Vec<ChangedRow>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let window = params![i64::try_from(after).unwrap_or(i64::MAX), as_i64(limit)];
        let mut found = Vec::new();
        for sql in [
            "SELECT photo.seq, photo.id, photo.record, state, key_id, checksum.seq, checksum.record, checksum.sealed
            FROM photo LEFT JOIN checksum ON checksum.id = photo.id WHERE photo.seq > ?1 ORDER BY photo.seq LIMIT ?2",
            "SELECT seq, id, NULL FROM tombstone WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        ] {
            let mut select = cached(&transaction, sql)?;
            let mut rows = select.query(window).map_err(error)?;
            while let Some(row) = rows.next().map_err(error)? {
                let bytes = |column| Ok(row.get_ref(column).map_err(error)?.as_bytes().unwrap_or_default().to_vec());
                let text = |column| bytes(column).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                let record = match row.get_ref(2).map_err(error)? {
                    ValueRef::Null => None,
                    _ => Some(ChangedRecord {
                        state: text(3)?,
                        key_id: text(4)?,
                        record: bytes(2)?,
                        sums: StoredSums::read(row, 5)?,
                    }),
                };
                found.push(ChangedRow { seq: seq(row, 0)?, id: text(1)?, record });
            }
        }
        Ok(found)
    }

    /// The photo of a changed record.
    fn changed_photo(&self, seq: u64, id: &str, changed: &ChangedRecord) -> Result<Photo, StoreError> {
        let ChangedRecord { state, key_id, record, sums } = changed;
        let content = Content { id, state, key_id, record };
        if StoredSums::check_record(sums.as_ref(), &self.checksums, content, seq) == Checked::Bad {
            let why = "it was changed since it was written: its checksum does not fit".to_owned();
            return Err(StoreError::Damaged { id: PhotoId::from_text(id), why });
        }
        read_record(id, record)
    }
}

impl ChangeFeed for SqliteStore {
    fn changes_sealed(&self, after_seq: u64, limit: usize) -> Result<Vec<SealedChange>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let window = params![i64::try_from(after_seq).unwrap_or(i64::MAX), as_i64(limit)];
        let mut changes = Vec::new();
        let sql = format!("{SELECT} WHERE photo.seq > ?1 ORDER BY photo.seq LIMIT ?2");
        let mut saved = cached(&transaction, &sql)?;
        let mut rows = saved.query(window).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let row = RawRow::read(row)?;
            let seq = row.seq;
            let id = PhotoId::from_text(row.id.as_str());
            let photo = self.damage.readable(row.restore(&self.checksums))?;
            changes.push(SealedChange { seq, id, damaged: photo.is_none(), photo });
        }
        let mut removed = cached(&transaction, "SELECT id, seq FROM tombstone WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let mut rows = removed.query(window).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let id = PhotoId::from_text(row.get::<_, String>(0).map_err(error)?);
            changes.push(SealedChange { seq: seq(row, 1)?, id, photo: None, damaged: false });
        }
        // A damaged index would lead in circles.
        changes.retain(|change| change.seq > after_seq);
        changes.sort_by_key(|change| change.seq);
        changes.truncate(limit);
        Ok(changes)
    }

    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        let mut rows = self.changed_rows(after_seq, limit)?;
        // A damaged index would lead in circles.
        rows.retain(|row| row.seq > after_seq);
        rows.sort_by_key(|row| row.seq);
        rows.truncate(limit);
        let change = |ChangedRow { seq, id, record }: ChangedRow| {
            let photo = record.as_ref().map(|record| self.changed_photo(seq, &id, record));
            let photo = photo.map(|read| self.damage.readable(read)).transpose()?.flatten();
            Ok(Change { seq, id: PhotoId::from_text(id), damaged: record.is_some() && photo.is_none(), photo })
        };
        rows.into_iter().map(change).collect()
    }

    fn count_changes(&self, after_seq: u64) -> Result<Option<u64>, StoreError> {
        let db = self.db();
        let sql =
            "SELECT (SELECT count(*) FROM photo WHERE seq > ?1) + (SELECT count(*) FROM tombstone WHERE seq > ?1)";
        let after = i64::try_from(after_seq).unwrap_or(i64::MAX);
        let count: i64 = cached(&db, sql)?.query_row([after], |row| row.get(0)).map_err(error)?;
        Ok(Some(count.unsigned_abs()))
    }

    fn last_seq(&self) -> Result<u64, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        last_seq(&transaction).map(|seq| u64::try_from(seq).unwrap_or(0))
    }
}
