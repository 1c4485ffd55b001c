//! Reading photos from SQLite.

use rayon::prelude::*;
use rusqlite::params;

use super::connection::error;
use super::row::{COLUMNS, RawRow};
use super::tally::Loaded;
use super::{SqliteStore, as_i64, cached, check, tally};
use crate::photo::{PhotoId, State};
use crate::seal::{MARKS, SealedPhoto};
use crate::store::tally::Counted;
use crate::store::{EachChecked, RecordRead, StoreError, StoredRecord, Tally};

impl SqliteStore {
    fn rows_of(&self, ids: &[PhotoId]) -> Result<Vec<RawRow>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let mut select = cached(&transaction, &format!("SELECT {COLUMNS} FROM photo WHERE id = ?1"))?;
        let mut found = Vec::new();
        for id in ids {
            let mut rows = select.query([id.as_str()]).map_err(error)?;
            if let Some(row) = rows.next().map_err(error)? {
                found.push(RawRow::read(row)?);
            }
        }
        Ok(found)
    }

    /// The stored photos among `ids`, in the order of `ids`, and what they are counted by.
    pub(super) fn load_counted(&self, ids: &[PhotoId]) -> Result<(Vec<SealedPhoto>, Loaded), StoreError> {
        let rows = self.rows_of(ids)?;
        let seqs: Vec<u64> = rows.iter().map(|row| row.seq).collect();
        let photos = each(rows, RawRow::restore)?;
        let counted = |(sealed, seq): (&SealedPhoto, u64)| {
            let photo = sealed.photo();
            (photo.id.clone(), (seq, Counted::of(photo)))
        };
        let loaded = photos.par_iter().zip(seqs).with_min_len(64).map(counted).collect();
        Ok((photos, loaded))
    }

    fn rows_after(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<RawRow>, StoreError> {
        let db = self.db();
        // Every id is greater than the empty text.
        let after = after.map_or("", PhotoId::as_str);
        let sql = format!("SELECT {COLUMNS} FROM photo WHERE id > ?1 ORDER BY id LIMIT ?2");
        let mut select = cached(&db, &sql)?;
        let mut rows = select.query(params![after, as_i64(limit)]).map_err(error)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(error)? {
            found.push(RawRow::read(row)?);
        }
        Ok(found)
    }
}

impl RecordRead for SqliteStore {
    fn load_sealed(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        each(self.rows_of(ids)?, RawRow::restore)
    }

    fn scan_sealed(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        each(self.rows_after(after, limit)?, RawRow::restore)
    }

    fn load_records(&self, ids: &[PhotoId]) -> Result<Vec<StoredRecord>, StoreError> {
        each(self.rows_of(ids)?, RawRow::record)
    }

    fn scan_records(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<StoredRecord>, StoreError> {
        each(self.rows_after(after, limit)?, RawRow::record)
    }

    fn ids(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<PhotoId>, StoreError> {
        let db = self.db();
        let mut select = cached(&db, "SELECT id FROM photo WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let window = params![after.map_or("", PhotoId::as_str), as_i64(limit)];
        let rows = select.query_map(window, |row| row.get::<_, String>(0)).map_err(error)?;
        rows.map(|id| id.map(PhotoId::from_text).map_err(error)).collect()
    }

    fn withdrawn(&self, marks: Option<&[PhotoId]>) -> Result<Vec<PhotoId>, StoreError> {
        let db = self.db();
        let mut found = Vec::new();
        let Some(marks) = marks else {
            let mut select = cached(&db, "SELECT id FROM tombstone WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
            let rows = select.query_map([MARKS.0, MARKS.1], |row| row.get::<_, String>(0)).map_err(error)?;
            return rows.map(|id| id.map(PhotoId::from_text).map_err(error)).collect();
        };
        let mut select = cached(&db, "SELECT count(*) FROM tombstone WHERE id = ?1")?;
        for mark in marks {
            let there: i64 = select.query_row([mark.as_str()], |row| row.get(0)).map_err(error)?;
            found.extend((there > 0).then(|| mark.clone()));
        }
        Ok(found)
    }

    fn count_by_state(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let db = self.db();
        let mut select = cached(&db, "SELECT count(*) FROM photo WHERE state = ?1")?;
        let mut counts = Vec::new();
        for &state in State::ALL {
            let count: i64 = select.query_row([state.as_str()], |row| row.get(0)).map_err(error)?;
            if count > 0 {
                counts.push((state, count.unsigned_abs()));
            }
        }
        Ok(counts)
    }

    fn tally(&self) -> Result<Tally, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        tally::read(&transaction)
    }

    fn disk_bytes(&self) -> Result<Option<u64>, StoreError> {
        let db = self.db();
        let pragma = |name: &str| {
            db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
                .map_err(error)
        };
        let pages = pragma("page_count")? * pragma("page_size")?;
        // What is not yet in the file itself.
        let log = db.path().map(|path| std::path::Path::new(path).with_extension("db-wal"));
        let log = log.and_then(|path| std::fs::metadata(path).ok()).map_or(0, |found| found.len());
        Ok(Some(pages + log))
    }

    fn check(&self, each: &mut EachChecked<'_>) -> anyhow::Result<(u64, Vec<String>)> {
        check::check(self, each)
    }
}

/// Parses rows on all cores. The connection must not be held: a thread that waits here may run a job that needs it.
fn each<T: Send>(
    rows: Vec<RawRow>,
    parse: impl Fn(RawRow) -> Result<T, StoreError> + Sync + Send,
) -> Result<Vec<T>, StoreError> {
    if rows.len() < 16 {
        return rows.into_iter().map(parse).collect();
    }
    rows.into_par_iter().with_min_len(16).map(parse).collect()
}
