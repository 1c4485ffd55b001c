//! Counts of the whole dataset (the grey bars), computed once per generation.

use std::collections::HashMap;

use super::bitmap::Bitmap;
use super::count::{self, Job};
use super::dates::{DayBins, is_open};
use super::facet_columns;
use super::table::Table;
use super::values::{NO_COUNT, NO_DAY, Sets, Values};
use crate::photo::area;
use crate::photo::fields::{self, PERSON, SCORE, TERM};

/// Values that do not depend on the filter.
#[derive(Default)]
pub(super) struct Overall {
    /// Names of all facets, in the order of the panel.
    pub(super) names: Vec<String>,
    /// Counts by code of each facet, and of people.
    pub(super) counts: HashMap<String, Vec<u64>>,
    /// Smallest and largest value of each numeric field.
    pub(super) bounds: HashMap<String, (f64, f64)>,
    pub(super) days: DayBins,
    /// Photos with coordinates.
    pub(super) placed: Bitmap,
    /// Search terms, the most frequent first.
    pub(super) terms: Vec<String>,
    /// For each set of terms the index in `terms` of its most frequent one; 255 for none.
    pub(super) term_numbers: Vec<u8>,
}

impl Overall {
    /// Counts everything.
    pub(super) fn of(table: &Table) -> Self {
        let columns = &table.columns;
        let bounds = bounds(table);
        let taken = columns.taken();
        let days = DayBins::over(table.alive.rows().map(|row| (taken.first[row], taken.last[row])).collect());
        let mut placed = Bitmap::of_values(columns.latitude(), |latitude| !latitude.is_nan());
        placed.and(&table.alive);
        let mut names = facet_columns::names(table);
        // A concept whose scored photos were all removed.
        names.retain(|name| !name.starts_with(SCORE) || bounds.contains_key(name));
        let mut overall = Self { names, bounds, days, placed, ..Self::default() };
        let counted = || overall.names.iter().map(String::as_str).chain([PERSON]);
        let jobs: Vec<Job<'_>> = counted().filter_map(|name| facet_columns::job(table, &overall.days, name)).collect();
        let counts = count::counts(&jobs, &table.alive);
        overall.counts = counted().map(str::to_owned).zip(counts).collect();
        let terms = columns.terms();
        let ranked = ranked_terms(terms, &overall.counts[TERM]);
        let number = |name: &u32| ranked.iter().position(|code| code == name);
        let first = |set: &[u32]| set.iter().filter_map(number).min().and_then(|n| u8::try_from(n).ok());
        let sets = 0..=terms.members.len() as u32;
        overall.term_numbers = sets.map(|set| first(terms.set(set)).unwrap_or(255)).collect();
        overall.terms = ranked.iter().map(|code| terms.names.name(*code).to_owned()).collect();
        overall
    }
}

/// Smallest and largest value of each field of numbers, days and scores that has any.
fn bounds(table: &Table) -> HashMap<String, (f64, f64)> {
    let columns = &table.columns;
    let mut bounds = HashMap::new();
    for (field, values) in fields::stored().iter().zip(&columns.fields) {
        let found = match values {
            Values::Counts(counts) => known(table, |row| counts.values[row], NO_COUNT),
            Values::Range(range) => extremes(table.alive.rows().map(|row| range.values[row])),
            Values::Cycle(cycle) => {
                let codes =
                    extremes(table.alive.rows().map(|row| cycle.codes.at(row)).filter(|c| *c > 0).map(f64::from));
                let shift = f64::from(cycle.first) - 1.0;
                codes.map(|(least, most)| (least + shift, most + shift))
            }
            Values::Days(days) => {
                let ends = table.alive.rows().flat_map(|row| [days.first[row], days.last[row]]);
                extremes(ends.filter(|day| *day != NO_DAY && !is_open(*day)).map(f64::from))
            }
            Values::Names(_) | Values::Sets(_) | Values::Places(_) => None,
        };
        bounds.extend(found.map(|found| (field.name.to_owned(), found)));
    }
    for (key, scores) in &columns.scores {
        let values = || table.alive.rows().map(|row| f64::from(scores.values[row]));
        // A score below the reporting minimum has no number.
        let floor_only = || values().any(|value| value == f64::NEG_INFINITY).then_some((0.0, 1.0));
        let found = extremes(values().filter(|value| value.is_finite())).or_else(floor_only);
        bounds.extend(found.map(|found| (format!("{SCORE}{key}"), found)));
    }
    bounds
}

/// The smallest and the largest value that is not `unknown`.
fn known<T: Copy + PartialEq + Into<f64>>(table: &Table, value: impl Fn(usize) -> T, unknown: T) -> Option<(f64, f64)> {
    extremes(table.alive.rows().map(value).filter(|value| *value != unknown).map(Into::into))
}

/// Codes of the search terms, the most frequent first; `sets` counts the photos of each set of terms.
fn ranked_terms(terms: &Sets, sets: &[u64]) -> Vec<u32> {
    let counts = terms.by_name(sets);
    let names = &terms.names;
    let mut ranked: Vec<u32> = names.codes().filter(|code| counts[*code as usize] > 0).collect();
    ranked.sort_by(|one, other| {
        let more = counts[*other as usize].cmp(&counts[*one as usize]);
        more.then_with(|| names.name(*one).cmp(names.name(*other)))
    });
    ranked
}

/// The smallest and the largest number; NaN is ignored.
fn extremes(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (min, max) = area::extremes(numbers);
    (min <= max).then_some((min, max))
}
