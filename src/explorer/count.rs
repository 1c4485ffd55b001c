//! Counts rows by code: all columns in one walk over the rows, on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::bitmap::{Bitmap, Ones, WORD};
use super::codes::Codes;

/// Threads that count, at most.
const MOST_THREADS: usize = 4;
/// Words of rows that are walked at a time: their codes and numbers fit the fastest cache.
const BLOCK: usize = 128;
/// Blocks that a thread takes at a time.
const STRIDE: usize = 8;

/// What is counted.
#[derive(Clone, Copy)]
pub(super) enum Column<'a> {
    /// A column of codes.
    Codes(&'a Codes),
    /// Days since 1970-01-01 by a table: day `first + n` has code `codes[n]`; days out of it have code 0.
    Days { days: &'a [i32], first: i32, codes: &'a [u16] },
}

/// A column, and one more than its largest code.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) column: Column<'a>,
    pub(super) size: usize,
}

/// Works on parts `0..parts`, each part once, on several threads where there are enough; what each thread came to.
pub(super) fn on_threads<T: Send>(parts: usize, work: impl Fn(&mut dyn Iterator<Item = usize>) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let claim = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|part| *part < parts);
    let run = || work(&mut std::iter::from_fn(claim));
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(parts);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut done = vec![run()];
        done.extend(others.into_iter().map(|other| other.join().expect("counting does not panic")));
        done
    })
}

/// How many of the rows have each code, column by column.
pub(super) fn counts(jobs: &[Job<'_>], rows: &Bitmap) -> Vec<Vec<u64>> {
    let blocks = rows.words.len().div_ceil(BLOCK);
    let parts = on_threads(blocks.div_ceil(STRIDE), |parts| {
        let mut tallies: Vec<Tally> = jobs.iter().map(|job| Tally::of(job.size)).collect();
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

/// Counts the rows that are left out instead, where these are fewer: `all` are the counts of `alive`.
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

/// Neighbours often have the same code: with tables of their own they need not wait for one another.
const TABLES: usize = 4;
/// With more codes the tables would not fit the cache, and neighbours differ.
const MOST_IN_TABLES: usize = 1024;

/// Counts of one column by one thread.
struct Tally {
    size: usize,
    counts: Vec<u32>,
}

impl Tally {
    fn of(size: usize) -> Self {
        let tables = if size <= MOST_IN_TABLES { TABLES } else { 1 };
        Self { size, counts: vec![0; size * tables] }
    }

    /// Counts the rows `start + n` of these numbers `n`.
    fn add(&mut self, column: Column<'_>, start: usize, numbers: &[u16]) {
        match column {
            Column::Codes(Codes::One(codes)) => self.each(&codes[start..], numbers, usize::from),
            Column::Codes(Codes::Two(codes)) => self.each(&codes[start..], numbers, usize::from),
            Column::Codes(Codes::Four(codes)) => self.each(&codes[start..], numbers, |code| code as usize),
            Column::Days { days, first, codes } => self.each(&days[start..], numbers, |day| {
                let at = usize::try_from(i64::from(day) - i64::from(first)).unwrap_or(usize::MAX);
                codes.get(at).map_or(0, |code| usize::from(*code))
            }),
        }
    }

    fn each<T: Copy>(&mut self, values: &[T], numbers: &[u16], code: impl Fn(T) -> usize) {
        let at = |number: u16| code(values[usize::from(number)]);
        if self.counts.len() == self.size {
            return numbers.iter().for_each(|number| self.counts[at(*number)] += 1);
        }
        let (fours, rest) = numbers.as_chunks::<TABLES>();
        for four in fours {
            for (table, number) in four.iter().enumerate() {
                self.counts[at(*number) + table * self.size] += 1;
            }
        }
        rest.iter().for_each(|number| self.counts[at(*number)] += 1);
    }

    fn add_to(&self, sums: &mut [u64]) {
        for table in self.counts.chunks(self.size.max(1)) {
            sums.iter_mut().zip(table).for_each(|(sum, count)| *sum += u64::from(*count));
        }
    }
}
