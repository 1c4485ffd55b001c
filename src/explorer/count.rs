//! Counts rows by code: all columns in one pass over the rows, with several threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::bitmap::{Bitmap, Ones, WORD};
use super::codes::Codes;
use super::dates::DayBins;
use super::values::Days;

/// Maximum number of counting threads.
const MAX_THREADS: usize = 4;
/// Words of rows that are counted at a time; their codes and numbers fit into the L1 cache.
const BLOCK: usize = 128;
/// Blocks that a thread processes at a time.
const STRIDE: usize = 8;

/// A column to count.
#[derive(Clone, Copy)]
pub(super) enum Column<'a> {
    /// A column of codes.
    Codes(&'a Codes),
    /// Days, with the code of each.
    Days { taken: &'a Days, bins: &'a DayBins },
}

/// A column, and one more than its largest code.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) column: Column<'a>,
    pub(super) size: usize,
}

/// Processes the parts `0..parts`, each once, in at most [`MAX_THREADS`] parallel tasks. Returns one result for each
/// task.
pub(super) fn on_threads<T: Send>(parts: usize, work: impl Fn(&mut dyn Iterator<Item = usize>) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let claim = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|part| *part < parts);
    let run = || work(&mut std::iter::from_fn(claim));
    let tasks = rayon::current_num_threads().min(MAX_THREADS).min(parts);
    if tasks < 2 {
        return vec![run()];
    }
    (0..tasks).into_par_iter().with_max_len(1).map(|_| run()).collect()
}

impl Bitmap {
    /// Keeps the rows that pass a slow test.
    pub(super) fn keep(&mut self, test: impl Fn(usize) -> bool + Sync) {
        let words = &self.words;
        let kept = on_threads(words.len().div_ceil(BLOCK), |parts| {
            let words =
                parts.flat_map(|part| part * BLOCK..words.len().min((part + 1) * BLOCK)).map(|at| (at, words[at]));
            let kept = |(at, word): (usize, u64)| {
                let rows = Ones { word, base: at * WORD }.filter(|row| test(*row));
                (at, rows.fold(0, |word, row| word | 1 << (row % WORD)))
            };
            words.filter(|(_, word)| *word != 0).map(kept).collect::<Vec<_>>()
        });
        kept.into_iter().flatten().for_each(|(at, word)| self.words[at] = word);
    }
}

