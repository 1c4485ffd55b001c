//! All photos, one array a field.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::arena::Arena;
use super::bins;
use super::codes::{self, Codes, Dictionary, reordered};
use super::row::Row;
use crate::photo::filter::ChoiceField;

/// Fields with one name a photo; the order of the arrays of [`Columns::choices`].
pub(super) const CHOICES: [ChoiceField; 8] = [
    ChoiceField::Country,
    ChoiceField::City,
    ChoiceField::License,
    ChoiceField::Camera,
    ChoiceField::Source,
    ChoiceField::State,
    ChoiceField::Fault,
    ChoiceField::Person,
];

/// A photo whose date is unknown.
pub(super) const NO_SECOND: i64 = i64::MIN;
/// A photo whose day is unknown.
pub(super) const NO_DAY: i32 = i32::MIN;
/// A photo whose views or faves are unknown.
pub(super) const NO_COUNT: u32 = u32::MAX;

/// One name a photo.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) codes: Codes,
    pub(super) names: Dictionary,
}

/// Several names a photo: each row has the number of a set of names.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets {
    pub(super) codes: Codes,
    pub(super) names: Dictionary,
    /// Set `n + 1`'s names; 0 is the empty set.
    pub(super) members: Vec<Vec<u32>>,
    numbers: HashMap<Vec<u32>, u32>,
}

/// Scores of one concept.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    /// NaN: not scored.
    pub(super) values: Vec<f32>,
    /// As `bins::score` has it.
    pub(super) bins: Codes,
}

/// The H3 cells of the finest resolution.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub(super) codes: Codes,
    /// Cell `n + 1`'s index.
    pub(super) indices: Vec<u64>,
    numbers: HashMap<u64, u32>,
}

/// One array a field; all have the same length.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) ids: Arena,
    pub(super) taken: Vec<i64>,
    pub(super) day: Vec<i32>,
    pub(super) month: Codes,
    pub(super) hour: Codes,
    pub(super) views: Vec<u32>,
    pub(super) faves: Vec<u32>,
    pub(super) view_bins: Codes,
    pub(super) fave_bins: Codes,
    /// NaN: no place.
    pub(super) latitude: Vec<f64>,
    pub(super) longitude: Vec<f64>,
    pub(super) latitude_bins: Codes,
    pub(super) aspect: Vec<u8>,
    pub(super) cells: Cells,
    /// In the order of [`CHOICES`].
    pub(super) choices: [Names; 8],
    pub(super) terms: Sets,
    pub(super) scores: BTreeMap<String, Scores>,
    pub(super) texts: Arena,
}

impl Columns {
    /// How many rows there are, removed ones too.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The column of a field with one name a photo; `None` for terms.
    pub(super) fn names(&self, field: ChoiceField) -> Option<&Names> {
        CHOICES.iter().position(|choice| *choice == field).map(|at| &self.choices[at])
    }

    /// Adds a photo at the end.
    pub(super) fn push(&mut self, row: &Row<'_>) {
        let before = self.len();
        self.ids.push(row.id);
        self.taken.push(row.taken.unwrap_or(NO_SECOND));
        self.day.push(row.day.unwrap_or(NO_DAY));
        self.month.push(row.month.map_or(0, u32::from));
        self.hour.push(row.hour.map_or(0, |hour| u32::from(hour) + 1));
        let (views, faves) = (counted(row.views), counted(row.faves));
        self.views.push(views);
        self.faves.push(faves);
        self.view_bins.push(bins::count(views));
        self.fave_bins.push(bins::count(faves));
        let (latitude, longitude) = row.place.unwrap_or((f64::NAN, f64::NAN));
        self.latitude.push(latitude);
        self.longitude.push(longitude);
        self.latitude_bins.push(bins::latitude(latitude));
        self.aspect.push(row.aspect);
        self.cells.push(row.cell);
        for (column, choice) in self.choices.iter_mut().zip(&row.choices) {
            let code = choice.as_ref().map_or(0, |(name, label)| column.names.code(name, label.unwrap_or(name)));
            column.codes.push(code);
        }
        self.terms.push(&row.terms);
        self.push_scores(&row.scores, before);
        self.texts.push(&row.text);
    }

