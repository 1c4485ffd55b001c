//! Counts over the whole dataset, made once a generation: the grey bars behind the coloured ones.

use std::collections::HashMap;

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
    /// Counts by code of each facet.
    pub(super) counts: HashMap<String, Vec<u64>>,
    /// Smallest and largest value of each field of numbers.
    pub(super) bounds: HashMap<String, (f64, f64)>,
    pub(super) days: DayBins,
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
            let values = table.alive.rows().map(|row| f64::from(scores.values[row]));
            note(&format!("score.{concept}"), extremes(values));
        }
        let dated = table.alive.rows().map(|row| columns.day[row]).filter(|day| *day != NO_DAY).map(f64::from);
        let taken = extremes(dated);
        note("taken", taken);
        let days = taken.map_or_else(DayBins::default, |(first, last)| DayBins::over(first as i32, last as i32));
        let mut overall = Self { names: facets::names(table), bounds, days, ..Self::default() };
        let jobs: Vec<Job<'_>> =
            overall.names.iter().filter_map(|name| facets::job(table, &overall, name, &table.alive)).collect();
        let counts = count::on_threads(&jobs, count::count);
        overall.counts = overall.names.iter().cloned().zip(counts).collect();
        overall
    }
}

/// The smallest and the largest number; NaN is none.
fn extremes(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (min, max) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), n| (min.min(n), max.max(n)));
    (min <= max).then_some((min, max))
}
