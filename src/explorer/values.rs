//! The values of one field for all photos, as an array for each kind of field.

pub(super) use super::bins::NO_COUNT;
use std::borrow::Cow;
use std::collections::HashMap;

use super::bins::{self, UniformBins};
use super::codes::{self, Codes, Dictionary, reordered};
use super::row::{DaysOf, Value};
use crate::photo::fields::Kind;

/// An unknown date.
pub(super) const NO_SECOND: i64 = i64::MIN;
/// An unknown day.
pub(super) const NO_DAY: i32 = i32::MIN;

/// The values of one field. The variant depends on the field's kind.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Names(Names),
    Sets(Sets),
    Counts(Counts),
    Cycle(Cycle),
    Range(Range),
    Days(Days),
    Places(Places),
}

/// One name for each photo.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) codes: Codes,
    pub(super) names: Dictionary,
}

/// Several names for each photo: each row has the number of a set of names.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets {
    pub(super) codes: Codes,
    pub(super) names: Dictionary,
    /// The names of set `n + 1`; 0 is the empty set.
    pub(super) members: Vec<Vec<u32>>,
    /// The names of a set are a path, from the widest to the narrowest.
    pub(super) keeps_order: bool,
    pub(super) numbers: HashMap<Vec<u32>, u32>,
}

/// Counts without an upper bound.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    /// [`NO_COUNT`] if unknown.
    pub(super) values: Vec<u32>,
    /// Codes of `bins::count`.
    pub(super) bins: Codes,
}

/// Cyclic numbers such as months: number `n` has code `n - first + 1`.
#[derive(Clone, Debug, Default)]
pub(super) struct Cycle {
    pub(super) codes: Codes,
    pub(super) first: u8,
    pub(super) last: u8,
}

/// Numbers between two bounds.
#[derive(Clone, Debug, Default)]
pub(super) struct Range {
    /// NaN if unknown.
    pub(super) values: Vec<f64>,
    pub(super) bins: Codes,
    pub(super) bands: UniformBins,
}

/// Days and times.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    /// Seconds since 1970-01-01 by the camera's clock; [`NO_SECOND`] if unknown.
    pub(super) seconds: Vec<i64>,
    /// The first day of the period within which it was taken, since 1970-01-01; [`NO_DAY`] if unknown.
    pub(super) first: Vec<i32>,
    /// The last day of that period; [`NO_DAY`] if unknown.
    pub(super) last: Vec<i32>,
}

/// Places without latitude, which has its own field.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// NaN if there is no place.
    pub(super) longitude: Vec<f64>,
    pub(super) cells: Cells,
}

/// Scores of one concept.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    /// NaN if not scored.
    pub(super) values: Vec<f32>,
    /// Codes of `bins::score`.
    pub(super) bins: Codes,
}

/// The H3 cells of the finest resolution.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub(super) codes: Codes,
    /// The index of cell `n + 1`.
    pub(super) indices: Vec<u64>,
    numbers: HashMap<u64, u32>,
}

impl Values {
    /// No values yet.
    pub(super) fn empty(kind: &Kind) -> Self {
        match kind {
            Kind::Sets(_) => Self::Sets(Sets::default()),
            Kind::Branches(_) => Self::Sets(Sets { keeps_order: true, ..Sets::default() }),
            Kind::Counts(_) => Self::Counts(Counts::default()),
            Kind::Cycle { first, last, .. } => {
                Self::Cycle(Cycle { first: *first, last: *last, codes: Codes::default() })
            }
            Kind::Range { least, most, bins, .. } => {
                Self::Range(Range { bands: UniformBins::new(*least, *most, *bins), ..Range::default() })
            }
            Kind::Days(_) => Self::Days(Days::default()),
            Kind::Places(_) => Self::Places(Places::default()),
            Kind::Names(_) | Kind::Plain | Kind::Scores | Kind::Area(_) => Self::Names(Names::default()),
        }
    }

