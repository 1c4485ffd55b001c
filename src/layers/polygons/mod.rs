//! Polygons with names, and which of them contain a point.
//!
//! Edges are straight in longitude and latitude. A point on a shared edge is in exactly one of the polygons: the one east of it,
//! on an edge along a parallel the one north of it. Longitude 180 is -180, and the north pole is in what reaches it from the south.

mod geojson;
mod geopackage;
mod wkb;

use std::collections::HashMap;

use crate::photo::area::{crosses, extremes};

pub use geojson::features as geojson_features;
pub use geopackage::features as geopackage_features;

/// An outer ring and its holes, each a list of `[longitude, latitude]`.
pub type Rings = Vec<Vec<[f64; 2]>>;

/// A feature of a file.
#[derive(Debug, Default)]
pub struct Feature {
    /// Its attributes that are texts or numbers.
    pub attributes: HashMap<String, String>,
    /// Its polygons.
    pub polygons: Vec<Rings>,
}

/// Edges in a band of latitudes, at the least.
const EDGES_PER_BAND: usize = 8;
/// Bands of one polygon, at most.
const MOST_BANDS: usize = 4096;

/// Named areas, each of one or more polygons.
#[derive(Debug, Default)]
pub struct Polygons {
    parts: Vec<Part>,
    /// Cell of one degree -> the parts whose box touches it.
    cells: HashMap<(i16, i16), Vec<u32>>,
    /// Whether a polygon has longitudes beyond 180.
    turns: bool,
}

/// One polygon with its holes.
#[derive(Debug)]
struct Part {
    area: u32,
    bounds: [f64; 4],
    edges: Vec<([f64; 2], [f64; 2])>,
    /// The first position of each band in `banded`.
    starts: Vec<u32>,
    /// Positions of edges, band after band from south to north.
    banded: Vec<u32>,
}

impl Polygons {
    /// The areas with these polygons, by number.
    pub fn new(polygons: impl IntoIterator<Item = (u32, Rings)>) -> Self {
        let mut all = Self::default();
        for part in polygons.into_iter().filter_map(|(area, rings)| Part::of(area, &rings)) {
            let [west, south, east, north] = part.bounds;
            all.turns |= west < -180.0 || east > 180.0;
            let number = all.parts.len() as u32;
            for row in degree(south)..=degree(north) {
                for column in degree(west)..=degree(east) {
                    all.cells.entry((row, column)).or_default().push(number);
                }
            }
            all.parts.push(part);
        }
        all
    }

    /// Puts the numbers of the areas that contain a point into `found`, in ascending order.
    pub fn areas(&self, latitude: f64, longitude: f64, found: &mut Vec<u32>) {
        found.clear();
        let latitude = if latitude >= 90.0 { 90.0_f64.next_down() } else { latitude };
        let longitude = if longitude >= 180.0 { longitude - 360.0 } else { longitude };
        let turns: &[f64] = if self.turns { &[0.0, 360.0, -360.0] } else { &[0.0] };
        for longitude in turns.iter().map(|turn| longitude + turn) {
            let Some(parts) = self.cells.get(&(degree(latitude), degree(longitude))) else { continue };
            let parts = parts.iter().filter_map(|number| self.parts.get(*number as usize));
            found.extend(parts.filter(|part| part.holds(latitude, longitude)).map(|part| part.area));
        }
        found.sort_unstable();
        found.dedup();
    }
}

/// The cell of a latitude or longitude.
fn degree(degrees: f64) -> i16 {
    degrees.floor() as i16
}

impl Part {
    /// `None` if it has no edges.
    fn of(area: u32, rings: &Rings) -> Option<Self> {
        let mut edges = Vec::new();
        for ring in rings {
            let ends = ring.iter().skip(1).chain(ring.first());
            // Edges along a parallel are crossed by no ray.
            edges.extend(ring.iter().zip(ends).filter(|(a, b)| a[1] < b[1] || b[1] < a[1]).map(|(a, b)| (*a, *b)));
        }
        let corners = || edges.iter().flat_map(|(a, b)| [a, b]);
        let ends = |axis: usize| extremes(corners().map(move |corner| corner[axis]));
        let ((west, east), (south, north)) = (ends(0), ends(1));
        if edges.is_empty() {
            return None;
        }
        let bands = (edges.len() / EDGES_PER_BAND).clamp(1, MOST_BANDS);
        let mut part = Self { area, bounds: [west, south, east, north], edges, starts: Vec::new(), banded: Vec::new() };
        part.starts = vec![0; bands + 1];
        let spans: Vec<(usize, usize)> = part.edges.iter().map(|(a, b)| part.span(a[1], b[1])).collect();
        for (first, last) in &spans {
            part.starts[first + 1..=last + 1].iter_mut().for_each(|count| *count += 1);
        }
        (0..bands).for_each(|band| part.starts[band + 1] += part.starts[band]);
        let mut next = part.starts.clone();
        part.banded = vec![0; part.starts[bands] as usize];
        for (edge, (first, last)) in spans.iter().enumerate() {
            for at in &mut next[*first..=*last] {
                part.banded[*at as usize] = edge as u32;
                *at += 1;
            }
        }
        Some(part)
    }

