//! Saves the columns to a file, so that the next start need not read the whole store.
//!
//! Each array has a checksum, so that a filter needs to read only the columns that it asks for.
//!
//! A snapshot that is damaged, of another dataset, of another version of the program or of its rules for
//! equal texts, or newer than the store is ignored,
//! and the columns are built from the store. It contains only values that can be read without a key.

mod columns;
mod pieces;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use h3o::CellIndex;
use tracing::debug;

use super::columns::Columns;
use super::table::Table;
use super::text::TextIndex;
use super::values::Values;
use crate::dataset::Dataset;
use crate::disk::{self, PartFile};
use crate::photo::area::FINEST_CELL;
use crate::photo::text;
use crate::store::{DATASET_ID, Store};
pub(in crate::explorer) use columns::Wanted;
use columns::load_wanted;
use pieces::{ChecksummedFile, Piece, invalid};

/// Increased when the meaning of a column's values changes. Added or removed columns need no new number: a snapshot
/// contains the names of its columns.
const FORMAT: u64 = 10;

/// The number of changes that a snapshot records.
const LAST: usize = 256;

/// The first bytes of every snapshot.
const MAGIC: &[u8] = b"gleaner columns\n";

/// The expected header of a valid snapshot: program version, rules for equal texts, dataset, format.
fn header(store: &dyn Store) -> io::Result<Vec<u8>> {
    let id = store.note(DATASET_ID).ok().flatten().ok_or_else(invalid)?;
    let lines = format!("{}\n{}\n{id}\n", env!("CARGO_PKG_VERSION"), text::rules());
    Ok([MAGIC, lines.as_bytes(), &FORMAT.to_le_bytes()].concat())
}

/// Loads the wanted columns of the snapshot; `None` if there is no valid one.
pub(super) fn load(store: &dyn Store, dataset: &Dataset, wanted: &Wanted) -> Option<Table> {
    // Arrays are written in the byte order of memory.
    if cfg!(target_endian = "big") {
        return None;
    }
    let table = match read(store, &dataset.snapshot(), wanted) {
        Ok(table) => table,
        Err(err) => {
            debug!(error = %err, "there is no usable snapshot; the store is read");
            return None;
        }
    };
    (table.seq <= store.last_seq().ok()?).then_some(table)
}

/// Reads the two parts with two threads; both take about the same time.
fn read(store: &dyn Store, path: &Path, wanted: &Wanted) -> io::Result<Table> {
    let header = header(store)?;
    let mut file = File::open(path)?;
    let end = file.metadata()?.len().checked_sub(8).ok_or_else(invalid)?;
    let mut middle = [0; 8];
    file.seek(SeekFrom::Start(end))?;
    file.read_exact(&mut middle)?;
    let middle = u64::from_le_bytes(middle);
    let columns = || {
        part(path, (0, middle), &header, |from| {
            Ok((from.read_array()?, load_wanted(from, wanted)?, from.read_array()?))
        })
    };
    if !wanted.is_everything() {
        let (seq, (seen, columns, by_id)) = columns()?;
        let text = TextIndex { rows: columns.len(), ..TextIndex::default() };
        if by_id.len() != columns.len() || !fits_wanted(&columns) || !continues(store, seq, &seen)? {
            return Err(invalid());
        }
        return Ok(Table::from_parts(columns, by_id, text, seq));
    }
    let (columns, text) = rayon::join(columns, || part(path, (middle, end), &header, TextIndex::load));
    let ((seq, (seen, columns, by_id)), (seq_of_text, text)) = (columns?, text?);
    if seq != seq_of_text || !fits(&columns, &by_id, &text) || !continues(store, seq, &seen)? {
        return Err(invalid());
    }
    Ok(Table::from_parts(columns, by_id, text, seq))
}

