//! Writing and removing photos in SQLite.

use rusqlite::params;

use super::connection::error;
use super::row::{UPSERT, insert_photo};
use super::tally::Counting;
use super::{SqliteStore, cached, last_seq};
use crate::photo::PhotoId;
use crate::seal::SealedPhoto;
use crate::store::{RecordWrite, StoreError};

impl RecordWrite for SqliteStore {
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError> {
        if photos.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let before = last_seq(transaction)?;
            let mut seq = before;
            let mut counting = Counting::default();
            let mut insert = cached(transaction, UPSERT)?;
            let mut delete_tombstone = cached(transaction, "DELETE FROM tombstone WHERE id = ?1")?;
            for sealed in photos {
                seq += 1;
                counting.replaces(transaction, sealed.photo().id.as_str())?;
                counting.adds(sealed.photo());
                insert_photo(&mut insert, sealed, seq)?;
                delete_tombstone.execute([sealed.photo().id.as_str()]).map_err(error)?;
            }
            counting.end(transaction, (before, seq))
        })
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
                counting.replaces(transaction, id.as_str())?;
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