    /// The bands from one latitude to another.
    fn span(&self, a: f64, b: f64) -> (usize, usize) {
        (self.band(a.min(b)), self.band(a.max(b)))
    }

    /// The band of a latitude within the bounds.
    fn band(&self, latitude: f64) -> usize {
        let bands = self.starts.len() - 1;
        let [_, south, _, north] = self.bounds;
        (((latitude - south) / (north - south) * bands as f64) as usize).min(bands - 1)
    }

    fn holds(&self, latitude: f64, longitude: f64) -> bool {
        let [west, south, east, north] = self.bounds;
        if !(south..=north).contains(&latitude) || !(west..=east).contains(&longitude) {
            return false;
        }
        let band = self.band(latitude);
        let edges = &self.banded[self.starts[band] as usize..self.starts[band + 1] as usize];
        let crossed = edges.iter().map(|edge| self.edges[*edge as usize]);
        crossed.filter(|(a, b)| crosses(latitude, longitude, *a, *b)).count() % 2 == 1
    }
}

/// Checks a corner. The error says what is wrong with it.
fn corner(longitude: f64, latitude: f64) -> Result<[f64; 2], String> {
    // A polygon across the antimeridian may continue beyond 180.
    if longitude.abs() <= 360.0 && latitude.abs() <= 90.0 {
        return Ok([longitude, latitude]);
    }
    Err(format!("{longitude}, {latitude} is no longitude and latitude in degrees: {CONVERT}"))
}

/// What to do with other coordinates.
const CONVERT: &str =
    "only WGS 84 (EPSG:4326) can be read; convert it first: ogr2ogr -t_srs EPSG:4326 converted.geojson FILE";

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, east: f64, north: f64) -> Vec<[f64; 2]> {
        vec![[west, south], [east, south], [east, north], [west, north]]
    }

    fn at(polygons: &Polygons, latitude: f64, longitude: f64) -> Vec<u32> {
        let mut found = Vec::new();
        polygons.areas(latitude, longitude, &mut found);
        found
    }

    #[test]
    fn a_point_on_a_shared_edge_is_in_the_polygon_east_or_north_of_it() {
        let parts = [square(0.0, 0.0, 1.0, 1.0), square(1.0, 0.0, 2.0, 1.0), square(0.0, 1.0, 2.0, 2.0)];
        let polygons = Polygons::new(parts.into_iter().enumerate().map(|(nth, ring)| (nth as u32, vec![ring])));
        assert_eq!(at(&polygons, 0.5, 1.0), [1]);
        assert_eq!(at(&polygons, 1.0, 0.5), [2]);
        assert_eq!(at(&polygons, 1.0, 1.0), [2]);
        assert_eq!(at(&polygons, 0.0, 0.0), [0]);
        assert!(at(&polygons, 2.0, 0.5).is_empty() && at(&polygons, 0.5, 2.0).is_empty());
    }

    #[test]
    fn holes_poles_and_the_antimeridian() {
        let polygons = Polygons::new([
            (0, vec![square(0.0, 0.0, 10.0, 10.0), square(4.0, 4.0, 6.0, 6.0)]),
            (1, vec![square(170.0, -20.0, 190.0, -10.0)]),
            (2, vec![square(-180.0, -90.0, 180.0, -60.0)]),
            (3, vec![square(-180.0, 80.0, 180.0, 90.0)]),
            // Two areas may overlap.
            (4, vec![square(5.5, 0.0, 7.0, 10.0)]),
        ]);
        assert!(at(&polygons, 5.0, 5.0).is_empty());
        assert_eq!(at(&polygons, 5.0, 6.5), [0, 4]);
        for longitude in [-180.0, 180.0, -170.5, 170.0] {
            assert_eq!(at(&polygons, -15.0, longitude), [1], "{longitude}");
            assert_eq!((at(&polygons, -90.0, longitude), at(&polygons, 90.0, longitude)), (vec![2], vec![3]));
        }
    }
}
