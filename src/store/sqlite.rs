//! The store in one SQLite file: records in clear, people as tokens.
//!
//! One connection behind a mutex. A writer holds the dataset's lock for as long as it lives.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::connection::{self, error, io_error};
use super::lock::WriterLock;
use super::row::{COLUMNS, UPSERT, insert_photo, read_record, restore, row_problem};
use super::{Access, Change, Record, Store, StoreError};
use crate::dataset::Dataset;
use crate::photo::{PhotoId, State, Vector};
use crate::seal::{SealedPhoto, private};

const STATES: [State; 5] = [State::Found, State::Stored, State::Rejected, State::Gone, State::Failed];

/// `seq`, id, and the record as it stands there; `None`: removed.
type RecordText = (u64, String, Option<Vec<u8>>);

/// The store of a dataset folder.
pub struct SqliteStore {
    db: Mutex<Connection>,
    // After `db`: the connection is closed before the lock is given back.
    lock: Option<WriterLock>,
}

impl SqliteStore {
    /// Opens the dataset's store; for writing takes the lock and creates what is missing.
    pub fn open(dataset: &Dataset, access: Access) -> Result<Self, StoreError> {
        if access == Access::Read {
            return Ok(Self { db: Mutex::new(connection::open_reading(dataset)?), lock: None });
        }
        private::create_folder(dataset.root()).map_err(|err| io_error(&err, dataset.root()))?;
        let lock = WriterLock::take(&dataset.lock_file())?;
        Ok(Self { db: Mutex::new(connection::open_writing(dataset)?), lock: Some(lock) })
    }

    /// Changed records as JSON (`None`: removed) by seq, id. Others may use the connection while they are decoded.
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

