//! Columns of small numbers in as few bytes as possible, and dictionaries that number names.

use std::collections::HashMap;

use super::arena::Arena;
use crate::photo::text::normalise;

/// One code for each row, with one, two or four bytes depending on the largest code. 0 means "no value".
#[derive(Clone, Debug)]
pub(super) enum Codes {
    /// Up to 255.
    One(Vec<u8>),
    /// Up to 65,535.
    Two(Vec<u16>),
    /// Larger codes.
    Four(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Self::One(Vec::new())
    }
}

impl Codes {
    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::One(codes) => codes.len(),
            Self::Two(codes) => codes.len(),
            Self::Four(codes) => codes.len(),
        }
    }

    /// The code of a row.
    pub(super) fn at(&self, row: usize) -> u32 {
        match self {
            Self::One(codes) => codes[row].into(),
            Self::Two(codes) => codes[row].into(),
            Self::Four(codes) => codes[row],
        }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, code: u32) {
        self.widen(code);
        match self {
            Self::One(codes) => codes.push(code as u8),
            Self::Two(codes) => codes.push(code as u16),
            Self::Four(codes) => codes.push(code),
        }
    }

    fn widen(&mut self, code: u32) {
        match self {
            Self::One(codes) if u8::try_from(code).is_err() && u16::try_from(code).is_ok() => {
                *self = Self::Two(codes.iter().copied().map(u16::from).collect());
            }
            Self::One(codes) if code > u32::from(u16::MAX) => {
                *self = Self::Four(codes.iter().copied().map(u32::from).collect());
            }
            Self::Two(codes) if code > u32::from(u16::MAX) => {
                *self = Self::Four(codes.iter().copied().map(u32::from).collect());
            }
            _ => {}
        }
    }

    /// The codes of `rows`, in that order.
    pub(super) fn reordered(self, rows: &[u32]) -> Self {
        match self {
            Self::One(codes) => Self::One(reordered(codes, rows)),
            Self::Two(codes) => Self::Two(reordered(codes, rows)),
            Self::Four(codes) => Self::Four(reordered(codes, rows)),
        }
    }
}

impl Codes {
    /// For each code below `size`, whether some row has it.
    pub(super) fn used(&self, size: usize) -> Vec<bool> {
        let mut used = vec![false; size];
        match self {
            Self::One(codes) => codes.iter().for_each(|code| used[usize::from(*code)] = true),
            Self::Two(codes) => codes.iter().for_each(|code| used[usize::from(*code)] = true),
            Self::Four(codes) => codes.iter().for_each(|code| used[*code as usize] = true),
        }
        used
    }

    /// Replaces each code by its entry in `numbers`; none is larger than the largest code.
    pub(super) fn renumbered(mut self, numbers: &[u32]) -> Self {
        match &mut self {
            Self::One(codes) => codes.iter_mut().for_each(|code| *code = numbers[usize::from(*code)] as u8),
            Self::Two(codes) => codes.iter_mut().for_each(|code| *code = numbers[usize::from(*code)] as u16),
            Self::Four(codes) => codes.iter_mut().for_each(|code| *code = numbers[*code as usize]),
        }
        self
    }
}

/// New numbers for the used codes, in the same order: 0 for 0, the others from 1.
pub(super) fn numbers(used: &[bool]) -> Vec<u32> {
    let mut last = 0;
    let number = |(code, used): (usize, &bool)| {
        last += u32::from(*used && code > 0);
        last
    };
    used.iter().enumerate().map(number).collect()
}

/// The values of `rows`, in that order. Reuses the memory to avoid fragmentation of the heap.
pub(super) fn reordered<T: Copy>(mut values: Vec<T>, rows: &[u32]) -> Vec<T> {
    let sorted: Vec<T> = rows.iter().map(|row| values[*row as usize]).collect();
    values.truncate(sorted.len());
    values.copy_from_slice(&sorted);
    values
}

/// Names and their numbers, from 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    names: Arena,
    /// The label to display, if it differs from the name.
    labels: Arena,
    /// Normalised names.
    normal: Arena,
    codes: HashMap<Box<str>, u32>,
}

impl Dictionary {
    /// The number of a name; new names get the next one.
    pub(super) fn code(&mut self, name: &str, label: &str) -> u32 {
        if self.codes.len() < self.names.len() {
            // After loading a snapshot the map is missing; most dictionaries are only read and need none.
            self.codes = (0..self.names.len()).map(|at| (self.names.at(at).into(), at as u32 + 1)).collect();
        }
        if let Some(code) = self.codes.get(name) {
            return *code;
        }
        self.names.push(name);
        self.labels.push(label);
        self.normal.push(&normalise(name));
        let code = self.names.len() as u32;
        self.codes.insert(name.into(), code);
        code
    }

    /// The number of codes, including 0 for "no value".
    pub(super) fn size(&self) -> usize {
        self.names.len() + 1
    }

    /// The name of a number other than 0.
    pub(super) fn name(&self, code: u32) -> &str {
        self.names.at(code as usize - 1)
    }

    /// The label of a number other than 0.
    pub(super) fn label(&self, code: u32) -> &str {
        self.labels.at(code as usize - 1)
    }

    /// The name of a number other than 0, normalised.
    pub(super) fn normal(&self, code: u32) -> &str {
        self.normal.at(code as usize - 1)
    }

    /// All numbers except 0.
    pub(super) fn codes(&self) -> std::ops::Range<u32> {
        1..self.size() as u32
    }

    /// The names whose code is used, with the numbers of [`numbers`].
    pub(super) fn keep(self, used: &[bool]) -> Self {
        let mut kept = Self::default();
        for code in self.codes().filter(|code| used[*code as usize]) {
            kept.code(self.name(code), self.label(code));
        }
        kept
    }

    /// Names and labels, for a snapshot.
    pub(super) fn texts(&self) -> (&Arena, &Arena) {
        (&self.names, &self.labels)
    }

    /// Restores a dictionary from its texts; `None` if they are inconsistent.
    pub(super) fn from_texts(names: Arena, labels: Arena) -> Option<Self> {
        let mut normal = Arena::default();
        (0..names.len()).for_each(|at| normal.push(&normalise(names.at(at))));
        (labels.len() == names.len()).then_some(Self { names, labels, normal, codes: HashMap::new() })
    }
}