/// The number of rows with each code, for each column.
pub(super) fn counts(jobs: &[Job<'_>], rows: &Bitmap) -> Vec<Vec<u64>> {
    let blocks = rows.words.len().div_ceil(BLOCK);
    let parts = on_threads(blocks.div_ceil(STRIDE), |parts| {
        let mut tallies: Vec<Tally> = jobs.iter().map(Tally::of).collect();
        let mut numbers = Vec::with_capacity(BLOCK * WORD);
        for block in parts.flat_map(|part| part * STRIDE..blocks.min((part + 1) * STRIDE)) {
            let words = block * BLOCK..rows.words.len().min((block + 1) * BLOCK);
            numbers.clear();
            for (at, word) in rows.words[words.clone()].iter().enumerate() {
                numbers.extend(Ones { word: *word, base: at * WORD }.map(|row| row as u16));
            }
            let start = words.start * WORD;
            jobs.iter().zip(&mut tallies).for_each(|(job, tally)| tally.add(job.column, start, &numbers));
        }
        tallies
    });
    let mut sums: Vec<Vec<u64>> = jobs.iter().map(|job| vec![0; job.size]).collect();
    for tallies in &parts {
        sums.iter_mut().zip(tallies).for_each(|(sum, tally)| tally.add_to(sum));
    }
    sums
}

/// The same. If fewer rows fail than pass, counts those and subtracts them from `all`, the counts of `alive`.
pub(super) fn counts_from(jobs: &[Job<'_>], rows: &Bitmap, (all, alive): (&[&[u64]], &Bitmap)) -> Vec<Vec<u64>> {
    let mut rest = rows.clone().not();
    rest.and(alive);
    if rows.count() <= rest.count() {
        return counts(jobs, rows);
    }
    let mut counted = counts(jobs, &rest);
    for (counts, all) in counted.iter_mut().zip(all) {
        counts.iter_mut().zip(*all).for_each(|(count, all)| *count = all - *count);
    }
    counted
}

/// Neighbouring rows often have the same code. Each of them uses another table, so that no increment waits for the
/// previous one.
const TABLES: usize = 4;
/// With more codes the tables would not fit into the cache, and neighbouring rows have different codes.
const MAX_IN_TABLES: usize = 1024;
/// Rows in a block.
const ROWS: usize = BLOCK * WORD;

/// Counts of one column by one thread.
enum Tally {
    /// Codes of one byte: every table has an entry for every code, so no bounds are checked.
    Bytes(Box<[[u32; 256]; TABLES]>),
    Tables {
        size: usize,
        counts: Vec<u32>,
    },
}

impl Tally {
    fn of(job: &Job<'_>) -> Self {
        if let Column::Codes(Codes::One(_)) = job.column {
            return Self::Bytes(Box::new([[0; 256]; TABLES]));
        }
        let tables = if job.size <= MAX_IN_TABLES { TABLES } else { 1 };
        Self::Tables { size: job.size, counts: vec![0; job.size * tables] }
    }

    /// Counts the rows `start + n` for all `n` in `numbers`.
    fn add(&mut self, column: Column<'_>, start: usize, numbers: &[u16]) {
        match (self, column) {
            (Self::Bytes(tables), Column::Codes(Codes::One(codes))) => bytes(tables, &codes[start..], numbers),
            (Self::Tables { size, counts }, Column::Codes(Codes::Two(codes))) => {
                let codes = &codes[start..];
                each((*size, counts), numbers, |row| usize::from(codes[row]));
            }
            (Self::Tables { size, counts }, Column::Codes(Codes::Four(codes))) => {
                let codes = &codes[start..];
                each((*size, counts), numbers, |row| codes[row] as usize);
            }
            (Self::Tables { size, counts }, Column::Days { taken, bins }) => {
                let (first, last) = (&taken.first[start..], &taken.last[start..]);
                each((*size, counts), numbers, |row| bins.code(first[row], last[row]));
            }
            _ => unreachable!("a tally is of the column that it was made for"),
        }
    }

    fn add_to(&self, sums: &mut [u64]) {
        let mut add = |table: &[u32]| sums.iter_mut().zip(table).for_each(|(sum, count)| *sum += u64::from(*count));
        match self {
            Self::Bytes(tables) => tables.iter().for_each(|table| add(table)),
            Self::Tables { size, counts } => counts.chunks((*size).max(1)).for_each(&mut add),
        }
    }
}

fn bytes(tables: &mut [[u32; 256]; TABLES], codes: &[u8], numbers: &[u16]) {
    let Some(block) = codes.first_chunk::<ROWS>() else {
        return numbers.iter().for_each(|number| tables[0][usize::from(codes[usize::from(*number)])] += 1);
    };
    let (fours, rest) = numbers.as_chunks::<TABLES>();
    let code = |number: u16| usize::from(block[usize::from(number) % ROWS]);
    for four in fours {
        for (table, number) in tables.iter_mut().zip(four) {
            table[code(*number)] += 1;
        }
    }
    rest.iter().for_each(|number| tables[0][code(*number)] += 1);
}

fn each((size, counts): (usize, &mut [u32]), numbers: &[u16], code: impl Fn(usize) -> usize) {
    let at = |number: u16| code(usize::from(number));
    if counts.len() == size {
        return numbers.iter().for_each(|number| counts[at(*number)] += 1);
    }
    let (fours, rest) = numbers.as_chunks::<TABLES>();
    for four in fours {
        for (table, number) in four.iter().enumerate() {
            counts[at(*number) + table * size] += 1;
        }
    }
    rest.iter().for_each(|number| counts[at(*number)] += 1);
}
