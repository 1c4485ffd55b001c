//! The store in one SQLite file: records in clear, personal fields as tokens.
//!
//! One connection behind a mutex. A writer holds the dataset's lock until it is dropped.

mod changes;
mod check;
mod checksum;
mod connection;
mod mend;
mod read;
mod row;
mod tally;
mod vectors;
mod write;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use super::checksum::Checksums;
use super::lock::WriterLock;
use super::{Access, DamageLog, NoteStore, Store, StoreError};
use crate::dataset::Dataset;
use crate::disk;
use connection::error;

/// The store of a dataset's folder.
pub struct SqliteStore {
    db: Mutex<Connection>,
    // Declared after `db`: the connection is closed before the lock is released.
    lock: Option<WriterLock>,
    checksums: Checksums,
    damage: DamageLog,
}

impl SqliteStore {
    /// Opens the dataset's store. For writing, takes the lock and creates the folder and the file.
    pub fn open(dataset: &Dataset, access: Access) -> Result<Self, StoreError> {
        if access == Access::Read {
            let db = connection::open_reading(dataset)?;
            checksum::prepare_reading(&db)?;
            let mut store = Self::with(db, None);
            store.checksums = Checksums::load(&store, &store.damage)?;
            return Ok(store);
        }
        disk::create_private_folder(dataset.root()).map_err(|err| StoreError::of_file(&err, dataset.root()))?;
        let lock = WriterLock::take(&dataset.lock_file())?;
        let mut db = connection::open_writing(dataset)?;
        checksum::prepare(&db)?;
        tally::prepare(&mut db)?;
        let mut store = Self::with(db, Some(lock));
        store.checksums = Checksums::load_or_make(&store, &store.damage)?;
        Ok(store)
    }

    fn with(db: Connection, lock: Option<WriterLock>) -> Self {
        Self { db: Mutex::new(db), lock, checksums: Checksums::default(), damage: DamageLog::default() }
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock()
    }

    /// Runs `work` in one durable transaction.
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
            // Readers may prevent the checkpoint. Then the next writer does it.
            let _ = self.db().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }
}

impl Store for SqliteStore {}

impl NoteStore for SqliteStore {
    fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let db = self.db();
        let mut select = cached(&db, "SELECT value FROM note WHERE key = ?1")?;
        select.query_row([key], |row| row.get(0)).optional().map_err(error)
    }

    fn notes(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let db = self.db();
        let mut select = cached(&db, "SELECT key, value FROM note WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key")?;
        let rows = select.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?))).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
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
}

fn cached<'c>(db: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
    db.prepare_cached(sql).map_err(error)
}

fn as_i64(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The number of the last change. The next change gets the next number.
fn last_seq(db: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT max(coalesce((SELECT max(seq) FROM photo), 0), coalesce((SELECT max(seq) FROM tombstone), 0))";
    cached(db, sql)?.query_row([], |row| row.get(0)).map_err(error)
}

fn seq(row: &Row<'_>, column: usize) -> Result<u64, StoreError> {
    row.get::<_, i64>(column).map(i64::unsigned_abs).map_err(error)
}
