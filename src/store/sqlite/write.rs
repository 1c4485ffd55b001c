//! Writing and removing photos in SQLite.

use std::mem;

use rayon::prelude::*;
use rusqlite::params;

use super::connection::error;
use super::row::{NewRow, UPSERT};
use super::tally::{Counting, Loaded};
use super::{SqliteStore, cached, last_seq};
use crate::photo::PhotoId;
use crate::seal::SealedPhoto;
use crate::store::{RecordWrite, StoreError, UpdateFn};

impl SqliteStore {
    fn save_over(&self, photos: &[SealedPhoto], mut loaded: Loaded) -> Result<(), StoreError> {
        if photos.is_empty() {
            return Ok(());
        }
        let rows: Vec<NewRow<'_>> =
            photos.par_iter().with_min_len(16).map(NewRow::of).collect::<Result<_, StoreError>>()?;
        self.write(|transaction| {
            let before = last_seq(transaction)?;
            let mut seq = before;
            let mut counting = Counting::default();
            let mut insert = cached(transaction, UPSERT)?;
            let mut delete_tombstone = cached(transaction, "DELETE FROM tombstone WHERE id = ?1")?;
            for mut row in rows {
                seq += 1;
                let id = row.id();
                counting.replace(transaction, id.as_str(), loaded.remove(id), Some(mem::take(&mut row.counted)))?;
                row.insert(&mut insert, seq)?;
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
        let (known, loaded) = self.load_counted(ids)?;
        let changed = change(ids, known)?;
        self.save_over(&changed, loaded)?;
        Ok(changed)
    }

    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let before = last_seq(transaction)?;
            let mut seq = before;
            let mut counting = Counting::default();
            let mut delete = cached(transaction, "DELETE FROM photo WHERE id = ?1")?;
            let mut delete_vectors = cached(transaction, "DELETE FROM vector WHERE photo = ?1")?;
            let mut insert_tombstone =
                cached(transaction, "INSERT OR REPLACE INTO tombstone (id, seq) VALUES (?1, ?2)")?;
            let mut removed = 0;
            for id in ids {
                counting.replace(transaction, id.as_str(), None, None)?;
                if delete.execute([id.as_str()]).map_err(error)? > 0 {
                    seq += 1;
                    removed += 1;
                    delete_vectors.execute([id.as_str()]).map_err(error)?;
                    insert_tombstone.execute(params![id.as_str(), seq]).map_err(error)?;
                }
            }
            counting.end(transaction, (before, seq))?;
            Ok(removed)
        })
    }
}
