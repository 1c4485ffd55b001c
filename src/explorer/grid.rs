//! Photos gathered in H3 cells.

use h3o::{CellIndex, Resolution};

use super::bitmap::{Bitmap, Ones, WORD};
use super::count;
use super::table::Table;
use super::{Cell, Measure};
use crate::photo::area::FINEST_CELL;
use crate::photo::filter::ChoiceField;

/// Resolution of the cells at a map's zoom level: about 30 to 60 pixels wide.
pub(super) fn resolution(zoom: f64) -> u8 {
    (zoom * 0.8).floor().clamp(1.0, 7.0) as u8
}

/// What is summed up in a cell.
#[derive(Clone, Default)]
struct Sum {
    count: u64,
    latitude: f64,
    longitude: f64,
    measured: u64,
    value: f64,
}

impl Sum {
    fn add(&mut self, (latitude, longitude): (f64, f64), value: Option<f32>) {
        self.count += 1;
        self.latitude += latitude;
        self.longitude += longitude;
        if let Some(value) = value {
            self.measured += 1;
            self.value += f64::from(value);
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.latitude += other.latitude;
        self.longitude += other.longitude;
        self.measured += other.measured;
        self.value += other.value;
    }
}

/// The cells of a resolution that hold some of the rows. Each row counts in exactly one cell.
pub(super) fn cells(table: &Table, grid: &Grid, rows: &Bitmap, measure: &Measure) -> Vec<Cell> {
    let Grid { parents, ids, wraps } = grid;
    let halves = rows.words.len().div_ceil(2);
    let halves = [0..halves, halves..rows.words.len()];
    let mut sums = count::on_threads(&halves, |words| {
        let value = value(table, measure);
        let mut sums = vec![Sum::default(); ids.len()];
        for row in words.clone().flat_map(|at| Ones { word: rows.words[at], base: at * WORD }) {
            let at = parents[table.columns.cells.codes.at(row) as usize] as usize;
            let longitude = table.columns.longitude[row];
            let longitude = if wraps[at] && longitude < 0.0 { longitude + 360.0 } else { longitude };
            sums[at].add((table.columns.latitude[row], longitude), value(row));
        }
        sums
    });
    let others = sums.pop().unwrap_or_default();
    let mut sums = sums.pop().unwrap_or_default();
    sums.iter_mut().zip(&others).for_each(|(sum, other)| sum.join(other));
    let full = ids.iter().zip(&sums).filter(|(_, sum)| sum.count > 0);
    full.filter_map(|(id, sum)| Some(told((*id)?, sum, measure))).collect()
}

fn told(id: CellIndex, sum: &Sum, measure: &Measure) -> Cell {
    let count = sum.count as f64;
    let longitude = sum.longitude / count;
    let value = match measure {
        Measure::Count => Some(sum.count as f32),
        _ => (sum.measured > 0).then(|| (sum.value / sum.measured as f64) as f32),
    };
    let longitude = if longitude > 180.0 { longitude - 360.0 } else { longitude };
    let centre = [longitude as f32, (sum.latitude / count) as f32];
    Cell { id: id.to_string(), count: sum.count, value, centre, ring: outline(id).0 }
}

/// The cells of a resolution that hold photos.
pub(super) struct Grid {
    /// For each finest cell's code its parent's number.
    parents: Vec<u32>,
    ids: Vec<Option<CellIndex>>,
    /// Which of them cross the antimeridian.
    wraps: Vec<bool>,
}

impl Grid {
    /// The parents of all cells of the finest resolution.
    pub(super) fn of(table: &Table, resolution: u8) -> Self {
        let resolution = Resolution::try_from(resolution).unwrap_or(FINEST_CELL);
        let mut numbers = std::collections::HashMap::new();
        // Code 0 is "no place": no such row is ever asked for.
        let mut ids = vec![None];
        let mut parents = vec![0];
        for cell in &table.columns.cells.indices {
            let parent = CellIndex::try_from(*cell).ok().and_then(|cell| cell.parent(resolution));
            let number = *numbers.entry(parent).or_insert_with(|| {
                ids.push(parent);
                ids.len() as u32 - 1
            });
            parents.push(number);
        }
        let wraps = ids.iter().map(|id| id.is_some_and(|id| outline(id).1)).collect();
        Self { parents, ids, wraps }
    }
}

/// The measure's value of a row.
fn value<'a>(table: &'a Table, measure: &Measure) -> Box<dyn Fn(usize) -> Option<f32> + 'a> {
    let columns = &table.columns;
    match measure {
        Measure::Count => Box::new(|_| None),
        Measure::Share(term) => {
            let names = &columns.terms.names;
            let is = |name: &u32| ChoiceField::Term.is(names.name(*name), term);
            let sets: Vec<bool> = columns.terms.members.iter().map(|set| set.iter().any(is)).collect();
            Box::new(move |row| {
                let set = columns.terms.codes.at(row) as usize;
                Some(if set > 0 && sets[set - 1] { 1.0 } else { 0.0 })
            })
        }
        Measure::Score(concept) => match columns.scores.get(concept) {
            Some(scores) => Box::new(|row| Some(scores.values[row]).filter(|value| !value.is_nan())),
            None => Box::new(|_| None),
        },
    }
}

/// A cell's outline as `[longitude, latitude]`, longitudes unwrapped from the first corner on; and
/// whether it crosses the antimeridian.
fn outline(cell: CellIndex) -> (Vec<[f32; 2]>, bool) {
    let mut ring: Vec<[f32; 2]> = Vec::with_capacity(6);
    let corners: Vec<(f64, f64)> = cell.boundary().iter().map(|corner| (corner.lng(), corner.lat())).collect();
    let west = corners.iter().any(|(lon, _)| *lon < -90.0);
    let east = corners.iter().any(|(lon, _)| *lon > 90.0);
    let crosses = west && east;
    for (lon, lat) in corners {
        let lon = if crosses && lon < 0.0 { lon + 360.0 } else { lon };
        ring.push([lon as f32, lat as f32]);
    }
    (ring, crosses)
}