    /// Adds the value of a photo at the end.
    pub(super) fn push(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Names(names), Value::Name(name)) => names.push(name.as_ref()),
            (Self::Sets(sets), Value::Set(names)) => sets.push(names),
            (Self::Counts(counts), Value::Count(count)) => counts.push(*count),
            (Self::Cycle(cycle), Value::Cycle(number)) => cycle.push(*number),
            (Self::Range(range), Value::Number(number)) => range.push(*number),
            (Self::Days(days), Value::Days(taken)) => days.push(*taken),
            (Self::Places(places), Value::Place(place)) => places.push(*place),
            _ => unreachable!("rows and columns are made from the same list of fields"),
        }
    }

    /// The values of `rows`, in that order, and only the names that they use.
    pub(super) fn reordered(self, rows: &[u32]) -> Self {
        match self {
            Self::Names(names) => Self::Names(names.reordered(rows)),
            Self::Sets(sets) => Self::Sets(sets.reordered(rows)),
            Self::Counts(counts) => {
                Self::Counts(Counts { values: reordered(counts.values, rows), bins: counts.bins.reordered(rows) })
            }
            Self::Cycle(cycle) => Self::Cycle(Cycle { codes: cycle.codes.reordered(rows), ..cycle }),
            Self::Range(range) => Self::Range(Range {
                values: reordered(range.values, rows),
                bins: range.bins.reordered(rows),
                bands: range.bands,
            }),
            Self::Days(days) => {
                let Days { seconds, first, last } = days;
                Self::Days(Days {
                    seconds: reordered(seconds, rows),
                    first: reordered(first, rows),
                    last: reordered(last, rows),
                })
            }
            Self::Places(places) => Self::Places(Places {
                longitude: reordered(places.longitude, rows),
                cells: places.cells.reordered(rows),
            }),
        }
    }

    /// The number of rows of each array.
    pub(super) fn lengths(&self) -> [usize; 3] {
        match self {
            Self::Names(names) => [names.codes.len(); 3],
            Self::Sets(sets) => [sets.codes.len(); 3],
            Self::Counts(counts) => [counts.values.len(), counts.bins.len(), counts.bins.len()],
            Self::Cycle(cycle) => [cycle.codes.len(); 3],
            Self::Range(range) => [range.values.len(), range.bins.len(), range.bins.len()],
            Self::Days(days) => [days.seconds.len(), days.first.len(), days.last.len()],
            Self::Places(places) => [places.longitude.len(), places.cells.codes.len(), places.cells.codes.len()],
        }
    }
}

impl Names {
    fn push(&mut self, name: Option<&(Cow<'_, str>, Option<Cow<'_, str>>)>) {
        let code = name.map_or(0, |(name, label)| self.names.code(name, label.as_deref().unwrap_or(name)));
        self.codes.push(code);
    }

    fn reordered(self, rows: &[u32]) -> Self {
        let codes = self.codes.reordered(rows);
        let used = codes.used(self.names.size());
        if used[1..].iter().all(|used| *used) {
            return Self { codes, names: self.names };
        }
        Self { codes: codes.renumbered(&codes::numbers(&used)), names: self.names.keep(&used) }
    }
}

impl Counts {
    /// Larger counts than 4,294,967,294 are stored as this number.
    fn push(&mut self, count: Option<u64>) {
        let count = count.map_or(NO_COUNT, |count| u32::try_from(count).unwrap_or(NO_COUNT).min(NO_COUNT - 1));
        self.values.push(count);
        self.bins.push(bins::count(count));
    }
}

impl Cycle {
    fn push(&mut self, number: Option<u8>) {
        self.codes.push(number.map_or(0, |number| u32::from(number.saturating_sub(self.first)) + 1));
    }

    /// The number of codes, including 0 for "no value".
    pub(super) fn size(&self) -> usize {
        usize::from(self.last - self.first) + 2
    }
}

impl Range {
    fn push(&mut self, number: Option<f64>) {
        let number = number.unwrap_or(f64::NAN);
        self.values.push(number);
        self.bins.push(self.bands.code(number));
    }
}

impl Days {
    fn push(&mut self, taken: Option<DaysOf>) {
        self.seconds.push(taken.map_or(NO_SECOND, |taken| taken.second));
        self.first.push(taken.map_or(NO_DAY, |taken| taken.first));
        self.last.push(taken.map_or(NO_DAY, |taken| taken.last));
    }
}

impl Places {
    fn push(&mut self, place: Option<(f64, Option<u64>)>) {
        self.longitude.push(place.map_or(f64::NAN, |(longitude, _)| longitude));
        self.cells.push(place.and_then(|(_, cell)| cell));
    }
}

impl Scores {
    /// Adds rows without a score up to the given length.
    pub(super) fn fill(&mut self, len: usize) {
        while self.values.len() < len {
            self.push(f32::NAN);
        }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, value: f32) {
        self.values.push(value);
        self.bins.push(bins::score(value));
    }
}

