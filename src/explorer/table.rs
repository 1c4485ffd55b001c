//! The table of all photos: columns, rows in use, rows by id, and the text index.
//!
//! Rows `0..base` are sorted by date; changed and new photos follow, unsorted.

use std::collections::HashMap;

use super::bitmap::Bitmap;
use super::columns::Columns;
use super::row::Row;
use super::text::TextIndex;
use crate::seal::is_mark;
use crate::store::Change;

/// Maximum number of unsorted rows; with more, all rows are sorted again.
const MAX_UNSORTED_ROWS: usize = 65_536;

/// Everything that queries read.
pub(super) struct Table {
    pub(super) columns: Columns,
    /// The number of rows that are sorted by date.
    pub(super) base: usize,
    /// Rows in use; the other rows belong to photos that were changed or removed.
    pub(super) alive: Bitmap,
    /// The number of rows in use.
    pub(super) photos: u64,
    pub(super) text: TextIndex,
    /// Increases with every change.
    pub(super) generation: u64,
    /// Increases when the rows are sorted again.
    pub(super) epoch: u64,
    /// The last change of the store in this table.
    pub(super) seq: u64,
    /// Sorted rows by id.
    pub(super) by_id: Vec<u32>,
    /// Unsorted rows by id.
    late: HashMap<String, u32>,
}

impl Table {
    /// Sorts the rows in `alive`, last taken first, equal dates by id.
    pub(super) fn sorted(columns: Columns, alive: &Bitmap, generation: u64, seq: u64) -> Self {
        // The date decides most comparisons. Unknown dates have the smallest number and come last.
        let seconds = &columns.taken().seconds;
        let mut rows: Vec<(i64, u32)> = alive.rows().map(|row| (seconds[row], row as u32)).collect();
        let id = |row: u32| columns.ids.bytes(row as usize);
        rows.sort_unstable_by(|one, other| other.0.cmp(&one.0).then_with(|| id(one.1).cmp(id(other.1))));
        let rows: Vec<u32> = rows.into_iter().map(|(_, row)| row).collect();
        Self::over(columns.reordered(&rows), generation, seq)
    }

    /// A table of columns that are sorted by date.
    pub(super) fn over(columns: Columns, generation: u64, seq: u64) -> Self {
        let sorted = || {
            let id = |row: u32| columns.ids.bytes(row as usize);
            let mut rows: Vec<u32> = (0..columns.len() as u32).collect();
            rows.sort_unstable_by(|one, other| id(*one).cmp(id(*other)));
            rows
        };
        let (by_id, text) = rayon::join(sorted, || TextIndex::over(&columns.texts));
        Self { generation, ..Self::from_parts(columns, by_id, text, seq) }
    }

    /// A table of columns whose rows are all sorted and in use.
    pub(super) fn from_parts(columns: Columns, by_id: Vec<u32>, text: TextIndex, seq: u64) -> Self {
        let base = columns.len();
        let alive = Bitmap::all(base);
        let late = HashMap::new();
        Self { columns, base, alive, photos: base as u64, text, generation: 1, epoch: 1, seq, by_id, late }
    }

    /// Whether every row is sorted and in use.
    pub(super) fn is_compact(&self) -> bool {
        self.columns.len() == self.base && self.photos == self.base as u64
    }

    /// The row of a photo.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let sorted = || {
            let at = self.by_id.binary_search_by(|row| self.columns.ids.bytes(*row as usize).cmp(id.as_bytes()));
            at.ok().map(|at| self.by_id[at])
        };
        let row = self.late.get(id).copied().or_else(sorted)? as usize;
        self.alive.has(row).then_some(row)
    }

    /// Adds a photo or replaces its older version.
    pub(super) fn upsert(&mut self, row: &Row<'_>) {
        self.remove(row.id);
        let at = self.columns.len();
        self.columns.push(row);
        self.alive.grow(at + 1);
        self.alive.set(at);
        self.late.insert(row.id.to_owned(), at as u32);
        self.photos += 1;
    }

    /// Follows changes of the store; returns whether photos were withdrawn, which the changes do not name.
    pub(super) fn follow(&mut self, changes: Vec<(&Change, Option<Row<'_>>)>) -> bool {
        let mut withdrawn = false;
        for (change, row) in changes {
            match row {
                Some(row) => self.upsert(&row),
                None if is_mark(&change.id) => withdrawn = true,
                None => self.remove(change.id.as_str()),
            }
            self.seq = change.seq;
        }
        withdrawn
    }

    /// Removes a photo, if it is there.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(row) = self.find(id) {
            self.alive.clear(row);
            self.late.remove(id);
            self.photos -= 1;
        }
    }

    /// Removes the photos of all other rows than `kept`.
    pub(super) fn keep(&mut self, kept: &Bitmap) {
        self.alive.and(kept);
        self.late.retain(|_, row| kept.has(*row as usize));
        self.photos = self.alive.count();
        self.generation += 1;
    }

    /// Whether enough rows have changed to sort all rows again.
    pub(super) fn needs_compaction(&self) -> bool {
        let dead = self.columns.len() as u64 - self.photos;
        self.columns.len() - self.base > MAX_UNSORTED_ROWS || dead > 1000 && dead * 10 > self.columns.len() as u64
    }

    /// The same photos, all sorted.
    pub(super) fn compacted(&self) -> Self {
        // Rows move, so cached results are no longer valid.
        let table = Self::sorted(self.columns.clone(), &self.alive, self.generation + 1, self.seq);
        Self { epoch: self.epoch + 1, ..table }
    }
}
