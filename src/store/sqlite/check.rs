//! Checks the file and every record, in one pass over the records.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rayon::prelude::*;
use rusqlite::{Connection, params};

use super::connection::{self, error};
use super::row::{RawRow, SELECT};
use super::{SqliteStore, as_i64, cached};
use crate::photo::PhotoId;
use crate::store::checksum::Checksums;
use crate::store::{EachChecked, StoreCheck, StoreError, StoredRecord};

/// Records that are checked at a time.
const BATCH: usize = 512;

/// Rows that could be copied or not.
type Rows = Vec<Result<RawRow, StoreError>>;

/// Checks the pages of the file on a thread of its own, while another reads rows and the rest of the cores check them.
pub fn check(store: &SqliteStore, each: &mut EachChecked<'_>) -> anyhow::Result<StoreCheck> {
    let path = store.db().path().map(str::to_owned);
    thread::scope(|scope| {
        let pages = scope.spawn(move || path.map_or_else(|| Ok(Vec::new()), |path| pages(&path)));
        let (sender, receiver) = sync_channel(1);
        scope.spawn(move || read(store, &sender));
        let (mut found, mut of_records) = (StoreCheck::default(), Vec::new());
        for rows in receiver {
            found.photos += rows.len() as u64;
            let checked: Vec<Checked> = rows.into_par_iter().map(|row| checked(row, &store.checksums)).collect();
            let mut readable = Vec::with_capacity(checked.len());
            for Checked { record, problem, damaged, has_sums } in checked {
                found.without_checksum.extend(record.iter().filter(|_| !has_sums).map(|record| record.id().clone()));
                damaged.iter().for_each(|(id, why)| store.damage.add(id, why));
                readable.extend(record);
                of_records.extend(problem);
            }
            each(readable)?;
        }
        // A damaged index leads past records.
        found.problems = count(store, found.photos)?.into_iter().collect();
        let mut of_pages = pages.join().expect("checking the pages does not panic")?;
        found.problems.append(&mut of_pages);
        found.problems.append(&mut of_records);
        Ok(found)
    })
}

/// What is wrong if fewer records were read than there are.
fn count(store: &SqliteStore, read: u64) -> Result<Option<String>, StoreError> {
    let sql = "SELECT count(*) FROM main.photo INDEXED BY photo_seq";
    let stored = cached(&store.db(), sql)?.query_row([], |row| row.get::<_, i64>(0)).map_err(error)?.unsigned_abs();
    // Others may have added some meanwhile, but none are lost.
    let is_read_only = store.lock.is_none();
    Ok((read < stored && is_read_only).then(|| format!("{read} of {stored} records could be read")))
}

/// What is wrong with the pages of the file, if anything.
fn pages(path: &str) -> Result<Vec<String>, StoreError> {
    let db = connection::reopen(path)?;
    let mut problems = Vec::new();
    let mut pages = db.prepare("PRAGMA quick_check(20)").map_err(error)?;
    for line in pages.query_map([], |row| row.get::<_, String>(0)).map_err(error)? {
        match line {
            Ok(line) if line == "ok" => {}
            Ok(line) => problems.push(format!("a page is damaged: {line}")),
            Err(err) => problems.push(error(err).to_string()),
        }
    }
    problems.extend(counts("the table has", "NOT INDEXED", &db));
    Ok(problems)
}

/// Records are read by the index of their ids, so each must be in it; `quick_check` does not compare them. The index of
/// changes is small, so it is counted also by those who do not check everything.
pub fn lost_records(db: &Connection) -> Option<String> {
    counts("the index of changes has", "INDEXED BY photo_seq", db)
}

fn counts(what: &str, by: &str, db: &Connection) -> Option<String> {
    let sql = format!(
        "SELECT (SELECT count(*) FROM main.photo {by}),
        (SELECT count(*) FROM main.photo INDEXED BY sqlite_autoindex_photo_1)"
    );
    let counts = db.query_row(&sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    match counts.map_err(error) {
        Ok((stored, named)) if stored == named => None,
        Ok((stored, named)) => Some(format!("{what} {stored} records, the index of ids {named}")),
        Err(err) => Some(err.to_string()),
    }
}

/// Reads all rows, by id, until nobody listens or the file cannot be read on.
fn read(store: &SqliteStore, to: &SyncSender<Rows>) {
    let mut after = String::new();
    loop {
        let rows = rows_after(store, &after);
        let is_last = rows.len() < BATCH;
        let before = after.clone();
        if let Some(Ok(last)) = rows.last() {
            after.clone_from(&last.id);
        }
        // A damaged index would lead in circles.
        let is_last = is_last || after <= before;
        if rows.is_empty() || to.send(rows).is_err() || is_last {
            return;
        }
    }
}

/// The next [`BATCH`] rows; fewer at the end, or after an error, which is then the last one.
fn rows_after(store: &SqliteStore, after: &str) -> Rows {
    let mut found = Vec::with_capacity(BATCH);
    if let Err(err) = append_rows(store, after, &mut found) {
        found.truncate(BATCH - 1);
        found.push(Err(err));
    }
    found
}

fn append_rows(store: &SqliteStore, after: &str, found: &mut Rows) -> Result<(), StoreError> {
    let db = store.db();
    let mut select = cached(&db, &format!("{SELECT} WHERE photo.id > ?1 ORDER BY photo.id LIMIT ?2"))?;
    let mut rows = select.query(params![after, as_i64(BATCH)]).map_err(error)?;
    while let Some(row) = rows.next().map_err(error)? {
        found.push(RawRow::read(row));
    }
    Ok(())
}

/// A record, if it can be read, and what is wrong with it, if anything.
#[derive(Default)]
struct Checked {
    record: Option<StoredRecord>,
    problem: Option<String>,
    /// Which photo cannot be read, and why.
    damaged: Option<(PhotoId, String)>,
    has_sums: bool,
}

fn checked(row: Result<RawRow, StoreError>, checksums: &Checksums) -> Checked {
    match row.and_then(|row| row.checked(checksums)) {
        Ok((record, problem, has_sums)) => Checked { record: Some(record), problem, has_sums, ..Checked::default() },
        Err(err) => {
            let problem = Some(err.to_string());
            let damaged = if let StoreError::Damaged { id, why } = err { Some((id, why)) } else { None };
            Checked { problem, damaged, ..Checked::default() }
        }
    }
}