    fn push_scores(&mut self, scores: &[(&str, f32)], before: usize) {
        for (concept, value) in scores {
            if !self.scores.contains_key(*concept) {
                self.scores.insert((*concept).to_owned(), Scores::default());
            }
            let Some(column) = self.scores.get_mut(*concept) else { continue };
            column.fill(before);
            column.push(*value);
        }
        self.scores.values_mut().for_each(|column| column.fill(before + 1));
    }

    /// The rows `rows`, in that order, and only the names that they have; column by column, so that memory never
    /// holds all of them twice.
    pub(super) fn reordered(self, rows: &[u32]) -> Self {
        let scores = self.scores.into_iter().map(|(concept, scores)| {
            let column = Scores { values: reordered(scores.values, rows), bins: scores.bins.reordered(rows) };
            (concept, column)
        });
        let scores = scores.filter(|(_, scores)| scores.values.iter().any(|value| !value.is_nan()));
        Self {
            ids: self.ids.reordered(rows),
            taken: reordered(self.taken, rows),
            day: reordered(self.day, rows),
            month: self.month.reordered(rows),
            hour: self.hour.reordered(rows),
            views: reordered(self.views, rows),
            faves: reordered(self.faves, rows),
            view_bins: self.view_bins.reordered(rows),
            fave_bins: self.fave_bins.reordered(rows),
            latitude: reordered(self.latitude, rows),
            longitude: reordered(self.longitude, rows),
            latitude_bins: self.latitude_bins.reordered(rows),
            aspect: reordered(self.aspect, rows),
            cells: self.cells.reordered(rows),
            choices: self.choices.map(|names| names.reordered(rows)),
            terms: self.terms.reordered(rows),
            scores: scores.collect(),
            texts: self.texts.reordered(rows),
        }
    }
}

/// 4,294,967,294 and more are one.
fn counted(count: Option<u64>) -> u32 {
    count.map_or(NO_COUNT, |count| u32::try_from(count).unwrap_or(NO_COUNT).min(NO_COUNT - 1))
}

impl Scores {
    fn fill(&mut self, len: usize) {
        while self.values.len() < len {
            self.push(f32::NAN);
        }
    }

    fn push(&mut self, value: f32) {
        self.values.push(value);
        self.bins.push(bins::score(value));
    }
}

impl Names {
    fn reordered(self, rows: &[u32]) -> Self {
        let codes = self.codes.reordered(rows);
        let used = codes.used(self.names.size());
        if used[1..].iter().all(|used| *used) {
            return Self { codes, names: self.names };
        }
        Self { codes: codes.renumbered(&codes::numbers(&used)), names: self.names.keep(&used) }
    }
}

impl Cells {
    /// Numbers the cells by their index: those of one parent stand side by side.
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
            // From a snapshot: most are only ever read.
            self.numbers = self.indices.iter().enumerate().map(|(at, cell)| (*cell, at as u32 + 1)).collect();
        }
        let next = self.indices.len() as u32 + 1;
        let code = *self.numbers.entry(cell).or_insert(next);
        if code == next {
            self.indices.push(cell);
        }
        self.codes.push(code);
    }

    /// Puts the column together from its parts.
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
        Self::from_parts(codes, self.names.keep(&named), members)
    }

    fn push(&mut self, names: &[Cow<'_, str>]) {
        let mut set: Vec<u32> = names.iter().map(|name| self.names.code(name, name)).collect();
        set.sort_unstable();
        set.dedup();
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

    /// Puts the column together from its parts.
    pub(super) fn from_parts(codes: Codes, names: Dictionary, sets: Vec<Vec<u32>>) -> Self {
        let numbers = sets.iter().enumerate().map(|(at, set)| (set.clone(), at as u32 + 1)).collect();
        Self { codes, names, members: sets, numbers }
    }
}
