//! Ranges of species: on a grid of cells of equal area (EPSG:6933, the Behrmann projection of WGS 84), or polygons.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::GzDecoder;
use thiserror::Error;

use super::polygons::Rings;
use super::range_polygons::RangePolygons;
use crate::photo::area::distance_m;
use crate::photo::equal_area::{project, unproject};

/// Files of more bytes than this, unpacked, are refused.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The ranges of species.
#[derive(Clone, Debug, Default)]
pub struct Ranges {
    grid: Grid,
    /// Species -> its runs of cells: the first cell and how many.
    species: HashMap<String, Vec<(u32, u32)>>,
    polygons: HashMap<String, RangePolygons>,
}

/// A grid of cells, in rows from the north-west.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Grid {
    columns: u32,
    rows: u32,
    /// The north-western corner, metres.
    west: f64,
    north: f64,
    /// The size of a cell, metres.
    width: f64,
    height: f64,
}

/// A file that is no table of ranges.
#[derive(Debug, Error)]
pub enum RangesError {
    /// It cannot be unpacked.
    #[error("it cannot be unpacked: {0}")]
    Packed(#[from] std::io::Error),
    /// The first line does not describe the grid.
    #[error(
        "its first line has to describe the grid: # ... grid C cols x R rows, Behrmann ..., upper-left x=X y=Y m, cell W x H m"
    )]
    Grid,
    /// A row is wrong.
    #[error("line {line}: {why}")]
    Row {
        /// From 1.
        line: usize,
        /// Why.
        why: &'static str,
    },
}

impl Ranges {
    /// Reads a table, packed with gzip or not: a first line that describes the grid, then for each species its name and, after a
    /// tab, runs of cells `START+LENGTH`, separated by commas.
    pub fn read(bytes: &[u8]) -> Result<Self, RangesError> {
        let mut text = String::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            GzDecoder::new(bytes).take(MOST_BYTES).read_to_string(&mut text)?;
        } else {
            bytes.take(MOST_BYTES).read_to_string(&mut text)?;
        }
        let mut lines = text.lines().enumerate();
        let grid = lines.next().and_then(|(_, line)| Grid::described(line)).ok_or(RangesError::Grid)?;
        let mut species = HashMap::new();
        for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |why| RangesError::Row { line: at + 1, why };
            let (name, runs) = line.split_once('\t').ok_or_else(|| wrong("it has no tab"))?;
            let run = |text: &str| {
                let (start, length) = text.split_once('+')?;
                let (start, length): (u32, u32) = (start.trim().parse().ok()?, length.trim().parse().ok()?);
                (start.checked_add(length)? <= grid.columns * grid.rows).then_some((start, length))
            };
            // A species without cells is extinct.
            let runs = runs.split(',').filter(|run| !run.trim().is_empty()).map(run).collect::<Option<Vec<_>>>();
            let runs = runs.ok_or_else(|| wrong("its runs are no START+LENGTH within the grid"))?;
            species.insert(name.trim().replace('_', " "), runs);
        }
        Ok(Self { grid, species, polygons: HashMap::new() })
    }

    /// Adds polygons to the range of a species.
    pub fn add_polygons(&mut self, species: &str, polygons: impl IntoIterator<Item = Rings>) {
        self.polygons.entry(species.trim().replace('_', " ")).or_default().add(polygons);
    }

    /// The number of species.
    pub fn len(&self) -> usize {
        self.species.len() + self.polygons.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is a range of this species.
    pub fn knows(&self, species: &str) -> bool {
        self.species.contains_key(species) || self.polygons.contains_key(species)
    }

    /// Whether there is a place in the range of this species. A species that is extinct has none.
    pub fn has_place(&self, species: &str) -> bool {
        self.polygons.contains_key(species) || self.species.get(species).is_some_and(|runs| !runs.is_empty())
    }

    /// The edge of a square as large as the cells in which the range of a species is known, metres; `None` for polygons.
    pub fn cell_m(&self, species: &str) -> Option<f64> {
        let is_grid = !self.polygons.contains_key(species) && self.species.contains_key(species);
        is_grid.then(|| (self.grid.width * self.grid.height).sqrt())
    }

    /// The species whose range has a point, or the cell of it, in the order of their names.
    pub fn at(&self, latitude: f64, longitude: f64) -> Vec<&str> {
        let cell = self.grid.cell(latitude, longitude);
        let here = |runs: &[(u32, u32)]| {
            cell.is_some_and(|cell| runs.iter().any(|(start, length)| (*start..start + length).contains(&cell)))
        };
        let in_cells = self.species.iter().filter(|(_, runs)| here(runs)).map(|(name, _)| name.as_str());
        let in_polygons = self.polygons.iter().filter(|(_, range)| range.holds(latitude, longitude));
        let mut found: Vec<&str> = in_cells.chain(in_polygons.map(|(name, _)| name.as_str())).collect();
        found.sort_unstable();
        found
    }

    /// The distance in metres from a point to the range of a species, 0 inside; `None` without a range.
    pub fn distance_m(&self, species: &str, latitude: f64, longitude: f64) -> Option<f64> {
        if let Some(range) = self.polygons.get(species) {
            return range.distance_m(latitude, longitude);
        }
        let runs = self.species.get(species).filter(|runs| !runs.is_empty())?;
        let own = self.grid.cell(latitude, longitude);
        if own.is_some_and(|own| runs.iter().any(|(start, length)| (*start..start + length).contains(&own))) {
            return Some(0.0);
        }
        let cells = runs.iter().flat_map(|(start, length)| *start..start + length);
        let distances = cells.map(|cell| self.grid.distance_m(cell, latitude, longitude));
        distances.min_by(f64::total_cmp)
    }
}

