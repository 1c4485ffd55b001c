//! Extent of occurrence and area of occupancy of the photos, as a whole and by species, with intervals.
//!
//! Both are measured as IUCN's guidelines define them (version 16, section 4): the convex hull, and occupied cells of 2 × 2 km.
//! They describe the photos, not the species.

use std::collections::HashMap;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::answer::{Answer, Shape, Table};
use super::hull::{Projection, Vector, area, convex_hull, vector};
use super::measure::left_out;
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, bootstrap, marks};
use crate::explorer::{PhotoRow, View};
use crate::photo::equal_area;
use crate::photo::filter::ChoiceField;
use crate::photo::text::grouped;

/// The side of a cell of the area of occupancy, metres.
const CELL_M: f64 = 2_000.0;
const CELL_KM2: u64 = 4;
/// Bootstrap samples of photographers.
const SAMPLES: usize = 400;
/// The same seed gives the same intervals.
const SEED: u64 = 20_261_201;

const LIMIT: Parameter = Parameter {
    name: "limit",
    help: "Maximum number of species, most photographed first",
    kind: ParameterKind::Number(0, 200),
    default: Some("20"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "extent",
        title: "Extent and area of these photos",
        question: "Over what area were the photos taken: convex hull (extent of occurrence) and occupied cells of 2 km (area of occupancy)?"
            .to_owned(),
        parameters: &[LIMIT],
        rank: 111,
        run: count,
    }
}

/// What one photographer contributes: the corners of the hull of the photos, and the cells.
#[derive(Default)]
struct Photographer {
    points: Vec<[f64; 2]>,
    cells: Vec<u32>,
}

/// A measured group of photos.
struct Extent {
    photos: u64,
    photographers: u64,
    /// Square kilometres, with the 2.5th and 97.5th percentile; `None` if the points go round the Earth.
    hull_km2: Option<[f64; 3]>,
    /// Square kilometres, likewise.
    cells_km2: [f64; 3],
}

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let placed: Vec<PhotoRow> = view.rows().filter(|row| view.point(*row).is_some()).collect();
    let taxa = view.names("species");
    let mut by_taxon: HashMap<u32, Vec<PhotoRow>> = HashMap::new();
    for row in &placed {
        if let Some(taxon) = taxa.of(*row) {
            by_taxon.entry(taxon).or_default().push(*row);
        }
    }
    let mut by_taxon: Vec<(u32, Vec<PhotoRow>)> = by_taxon.into_iter().collect();
    by_taxon.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| taxa.value(a.0).cmp(taxa.value(b.0))));
    let more = by_taxon.len().saturating_sub(request.number(LIMIT.name) as usize);
    by_taxon.truncate(request.number(LIMIT.name) as usize);
    let field = ChoiceField::named("species");
    let mut rows = vec![row("All photos", &measured(view, &placed))];
    let mut filters = vec![marks::narrowed(view.filter(), &[], [])];
    for (taxon, photos) in &by_taxon {
        rows.push(row(taxa.label(*taxon), &measured(view, photos)));
        filters.push(marks::narrowed(view.filter(), &[], field.map(|field| marks::value(field, taxa.value(*taxon)))));
    }
    let mut notes = vec![
        format!("Counted: {} photos with coordinates.", grouped(placed.len() as u64)),
        format!("Intervals: 95 %, from {SAMPLES} samples of the photographers; a photo without a known owner counts as a photographer of its own. A sample covers less than all photos do, so each interval is the spread of the samples about their mean, put about the figure."),
        "These figures are of these photos, not an assessment for the Red List: captive animals, wrong coordinates and places that nobody visits are not corrected for.".to_owned(),
    ];
    let unplaced = view.total() - placed.len() as u64;
    if let Some(left_out) = left_out(unplaced, "photo", "without coordinates") {
        notes.insert(1, left_out);
    }
    if more > 0 {
        notes.push(format!("{} more species are not listed.", grouped(more as u64)));
    }
    let header = [
        "Species",
        "Photos",
        "Photographers",
        "Extent of occurrence, km²",
        "from",
        "to",
        "Area of occupancy, km²",
        "from",
        "to",
    ];
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: "km²".to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(Table { header: header.map(str::to_owned).into(), rows, filters }),
    })
}

