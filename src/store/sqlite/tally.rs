//! The counts of the records, in a table of their own that changes in the same transaction as the records.
//!
//! The table says up to which change it counts. If that is not the last change (an older program wrote, a damaged record
//! was replaced) its counts are not used, and the next writer makes them again.

use std::collections::HashMap;

use rayon::prelude::*;
use rusqlite::{Connection, OptionalExtension, params};
use tracing::info;

use super::connection::error;
use super::{cached, last_seq};
use crate::photo::{Photo, PhotoId};
use crate::store::StoreError;
use crate::store::record::read_record;
use crate::store::tally::{Aspect, Changes, Counted, Counter, RULES, Tallied, Tally};

/// Records read at a time.
const BATCH: usize = 4_096;

/// Older programs ignore the table, so it needs no new format of the file.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS tally (
    aspect TEXT NOT NULL,
    value  TEXT NOT NULL,
    photos INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    PRIMARY KEY (aspect, value)
) STRICT, WITHOUT ROWID";

/// The row that says what is counted: its value is [`RULES`], its number the last change.
const MARK: &str = "counted";

/// Makes the table, unless there is one that counts every record. For writers.
pub fn prepare(db: &mut Connection) -> Result<(), StoreError> {
    db.execute_batch(TABLE).map_err(error)?;
    if is_current(db)? {
        return Ok(());
    }
    let transaction = db.transaction().map_err(error)?;
    transaction.execute("DELETE FROM tally", []).map_err(error)?;
    let changes = count_all(&transaction)?;
    write(&transaction, &changes)?;
    mark(&transaction, last_seq(&transaction)?)?;
    transaction.commit().map_err(error)
}

/// Whether the table exists and counts every record.
fn is_current(db: &Connection) -> Result<bool, StoreError> {
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'tally'";
    if cached(db, tables)?.query_row([], |row| row.get::<_, i64>(0)).map_err(error)? == 0 {
        return Ok(false);
    }
    let counted = marked(db)?;
    Ok(counted == Some(last_seq(db)?))
}

/// The change up to which the table counts; `None` if it does not count by this program's rules.
fn marked(db: &Connection) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT photos FROM tally WHERE aspect = ?1 AND value = ?2";
    cached(db, sql)?.query_row(params![MARK, RULES.to_string()], |row| row.get(0)).optional().map_err(error)
}

fn mark(db: &Connection, seq: i64) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO tally (aspect, value, photos, bytes) VALUES (?1, ?2, ?3, 0)";
    cached(db, sql)?.execute(params![MARK, RULES.to_string(), seq]).map(|_| ()).map_err(error)
}

/// The counts from the table, or of the records where the table does not count them all.
pub fn read(db: &Connection) -> Result<Tally, StoreError> {
    if !is_current(db)? {
        return count_each(db);
    }
    let mut tally = Tally::default();
    let sql = "SELECT aspect, value, photos, bytes FROM tally WHERE aspect <> ?1 AND aspect <> ?2";
    let mut select = cached(db, sql)?;
    let mut rows = select.query(params![Aspect::Owner.as_str(), MARK]).map_err(error)?;
    while let Some(row) = rows.next().map_err(error)? {
        let aspect = row.get_ref(0).map_err(error)?.as_str().unwrap_or_default().parse::<Aspect>();
        let number = |column| row.get::<_, i64>(column).map(i64::unsigned_abs).map_err(error);
        if let Ok(aspect) = aspect {
            let tallied = Tallied { photos: number(2)?, bytes: number(3)? };
            tally.add(aspect, row.get(1).map_err(error)?, tallied);
        }
    }
    let owners = "SELECT count(*) FROM tally WHERE aspect = ?1";
    let owners = cached(db, owners)?.query_row([Aspect::Owner.as_str()], |row| row.get::<_, i64>(0)).map_err(error)?;
    tally.owners = owners.unsigned_abs();
    Ok(tally)
}

/// What stored records are counted by, with the change that wrote each, by id.
pub type Loaded = HashMap<PhotoId, (u64, Counted)>;

/// The changes of one transaction.
#[derive(Default)]
pub struct Counting {
    changes: Changes,
    /// Whether a record was replaced that cannot be read, so that it is unknown what was counted.
    is_lost: bool,
}

impl Counting {
    /// `is_lost`: the counts of before cannot be relied on.
    pub fn new(is_lost: bool) -> Self {
        Self { is_lost, ..Self::default() }
    }

