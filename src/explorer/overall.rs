//! Counts over the whole dataset, made once a generation: the grey bars behind the coloured ones.

use std::collections::HashMap;

use super::bitmap::Bitmap;
use super::choices;
use super::columns::{NO_COUNT, NO_DAY};
use super::count::{self, Job};
use super::dates::DayBins;
use super::facets;
use super::table::Table;

/// What is the same for every filter.
#[derive(Default)]
pub(super) struct Overall {
    /// Names of all facets, in the order of the panel.
    pub(super) names: Vec<String>,
    /// Counts by code of each facet, and of people.
    pub(super) counts: HashMap<String, Vec<u64>>,
    /// Smallest and largest value of each field of numbers.
    pub(super) bounds: HashMap<String, (f64, f64)>,
    pub(super) days: DayBins,
    /// Photos with coordinates.
    pub(super) placed: Bitmap,
    /// Search terms, the most frequent first.
    pub(super) terms: Vec<String>,
    /// For each set of terms the number of its most frequent one among `terms`; 255 for none.
    pub(super) term_numbers: Vec<u8>,
}

impl Overall {
    /// Counts everything.
    pub(super) fn of(table: &Table) -> Self {
        let columns = &table.columns;
        let mut bounds = HashMap::new();
        let mut note = |name: &str, found: Option<(f64, f64)>| found.map(|found| bounds.insert(name.to_owned(), found));
        let known = |counts: &[u32]| {
            extremes(table.alive.rows().map(|row| counts[row]).filter(|count| *count != NO_COUNT).map(f64::from))
        };
        note("views", known(&columns.views));
        note("faves", known(&columns.faves));
        note("latitude", extremes(table.alive.rows().map(|row| columns.latitude[row])));
        note("month", extremes(table.alive.rows().map(|row| columns.month.at(row)).filter(|m| *m > 0).map(f64::from)));
        let hours = table.alive.rows().map(|row| columns.hour.at(row)).filter(|hour| *hour > 0);
        note("hour", extremes(hours.map(|hour| f64::from(hour - 1))));
        for (concept, scores) in &columns.scores {
            let values = || table.alive.rows().map(|row| f64::from(scores.values[row]));
            // Under a floor is scored, but no number.
            let floor_only = || values().any(|value| value == f64::NEG_INFINITY).then_some((0.0, 1.0));
            let bounds = extremes(values().filter(|value| value.is_finite())).or_else(floor_only);
            note(&format!("score.{concept}"), bounds);
        }
        let dated = table.alive.rows().map(|row| columns.day[row]).filter(|day| *day != NO_DAY).map(f64::from);
        note("taken", extremes(dated));
        let days = DayBins::over(table.alive.rows().map(|row| columns.day[row]).collect());
        let mut placed = Bitmap::of_values(&columns.latitude, |latitude| !latitude.is_nan());
        placed.and(&table.alive);
        let mut names = facets::names(table);
        // A concept whose scored photos are all gone.
        names.retain(|name| !name.starts_with("score.") || bounds.contains_key(name));
        let mut overall = Self { names, bounds, days, placed, ..Self::default() };
        let counted = || overall.names.iter().map(String::as_str).chain([facets::PEOPLE]);
        let jobs: Vec<Job<'_>> = counted().filter_map(|name| facets::job(table, &overall.days, name)).collect();
        let counts = count::counts(&jobs, &table.alive);
        overall.counts = counted().map(str::to_owned).zip(counts).collect();
        let ranked = ranked_terms(table, &overall.counts["term"]);
        let number = |name: &u32| ranked.iter().position(|code| code == name);
        let first = |set: &[u32]| set.iter().filter_map(number).min().and_then(|n| u8::try_from(n).ok());
        let sets = 0..=columns.terms.members.len() as u32;
        overall.term_numbers = sets.map(|set| first(columns.terms.set(set)).unwrap_or(255)).collect();
        overall.terms = ranked.iter().map(|code| columns.terms.names.name(*code).to_owned()).collect();
        overall
    }
}

/// Codes of the search terms, the most frequent first; `sets` counts the photos of each set of terms.
fn ranked_terms(table: &Table, sets: &[u64]) -> Vec<u32> {
    let counts = choices::by_name(table, sets);
    let names = &table.columns.terms.names;
    let mut ranked: Vec<u32> = names.codes().filter(|code| counts[*code as usize] > 0).collect();
    ranked.sort_by(|one, other| {
        let more = counts[*other as usize].cmp(&counts[*one as usize]);
        more.then_with(|| names.name(*one).cmp(names.name(*other)))
    });
    ranked
}

/// The smallest and the largest number; NaN is none.
fn extremes(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (min, max) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), n| (min.min(n), max.max(n)));
    (min <= max).then_some((min, max))
}