impl Cells {
    /// Numbers the cells by their index, so that cells with the same parent get neighbouring numbers.
    fn reordered(self, rows: &[u32]) -> Self {
        let codes = self.codes.reordered(rows);
        let used = codes.used(self.indices.len() + 1);
        let mut order: Vec<u32> = (1..=self.indices.len() as u32).filter(|code| used[*code as usize]).collect();
        order.sort_unstable_by_key(|code| self.indices[*code as usize - 1]);
        let mut numbers = vec![0; used.len()];
        order.iter().zip(1..).for_each(|(code, number)| numbers[*code as usize] = number);
        let indices = order.iter().map(|code| self.indices[*code as usize - 1]).collect();
        Self::from_parts(codes.renumbered(&numbers), indices)
    }

    fn push(&mut self, cell: Option<u64>) {
        let Some(cell) = cell else { return self.codes.push(0) };
        if self.numbers.len() < self.indices.len() {
            // After loading a snapshot the map is missing; most columns are only read and need none.
            self.numbers = self.indices.iter().enumerate().map(|(at, cell)| (*cell, at as u32 + 1)).collect();
        }
        let next = self.indices.len() as u32 + 1;
        let code = *self.numbers.entry(cell).or_insert(next);
        if code == next {
            self.indices.push(cell);
        }
        self.codes.push(code);
    }

    /// Restores the column from its parts.
    pub(super) fn from_parts(codes: Codes, indices: Vec<u64>) -> Self {
        Self { codes, indices, numbers: HashMap::new() }
    }
}

impl Sets {
    fn reordered(self, rows: &[u32]) -> Self {
        let codes = self.codes.reordered(rows);
        let used = codes.used(self.members.len() + 1);
        let codes = codes.renumbered(&codes::numbers(&used));
        let kept = self.members.into_iter().zip(&used[1..]).filter(|(_, used)| **used);
        let mut members: Vec<Vec<u32>> = kept.map(|(set, _)| set).collect();
        let mut named = vec![false; self.names.size()];
        members.iter().flatten().for_each(|name| named[*name as usize] = true);
        let numbers = codes::numbers(&named);
        members.iter_mut().flatten().for_each(|name| *name = numbers[*name as usize]);
        Self { keeps_order: self.keeps_order, ..Self::from_parts(codes, self.names.keep(&named), members) }
    }

    /// For each name the one before it on its longest path; `None` if there is none.
    pub(super) fn parents(&self) -> Vec<Option<u32>> {
        if !self.keeps_order {
            return Vec::new();
        }
        let mut parents = vec![(0, None); self.names.size()];
        let on_path = |name: &&u32| !self.names.name(**name).starts_with(char::is_lowercase);
        for set in &self.members {
            let path: Vec<u32> = set.iter().filter(on_path).copied().collect();
            for pair in path.windows(2) {
                let (length, parent) = &mut parents[pair[1] as usize];
                if path.len() > *length {
                    (*length, *parent) = (path.len(), Some(pair[0]));
                }
            }
        }
        parents.into_iter().map(|(_, parent)| parent).collect()
    }

    fn push(&mut self, names: &[Cow<'_, str>]) {
        let mut set: Vec<u32> = names.iter().map(|name| self.names.code(name, name)).collect();
        if !self.keeps_order {
            set.sort_unstable();
            set.dedup();
        }
        if set.is_empty() {
            return self.codes.push(0);
        }
        let next = self.members.len() as u32 + 1;
        let code = *self.numbers.entry(set.clone()).or_insert(next);
        if code == next {
            self.members.push(set);
        }
        self.codes.push(code);
    }

    /// The names of a set.
    pub(super) fn set(&self, code: u32) -> &[u32] {
        code.checked_sub(1).map_or(&[], |at| &self.members[at as usize])
    }

    /// Converts counts of sets to counts of names.
    pub(super) fn by_name(&self, counts: &[u64]) -> Vec<u64> {
        let mut sums = vec![0; self.names.size()];
        for (set, count) in counts.iter().enumerate() {
            self.set(set as u32).iter().for_each(|name| sums[*name as usize] += count);
        }
        sums
    }

    /// Restores the column from its parts.
    pub(super) fn from_parts(codes: Codes, names: Dictionary, sets: Vec<Vec<u32>>) -> Self {
        let numbers = sets.iter().enumerate().map(|(at, set)| (set.clone(), at as u32 + 1)).collect();
        Self { codes, names, members: sets, keeps_order: false, numbers }
    }
}
