//! All photos, one column for each field.

use std::collections::BTreeMap;

use super::arena::Arena;
use super::codes::reordered;
use super::row::Row;
use super::values::{Cells, Cycle, Days, Places, Scores, Sets, Values};
use crate::photo::ScoreKey;
use crate::photo::fields::{self, LATITUDE, MONTH, PLACE, TAKEN, TERM};

/// One column for each field; all have the same length.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) ids: Arena,
    /// Width / height as a byte.
    pub(super) aspect: Vec<u8>,
    /// In the order of `fields::stored`.
    pub(super) fields: Vec<Values>,
    pub(super) scores: BTreeMap<ScoreKey, Scores>,
    /// Normalised.
    pub(super) texts: Arena,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            ids: Arena::default(),
            aspect: Vec::new(),
            fields: fields::stored().iter().map(|field| Values::empty(&field.kind)).collect(),
            scores: BTreeMap::new(),
            texts: Arena::default(),
        }
    }
}

impl Columns {
    /// The number of rows, including removed ones.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The column of a field; `None` if there is no such field.
    pub(super) fn get(&self, name: &str) -> Option<&Values> {
        fields::stored().iter().position(|field| field.name == name).map(|at| &self.fields[at])
    }

    /// Days of the field `taken`.
    pub(super) fn taken(&self) -> &Days {
        let Some(Values::Days(days)) = self.get(TAKEN) else { unreachable!("the field taken has days") };
        days
    }

    /// Degrees of latitude; NaN for no place.
    pub(super) fn latitude(&self) -> &[f64] {
        let Some(Values::Range(range)) = self.get(LATITUDE) else { unreachable!("the field latitude is a range") };
        &range.values
    }

    /// Degrees of longitude; NaN for no place.
    pub(super) fn longitude(&self) -> &[f64] {
        &self.places().longitude
    }

    /// H3 cells of the finest resolution.
    pub(super) fn cells(&self) -> &Cells {
        &self.places().cells
    }

    fn places(&self) -> &Places {
        let Some(Values::Places(places)) = self.get(PLACE) else { unreachable!("the field place has places") };
        places
    }

    /// Months in which photos were taken.
    pub(super) fn month(&self) -> &Cycle {
        let Some(Values::Cycle(month)) = self.get(MONTH) else { unreachable!("the field month is a cycle") };
        month
    }

    /// The search terms.
    pub(super) fn terms(&self) -> &Sets {
        let Some(Values::Sets(terms)) = self.get(TERM) else { unreachable!("the field term has sets") };
        terms
    }

    /// Adds a photo at the end.
    pub(super) fn push(&mut self, row: &Row<'_>) {
        let before = self.len();
        self.ids.push(row.id);
        self.aspect.push(row.aspect);
        self.fields.iter_mut().zip(&row.fields).for_each(|(values, value)| values.push(value));
        self.push_scores(&row.scores, before);
        self.texts.push(&row.text);
    }

    fn push_scores(&mut self, scores: &[(&ScoreKey, f32)], before: usize) {
        for (key, value) in scores {
            if !self.scores.contains_key(*key) {
                self.scores.insert((*key).clone(), Scores::default());
            }
            let Some(column) = self.scores.get_mut(*key) else { continue };
            column.fill(before);
            column.push(*value);
        }
        self.scores.values_mut().for_each(|column| column.fill(before + 1));
    }

    /// The rows `rows`, in that order, and only the names that they use. Works column by column, so that memory never
    /// contains all columns twice.
    pub(super) fn reordered(self, rows: &[u32]) -> Self {
        let scores = self.scores.into_iter().map(|(key, scores)| {
            let column = Scores { values: reordered(scores.values, rows), bins: scores.bins.reordered(rows) };
            (key, column)
        });
        let scores = scores.filter(|(_, scores)| scores.values.iter().any(|value| !value.is_nan()));
        Self {
            ids: self.ids.reordered(rows),
            aspect: reordered(self.aspect, rows),
            fields: self.fields.into_iter().map(|values| values.reordered(rows)).collect(),
            scores: scores.collect(),
            texts: self.texts.reordered(rows),
        }
    }
}
