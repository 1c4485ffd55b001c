//! Opens the SQLite file: private, crash-safe, and migrated to the format of this program.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, ffi};

use crate::dataset::Dataset;
use crate::disk;
use crate::store::StoreError;

/// "GLNR": the `application_id` in the header of Gleaner's files.
const APPLICATION_ID: i64 = 0x474C_4E52;

/// The migrations. Step `n` leads to `user_version` `n + 1`.
const MIGRATIONS: [&str; NEWEST as usize] =
    [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];

/// The newest format this program knows.
const NEWEST: i64 = 3;

/// How long to wait for a short transaction of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// WAL: readers work while the writer writes. FULL: acknowledged writes survive a power cut. `secure_delete`: removed
/// records do not stay in free pages.
const WRITER_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
    PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;";

/// The photos of an older file with the columns that it lacks. The view takes the name of the table in this connection.
const OLDER_PHOTOS: &str = "PRAGMA query_only = OFF;
    CREATE TEMP VIEW photo AS SELECT *, NULL AS comments, NULL AS exif_api FROM main.photo; PRAGMA query_only = ON;";

/// Opens the file for writing and creates it (0600) if there is none. The caller must hold the writer's lock.
pub fn open_writing(dataset: &Dataset) -> Result<Connection, StoreError> {
    let path = dataset.database();
    // SQLite would create it readable by all. Its -wal and -shm files get the mode of this file.
    disk::private_options().create(true).truncate(false).open(&path).map_err(|err| StoreError::of_file(&err, &path))?;
    let mut db = Connection::open_with_flags(&path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE)).map_err(error)?;
    db.busy_timeout(BUSY_TIMEOUT).map_err(error)?;
    // Before the first write: a newer format or a foreign file must stay unchanged.
    let version = version(&db)?;
    db.execute_batch(WRITER_PRAGMAS).map_err(error)?;
    migrate(&mut db, version)?;
    let own_id = "INSERT OR IGNORE INTO note (key, value) VALUES ('store_id', lower(hex(randomblob(16))))";
    db.execute(own_id, []).map_err(error)?;
    Ok(db)
}

/// Opens the file read-only, with or without a running writer.
pub fn open_reading(dataset: &Dataset) -> Result<Connection, StoreError> {
    let path = dataset.database();
    let missing = || StoreError::Missing(dataset.root().display().to_string());
    if !path.is_file() {
        return Err(missing());
    }
    let db = match connect_reading(&path, false) {
        // On a read-only medium SQLite cannot create its helper files. Without a log it needs none.
        Err(_) if !path.with_extension("db-wal").exists() => connect_reading(&path, true).map_err(error)?,
        other => other.map_err(error)?,
    };
    match version(&db)? {
        0 => return Err(missing()),
        NEWEST => {}
        // The reading code checks for tables that format 1 does not have. Columns of later formats are added here.
        1 | 2 => db.execute_batch(OLDER_PHOTOS).map_err(error)?,
        older => {
            return Err(StoreError::Other(format!(
                "the dataset has the older format {older}; the next command that writes to it upgrades it to {NEWEST}"
            )));
        }
    }
    Ok(db)
}

/// One more connection to a file that is open for reading.
pub fn reopen(path: &str) -> Result<Connection, StoreError> {
    let path = Path::new(path);
    connect_reading(path, false).or_else(|_| connect_reading(path, true)).map_err(error)
}

fn connect_reading(path: &Path, immutable: bool) -> rusqlite::Result<Connection> {
    let name = path.as_os_str().to_string_lossy();
    let encoded = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let uri = format!("file:{encoded}?mode=ro{}", if immutable { "&immutable=1" } else { "" });
    let flags = flags(OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI);
    let db = Connection::open_with_flags(uri, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")?;
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(db)
}

fn flags(mode: OpenFlags) -> OpenFlags {
    mode | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// The file's format; 0 for an empty file. Fails for a newer format and for a foreign file.
fn version(db: &Connection) -> Result<i64, StoreError> {
    let pragma = |name: &str| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).map_err(error);
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(error)?;
    if tables > 0 && pragma("application_id")? != APPLICATION_ID {
        return Err(StoreError::Other("the file dataset.db was not made by Gleaner; it was not changed".to_owned()));
    }
    let found = pragma("user_version")?;
    if found > NEWEST { Err(StoreError::Newer { found, known: NEWEST }) } else { Ok(found) }
}

fn migrate(db: &mut Connection, version: i64) -> Result<(), StoreError> {
    if version == NEWEST {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
    for step in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        transaction.execute_batch(step).map_err(error)?;
    }
    let marks = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {NEWEST};");
    transaction.execute_batch(&marks).and_then(|()| transaction.commit()).map_err(error)
}

/// SQLite's error as ours.
#[allow(clippy::needless_pass_by_value, reason = "made for map_err")]
pub fn error(err: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(failure, _) = &err else {
        return StoreError::Other(format!("the store returned an unexpected result: {err}"));
    };
    match failure.code {
        ErrorCode::DiskFull => StoreError::DiskFull,
        _ if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => StoreError::DiskFull,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            StoreError::Other(format!("the file dataset.db is damaged ({err}); restore it from a copy"))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            StoreError::Other(format!("another program has locked dataset.db ({err}); try again when it has ended"))
        }
        ErrorCode::ReadOnly => StoreError::Other("the dataset was opened for reading only".to_owned()),
        _ => StoreError::Other(format!("the store failed: {err}")),
    }
}
