//! Aggregates photos in H3 cells.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use h3o::{CellIndex, Resolution};

use super::bitmap::{Bitmap, Ones, WORD};
use super::count;
use super::table::Table;
use super::{Cell, Measure};
use crate::photo::area::FINEST_CELL;
use crate::photo::fields::TERM;
use crate::photo::filter::ChoiceField;

/// Resolution of the cells at a map's zoom level, so that they are about 30 to 60 pixels wide.
pub(super) fn resolution(zoom: f64) -> u8 {
    (zoom * 0.8).floor().clamp(1.0, 7.0) as u8
}

/// Sums over the photos of a cell.
#[derive(Clone, Default)]
struct Sum {
    count: u32,
    /// The number of photos west of Greenwich.
    west: u32,
    measured: u32,
    latitude: f64,
    longitude: f64,
    value: f64,
}

impl Sum {
    fn add(&mut self, (latitude, longitude): (f64, f64), value: Option<f32>) {
        self.count += 1;
        self.west += u32::from(longitude < 0.0);
        self.latitude += latitude;
        self.longitude += longitude;
        if let Some(value) = value {
            self.measured += 1;
            self.value += f64::from(value);
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.west += other.west;
        self.measured += other.measured;
        self.latitude += other.latitude;
        self.longitude += other.longitude;
        self.value += other.value;
    }
}

/// The cells of a resolution that contain some of the rows; with `inside`, only cells that contain one of these.
/// Each row counts in exactly one cell, and a cell counts all of its rows.
pub(super) fn cells(
    table: &Table,
    grid: &Grid,
    (rows, inside): (&Bitmap, Option<&Bitmap>),
    measure: &Measure,
) -> Vec<Cell> {
    let (slots, told_cells) = grid.slots(table, inside);
    let slots = (slots.as_slice(), told_cells.len());
    let sums = match measure {
        Measure::Count => grid.sums(table, rows, slots, |_| None),
        Measure::Share(term) => {
            let terms = table.columns.terms();
            let field = ChoiceField::named(TERM).expect("term is a field of names");
            let is = |name: &u32| field.is(terms.names.name(*name), term);
            let sets = terms.members.iter().map(|set| set.iter().any(is));
            let shares: Vec<f32> = std::iter::once(false).chain(sets).map(|is| f32::from(u8::from(is))).collect();
            grid.sums(table, rows, slots, |row| Some(shares[terms.codes.at(row) as usize]))
        }
        Measure::Score(key) => match table.columns.scores.get(key) {
            Some(scores) => {
                grid.sums(table, rows, slots, |row| Some(scores.values[row]).filter(|value| value.is_finite()))
            }
            None => grid.sums(table, rows, slots, |_| None),
        },
    };
    let full = told_cells.iter().zip(&sums).filter(|(_, sum)| sum.count > 0);
    full.map(|(cell, sum)| to_cell(grid.outline(*cell), sum, measure)).collect()
}

fn to_cell(of: &Outline, sum: &Sum, measure: &Measure) -> Cell {
    let count = f64::from(sum.count);
    let around = if of.wraps { 360.0 * f64::from(sum.west) } else { 0.0 };
    let longitude = (sum.longitude + around) / count;
    let value = match measure {
        Measure::Count => Some(sum.count as f32),
        _ => (sum.measured > 0).then(|| (sum.value / f64::from(sum.measured)) as f32),
    };
    let longitude = if longitude > 180.0 { longitude - 360.0 } else { longitude };
    let centre = [longitude as f32, (sum.latitude / count) as f32];
    Cell { id: Arc::clone(&of.id), count: sum.count.into(), value, centre, ring: Arc::clone(&of.ring) }
}

/// Words of rows that a thread processes at a time.
const STRIDE: usize = 1024;

/// The cells of a resolution that contain photos.
pub(super) struct Grid {
    /// For the code of each finest cell, the number of its parent; code 0 is "no place" and never looked up.
    parents: Vec<u32>,
    cells: Vec<CellIndex>,
    /// Computed when needed: most cells are never shown.
    outlines: Vec<OnceLock<Box<Outline>>>,
}

/// The outline of a cell.
struct Outline {
    id: Arc<str>,
    /// `[longitude, latitude]`, longitudes unwrapped from the first corner on.
    ring: Arc<[[f32; 2]]>,
    /// Whether it crosses the antimeridian.
    wraps: bool,
}

impl Grid {
    /// The parents of all cells of the finest resolution.
    pub(super) fn of(table: &Table, resolution: u8) -> Self {
        let resolution = Resolution::try_from(resolution).unwrap_or(FINEST_CELL);
        let mut numbers = HashMap::new();
        let mut cells = Vec::new();
        let mut parents = vec![0];
        for cell in &table.columns.cells().indices {
            let cell = CellIndex::try_from(*cell).expect("columns hold cells only, and snapshots are checked");
            let parent = cell.parent(resolution).expect("no resolution asked for is finer");
            parents.push(*numbers.entry(parent).or_insert_with(|| {
                cells.push(parent);
                cells.len() as u32 - 1
            }));
        }
        let outlines = cells.iter().map(|_| OnceLock::new()).collect();
        Self { parents, cells, outlines }
    }

