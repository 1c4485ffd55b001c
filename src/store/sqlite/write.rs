//! Writing and removing photos in SQLite.

use std::mem;

use rayon::prelude::*;
use rusqlite::{Connection, params};

use super::checksum::{self, SumWriter};
use super::connection::error;
use super::row::{NewRow, UPSERT};
use super::tally::{Counting, Loaded};
use super::{SqliteStore, cached, last_seq};
use crate::photo::PhotoId;
use crate::seal::SealedPhoto;
use crate::store::checksum::Checksums;
use crate::store::{RecordWrite, StoreError, UpdateFn};

impl SqliteStore {
    fn save_over(&self, photos: &[SealedPhoto], mut loaded: Loaded) -> Result<(), StoreError> {
        if photos.is_empty() {
            return Ok(());
        }
        let row = |sealed| NewRow::of(sealed, &self.checksums);
        let rows: Vec<NewRow<'_>> = photos.par_iter().with_min_len(16).map(row).collect::<Result<_, StoreError>>()?;
        self.write(|transaction| {
            let before = last_seq(transaction)?;
            let mut seq = before;
            // What a damaged record was counted by is not known.
            let mut counting = Counting::new(!self.damage.is_empty());
            let mut insert = cached(transaction, UPSERT)?;
            let mut sums = SumWriter::new(transaction)?;
            let mut delete_tombstone = cached(transaction, "DELETE FROM tombstone WHERE id = ?1")?;
            for mut row in rows {
                seq += 1;
                let id = row.id();
                counting.replace(transaction, id.as_str(), loaded.remove(id), Some(mem::take(&mut row.counted)))?;
                row.insert(&mut insert, seq)?;
                sums.write(id.as_str(), seq, row.sums)?;
                delete_tombstone.execute([id.as_str()]).map_err(error)?;
            }
            counting.end(transaction, (before, seq))
        })
    }
}

impl RecordWrite for SqliteStore {
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError> {
        self.save_over(photos, Loaded::default())
    }

    fn update(&self, ids: &[PhotoId], change: &mut UpdateFn<'_>) -> anyhow::Result<Vec<SealedPhoto>> {
        let known = self.load_counted(ids)?;
        // What is in a damaged record may still be mended, so it is not replaced.
        let readable: Vec<PhotoId> = ids.iter().filter(|id| !known.damaged.contains(id)).cloned().collect();
        let changed = change(&readable, known.photos)?;
        self.save_over(&changed, known.loaded)?;
        Ok(changed)
    }

    fn mended(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        self.mended_rows(ids)
    }

    fn mend_checksum_key(&self) -> Result<bool, StoreError> {
        let is_new = Checksums::mend(self)?;
        if is_new {
            // They have the lost key.
            self.write(|transaction| {
                transaction.execute_batch("DELETE FROM checksum; DELETE FROM vector_checksum").map_err(error)
            })?;
        }
        Ok(is_new)
    }

    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let before = last_seq(transaction)?;
            let mut counting = Counting::default();
            let removed = delete(transaction, ids, &mut counting)?;
            let seq = insert_tombstones(transaction, &removed, before)?;
            counting.end(transaction, (before, seq))?;
            Ok(removed.len())
        })
    }

    fn withdraw(&self, ids: &[PhotoId], marks: &[PhotoId]) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let before = last_seq(transaction)?;
            let mut counting = Counting::default();
            // After the marks: a tombstone of the photo may have the last number.
            let seq = insert_tombstones(transaction, &marks.iter().collect::<Vec<_>>(), before)?;
            let removed = delete(transaction, ids, &mut counting)?;
            let mut delete_tombstone = cached(transaction, "DELETE FROM tombstone WHERE id = ?1")?;
            for id in ids {
                delete_tombstone.execute([id.as_str()]).map_err(error)?;
            }
            counting.end(transaction, (before, seq))?;
            Ok(removed.len())
        })
    }
}

/// Deletes photos and their vectors. Returns those that were there.
fn delete<'a>(db: &Connection, ids: &'a [PhotoId], counting: &mut Counting) -> Result<Vec<&'a PhotoId>, StoreError> {
    let mut delete = cached(db, "DELETE FROM photo WHERE id = ?1")?;
    let mut delete_vectors = cached(db, "DELETE FROM vector WHERE photo = ?1")?;
    let mut removed = Vec::new();
    for id in ids {
        counting.replace(db, id.as_str(), None, None)?;
        if delete.execute([id.as_str()]).map_err(error)? > 0 {
            delete_vectors.execute([id.as_str()]).map_err(error)?;
            checksum::delete(db, id)?;
            removed.push(id);
        }
    }
    Ok(removed)
}

/// Writes tombstones with the numbers after `seq`. Returns the last one.
fn insert_tombstones(db: &Connection, ids: &[&PhotoId], mut seq: i64) -> Result<i64, StoreError> {
    let mut insert = cached(db, "INSERT OR REPLACE INTO tombstone (id, seq) VALUES (?1, ?2)")?;
    for id in ids {
        seq += 1;
        insert.execute(params![id.as_str(), seq]).map_err(error)?;
    }
    Ok(seq)
}
