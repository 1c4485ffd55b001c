//! Reads a whole store into columns, with two threads.

use anyhow::{Context, Result};
use parking_lot::Mutex;

use super::bitmap::Bitmap;
use super::columns::Columns;
use super::row::Row;
use super::table::Table;
use crate::store::{Change, Store};

/// Photos read at a time.
const BATCH: usize = 1000;

/// Reads the store up to its last change at the time of the call; `Explorer::follow` reads later changes.
pub(super) fn build(store: &dyn Store) -> Result<Table> {
    let seq = store.last_seq().context("could not read the store's last change")?;
    let columns = Mutex::new(Columns::default());
    let middle = seq / 2;
    let (first, second) = rayon::join(|| read(store, &columns, (0, middle)), || read(store, &columns, (middle, seq)));
    first.and(second)?;
    let columns = columns.into_inner();
    let all = Bitmap::all(columns.len());
    Ok(Table::sorted(columns, &all, 1, seq))
}

/// Reads the changes after one `seq` up to another one.
fn read(store: &dyn Store, columns: &Mutex<Columns>, (mut after, last): (u64, u64)) -> Result<()> {
    while after < last {
        let records = store.changes(after, BATCH)?;
        let Some(end) = records.last().map(|record| record.seq) else { return Ok(()) };
        let wanted = records.iter().filter(|record| record.seq <= last).filter_map(Change::listed);
        let rows: Vec<Row<'_>> = wanted.map(Row::of).collect();
        let mut columns = columns.lock();
        rows.iter().for_each(|row| columns.push(row));
        after = end;
    }
    Ok(())
}