/// Reads one part between two positions, and the `seq` at which it was written.
fn part<T>(
    path: &Path,
    (start, end): (u64, u64),
    header: &[u8],
    load: impl FnOnce(&mut ChecksummedFile<File>) -> io::Result<T>,
) -> io::Result<(u64, T)> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut from = ChecksummedFile::over(file, end.checked_sub(start).ok_or_else(invalid)?);
    if from.read_array::<u8>()? != header {
        return Err(invalid());
    }
    let seq = from.number()?;
    let loaded = load(&mut from)?;
    from.check().map(|()| (seq, loaded))
}

/// The last changes up to `seq`, one per line.
fn last_changes(store: &dyn Store, seq: u64) -> io::Result<Vec<String>> {
    let records = store.changes(seq.saturating_sub(LAST as u64), LAST).map_err(|_| invalid())?;
    Ok(records
        .iter()
        .filter(|record| record.seq <= seq)
        .map(|record| format!("{} {}", record.seq, record.id))
        .collect())
}

/// Whether the store's changes up to `seq` are those of the snapshot. A store that was restored from a backup
/// and has changed since may have reached the same number by other changes.
fn continues(store: &dyn Store, seq: u64, seen: &[u8]) -> io::Result<bool> {
    let seen = std::str::from_utf8(seen).map_err(|_| invalid())?;
    let known: HashSet<&str> = seen.lines().collect();
    let now = last_changes(store, seq)?;
    Ok(now.is_empty() == known.is_empty() && now.iter().all(|change| known.contains(change.as_str())))
}

/// Whether every column that was loaded has all rows.
fn fits_wanted(columns: &Columns) -> bool {
    let fields = columns.fields.iter().flat_map(Values::lengths);
    let scores = columns.scores.values().flat_map(|scores| [scores.values.len(), scores.bins.len()]);
    fields.chain(scores).all(|length| length == 0 || length == columns.len())
}

/// Whether every column has all rows.
fn fits(columns: &Columns, by_id: &[u32], text: &TextIndex) -> bool {
    let rows = columns.len();
    let fields = columns.fields.iter().flat_map(Values::lengths);
    let scores = columns.scores.values().flat_map(|scores| [scores.values.len(), scores.bins.len()]);
    let rest = [columns.aspect.len(), columns.texts.len(), by_id.len(), text.rows];
    let is_cell = |cell: &u64| CellIndex::try_from(*cell).is_ok_and(|cell| cell.resolution() == FINEST_CELL);
    fields.chain(scores).chain(rest).all(|length| length == rows)
        && columns.cells().indices.iter().all(is_cell)
        && text.digits_from <= text.blob.len()
}

/// Writes a compact table. The file is renamed when it is complete, so that a crash leaves no partial snapshot.
pub(super) fn save(store: &dyn Store, dataset: &Dataset, table: &Table) -> io::Result<()> {
    if cfg!(target_endian = "big") {
        return Ok(());
    }
    let header = header(store)?;
    let path = dataset.snapshot();
    let folder = path.parent().ok_or_else(invalid)?;
    disk::create_private_folder(folder)?;
    let seen = last_changes(store, table.seq)?.join("\n");
    write(PartFile::create_private(&path)?, (&header, seen.as_bytes()), table)
}

/// Writes the columns and the text index, each with header and checksum, and then the position of the second part.
fn write(file: PartFile, (header, seen): (&[u8], &[u8]), table: &Table) -> io::Result<()> {
    let mut to = ChecksummedFile::over(io::BufWriter::new(file), 0);
    to.write_array(header)?;
    to.write_array(&[table.seq])?;
    to.write_array(seen)?;
    table.columns.save(&mut to)?;
    to.write_array(&table.by_id)?;
    let mut file = to.end();
    let middle = file.stream_position()?;
    let mut to = ChecksummedFile::over(file, 0);
    to.write_array(header)?;
    to.write_array(&[table.seq])?;
    table.text.save(&mut to)?;
    let mut file = to.end();
    file.write_all(&middle.to_le_bytes())?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.commit()
}
