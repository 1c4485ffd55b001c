//! Habitat use: the classes of a layer, or bins of its numbers, at the places of photos, compared with the places that
//! photographers go to.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::answer::{Answer, IntervalEstimate, IntervalEstimates, Shape};
use super::binned::{Binned, NO_VALUE, binned};
use super::selection_ratio::{Observation, cramers_v, ratios};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, measure};
use crate::explorer::{Day, PhotoRow, View};
use crate::layers::{ClassLayer, disc_points};
use crate::photo::fields::UNCERTAINTY;
use crate::photo::text::grouped;

/// Cells within which photos of one person and day are one encounter, per degree.
const CELLS_PER_DEGREE: f64 = 10.0;

const AVAILABLE: Parameter = Parameter {
    name: "available",
    help: "Filter of the photos that show where photographers go, to compare with; empty is all photos",
    kind: ParameterKind::Filter,
    default: Some(""),
};

const WITHIN: Parameter = Parameter {
    name: "within",
    help: "Leave out encounters whose place is more uncertain, metres",
    kind: ParameterKind::Number(1, 1_000_000),
    default: Some("5000"),
};

const LAYER: Parameter = Parameter {
    name: "layer",
    help: "The layer: land-cover, climate, or polygons or a raster (classes, or numbers such as elevation) that gleaner reference add has added",
    kind: ParameterKind::Layer,
    default: Some("land-cover"),
};

const BIN: Parameter = Parameter {
    name: "bin",
    help: "The width of the bins of a layer of numbers, in its unit; 0 chooses a round width that makes about ten",
    kind: ParameterKind::Number(0, 1_000_000),
    default: Some("0"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "habitat",
        title: "Habitat use",
        question: "In which land cover, climate, elevation or areas were the photos taken, compared with where photographers go?"
            .to_owned(),
        parameters: &[LAYER, AVAILABLE, WITHIN, BIN],
        rank: 115,
        run: count,
    }
}

/// Distinct owner, day and cell of 0.1 degrees, with the photo whose place is least uncertain; and the photos left out.
#[derive(Default)]
struct Encounters {
    found: Vec<(u32, (f64, f64), f64)>,
    without_place: u64,
    without_owner_or_day: u64,
    too_uncertain: u64,
}

fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let layer = request.layer(request.text(LAYER.name))?;
    let within = request.number(WITHIN.name) as f64;
    let background = request.filter(AVAILABLE.name);
    let used = encounters(view, view.rows(), within);
    let available = encounters(view, view.passing(&background), within);
    let Binned { labels, used: of_use, available: of_available, notes: of_layer } = match layer.numbers() {
        Some(numbers) => binned(&used.found, &available.found, numbers, request.number(BIN.name) as f64)?,
        None => in_classes(&used, &available, &layer),
    };
    let found = ratios(&of_use, &of_available, labels.len());
    let counted = (of_use.len() as f64, of_available.len() as f64);
    let estimates = labels.iter().zip(&found).filter(|(_, ratio)| ratio.used > 0.0 || ratio.available > 0.0).map(
        |(name, ratio)| IntervalEstimate {
            label: name.clone(),
            value: ratio.selection.map(|[value, ..]| value),
            low: ratio.selection.map(|[_, low, _]| low),
            high: ratio.selection.map(|[.., high]| high),
            share: ratio.share,
            expected: ratio.available,
            n: ratio.used,
        },
    );
    let photographers = of_use.iter().map(|one| one.observer).collect::<BTreeSet<_>>().len();
    let mut notes = vec![
        format!(
            "Counted: {} encounters (distinct owner, day and cell of 0.1°) of {} photographers, compared with {} encounters that pass {}.",
            grouped(of_use.len() as u64),
            grouped(photographers as u64),
            grouped(of_available.len() as u64),
            if background.clauses.is_empty() { "no filter".to_owned() } else { format!("\"{background}\"") },
        ),
        "A ratio of 1 is what the compared photos let one expect; intervals are 95 %, from samples of the photographers.".to_owned(),
    ];
    if background.clauses == view.filter().clauses {
        notes.push(measure::COMPARED_WITH_ITSELF.to_owned());
    }
    if let Some(v) = cramers_v(&found, counted.0, counted.1) {
        notes.push(format!("Cramér's V: {v:.2} (0: the same shares; 1: no class in common)."));
    }
    let left_out = [
        (used.without_place, "photo", "without coordinates"),
        (used.without_owner_or_day, "photo", "without a known owner or day"),
        (used.too_uncertain, "encounter", "at too uncertain a place"),
    ];
    notes.extend(left_out.into_iter().filter_map(|(n, noun, which)| measure::left_out(n, noun, which)));
    notes.extend(of_layer);
    notes.push(layer.citation.clone());
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: "encounters".to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Estimates(IntervalEstimates {
            of: layer.title.clone(),
            what: "Selection ratio".to_owned(),
            reference: 1.0,
            estimates: estimates.collect(),
        }),
    })
}

