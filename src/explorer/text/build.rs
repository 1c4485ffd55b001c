//! Builds the index of which rows have which tokens.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{DENSE, TextIndex};
use crate::explorer::arena::Arena;
use crate::explorer::bitmap::Bitmap;
use crate::explorer::tokens::{each_token, is_number};

/// Tokens of some rows, numbered as they came.
#[derive(Default)]
struct TokenizedRows<'a> {
    numbers: HashMap<&'a str, u32, RandomState>,
    tokens: Vec<&'a str>,
    /// Distinct tokens, row by row, each less the one before it: frequent tokens came early, so most take a byte.
    list: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> TokenizedRows<'a> {
    fn of(texts: &'a Arena, rows: std::ops::Range<usize>) -> Self {
        let mut share = Self::default();
        let mut own = Vec::new();
        for row in rows {
            let Self { numbers, tokens: known, list, .. } = &mut share;
            each_token(texts.at(row), |token| {
                let number = *numbers.entry(token).or_insert_with(|| {
                    known.push(token);
                    known.len() as u32 - 1
                });
                own.push(number);
            });
            own.sort_unstable();
            own.dedup();
            let mut last = 0;
            for number in own.drain(..) {
                put(list, number - last);
                last = number;
            }
            share.ends.push(share.list.len());
        }
        share
    }

    /// Calls `each` with the number of a row, from 0, and each of its tokens.
    fn walk(&self, mut each: impl FnMut(usize, u32)) {
        let mut at = 0;
        for (row, end) in self.ends.iter().enumerate() {
            let mut token = 0;
            while at < *end {
                token += take(&self.list, &mut at);
                each(row, token);
            }
        }
    }

    /// The numbers of these tokens in `other`, which is given those that it lacks.
    fn join(&mut self, other: &mut Self) -> Vec<u32> {
        let number = |token: &&'a str| {
            *other.numbers.entry(token).or_insert_with(|| {
                other.tokens.push(token);
                other.tokens.len() as u32 - 1
            })
        };
        let numbers = self.tokens.iter().map(number).collect();
        // No more tokens are looked up.
        (self.numbers, self.tokens) = Default::default();
        numbers
    }
}

/// Appends a number, seven bits a byte, the lowest first.
fn put(list: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        list.push(number as u8 | 0x80);
        number >>= 7;
    }
    list.push(number as u8);
}

/// Reads a number that [`put`] wrote.
fn take(list: &[u8], at: &mut usize) -> u32 {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let byte = list[*at];
        *at += 1;
        number |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

impl TextIndex {
    /// Reads texts, on two threads.
    pub(in crate::explorer) fn over(texts: &Arena) -> Self {
        let middle = texts.len() / 2;
        let (mut first, mut second) =
            rayon::join(|| TokenizedRows::of(texts, 0..middle), || TokenizedRows::of(texts, middle..texts.len()));
        let as_first = second.join(&mut first);
        let (mut index, places) = Self::named(&first.tokens, texts.len());
        (first.numbers, first.tokens) = Default::default();
        let first_rows = first.ends.len();
        index.fill(|each| {
            first.walk(|row, token| each(row, places[token as usize]));
            second.walk(|row, token| each(first_rows + row, places[as_first[token as usize] as usize]));
        });
        index
    }

    /// An index of tokens without rows, and the place of each token in it: those of digits only (every photo's id is
    /// one) come last, so that a search for letters need not scan them.
    fn named(tokens: &[&str], rows: usize) -> (Self, Vec<u32>) {
        let mut blob = vec![b'\n'];
        let mut starts = Vec::with_capacity(tokens.len() + 1);
        let mut places = vec![0; tokens.len()];
        let mut digits_from = 0;
        for of_digits in [false, true] {
            digits_from = blob.len();
            let own = tokens.iter().enumerate().filter(|(_, token)| is_number(token) == of_digits);
            for (number, token) in own {
                places[number] = starts.len() as u32;
                starts.push(blob.len() as u64);
                blob.extend_from_slice(token.as_bytes());
                blob.push(b'\n');
            }
        }
        starts.push(blob.len() as u64);
        (Self { rows, blob, digits_from, starts, ..Self::default() }, places)
    }

    /// `walk` calls what it is given with each row, ascending, and each of its tokens.
    fn fill(&mut self, walk: impl Fn(&mut dyn FnMut(usize, u32))) {
        let mut counts = vec![0_usize; self.starts.len() - 1];
        walk(&mut |_, token| counts[token as usize] += 1);
        let rows = self.rows;
        let is_dense = |count: usize| count > rows / DENSE && count > DENSE;
        let dense = counts.iter().enumerate().filter(|(_, count)| is_dense(**count));
        self.dense = dense.map(|(token, _)| (token as u32, Bitmap::none(rows))).collect();
        self.heads = Vec::with_capacity(counts.len() + 1);
        self.heads.push(0);
        let mut last = 0;
        for count in &counts {
            last += if is_dense(*count) { 0 } else { *count as u64 };
            self.heads.push(last);
        }
        self.lists = vec![0; last as usize];
        let mut next = self.heads.clone();
        let Self { dense, lists, .. } = self;
        walk(&mut |row, token| {
            if is_dense(counts[token as usize]) {
                let at = dense.binary_search_by_key(&token, |(dense, _)| *dense);
                dense[at.expect("each dense token has a bitmap")].1.set(row);
            } else {
                let next = &mut next[token as usize];
                lists[*next as usize] = row as u32;
                *next += 1;
            }
        });
    }
}
