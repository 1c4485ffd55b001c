//! The columns and what belongs to them: which rows are alive, where an id stands, the text index.
//!
//! Rows `0..base` are sorted by date; changed and new photos stand behind them, unsorted.

use std::collections::HashMap;

use super::bitmap::Bitmap;
use super::columns::Columns;
use super::row::Row;
use super::text::TextIndex;

/// More rows behind the sorted ones than this are sorted in.
const LONGEST_TAIL: usize = 65_536;

/// Everything that a question is answered from.
pub(super) struct Table {
    pub(super) columns: Columns,
    /// How many rows are sorted by date.
    pub(super) base: usize,
    /// Rows that stand for a photo; the others were changed or removed.
    pub(super) alive: Bitmap,
    /// How many those are.
    pub(super) photos: u64,
    pub(super) text: TextIndex,
    /// Counts up with every change.
    pub(super) generation: u64,
    /// Counts up whenever the rows are sorted anew.
    pub(super) epoch: u64,
    /// The last change of the store that is in here.
    pub(super) seq: u64,
    /// Sorted rows by id.
    pub(super) by_id: Vec<u32>,
    /// Rows behind the sorted ones by id.
    late: HashMap<String, u32>,
}

impl Table {
    /// Sorts rows of any order, the last taken first, ties by id; of the rows `alive` only.
    pub(super) fn sorted(columns: Columns, alive: &Bitmap, generation: u64, seq: u64) -> Self {
        // Beside the row stands what most decide by: the unknown are the smallest number, and come last.
        let seconds = &columns.taken().seconds;
        let mut rows: Vec<(i64, u32)> = alive.rows().map(|row| (seconds[row], row as u32)).collect();
        let id = |row: u32| columns.ids.bytes(row as usize);
        rows.sort_unstable_by(|one, other| other.0.cmp(&one.0).then_with(|| id(one.1).cmp(id(other.1))));
        let rows: Vec<u32> = rows.into_iter().map(|(_, row)| row).collect();
        Self::over(columns.reordered(&rows), generation, seq)
    }

    /// Over columns that are sorted by date.
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

    /// Puts a table together whose rows are all sorted and alive.
    pub(super) fn from_parts(columns: Columns, by_id: Vec<u32>, text: TextIndex, seq: u64) -> Self {
        let base = columns.len();
        let alive = Bitmap::all(base);
        let late = HashMap::new();
        Self { columns, base, alive, photos: base as u64, text, generation: 1, epoch: 1, seq, by_id, late }
    }

    /// Whether every row is sorted and alive.
    pub(super) fn is_tidy(&self) -> bool {
        self.columns.len() == self.base && self.photos == self.base as u64
    }

    /// The row of a photo that is there.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let sorted = || {
            let at = self.by_id.binary_search_by(|row| self.columns.ids.bytes(*row as usize).cmp(id.as_bytes()));
            at.ok().map(|at| self.by_id[at])
        };
        let row = self.late.get(id).copied().or_else(sorted)? as usize;
        self.alive.has(row).then_some(row)
    }

    /// Takes in a photo, in the place of an older version.
    pub(super) fn put(&mut self, row: &Row<'_>) {
        self.remove(row.id);
        let at = self.columns.len();
        self.columns.push(row);
        self.alive.grow(at + 1);
        self.alive.set(at);
        self.late.insert(row.id.to_owned(), at as u32);
        self.photos += 1;
    }

    /// Forgets a photo; nothing where there is none.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(row) = self.find(id) {
            self.alive.clear(row);
            self.late.remove(id);
            self.photos -= 1;
        }
    }

    /// Whether enough changed that sorting anew is worth its time.
    pub(super) fn is_untidy(&self) -> bool {
        let dead = self.columns.len() as u64 - self.photos;
        self.columns.len() - self.base > LONGEST_TAIL || dead > 1000 && dead * 10 > self.columns.len() as u64
    }

    /// The same photos, all sorted.
    pub(super) fn tidied(&self) -> Self {
        // Rows move, so what was worked out for them is no longer true.
        let table = Self::sorted(self.columns.clone(), &self.alive, self.generation + 1, self.seq);
        Self { epoch: self.epoch + 1, ..table }
    }
}
