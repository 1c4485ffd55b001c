//! Reading photos from SQLite.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use rusqlite::params;

use super::connection::error;
use super::row::{RawRow, SELECT};
use super::tally::Loaded;
use super::{SqliteStore, as_i64, cached, check, tally};
use crate::photo::{PhotoId, State};
use crate::seal::{MARKS, SealedPhoto};
use crate::store::checksum::Checksums;
use crate::store::tally::Counted;
use crate::store::{DamageLog, EachChecked, RecordRead, StoreCheck, StoreError, StoredRecord, Tally};

impl SqliteStore {
    pub(super) fn rows_of(&self, ids: &[PhotoId]) -> Result<Vec<RawRow>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let mut select = cached(&transaction, &format!("{SELECT} WHERE photo.id = ?1"))?;
        let mut found = Vec::new();
        for id in ids {
            let mut rows = select.query([id.as_str()]).map_err(error)?;
            if let Some(row) = rows.next().map_err(error)? {
                found.push(RawRow::read(row)?);
            }
        }
        Ok(found)
    }

    /// The stored photos among `ids`, in the order of `ids`, what they are counted by, and the ids of damaged ones.
    pub(super) fn load_counted(&self, ids: &[PhotoId]) -> Result<LoadedPhotos, StoreError> {
        let rows = self.rows_of(ids)?;
        let of_rows: HashMap<PhotoId, u64> =
            rows.iter().map(|row| (PhotoId::from_text(row.id.as_str()), row.seq)).collect();
        let photos = self.each(rows, RawRow::restore)?;
        let counted = |sealed: &SealedPhoto| {
            let photo = sealed.photo();
            (photo.id.clone(), (of_rows[&photo.id], Counted::of(photo)))
        };
        let loaded: Loaded = photos.par_iter().with_min_len(64).map(counted).collect();
        let damaged = of_rows.into_keys().filter(|id| !loaded.contains_key(id)).collect();
        Ok(LoadedPhotos { photos, loaded, damaged })
    }

    fn rows_after(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<RawRow>, StoreError> {
        let db = self.db();
        // Every id is greater than the empty text.
        let after = after.map_or("", PhotoId::as_str);
        let sql = format!("{SELECT} WHERE photo.id > ?1 ORDER BY photo.id LIMIT ?2");
        let mut select = cached(&db, &sql)?;
        let mut rows = select.query(params![after, as_i64(limit)]).map_err(error)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(error)? {
            found.push(RawRow::read(row)?);
        }
        drop(rows);
        if !keep_ascending(&mut found, after) {
            self.damage.add_other("the index of ids is not in order".to_owned());
        }
        Ok(found)
    }

    /// The next rows that can be read. Fewer than `limit` if some cannot, but none only at the end.
    fn readable_after<T: Send>(
        &self,
        after: Option<&PhotoId>,
        limit: usize,
        parse: impl Fn(RawRow, &Checksums) -> Result<T, StoreError> + Sync + Send,
    ) -> Result<Vec<T>, StoreError> {
        let mut after = after.cloned();
        loop {
            let rows = self.rows_after(after.as_ref(), limit)?;
            let (is_last, last) = (rows.len() < limit, rows.last().map(|row| PhotoId::from_text(row.id.as_str())));
            let found = self.each(rows, &parse)?;
            if !found.is_empty() || is_last || last <= after {
                return Ok(found);
            }
            after = last;
        }
    }

    /// Parses rows on all cores; damaged ones are noted and left out. The connection must not be held: a thread that waits
    /// here may run a job that needs it.
    fn each<T: Send>(
        &self,
        rows: Vec<RawRow>,
        parse: impl Fn(RawRow, &Checksums) -> Result<T, StoreError> + Sync + Send,
    ) -> Result<Vec<T>, StoreError> {
        let read = |row: RawRow| self.damage.readable(parse(row, &self.checksums)).transpose();
        if rows.len() < 16 {
            return rows.into_iter().filter_map(read).collect();
        }
        rows.into_par_iter().with_min_len(16).filter_map(read).collect()
    }
}

/// Leaves out rows whose ids are not after `after` and those before them: a damaged index would lead in circles. Returns whether
/// all were in order.
pub(super) fn keep_ascending(rows: &mut Vec<RawRow>, after: &str) -> bool {
    let (all, mut last) = (rows.len(), after.to_owned());
    rows.retain(|row| {
        let is_next = row.id > last;
        if is_next {
            last.clone_from(&row.id);
        }
        is_next
    });
    rows.len() == all
}

/// Photos that are about to be changed.
pub(super) struct LoadedPhotos {
    pub photos: Vec<SealedPhoto>,
    /// What they are counted by.
    pub loaded: Loaded,
    /// Stored records that cannot be read.
    pub damaged: HashSet<PhotoId>,
}

impl RecordRead for SqliteStore {
    fn load_sealed(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        self.each(self.rows_of(ids)?, RawRow::restore)
    }

    fn scan_sealed(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        self.readable_after(after, limit, RawRow::restore)
    }

    fn load_records(&self, ids: &[PhotoId]) -> Result<Vec<StoredRecord>, StoreError> {
        self.each(self.rows_of(ids)?, RawRow::record)
    }

    fn scan_records(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<StoredRecord>, StoreError> {
        self.readable_after(after, limit, RawRow::record)
    }

    fn ids(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<PhotoId>, StoreError> {
        let db = self.db();
        let mut select = cached(&db, "SELECT id FROM photo WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let window = params![after.map_or("", PhotoId::as_str), as_i64(limit)];
        let rows = select.query_map(window, |row| row.get::<_, String>(0)).map_err(error)?;
        let ids = rows.map(|id| id.map(PhotoId::from_text).map_err(error)).collect::<Result<Vec<_>, _>>()?;
        // A damaged index would lead in circles.
        Ok(ids.into_iter().filter(|id| after.is_none_or(|after| id > after)).collect())
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

    fn check(&self, each: &mut EachChecked<'_>) -> anyhow::Result<StoreCheck> {
        check::check(self, each)
    }

    fn damage(&self) -> DamageLog {
        self.damage.clone()
    }

    fn check_counts(&self) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        if let Some(problem) = check::lost_records(&transaction) {
            self.damage.add_other(problem);
        }
        Ok(())
    }
}
