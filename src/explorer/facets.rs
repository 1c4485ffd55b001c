//! Counts of every facet, each without the clauses on its own field.

use std::collections::{HashMap, HashSet};

use super::bins;
use super::bitmap::Bitmap;
use super::choices::choices;
use super::columns::CHOICES;
use super::count::{self, Column, Job};
use super::dates::DayBins;
use super::overall::Overall;
use super::selection::{Memory, Selection};
use super::table::Table;
use super::{Choices, Count, Facet, Facets, Histogram};
use crate::photo::filter::{ChoiceField, Filter};

/// Facets of names, besides the column of terms, in the order of the panel.
const NAMED: [&str; 7] = ["source", "country", "city", "license", "camera", "state", "fault"];
/// Facets of numbers but for scores.
const NUMBERS: [&str; 6] = ["taken", "views", "faves", "month", "hour", "latitude"];
/// What owners are counted by: no facet.
pub(super) const PEOPLE: &str = "person";
/// Values of a facet that are told at once.
const TOLD: usize = 50;

/// Names of all facets, in the order of the panel.
pub(super) fn names(table: &Table) -> Vec<String> {
    let scores = table.columns.scores.keys().map(|concept| format!("score.{concept}"));
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    [own(&["term"]), scores.collect(), own(&["place"]), own(&NAMED), own(&NUMBERS)].concat()
}

/// A facet's field, where it is one of names.
pub(super) fn field(name: &str) -> Option<ChoiceField> {
    let fields = CHOICES.into_iter().chain([ChoiceField::Term]).filter(|field| *field != ChoiceField::Person);
    fields.into_iter().find(|field| field.as_str() == name)
}

/// The counting that a facet asks for, or the one of people (`PEOPLE`); `None`: there is no such facet.
pub(super) fn job<'a>(table: &'a Table, days: &'a DayBins, name: &str) -> Option<Job<'a>> {
    let columns = &table.columns;
    let (column, size) = match (name, name.strip_prefix("score.")) {
        (_, Some(concept)) => (&columns.scores.get(concept)?.bins, bins::UNDER_FLOOR + 1),
        ("place" | "latitude", _) => (&columns.latitude_bins, bins::BANDS + 1),
        ("views", _) => (&columns.view_bins, bins::COUNTS.len() + 1),
        ("faves", _) => (&columns.fave_bins, bins::COUNTS.len() + 1),
        ("month", _) => (&columns.month, 13),
        ("hour", _) => (&columns.hour, 25),
        ("term", _) => (&columns.terms.codes, columns.terms.members.len() + 1),
        ("taken", _) => {
            let column = Column::Days { days: &columns.day, first: days.first, codes: &days.codes };
            return Some(Job { column, size: days.size() });
        }
        _ => {
            let field = if name == PEOPLE { ChoiceField::Person } else { field(name)? };
            let names = columns.names(field)?;
            (&names.codes, names.names.size())
        }
    };
    Some(Job { column: Column::Codes(column), size })
}

/// Counts the facets of these names (none: all).
pub(super) fn facets(table: &Table, memory: &Memory, filter: &Filter, names: &[String]) -> Facets {
    facets_of(table, memory, (filter, &Selection::of(table, memory, filter)), names)
}

/// The same for a selection that was made from the filter.
pub(super) fn facets_of(
    table: &Table,
    memory: &Memory,
    (filter, selection): (&Filter, &Selection),
    names: &[String],
) -> Facets {
    let overall = memory.overall(table);
    let mut asked: Vec<&str> = Vec::new();
    for name in if names.is_empty() { &overall.names } else { names } {
        if overall.names.contains(name) && !asked.contains(&name.as_str()) {
            asked.push(name);
        }
    }
    let (own, mut shared): (Vec<&str>, Vec<&str>) = asked.iter().partition(|name| selection.concerns(name));
    shared.push(PEOPLE);
    let mut counts = counted(table, &overall, &shared, &selection.rows);
    for name in own {
        counts.extend(counted(table, &overall, &[name], &selection.without(table, name)));
    }
    let people = counts[PEOPLE][1..].iter().filter(|count| **count > 0).count() as u64;
    let told = asked.into_iter().map(|name| match field(name) {
        None if name != "place" => Facet::Histogram(histogram(&overall, name, &counts[name])),
        _ => {
            let asked = named(filter, name);
            Facet::Choices(choices(table, &overall, (name, &counts[name]), &asked).most(TOLD))
        }
    });
    let facets = told.collect();
    Facets { generation: table.generation, total: selection.total, photos: table.photos, people, facets }
}