fn row(label: &str, extent: &Extent) -> Vec<Value> {
    let rounded = |km2: f64| json!(km2.round() as u64);
    let hull = extent.hull_km2.map_or_else(|| vec![Value::Null; 3], |km2| km2.map(rounded).into());
    [json!(label), json!(extent.photos), json!(extent.photographers)]
        .into_iter()
        .chain(hull)
        .chain(extent.cells_km2.map(rounded))
        .collect()
}

fn measured(view: &View, photos: &[PhotoRow]) -> Extent {
    let points: Vec<(f64, f64)> = photos.iter().filter_map(|row| view.point(*row)).collect();
    let vectors: Vec<Vector> = points.par_iter().map(|(latitude, longitude)| vector(*latitude, *longitude)).collect();
    let projection = Projection::around(&vectors);
    let mut people: HashMap<u64, Photographer> = HashMap::new();
    let mut cells: HashMap<(i32, i32), u32> = HashMap::new();
    for ((row, at), (latitude, longitude)) in photos.iter().zip(&vectors).zip(&points) {
        // An unknown owner is taken for somebody else than all others.
        let owner = view.owner(*row).map_or((1 << 32) + people.len() as u64, u64::from);
        let person = people.entry(owner).or_default();
        person.points.extend(projection.as_ref().map(|projection| projection.project(*at)));
        let next = cells.len() as u32;
        person.cells.push(*cells.entry(cell(*latitude, *longitude)).or_insert(next));
    }
    let mut people: Vec<(u64, Photographer)> = people.into_iter().collect();
    people.sort_unstable_by_key(|(owner, _)| *owner);
    let people: Vec<Photographer> = people
        .into_par_iter()
        .map(|(_, mut person)| {
            person.cells.sort_unstable();
            person.cells.dedup();
            Photographer { points: convex_hull(person.points), cells: person.cells }
        })
        .collect();
    let whole: Vec<&Photographer> = people.iter().collect();
    let samples: Vec<(f64, f64)> = (0..SAMPLES)
        .into_par_iter()
        .map(|sample| {
            let mut draw = bootstrap::generator(SEED, sample);
            let drawn = (0..people.len()).map(|_| &people[(draw.uniform() * people.len() as f64) as usize]);
            areas(&drawn.collect::<Vec<_>>(), cells.len())
        })
        .collect();
    let (hull, occupied) = areas(&whole, cells.len());
    let interval = |value: f64, all: Vec<f64>| {
        let [low, high] = bootstrap::interval_about(value, all).unwrap_or([value; 2]);
        [value, low.max(0.0), high]
    };
    Extent {
        photos: photos.len() as u64,
        photographers: people.len() as u64,
        hull_km2: projection.is_some().then(|| interval(hull, samples.iter().map(|sample| sample.0).collect())),
        cells_km2: interval(occupied, samples.iter().map(|sample| sample.1).collect()),
    }
}

/// The area of the hull and of the cells of some photographers, km².
fn areas(people: &[&Photographer], cells: usize) -> (f64, f64) {
    let hull = convex_hull(people.iter().flat_map(|person| person.points.iter().copied()).collect());
    let mut used = vec![false; cells];
    people.iter().flat_map(|person| &person.cells).for_each(|cell| used[*cell as usize] = true);
    let occupied = used.iter().filter(|used| **used).count() as u64 * CELL_KM2;
    (area(&hull) / 1e6, occupied as f64)
}

/// The cell of the grid of 2 km in EPSG:6933.
fn cell(latitude: f64, longitude: f64) -> (i32, i32) {
    let (x, y) = equal_area::project(latitude, longitude);
    ((x / CELL_M).floor() as i32, (y / CELL_M).floor() as i32)
}
