//! Vectors in SQLite.

use rusqlite::{Connection, OptionalExtension, params};

use super::checksum::delete_of_vectors;
use super::connection::error;
use super::{SqliteStore, as_i64, cached};
use crate::photo::{PhotoId, Vector};
use crate::store::checksum::{Checked, Of};
use crate::store::{StoreError, VectorStore};

impl VectorStore for SqliteStore {
    fn save_vectors(&self, model: &str, vectors: &[(PhotoId, Vector)]) -> Result<(), StoreError> {
        if vectors.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let sql = "INSERT INTO vector (photo, model, data) SELECT id, ?2, ?3 FROM photo WHERE id = ?1
                ON CONFLICT (photo, model) DO UPDATE SET data = excluded.data";
            let mut insert = cached(transaction, sql)?;
            let sql =
                "INSERT OR REPLACE INTO vector_checksum (photo, model, sum) SELECT id, ?2, ?3 FROM photo WHERE id = ?1";
            let mut insert_sum = cached(transaction, sql)?;
            for (id, vector) in vectors {
                let data = vector.to_bytes();
                let sum = self.checksums.sum(Of::Vector, [id.as_str().as_bytes(), model.as_bytes(), &data]);
                insert.execute(params![id.as_str(), model, data]).map_err(error)?;
                if let Some(sum) = sum {
                    insert_sum.execute(params![id.as_str(), model, sum]).map_err(error)?;
                }
            }
            Ok(())
        })
    }

    fn remove_vectors(&self, ids: &[PhotoId]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut delete = cached(transaction, "DELETE FROM vector WHERE photo = ?1")?;
            ids.iter().try_for_each(|id| {
                delete.execute([id.as_str()]).map_err(error)?;
                delete_of_vectors(transaction, id)
            })
        })
    }

    fn load_vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let db = self.db();
        let mut vectors = Vec::new();
        if !has_vectors(&db)? {
            return Ok(vectors);
        }
        let sql = "SELECT data, sum FROM vector LEFT JOIN vector_checksum USING (photo, model)
            WHERE photo = ?2 AND model = ?1";
        let mut select = cached(&db, sql)?;
        for id in ids {
            let found = select.query_row([model, id.as_str()], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)));
            // A damaged vector is left out, so that it is computed again.
            let vector =
                found.optional().map_err(error)?.and_then(|(data, sum)| self.vector((id.as_str(), model), &data, sum));
            vectors.extend(vector.map(|vector| (id.clone(), vector)));
        }
        Ok(vectors)
    }

    fn scan_vectors(
        &self,
        model: &str,
        after: Option<&PhotoId>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let db = self.db();
        let mut vectors = Vec::new();
        if !has_vectors(&db)? {
            return Ok(vectors);
        }
        let sql = "SELECT photo, data, sum FROM vector LEFT JOIN vector_checksum USING (photo, model)
            WHERE model = ?1 AND photo > ?2 ORDER BY photo LIMIT ?3";
        let mut select = cached(&db, sql)?;
        let mut rows = select.query(params![model, after.map_or("", PhotoId::as_str), as_i64(limit)]).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let bytes: Vec<u8> = row.get(1).map_err(error)?;
            let id = PhotoId::from_text(row.get::<_, String>(0).map_err(error)?);
            // A damaged index would lead in circles.
            if after.is_some_and(|after| id <= *after) {
                break;
            }
            // A damaged vector is empty, so that the scan can go on after it.
            let vector = self.vector((id.as_str(), model), &bytes, row.get(2).map_err(error)?);
            vectors.push((id, vector.unwrap_or_default()));
        }
        Ok(vectors)
    }

    fn count_vectors(&self, model: &str) -> Result<u64, StoreError> {
        let db = self.db();
        if !has_vectors(&db)? {
            return Ok(0);
        }
        let mut count = cached(&db, "SELECT count(*) FROM vector WHERE model = ?1")?;
        count.query_row([model], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs).map_err(error)
    }

    fn vector_models(&self) -> Result<Vec<String>, StoreError> {
        let db = self.db();
        if !has_vectors(&db)? {
            return Ok(Vec::new());
        }
        let mut select = cached(&db, "SELECT DISTINCT model FROM vector ORDER BY model")?;
        let rows = select.query_map([], |row| row.get(0)).map_err(error)?;
        rows.map(|row| row.map_err(error)).collect()
    }
}

impl SqliteStore {
    /// A stored vector; `None` if it is damaged.
    fn vector(&self, (id, model): (&str, &str), data: &[u8], sum: Option<Vec<u8>>) -> Option<Vector> {
        let parts = [id.as_bytes(), model.as_bytes(), data];
        let is_good = self.checksums.check(sum.as_deref(), Of::Vector, parts) != Checked::Bad;
        is_good.then(|| Vector::from_bytes(data))?
    }
}

/// Whether the file has the table of vectors. A file of format 1 that was opened read-only has none.
fn has_vectors(db: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'vector'";
    let tables: i64 = cached(db, sql)?.query_row([], |row| row.get(0)).map_err(error)?;
    Ok(tables > 0)
}