impl Grid {
    /// The grid that a first line describes.
    fn described(line: &str) -> Option<Self> {
        let after = |mark: &str| line.split_once(mark).map(|(_, rest)| rest.trim_start());
        let number = |text: &str| {
            let end = text.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '.')).unwrap_or(text.len());
            text[..end].parse::<f64>().ok()
        };
        let pair = |mark: &str, between: &str| {
            let rest = after(mark)?;
            Some((number(rest)?, number(rest.split_once(between)?.1.trim_start())?))
        };
        let (columns, rows) = pair("grid ", " x ")?;
        let (west, north) = pair("x=", "y=")?;
        let (width, height) = pair("cell ", " x ")?;
        let is_behrmann = line.contains("Behrmann");
        let fits = columns * rows <= 1e8 && columns >= 1.0 && rows >= 1.0 && width > 0.0 && height > 0.0;
        (is_behrmann && fits).then_some(Self { columns: columns as u32, rows: rows as u32, west, north, width, height })
    }

    fn cell(&self, latitude: f64, longitude: f64) -> Option<u32> {
        let (x, y) = project(latitude, longitude);
        let row = (self.north - y) / self.height;
        let across = x - self.west;
        let is_round = (f64::from(self.columns) * self.width - project(0.0, 360.0).0).abs() < self.width;
        // A grid round the Earth begins and ends some metres from the antimeridian.
        let column = if is_round { across.rem_euclid(project(0.0, 360.0).0) } else { across } / self.width;
        let column = if is_round { column.min(f64::from(self.columns) - 0.5) } else { column };
        let within = column >= 0.0 && row >= 0.0 && column < f64::from(self.columns) && row < f64::from(self.rows);
        within.then(|| row as u32 * self.columns + column as u32)
    }

    /// From a point to the nearest point of a cell.
    fn distance_m(&self, cell: u32, latitude: f64, longitude: f64) -> f64 {
        let (x, y) = project(latitude, longitude);
        let (column, row) = (f64::from(cell % self.columns), f64::from(cell / self.columns));
        let (west, north) = (self.west + column * self.width, self.north - row * self.height);
        let round = f64::from(self.columns) * self.width;
        // The same cell is also one round to the west and to the east.
        let nearest = |turn: f64| {
            let (west, east) = (west + turn, west + turn + self.width);
            let (latitude_at, longitude_at) = unproject(x.clamp(west, east), y.clamp(north - self.height, north));
            distance_m((latitude, longitude), (latitude_at, longitude_at))
        };
        [-round, 0.0, round].into_iter().map(nearest).fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# made up. grid 360 cols x 142 rows, Behrmann equal area, upper-left x=-17367529 y=7348382 m, cell 96486.27 x 96514.96 m";

    #[test]
    fn a_point_is_in_the_cells_of_its_species_and_others_are_far() {
        // Cells 0.5 degrees around 5 north, 118 east: row 69 or 70, column 297 or 298.
        let probe = Ranges::read(format!("{HEAD}\nNone here\t0+1\n").as_bytes()).unwrap();
        let cell = probe.grid.cell(5.5, 118.0).unwrap();
        let ranges =
            Ranges::read(format!("{HEAD}\nNasalis_larvatus\t{cell}+2\nUrsus_maritimus\t0+360\n").as_bytes()).unwrap();
        assert_eq!(ranges.len(), 2);
        assert_eq!(ranges.at(5.5, 118.0), ["Nasalis larvatus"]);
        assert_eq!(ranges.distance_m("Nasalis larvatus", 5.5, 118.0), Some(0.0));
        let far = ranges.distance_m("Nasalis larvatus", 52.37, 4.9).unwrap();
        assert!((10_500_000.0..11_500_000.0).contains(&far), "{far}");
        assert_eq!(ranges.distance_m("Homo sapiens", 0.0, 0.0), None);
        // The whole first row, which has the pole, on both sides of the antimeridian, and a point south of it.
        for longitude in [-180.0, 180.0, 179.999, 0.0] {
            assert_eq!(ranges.distance_m("Ursus maritimus", 83.0, longitude), Some(0.0), "{longitude}");
        }
        let south = ranges.distance_m("Ursus maritimus", 72.0, 20.0).unwrap();
        assert!((1_000_000.0..1_300_000.0).contains(&south), "{south}");
    }

    #[test]
    fn what_is_no_table_of_ranges_is_an_error() {
        assert!(matches!(Ranges::read(b"name\tcells\n"), Err(RangesError::Grid)));
        let wrong = |row: &str| Ranges::read(format!("{HEAD}\n{row}\n").as_bytes());
        for row in ["Macaca 1+1", "Macaca\t1", "Macaca\t51119+2", "Macaca\tx+1", "Macaca\t4294967295+1"] {
            assert!(matches!(wrong(row), Err(RangesError::Row { line: 2, .. })), "{row}");
        }
        assert!(matches!(Ranges::read(&[0x1f, 0x8b, 0, 0]), Err(RangesError::Packed(_))));
    }
}