    fn db(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere left no transaction open: they roll back when dropped.
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction and makes it durable.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(error)?;
        Ok(done)
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.lock.is_some() {
            // Readers may hold it up; then the next writer does it. Nothing depends on it.
            let _ = self.db().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }
}

impl Store for SqliteStore {
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError> {
        if photos.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let mut seq = last_seq(transaction)?;
            let mut insert = cached(transaction, UPSERT)?;
            let mut unbury = cached(transaction, "DELETE FROM tombstone WHERE id = ?1")?;
            for sealed in photos {
                seq += 1;
                insert_photo(&mut insert, sealed, seq)?;
                unbury.execute([sealed.photo().id.as_str()]).map_err(error)?;
            }
            Ok(())
        })
    }

    fn load(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
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

    fn scan(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        let db = self.db();
        // No id is smaller than the empty text, and none is empty.
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

    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        let window = params![i64::try_from(after_seq).unwrap_or(i64::MAX), as_i64(limit)];
        let mut changes = Vec::new();
        let sql = format!("SELECT {COLUMNS} FROM photo WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        let mut saved = cached(&transaction, &sql)?;
        let mut rows = saved.query(window).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let photo = restore(row)?;
            changes.push(Change { seq: seq(row, 1)?, id: photo.photo().id.clone(), photo: Some(photo) });
        }
        let mut removed = cached(&transaction, "SELECT id, seq FROM tombstone WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let mut rows = removed.query(window).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let id = PhotoId::from_text(row.get::<_, String>(0).map_err(error)?);
            changes.push(Change { seq: seq(row, 1)?, id, photo: None });
        }
        changes.sort_by_key(|change| change.seq);
        changes.truncate(limit);
        Ok(changes)
    }

    fn records(&self, after_seq: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let mut texts = self.record_texts(after_seq, limit)?;
        texts.sort_by_key(|(seq, ..)| *seq);
        texts.truncate(limit);
        let record = |(seq, id, text): RecordText| {
            let is_there = text.is_some();
            let text = text.and_then(|text| String::from_utf8(text).ok());
            let photo = text.and_then(|text| read_record(&id, &text).ok());
            Record { seq, id: PhotoId::from_text(id), damaged: is_there && photo.is_none(), photo }
        };
        Ok(texts.into_iter().map(record).collect())
    }

    fn seq(&self) -> Result<u64, StoreError> {
        let mut db = self.db();
        let transaction = db.transaction().map_err(error)?;
        last_seq(&transaction).map(|seq| u64::try_from(seq).unwrap_or(0))
    }

    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let mut seq = last_seq(transaction)?;
            let mut delete = cached(transaction, "DELETE FROM photo WHERE id = ?1")?;
            let mut forget = cached(transaction, "DELETE FROM vector WHERE photo = ?1")?;
            let mut bury = cached(transaction, "INSERT OR REPLACE INTO tombstone (id, seq) VALUES (?1, ?2)")?;
            let mut removed = 0;
            for id in ids {
                if delete.execute([id.as_str()]).map_err(error)? > 0 {
                    seq += 1;
                    removed += 1;
                    forget.execute([id.as_str()]).map_err(error)?;
                    bury.execute(params![id.as_str(), seq]).map_err(error)?;
                }
            }
            Ok(removed)
        })
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

    fn count(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let db = self.db();
        let mut select = cached(&db, "SELECT count(*) FROM photo WHERE state = ?1")?;
        let mut counts = Vec::new();
        for state in STATES {
            let count: i64 = select.query_row([state.as_str()], |row| row.get(0)).map_err(error)?;
            if count > 0 {
                counts.push((state, count.unsigned_abs()));
            }
        }
        Ok(counts)
    }

    fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let db = self.db();
        let mut select = cached(&db, "SELECT value FROM note WHERE key = ?1")?;
        select.query_row([key], |row| row.get(0)).optional().map_err(error)
    }

    fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        self.write(|transaction| {
            let done = match value {
                Some(value) => cached(transaction, "INSERT OR REPLACE INTO note (key, value) VALUES (?1, ?2)")?
                    .execute([key, value]),
                None => cached(transaction, "DELETE FROM note WHERE key = ?1")?.execute([key]),
            };
            done.map(|_| ()).map_err(error)
        })
    }

    fn save_vectors(&self, model: &str, vectors: &[(PhotoId, Vector)]) -> Result<(), StoreError> {
        if vectors.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let sql = "INSERT INTO vector (photo, model, data) SELECT id, ?2, ?3 FROM photo WHERE id = ?1
                ON CONFLICT (photo, model) DO UPDATE SET data = excluded.data";
            let mut insert = cached(transaction, sql)?;
            for (id, vector) in vectors {
                insert.execute(params![id.as_str(), model, vector.to_bytes()]).map_err(error)?;
            }
            Ok(())
        })
    }

    fn vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let db = self.db();
        let mut vectors = Vec::new();
        if !has_vectors(&db)? {
            return Ok(vectors);
        }
        let mut select = cached(&db, "SELECT data FROM vector WHERE photo = ?2 AND model = ?1")?;
        for id in ids {
            let found = select.query_row([model, id.as_str()], |row| row.get::<_, Vec<u8>>(0)).optional();
            // A damaged one is as good as none: it is made again.
            let vector = found.map_err(error)?.and_then(|bytes| Vector::from_bytes(&bytes));
            vectors.extend(vector.map(|vector| (id.clone(), vector)));
        }
        Ok(vectors)
    }

    fn models(&self) -> Result<Vec<String>, StoreError> {
        let db = self.db();
        if !has_vectors(&db)? {
            return Ok(Vec::new());
        }
        let mut select = cached(&db, "SELECT DISTINCT model FROM vector ORDER BY model")?;
        let rows = select.query_map([], |row| row.get(0)).map_err(error)?;
        rows.map(|row| row.map_err(error)).collect()
    }

    fn count_vectors(&self, model: &str) -> Result<u64, StoreError> {
        let db = self.db();
        if !has_vectors(&db)? {
            return Ok(0);
        }
        let mut count = cached(&db, "SELECT count(*) FROM vector WHERE model = ?1")?;
        count.query_row([model], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs).map_err(error)
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
        let sql = "SELECT photo, data FROM vector WHERE model = ?1 AND photo > ?2 ORDER BY photo LIMIT ?3";
        let mut select = cached(&db, sql)?;
        let mut rows = select.query(params![model, after.map_or("", PhotoId::as_str), as_i64(limit)]).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let bytes: Vec<u8> = row.get(1).map_err(error)?;
            let id = PhotoId::from_text(row.get::<_, String>(0).map_err(error)?);
            // A damaged one stands as an empty one, so that the walk goes on from it.
            vectors.push((id, Vector::from_bytes(&bytes).unwrap_or_default()));
        }
        Ok(vectors)
    }
}

/// Whether the file's format has vectors: one of format 1 that is only read has none.
fn has_vectors(db: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'vector'";
    let tables: i64 = cached(db, sql)?.query_row([], |row| row.get(0)).map_err(error)?;
    Ok(tables > 0)
}

fn cached<'c>(db: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
    db.prepare_cached(sql).map_err(error)
}

fn as_i64(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The number of the last change; the next one is one more.
fn last_seq(db: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT max(coalesce((SELECT max(seq) FROM photo), 0), coalesce((SELECT max(seq) FROM tombstone), 0))";
    cached(db, sql)?.query_row([], |row| row.get(0)).map_err(error)
}

fn seq(row: &Row<'_>, column: usize) -> Result<u64, StoreError> {
    row.get::<_, i64>(column).map(i64::unsigned_abs).map_err(error)
}
