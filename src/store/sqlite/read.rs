//! Reading photos from SQLite.

use rusqlite::params;

use super::connection::error;
use super::row::{COLUMNS, restore, row_problem};
use super::{SqliteStore, as_i64, cached};
use crate::photo::{PhotoId, State};
use crate::seal::SealedPhoto;
use crate::store::{RecordRead, StoreError};

impl RecordRead for SqliteStore {
    fn load_sealed(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let mut select = cached(&transaction, &format!("SELECT {COLUMNS} FROM photo WHERE id = ?1"))?;
        let mut photos = Vec::new();
        for id in ids {
            let mut rows = select.query([id.as_str()]).map_err(error)?;
            if let Some(row) = rows.next().map_err(error)? {
                photos.push(restore(row)?);
            }
        }
        Ok(photos)
    }

    fn scan_sealed(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        let db = self.db();
        // Every id is greater than the empty text.
        let after = after.map_or("", PhotoId::as_str);
        let sql = format!("SELECT {COLUMNS} FROM photo WHERE id > ?1 ORDER BY id LIMIT ?2");
        let mut select = cached(&db, &sql)?;
        let mut rows = select.query(params![after, as_i64(limit)]).map_err(error)?;
        let mut photos = Vec::new();
        while let Some(row) = rows.next().map_err(error)? {
            photos.push(restore(row)?);
        }
        Ok(photos)
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

    fn check(&self) -> Result<(u64, Vec<String>), StoreError> {
        let db = self.db();
        let mut problems = Vec::new();
        let mut pages = db.prepare("PRAGMA quick_check(20)").map_err(error)?;
        for line in pages.query_map([], |row| row.get::<_, String>(0)).map_err(error)? {
            match line {
                Ok(line) if line == "ok" => {}
                Ok(line) => problems.push(format!("a page is damaged: {line}")),
                Err(err) => problems.push(error(err).to_string()),
            }
        }
        let mut photos = 0;
        let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM photo")).map_err(error)?;
        let mut rows = statement.query([]).map_err(error)?;
        loop {
            match rows.next() {
                Ok(Some(row)) => problems.extend(row_problem(row)),
                Ok(None) => return Ok((photos, problems)),
                Err(err) => {
                    problems.push(error(err).to_string());
                    return Ok((photos, problems));
                }
            }
            photos += 1;
        }
    }
}
