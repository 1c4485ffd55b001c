//! Following the changes of a SQLite store.

use rusqlite::params;
use rusqlite::types::ValueRef;

use super::connection::error;
use super::row::{COLUMNS, RawRow};
use super::{SqliteStore, as_i64, cached, last_seq, seq};
use crate::photo::PhotoId;
use crate::store::record::read_record;
use crate::store::{Change, ChangeFeed, SealedChange, StoreError};

/// `seq`, id and the record's JSON; `None` if the photo was removed.
type RecordText = (u64, String, Option<Vec<u8>>);

impl SqliteStore {
    /// Changed records as JSON, by seq. The connection is free for other threads while the caller decodes them.
    fn record_texts(&self, after: u64, limit: usize) -> Result<Vec<RecordText>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let window = params![i64::try_from(after).unwrap_or(i64::MAX), as_i64(limit)];
        let mut found = Vec::new();
        for sql in [
            "SELECT seq, id, record FROM photo WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            "SELECT seq, id, NULL FROM tombstone WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        ] {
            let mut select = cached(&transaction, sql)?;
            let mut rows = select.query(window).map_err(error)?;
            while let Some(row) = rows.next().map_err(error)? {
                let record = match row.get_ref(2).map_err(error)? {
                    ValueRef::Null => None,
                    value => Some(value.as_bytes().unwrap_or_default().to_vec()),
                };
                found.push((seq(row, 0)?, row.get(1).map_err(error)?, record));
            }
        }
        Ok(found)
    }
}

impl ChangeFeed for SqliteStore {
    fn changes_sealed(&self, after_seq: u64, limit: usize) -> Result<Vec<SealedChange>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let window = params![i64::try_from(after_seq).unwrap_or(i64::MAX), as_i64(limit)];
        let mut changes = Vec::new();
        let sql = format!("SELECT {COLUMNS} FROM photo WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        let mut saved = cached(&transaction, &sql)?;
        let mut rows = saved.query(window).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let row = RawRow::read(row)?;
            let seq = row.seq;
            let photo = row.restore()?;
            changes.push(SealedChange { seq, id: photo.photo().id.clone(), photo: Some(photo) });
        }
        let mut removed = cached(&transaction, "SELECT id, seq FROM tombstone WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let mut rows = removed.query(window).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let id = PhotoId::from_text(row.get::<_, String>(0).map_err(error)?);
            changes.push(SealedChange { seq: seq(row, 1)?, id, photo: None });
        }
        changes.sort_by_key(|change| change.seq);
        changes.truncate(limit);
        Ok(changes)
    }

    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        let mut texts = self.record_texts(after_seq, limit)?;
        texts.sort_by_key(|(seq, ..)| *seq);
        texts.truncate(limit);
        let change = |(seq, id, text): RecordText| {
            let is_there = text.is_some();
            let photo = text.and_then(|text| read_record(&id, &text).ok());
            Change { seq, id: PhotoId::from_text(id), damaged: is_there && photo.is_none(), photo }
        };
        Ok(texts.into_iter().map(change).collect())
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
