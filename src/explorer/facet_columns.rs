//! The list of facets, and the column that each of them counts.

use super::bins;
use super::count::{Column, Job};
use super::dates::DayBins;
use super::table::Table;
use super::values::Values;
use crate::photo::fields::{self, Kind, LATITUDE, SCORE};
use crate::photo::filter::ChoiceField;

/// Names of all facets, in the order of the panel.
pub(super) fn names(table: &Table) -> Vec<String> {
    let names = fields::facets().iter().map(|field| match field.kind {
        Kind::Scores => table.columns.scores.keys().map(|key| format!("{SCORE}{key}")).collect(),
        _ => vec![field.name.to_owned()],
    });
    names.flatten().collect()
}

/// The field of a choice facet.
pub(super) fn field(name: &str) -> Option<ChoiceField> {
    ChoiceField::named(name).filter(|choice| choice.field().facet.is_some())
}

/// The counting job of a facet, or of people (`PERSON`); `None` if there is no such facet.
pub(super) fn job<'a>(table: &'a Table, days: &'a DayBins, name: &str) -> Option<Job<'a>> {
    let columns = &table.columns;
    if let Some(key) = name.strip_prefix(SCORE) {
        return Some(Job { column: Column::Codes(&columns.scores.get(key)?.bins), size: bins::BELOW_MINIMUM + 1 });
    }
    let (codes, size) = match columns.get(name)? {
        Values::Names(names) => (&names.codes, names.names.size()),
        Values::Sets(sets) => (&sets.codes, sets.members.len() + 1),
        Values::Counts(counts) => (&counts.bins, bins::COUNTS.len() + 1),
        Values::Cycle(cycle) => (&cycle.codes, cycle.size()),
        Values::Range(range) => (&range.bins, range.bands.size()),
        // A photo has a place if it has a latitude.
        Values::Places(_) => return job(table, days, LATITUDE),
        Values::Days(taken) => {
            let column = Column::Days { taken, bins: days };
            return Some(Job { column, size: days.size() });
        }
    };
    Some(Job { column: Column::Codes(codes), size })
}
