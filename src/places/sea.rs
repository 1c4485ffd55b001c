//! Land and sea: Natural Earth's 1:10m coast, simplified to 222 m, and the names of its seas.

use super::columns::Columns;
use super::sphere::{Point, Vector, chord2, chord2_of, ground_km};
use crate::photo::Bbox;

/// Number of latitude bands that the coast's edges are sorted into; each is a quarter of a degree.
const BANDS: usize = 720;
/// Degrees of latitude per band.
const BAND: f64 = 0.25;
/// Steps per degree of the coast's table.
const COAST_STEPS: f64 = 1000.0;
/// Steps per degree of the seas' table.
const SEA_STEPS: f64 = 100.0;

/// Closed rings under the even-odd rule: a point is inside when a ray from it crosses an odd number of edges.
struct Rings {
    /// Degrees, longitude then latitude; a ring's last vertex is its first.
    vertices: Vec<[f64; 2]>,
    /// The end of each ring in `vertices`.
    ends: Vec<usize>,
}

impl Rings {
    fn read(columns: &mut Columns, steps: f64) -> Self {
        let ends = columns.ends();
        let (latitudes, longitudes) = (columns.sums(), columns.sums());
        let degrees = |value: i32| f64::from(value) / steps;
        let vertices = longitudes.into_iter().zip(latitudes).map(|(lon, lat)| [degrees(lon), degrees(lat)]).collect();
        Self { vertices, ends }
    }

    /// Whether a ray to the east of the point crosses the edge that starts at this vertex.
    fn crosses(&self, edge: usize, point: Point) -> bool {
        let ([x1, y1], [x2, y2]) = (self.vertices[edge], self.vertices[edge + 1]);
        (y1 > point.latitude) != (y2 > point.latitude)
            && point.longitude < (x2 - x1) * (point.latitude - y1) / (y2 - y1) + x1
    }

    /// The first vertex of every edge of the rings `from..to`.
    fn edges(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        let start = move |ring: usize| if ring == 0 { 0 } else { self.ends[ring - 1] };
        (from..to).flat_map(move |ring| start(ring)..self.ends[ring].saturating_sub(1).max(start(ring)))
    }
}

/// All land, with every edge of its outline sorted into bands of latitude.
pub(super) struct Coast {
    rings: Rings,
    vectors: Vec<[f32; 3]>,
    /// Edges by band, from the south.
    edges: Vec<u32>,
    /// The start of each band in `edges`, and the end of the last.
    bands: Vec<usize>,
}

impl Coast {
    /// Reads the embedded table.
    pub(super) fn load() -> Self {
        let rings = Rings::read(&mut Columns::open(include_bytes!("../../data/coast.bin.z")), COAST_STEPS);
        let vector = |&[longitude, latitude]: &[f64; 2]| Point { latitude, longitude }.vector().map(|x| x as f32);
        let vectors = rings.vertices.iter().map(vector).collect();
        let spans = |edge: usize| {
            let (y1, y2) = (rings.vertices[edge][1], rings.vertices[edge + 1][1]);
            band(y1.min(y2))..=band(y1.max(y2))
        };
        let mut bands = vec![0; BANDS + 1];
        for edge in rings.edges(0, rings.ends.len()) {
            spans(edge).for_each(|band| bands[band + 1] += 1);
        }
        for band in 0..BANDS {
            bands[band + 1] += bands[band];
        }
        let (mut next, mut edges) = (bands.clone(), vec![0; bands[BANDS]]);
        for edge in rings.edges(0, rings.ends.len()) {
            for band in spans(edge) {
                edges[next[band]] = edge as u32;
                next[band] += 1;
            }
        }
        Self { rings, vectors, edges, bands }
    }

    /// Whether the point is on land.
    pub(super) fn is_land(&self, point: Point) -> bool {
        let crossed = self.band(band(point.latitude)).iter().filter(|&&edge| self.rings.crosses(edge as usize, point));
        crossed.count() % 2 == 1
    }

    /// The distance to the coastline, in kilometres.
    pub(super) fn distance_km(&self, point: Point) -> f64 {
        let (here, home) = (point.vector(), band(point.latitude));
        let (mut best, mut foot) = (f64::INFINITY, here);
        for far in 0..BANDS {
            // The nearest latitude that a band at this distance can have.
            let south = point.latitude - (home as f64 * BAND - 90.0) + (far as f64 - 1.0) * BAND;
            let north = (home as f64 + far as f64) * BAND - 90.0 - point.latitude;
            if far > 0 && chord2_of(south.min(north).max(0.0).to_radians()) > best {
                break;
            }
            let below = home.checked_sub(far);
            let above = Some(home + far).filter(|&band| far > 0 && band < BANDS);
            for &edge in below.into_iter().chain(above).flat_map(|band| self.band(band)) {
                let candidate = self.foot(edge as usize, here);
                let chord = chord2(candidate, here);
                if chord < best {
                    (best, foot) = (chord, candidate);
                }
            }
        }
        ground_km(chord2(raised(foot), here))
    }