    /// The record of a photo is about to be written, or removed if `after` is `None`. `loaded` spares reading the old
    /// record again if it is still the one that was loaded.
    pub fn replace(
        &mut self,
        db: &Connection,
        id: &str,
        loaded: Option<(u64, Counted)>,
        after: Option<Counted>,
    ) -> Result<(), StoreError> {
        let stored = cached(db, "SELECT seq FROM photo WHERE id = ?1")?.query_row([id], |row| row.get::<_, i64>(0));
        let stored = stored.optional().map_err(error)?.map(i64::unsigned_abs);
        let before = match (stored, loaded) {
            (None, _) => None,
            (Some(stored), Some((seq, counted))) if stored == seq => Some(counted),
            (Some(_), _) => self.stored(db, id)?,
        };
        self.changes.replace(before, after);
        Ok(())
    }

    fn stored(&mut self, db: &Connection, id: &str) -> Result<Option<Counted>, StoreError> {
        let mut select = cached(db, "SELECT record FROM photo WHERE id = ?1")?;
        let mut rows = select.query([id]).map_err(error)?;
        let Some(row) = rows.next().map_err(error)? else { return Ok(None) };
        let record = row.get_ref(0).map_err(error)?.as_bytes().ok().and_then(|record| read_record(id, record).ok());
        self.is_lost |= record.is_none();
        Ok(record.as_ref().map(Counted::of))
    }

    /// Writes the changes. `before` is the last change before this transaction, `after` the last one with it.
    pub fn end(self, db: &Connection, (before, after): (i64, i64)) -> Result<(), StoreError> {
        if self.is_lost || marked(db)? != Some(before) {
            let sql = "DELETE FROM tally WHERE aspect = ?1";
            return cached(db, sql)?.execute([MARK]).map(|_| ()).map_err(error);
        }
        write(db, &self.changes)?;
        mark(db, after)
    }
}

fn write(db: &Connection, changes: &Changes) -> Result<(), StoreError> {
    let sql = "INSERT INTO tally (aspect, value, photos, bytes) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET photos = photos + excluded.photos, bytes = bytes + excluded.bytes";
    let mut add = cached(db, sql)?;
    let mut clear = cached(db, "DELETE FROM tally WHERE aspect = ?1 AND value = ?2 AND photos <= 0")?;
    for (aspect, value, step) in changes.steps() {
        add.execute(params![aspect.as_str(), value, step.photos, step.bytes]).map_err(error)?;
        if step.photos < 0 {
            clear.execute(params![aspect.as_str(), value]).map_err(error)?;
        }
    }
    Ok(())
}

/// Reads every record, a batch at a time. Damaged records are left out.
fn batches(db: &Connection, mut each: impl FnMut(Vec<(String, Vec<u8>)>)) -> Result<(), StoreError> {
    let mut select = cached(db, "SELECT id, record FROM photo")?;
    let mut rows = select.query([]).map_err(error)?;
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(row) = rows.next().map_err(error)? {
        let record = row.get_ref(1).map_err(error)?.as_bytes().unwrap_or_default().to_vec();
        batch.push((row.get(0).map_err(error)?, record));
        if batch.len() == BATCH {
            each(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)));
        }
    }
    each(batch);
    Ok(())
}

fn parsed((id, record): &(String, Vec<u8>)) -> Option<Photo> {
    read_record(id, record).ok()
}

fn count_all(db: &Connection) -> Result<Changes, StoreError> {
    let mut all = Changes::default();
    let mut photos = 0;
    batches(db, |batch| {
        photos += batch.len();
        let count = |mut changes: Changes, record: &(String, Vec<u8>)| {
            if let Some(photo) = parsed(record) {
                changes.replace(None, Some(Counted::of(&photo)));
            }
            changes
        };
        let batch = batch.par_iter().fold(Changes::default, count).reduce(Changes::default, Changes::merge);
        all = std::mem::take(&mut all).merge(batch);
    })?;
    if photos > 0 {
        info!(photos, "the records were counted");
    }
    Ok(all)
}

fn count_each(db: &Connection) -> Result<Tally, StoreError> {
    let mut counter = Counter::default();
    batches(db, |batch| {
        let photos: Vec<Option<Photo>> = batch.par_iter().map(parsed).collect();
        photos.iter().flatten().for_each(|photo| counter.add(photo));
    })?;
    Ok(counter.end())
}