/// A photo by its encounter, the least uncertain place first.
#[derive(Clone, Copy)]
struct Candidate {
    encounter: (u32, Day, i32, i32),
    uncertainty_m: u32,
    point: (f64, f64),
}

fn encounters(view: &View, rows: impl IntoIterator<Item = PhotoRow>, within: f64) -> Encounters {
    let (mut result, uncertainties) = (Encounters::default(), view.counts(UNCERTAINTY));
    let mut candidates: Vec<Candidate> = Vec::new();
    for row in rows {
        let Some(point) = view.point(row) else {
            result.without_place += 1;
            continue;
        };
        let (Some(owner), Some(day)) = (view.owner(row), view.day(row)) else {
            result.without_owner_or_day += 1;
            continue;
        };
        let cell = |degrees: f64| (degrees * CELLS_PER_DEGREE).floor() as i32;
        let encounter = (owner, day, cell(point.0), cell(point.1));
        candidates.push(Candidate { encounter, uncertainty_m: uncertainties.of(row).unwrap_or(0), point });
    }
    // The order of rows must not matter.
    candidates.par_sort_unstable_by(|a, b| {
        let known = (a.encounter, a.uncertainty_m).cmp(&(b.encounter, b.uncertainty_m));
        known.then_with(|| a.point.0.total_cmp(&b.point.0)).then_with(|| a.point.1.total_cmp(&b.point.1))
    });
    for same in candidates.chunk_by(|a, b| a.encounter == b.encounter) {
        let uncertainty = f64::from(same[0].uncertainty_m);
        if uncertainty <= within {
            result.found.push((same[0].encounter.0, same[0].point, uncertainty));
        } else {
            result.too_uncertain += 1;
        }
    }
    result
}

fn in_classes(used: &Encounters, available: &Encounters, layer: &ClassLayer) -> Binned {
    let (of_use, of_available) = (observed(used, layer), observed(available, layer));
    let without = (used.found.len() - of_use.len()) as u64;
    let note = measure::left_out(without, "encounter", NO_VALUE);
    Binned { labels: layer.classes.clone(), used: of_use, available: of_available, notes: note.into_iter().collect() }
}

/// The classes in the disc of uncertainty of each encounter; encounters where the layer has no value are left out.
fn observed(encounters: &Encounters, layer: &ClassLayer) -> Vec<Observation> {
    let detail_m = layer.detail_m();
    let observe = |(owner, (latitude, longitude), uncertainty): &(u32, (f64, f64), f64)| {
        let mut classes: BTreeMap<usize, f64> = BTreeMap::new();
        for (latitude, longitude) in disc_points(*latitude, *longitude, *uncertainty, detail_m / 2.0) {
            if let Some(class) = layer.class(latitude, longitude) {
                *classes.entry(class).or_default() += 1.0;
            }
        }
        let total: f64 = classes.values().sum();
        let shares = classes.into_iter().map(|(class, points)| (class, points / total)).collect();
        (total > 0.0).then_some(Observation { observer: *owner, classes: shares })
    };
    encounters.found.par_iter().filter_map(observe).collect()
}