    /// The coastlines in a box (west, south, east, north; degrees, east may exceed 180), `[longitude, latitude]`, without
    /// corners that are less than `step` degrees from the one before.
    pub(super) fn lines(&self, [west, south, east, north]: [f64; 4], step: f64) -> Vec<Vec<[f32; 2]>> {
        let mut lines = Vec::new();
        let mut start = 0;
        for &end in &self.rings.ends {
            let ring = &self.rings.vertices[start..end];
            start = end;
            for turn in [-360.0, 0.0, 360.0] {
                let mut line: Vec<[f64; 2]> = Vec::new();
                let mut kept = Vec::new();
                for &[longitude, latitude] in ring {
                    let at = [longitude + turn, latitude];
                    let inside = (west..=east).contains(&at[0]) && (south..=north).contains(&at[1]);
                    if !inside {
                        kept.push(std::mem::take(&mut line));
                    } else if line.last().is_none_or(|last| (last[0] - at[0]).hypot(last[1] - at[1]) >= step) {
                        line.push(at);
                    }
                }
                kept.push(line);
                let rounded = |corner: &[f64; 2]| corner.map(|degrees| ((degrees * 1e3).round() / 1e3) as f32);
                lines.extend(kept.iter().filter(|line| line.len() > 1).map(|line| line.iter().map(rounded).collect()));
            }
        }
        lines
    }

    fn band(&self, band: usize) -> &[u32] {
        &self.edges[self.bands[band]..self.bands[band + 1]]
    }

    /// The point of an edge's chord that is nearest.
    fn foot(&self, edge: usize, here: Vector) -> Vector {
        let (a, b) = (self.vectors[edge].map(f64::from), self.vectors[edge + 1].map(f64::from));
        let (mut along, mut length2) = (0.0, 0.0);
        for axis in 0..3 {
            along += (here[axis] - a[axis]) * (b[axis] - a[axis]);
            length2 += (b[axis] - a[axis]).powi(2);
        }
        let share = if length2 > 0.0 { (along / length2).clamp(0.0, 1.0) } else { 0.0 };
        [0, 1, 2].map(|axis| a[axis] + share * (b[axis] - a[axis]))
    }
}

/// The band of a latitude.
fn band(latitude: f64) -> usize {
    (((latitude + 90.0) / BAND) as usize).min(BANDS - 1)
}

/// Projects a point inside the sphere onto its surface.
fn raised(inside: Vector) -> Vector {
    let length = chord2(inside, [0.0; 3]).sqrt();
    inside.map(|x| x / length)
}

/// The named seas, the smallest first.
pub(super) struct Seas {
    rings: Rings,
    seas: Vec<Sea>,
}

struct Sea {
    name: String,
    first_ring: usize,
    end_ring: usize,
    bounds: Bbox,
}

impl Seas {
    /// Reads the embedded table.
    pub(super) fn load() -> Self {
        let mut columns = Columns::open(include_bytes!("../../data/seas.bin.z"));
        let (names, ring_ends) = (columns.lines(), columns.ends());
        let rings = Rings::read(&mut columns, SEA_STEPS);
        let starts = std::iter::once(0).chain(ring_ends.iter().copied());
        let seas = names.into_iter().zip(starts.zip(ring_ends.iter().copied()));
        let seas = seas.map(|(name, (first_ring, end_ring))| {
            let (above, below) = (f64::INFINITY, f64::NEG_INFINITY);
            let mut bounds = Bbox { west: above, south: above, east: below, north: below };
            for edge in rings.edges(first_ring, end_ring) {
                let [x, y] = rings.vertices[edge];
                bounds = Bbox {
                    west: bounds.west.min(x),
                    south: bounds.south.min(y),
                    east: bounds.east.max(x),
                    north: bounds.north.max(y),
                };
            }
            Sea { name, first_ring, end_ring, bounds }
        });
        let seas = seas.collect();
        Self { rings, seas }
    }

    /// The smallest named sea that contains the point, else one within 10 km of it: the outlines of the seas are coarser
    /// than the coast.
    pub(super) fn name(&self, point: Point) -> Option<&str> {
        let around = (0..8).map(|eighth| point.towards(f64::from(eighth) * 45.0, 10.0));
        std::iter::once(point).chain(around).find_map(|point| self.holding(point))
    }

    fn holding(&self, point: Point) -> Option<&str> {
        let holds = |sea: &&Sea| {
            sea.bounds.holds(point.latitude, point.longitude)
                && self
                    .rings
                    .edges(sea.first_ring, sea.end_ring)
                    .filter(|&edge| self.rings.crosses(edge, point))
                    .count()
                    % 2
                    == 1
        };
        self.seas.iter().find(holds).map(|sea| sea.name.as_str())
    }
}
