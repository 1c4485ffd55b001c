//! Counts rows by code, several columns at once on two threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::bitmap::{Bitmap, Ones, WORD};
use super::codes::Codes;

/// Threads that count.
const THREADS: usize = 2;

/// What is counted.
#[derive(Clone, Copy)]
pub(super) enum Column<'a> {
    /// A column of codes.
    Codes(&'a Codes),
    /// Days since 1970-01-01 by a table: day `first + n` has code `codes[n]`; days out of it have code 0.
    Days { days: &'a [i32], first: i32, codes: &'a [u16] },
}

/// One column, and the rows that count.
pub(super) struct Job<'a> {
    pub(super) column: Column<'a>,
    /// One more than the largest code.
    pub(super) size: usize,
    pub(super) rows: &'a Bitmap,
}

/// Runs jobs on two threads; answers in their order.
pub(super) fn on_threads<J: Sync, T: Send>(jobs: &[J], run: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, job)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, jobs.get(at)?)))
        {
            done.push((at, run(job)));
        }
        done
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..THREADS.min(jobs.len())).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        others.into_iter().for_each(|other| done.extend(other.join().expect("counting does not panic")));
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, answer)| answer).collect()
}

/// How many of the rows have each code.
pub(super) fn count(job: &Job<'_>) -> Vec<u64> {
    match job.column {
        Column::Codes(Codes::One(codes)) => counted(job, |row| usize::from(codes[row])),
        Column::Codes(Codes::Two(codes)) => counted(job, |row| usize::from(codes[row])),
        Column::Codes(Codes::Four(codes)) => counted(job, |row| codes[row] as usize),
        Column::Days { days, first, codes } => counted(job, |row| {
            let at = usize::try_from(i64::from(days[row]) - i64::from(first)).unwrap_or(usize::MAX);
            codes.get(at).map_or(0, |code| usize::from(*code))
        }),
    }
}

/// Neighbours often have the same code: with tables of their own they need not wait for one another.
const TABLES: usize = 4;

fn counted(job: &Job<'_>, code: impl Fn(usize) -> usize) -> Vec<u64> {
    // Many codes: the tables would not fit the cache, and neighbours differ.
    let tables = if job.size <= 1024 { TABLES } else { 1 };
    let mut counts = vec![0_u32; job.size * tables];
    for (at, word) in job.rows.words.iter().enumerate() {
        let base = at * WORD;
        if *word == u64::MAX {
            for row in base..base + WORD {
                counts[code(row) + (row % tables) * job.size] += 1;
            }
            continue;
        }
        for (turn, row) in (Ones { word: *word, base }).enumerate() {
            counts[code(row) + (turn % tables) * job.size] += 1;
        }
    }
    (0..job.size).map(|code| (0..tables).map(|table| u64::from(counts[code + table * job.size])).sum()).collect()
}

/// Counts the rows that are left out instead, where these are fewer: `all` are the counts of `alive`.
pub(super) fn count_from(job: &Job<'_>, all: &[u64], alive: &Bitmap, photos: u64) -> Vec<u64> {
    if job.rows.count() * 2 <= photos || all.len() != job.size {
        return count(job);
    }
    let mut rest = job.rows.clone().not();
    rest.and(alive);
    let left_out = count(&Job { rows: &rest, ..*job });
    all.iter().zip(left_out).map(|(all, out)| all - out).collect()
}
