//! Counts of every facet, each without the clauses on its own field.

use std::collections::{BTreeMap, HashSet};

use super::bins;
use super::bitmap::Bitmap;
use super::choices::{Ranked, choices};
use super::columns::CHOICES;
use super::count::{self, Column, Job};
use super::overall::Overall;
use super::selection::{Memory, Selection};
use super::table::Table;
use super::{Count, Facet, Facets, Histogram};
use crate::photo::filter::{ChoiceField, Filter};

/// Facets of names, besides the column of terms, in the order of the panel.
const NAMED: [&str; 7] = ["source", "country", "city", "license", "camera", "state", "fault"];
/// Facets of numbers but for scores.
const NUMBERS: [&str; 6] = ["taken", "views", "faves", "month", "hour", "latitude"];
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

/// The counting that a facet asks for; `None`: there is no such facet.
pub(super) fn job<'a>(table: &'a Table, overall: &'a Overall, name: &str, rows: &'a Bitmap) -> Option<Job<'a>> {
    let columns = &table.columns;
    let (column, size) = match (name, name.strip_prefix("score.")) {
        (_, Some(concept)) => (&columns.scores.get(concept)?.bins, bins::SCORE_BINS + 1),
        ("place" | "latitude", _) => (&columns.latitude_bins, bins::BANDS + 1),
        ("views", _) => (&columns.view_bins, bins::COUNTS.len() + 1),
        ("faves", _) => (&columns.fave_bins, bins::COUNTS.len() + 1),
        ("month", _) => (&columns.month, 13),
        ("hour", _) => (&columns.hour, 25),
        ("term", _) => (&columns.terms.codes, columns.terms.members.len() + 1),
        ("taken", _) => {
            let bins = &overall.days;
            let column = Column::Days { days: &columns.day, first: bins.first, codes: &bins.codes };
            return Some(Job { column, size: bins.size(), rows });
        }
        _ => {
            let names = columns.names(field(name)?)?;
            (&names.codes, names.names.size())
        }
    };
    Some(Job { column: Column::Codes(column), size, rows })
}

/// Counts the facets of these names (none: all).
pub(super) fn facets(table: &Table, memory: &Memory, filter: &Filter, names: &[String]) -> Facets {
    let selection = Selection::of(table, memory, filter);
    let overall = memory.overall(table);
    let asked = if names.is_empty() { &overall.names } else { names };
    let own: BTreeMap<&str, Bitmap> = asked
        .iter()
        .filter(|name| selection.concerns(name))
        .map(|name| (name.as_str(), selection.without(table, name)))
        .collect();
    let rows = |name: &str| own.get(name).unwrap_or(&selection.rows);
    let jobs = asked.iter().filter_map(|name| Some((name, job(table, &overall, name, rows(name))?)));
    let (names, jobs): (Vec<&String>, Vec<Job<'_>>) = jobs.unzip();
    let jobs: Vec<_> = names.iter().zip(&jobs).collect();
    let counted = |(name, job): &(&&String, &Job<'_>)| {
        count::count_from(job, &overall.counts[name.as_str()], &table.alive, table.photos)
    };
    let (counts, people) = std::thread::scope(|scope| {
        let people = scope.spawn(|| people(table, &selection.rows));
        let counts = count::on_threads(&jobs, counted);
        (counts, people.join().expect("counting does not panic"))
    });
    let told = names.into_iter().zip(&counts).map(|(name, counts)| match field(name) {
        None if name != "place" => Facet::Histogram(histogram(&overall, name, counts)),
        _ => {
            let asked = named(filter, name);
            Facet::Choices(choices(table, &overall, (name, counts), &asked).most(TOLD))
        }
    });
    let facets = told.collect();
    Facets { generation: table.generation, total: selection.total, photos: table.photos, people, facets }
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
pub(super) fn choices_of(table: &Table, memory: &Memory, (filter, name): (&Filter, &str)) -> Option<Ranked> {
    if field(name).is_none() && name != "place" {
        return None;
    }
    let selection = Selection::of(table, memory, filter);
    let overall = memory.overall(table);
    let rows = selection.without(table, name);
    let counts = count::count(&job(table, &overall, name, &rows)?);
    Some(choices(table, &overall, (name, &counts), &named(filter, name)))
}

fn people(table: &Table, rows: &Bitmap) -> u64 {
    let Some(people) = table.columns.names(ChoiceField::Person) else { return 0 };
    let mut seen = Bitmap::none(people.names.size());
    rows.rows().for_each(|row| seen.set(people.codes.at(row) as usize));
    seen.clear(0);
    seen.count()
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
    let bins = edges.len().saturating_sub(1);
    Histogram {
        name: name.to_owned(),
        scale: scale.to_owned(),
        counts: counts[1..].iter().take(bins).copied().collect(),
        all: all[1..].iter().take(bins).copied().collect(),
        edges,
        none: Count { count: counts[0], all: all[0] },
        min: bounds.map(|(min, _)| *min),
        max: bounds.map(|(_, max)| *max),
    }
}