    /// For each cell its index in the sums, from 1, or 0 if it is not visible; and the cells with an index.
    fn slots(&self, table: &Table, inside: Option<&Bitmap>) -> (Vec<u32>, Vec<usize>) {
        let Some(inside) = inside else {
            return ((1..=self.cells.len() as u32).collect(), (0..self.cells.len()).collect());
        };
        let mut slots = vec![0; self.cells.len()];
        let mut cells = Vec::new();
        let codes = &table.columns.cells().codes;
        for row in inside.rows() {
            let cell = self.parents[codes.at(row) as usize] as usize;
            if slots[cell] == 0 {
                cells.push(cell);
                slots[cell] = cells.len() as u32;
            }
        }
        (slots, cells)
    }

    fn sums(
        &self,
        table: &Table,
        rows: &Bitmap,
        (slots, size): (&[u32], usize),
        value: impl Fn(usize) -> Option<f32> + Sync,
    ) -> Vec<Sum> {
        let columns = &table.columns;
        let (cells, latitude, longitude) = (columns.cells(), columns.latitude(), columns.longitude());
        let words = rows.words.len();
        let parts = count::on_threads(words.div_ceil(STRIDE), |parts| {
            // The first sum collects the cells that are not visible.
            let mut sums = vec![Sum::default(); size + 1];
            let words = parts.flat_map(|part| part * STRIDE..words.min((part + 1) * STRIDE));
            for row in words.flat_map(|at| Ones { word: rows.words[at], base: at * WORD }) {
                let slot = slots[self.parents[cells.codes.at(row) as usize] as usize];
                sums[slot as usize].add((latitude[row], longitude[row]), value(row));
            }
            sums
        });
        let mut sums = vec![Sum::default(); size];
        parts.iter().for_each(|part| sums.iter_mut().zip(&part[1..]).for_each(|(sum, other)| sum.join(other)));
        sums
    }

    fn outline(&self, cell: usize) -> &Outline {
        self.outlines[cell].get_or_init(|| Box::new(Outline::of(self.cells[cell])))
    }
}

impl Outline {
    fn of(cell: CellIndex) -> Self {
        let corners: Vec<(f64, f64)> = cell.boundary().iter().map(|corner| (corner.lng(), corner.lat())).collect();
        let west = corners.iter().any(|(lon, _)| *lon < -90.0);
        let east = corners.iter().any(|(lon, _)| *lon > 90.0);
        let wraps = west && east;
        let unwrapped = |lon: f64| if wraps && lon < 0.0 { lon + 360.0 } else { lon };
        let ring = corners.iter().map(|(lon, lat)| [unwrapped(*lon) as f32, *lat as f32]).collect();
        Self { id: cell.to_string().into(), ring, wraps }
    }
}
