//! Compares the photos of two filters: what each has, which hexagons they share, how much they overlap.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answer, Shape, Table};
use super::measure::{COMPARED_WITH_ITSELF, Group, Measure, Tally, UNIT};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request};
use crate::explorer::{PhotoRow, View};
use crate::photo::equal_area::{AREAS_KM2, Hexagon, HexagonGrid};
use crate::photo::text::grouped;

const WITH: Parameter = Parameter {
    name: "with",
    help: "The filter to compare with: `source:gbif`; empty is all photos",
    kind: ParameterKind::Filter,
    default: Some(""),
};

const KM2: Parameter = Parameter {
    name: "km2",
    help: "Area of the hexagons that are compared, square kilometres",
    kind: ParameterKind::Number(1, *AREAS_KM2.end() as u64),
    default: Some("2500"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "compare",
        title: "Comparison of two filters",
        question: "What do the photos of two filters share, and what does each add?".to_owned(),
        parameters: &[WITH, UNIT, KM2],
        rank: 114,
        run: count,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let measure = Measure::of(request);
    let grid = HexagonGrid::of_area(request.number(KM2.name) as u32);
    let hexagon = |row: PhotoRow| view.point(row).map(|(latitude, longitude)| grid.hexagon(latitude, longitude));
    let other = request.filter(WITH.name);
    let rows: [Vec<PhotoRow>; 2] = [view.rows().collect(), view.passing(&other)];
    let tallies = rows.each_ref().map(|rows| Tally::of(view, rows.iter().copied(), hexagon));
    let whole = rows.each_ref().map(|rows| Tally::of(view, rows.iter().copied(), |_| Some(())).all);
    let species = view.names("species");
    let taxa = rows.map(|rows| {
        let mut taxa: Vec<u32> = rows.into_iter().filter_map(|row| species.of(row)).collect();
        taxa.sort_unstable();
        taxa.dedup();
        taxa
    });
    let [own, others] = &tallies;
    let shared = |a: &BTreeMap<Hexagon, Group>, b: &BTreeMap<Hexagon, Group>| {
        a.keys().filter(|hexagon| b.contains_key(hexagon)).count() as u64
    };
    let both = shared(&own.groups, &others.groups);
    let shared_taxa = taxa[0].iter().filter(|taxon| taxa[1].binary_search(taxon).is_ok()).count() as u64;
    let pair = |label: &str, value: &dyn Fn(usize) -> u64| -> Vec<Value> {
        vec![json!(label), json!(value(0)), json!(value(1)), Value::Null]
    };
    let only = |label: &str, value: &dyn Fn(usize) -> u64, both: u64| -> Vec<Value> {
        vec![json!(label), json!(value(0)), json!(value(1)), json!(both)]
    };
    let rows = vec![
        pair("Photos", &|side| whole[side].photos),
        pair("Photographers", &|side| whole[side].photographers),
        pair("Photo-user-days", &|side| whole[side].user_days),
        pair("Photos with coordinates", &|side| tallies[side].all.photos),
        only("Species", &|side| taxa[side].len() as u64, shared_taxa),
        only("Hexagons with photos", &|side| tallies[side].groups.len() as u64, both),
        only("Hexagons that only this has", &|side| tallies[side].groups.len() as u64 - both, 0),
    ];
    let overlap = schoener(own, others, measure);
    let mut notes = vec![format!(
        "Compared: hexagons of {} km² that the first filter has with those of {}.",
        grouped(request.number(KM2.name)),
        if other.clauses.is_empty() { "all photos".to_owned() } else { format!("\"{other}\"") }
    )];
    if other.clauses == view.filter().clauses {
        notes.push(COMPARED_WITH_ITSELF.to_owned());
    }
    if own.groups.is_empty() || others.groups.is_empty() {
        notes.push("One of the filters has no photo with coordinates, so nothing overlaps.".to_owned());
    } else {
        let meaning = "0: no hexagon in common; 1: the same share in each";
        notes.push(format!("Schoener's D of the {}: {overlap:.3} ({meaning}).", measure.unit()));
        let gain = 100.0 * (own.groups.len() as u64 - both) as f64 / others.groups.len() as f64;
        notes.push(format!("The first filter adds {gain:.1} % to the hexagons of the second."));
    }
    let header = ["Measure", "This filter", "Compared with", "Both"].map(str::to_owned).into();
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: measure.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(Table { header, rows, filters: Vec::new() }),
    })
}

/// Schoener's D: one minus half the sum of the differences of the shares.
fn schoener(one: &Tally<Hexagon>, other: &Tally<Hexagon>, measure: Measure) -> f64 {
    let total =
        |tally: &Tally<Hexagon>| tally.groups.values().map(|group| group.value(measure)).sum::<u64>().max(1) as f64;
    let totals = (total(one), total(other));
    let share = |tally: &Tally<Hexagon>, hexagon: &Hexagon, total: f64| {
        tally.groups.get(hexagon).map_or(0.0, |group| group.value(measure) as f64 / total)
    };
    let all = one.groups.keys().chain(other.groups.keys().filter(|hexagon| !one.groups.contains_key(hexagon)));
    let difference: f64 = all.map(|hex| (share(one, hex, totals.0) - share(other, hex, totals.1)).abs()).sum();
    1.0 - difference / 2.0
}
