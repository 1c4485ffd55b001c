//! Counts of every facet, each without the clauses on its own field.

use std::collections::{HashMap, HashSet};

use super::bins;
use super::bitmap::Bitmap;
use super::choices::choices;
use super::count::{self, Job};
use super::facet_columns::{field, job};
use super::overall::Overall;
use super::selection::{QueryCaches, Selection};
use super::table::Table;
use super::values::Values;
use super::{Choices, Count, Facet, Facets, Histogram, Scale};
use crate::photo::fields::{PERSON, PLACE, SCORE};
use crate::photo::filter::Filter;

/// Maximum number of values returned for a facet.
const MAX_LISTED_VALUES: usize = 50;

/// Counts the facets with these names; all facets if there are no names.
pub(super) fn facets(table: &Table, caches: &QueryCaches, filter: &Filter, names: &[String]) -> Facets {
    facets_of(table, caches, (filter, &Selection::of(table, caches, filter)), names)
}

/// The same for an existing selection.
pub(super) fn facets_of(
    table: &Table,
    caches: &QueryCaches,
    (filter, selection): (&Filter, &Selection),
    names: &[String],
) -> Facets {
    let overall = caches.overall(table);
    let mut requested: Vec<&str> = Vec::new();
    for name in if names.is_empty() { &overall.names } else { names } {
        if overall.names.contains(name) && !requested.contains(&name.as_str()) {
            requested.push(name);
        }
    }
    let (own, mut shared): (Vec<&str>, Vec<&str>) = requested.iter().partition(|name| selection.concerns(name));
    shared.push(PERSON);
    let mut counts = counted(table, &overall, &shared, &selection.rows);
    for name in own {
        counts.extend(counted(table, &overall, &[name], &selection.without(table, name)));
    }
    let people = counts[PERSON][1..].iter().filter(|count| **count > 0).count() as u64;
    let counted_facets = requested.into_iter().map(|name| match field(name) {
        None if name != PLACE => Facet::Histogram(histogram(table, &overall, name, &counts[name])),
        _ => {
            let requested = named(filter, name);
            Facet::Choices(choices(table, &overall, (name, &counts[name]), &requested).most(MAX_LISTED_VALUES))
        }
    });
    let facets = counted_facets.collect();
    Facets { generation: table.generation, total: selection.total, photos: table.photos, people, facets }
}

/// Counts by code of facets that count the same rows.
fn counted<'a>(table: &Table, overall: &Overall, names: &[&'a str], rows: &Bitmap) -> HashMap<&'a str, Vec<u64>> {
    let all = |name: &str| overall.counts[name].as_slice();
    // If all photos have the same code (often the source), there is nothing to count.
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

/// The code, if all photos have the same.
fn only_code(counts: &[u64]) -> Option<usize> {
    let mut codes = (0..counts.len()).filter(|code| counts[*code] > 0);
    codes.next().filter(|_| codes.next().is_none())
}

/// The values in a filter for a facet.
pub(super) fn named(filter: &Filter, name: &str) -> Vec<String> {
    use crate::photo::filter::Test;
    let values = filter.clauses.iter().filter_map(|clause| match &clause.test {
        Test::Choice { field, values, .. } if field.as_str() == name => Some(values.clone()),
        _ => None,
    });
    let mut seen = HashSet::new();
    values.flatten().filter(|value| seen.insert(value.clone())).collect()
}

/// All values of a choice facet; `None` if there is no such facet.
pub(super) fn choices_of(
    table: &Table,
    caches: &QueryCaches,
    (filter, name): (&Filter, &str),
    values: (&str, usize),
) -> Option<Choices> {
    choices_in(table, caches, (filter, &Selection::of(table, caches, filter), name), values)
}

/// The same for an existing selection.
pub(super) fn choices_in(
    table: &Table,
    caches: &QueryCaches,
    (filter, selection, name): (&Filter, &Selection, &str),
    (like, limit): (&str, usize),
) -> Option<Choices> {
    if field(name).is_none() && name != PLACE {
        return None;
    }
    let overall = caches.overall(table);
    let counts = counted(table, &overall, &[name], &selection.without(table, name));
    let requested = named(filter, name);
    Some(choices(table, &overall, (name, &counts[name]), &requested).like(like).most(limit))
}

/// The scale and the edges of a histogram's axis.
fn axis(table: &Table, overall: &Overall, name: &str) -> (Scale, Vec<f64>) {
    match table.columns.get(name) {
        Some(Values::Days(_)) => (Scale::Days, overall.days.edges.iter().map(|day| f64::from(*day)).collect()),
        Some(Values::Counts(_)) => (Scale::Log, bins::count_edges(overall.bounds.get(name).map(|(_, max)| *max))),
        Some(Values::Cycle(cycle)) => {
            (Scale::Linear, (u16::from(cycle.first)..=u16::from(cycle.last) + 1).map(f64::from).collect())
        }
        Some(Values::Range(range)) => (Scale::Linear, range.bands.edges()),
        _ => (Scale::Linear, bins::score_edges()),
    }
}

fn histogram(table: &Table, overall: &Overall, name: &str, counts: &[u64]) -> Histogram {
    let all = &overall.counts[name];
    let bounds = overall.bounds.get(name);
    let (scale, edges) = axis(table, overall, name);
    let (bins, under) = (edges.len().saturating_sub(1), bins::BELOW_MINIMUM);
    Histogram {
        name: name.to_owned(),
        scale,
        counts: counts[1..].iter().take(bins).copied().collect(),
        all: all[1..].iter().take(bins).copied().collect(),
        edges,
        none: Count { count: counts[0], all: all[0] },
        under_floor: name
            .starts_with(SCORE)
            .then(|| Count { count: counts[under], all: all[under] })
            .filter(|at| at.all > 0),
        less_exact: (scale == Scale::Days)
            .then(|| overall.days.less_exact())
            .map(|code| Count { count: counts[code], all: all[code] })
            .filter(|at| at.all > 0),
        min: bounds.map(|(min, _)| *min),
        max: bounds.map(|(_, max)| *max),
    }
}