/// Counts by code of some facets that count the same rows.
fn counted<'a>(table: &Table, overall: &Overall, names: &[&'a str], rows: &Bitmap) -> HashMap<&'a str, Vec<u64>> {
    let all = |name: &str| overall.counts[name].as_slice();
    // Where all photos have the same (often the source) there is nothing to count.
    let (same, open): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| only_code(all(name)).is_some());
    let jobs: Vec<Job<'_>> = open.iter().filter_map(|name| job(table, &overall.days, name)).collect();
    let all_open: Vec<&[u64]> = open.iter().map(|name| all(name)).collect();
    let mut counts: HashMap<_, _> =
        open.into_iter().zip(count::counts_from(&jobs, rows, (&all_open, &table.alive))).collect();
    for name in same {
        let mut count = vec![0; all(name).len()];
        only_code(all(name)).into_iter().for_each(|code| count[code] = rows.count());
        counts.insert(name, count);
    }
    counts
}

/// The one code that photos have, if they all have the same.
fn only_code(counts: &[u64]) -> Option<usize> {
    let mut codes = (0..counts.len()).filter(|code| counts[*code] > 0);
    codes.next().filter(|_| codes.next().is_none())
}

/// Values that a filter names for a facet.
pub(super) fn named(filter: &Filter, name: &str) -> Vec<String> {
    use crate::photo::filter::Test;
    let values = filter.clauses.iter().filter_map(|clause| match &clause.test {
        Test::Choice { field, values, .. } if field.as_str() == name => Some(values.clone()),
        _ => None,
    });
    let mut seen = HashSet::new();
    values.flatten().filter(|value| seen.insert(value.clone())).collect()
}

/// All values of one facet of names; `None`: there is no such facet.
pub(super) fn choices_of(
    table: &Table,
    memory: &Memory,
    (filter, name): (&Filter, &str),
    told: (&str, usize),
) -> Option<Choices> {
    choices_in(table, memory, (filter, &Selection::of(table, memory, filter), name), told)
}

/// The same for a selection that was made from the filter.
pub(super) fn choices_in(
    table: &Table,
    memory: &Memory,
    (filter, selection, name): (&Filter, &Selection, &str),
    (like, limit): (&str, usize),
) -> Option<Choices> {
    if field(name).is_none() && name != "place" {
        return None;
    }
    let overall = memory.overall(table);
    let counts = counted(table, &overall, &[name], &selection.without(table, name));
    let asked = named(filter, name);
    Some(choices(table, &overall, (name, &counts[name]), &asked).like(like).most(limit))
}

fn histogram(overall: &Overall, name: &str, counts: &[u64]) -> Histogram {
    let all = &overall.counts[name];
    let bounds = overall.bounds.get(name);
    let (scale, edges) = match name {
        "taken" => ("days", overall.days.edges.iter().map(|day| f64::from(*day)).collect()),
        "views" | "faves" => ("log", bins::count_edges(bounds.map(|(_, max)| *max))),
        "month" => ("linear", (1..=13).map(f64::from).collect()),
        "hour" => ("linear", (0..=24).map(f64::from).collect()),
        "latitude" => ("linear", bins::latitude_edges()),
        _ => ("linear", bins::score_edges()),
    };
    let (bins, under) = (edges.len().saturating_sub(1), bins::UNDER_FLOOR);
    Histogram {
        name: name.to_owned(),
        scale: scale.to_owned(),
        counts: counts[1..].iter().take(bins).copied().collect(),
        all: all[1..].iter().take(bins).copied().collect(),
        edges,
        none: Count { count: counts[0], all: all[0] },
        under_floor: name
            .starts_with("score.")
            .then(|| Count { count: counts[under], all: all[under] })
            .filter(|at| at.all > 0),
        min: bounds.map(|(min, _)| *min),
        max: bounds.map(|(_, max)| *max),
    }
}
