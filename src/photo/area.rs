//! Parts of the globe: circles, boxes, polygons and H3 cells, and whether a point is in them.

use h3o::{CellIndex, LatLng, Resolution};

/// Mean radius of the Earth in metres (IUGG R1).
const RADIUS_M: f64 = 6_371_008.8;

/// The finest H3 resolution in which photos are counted (cells of about 5 km²).
pub const FINEST_CELL: Resolution = Resolution::Seven;

/// Great-circle distance of two points (latitude, longitude in degrees), metres.
pub fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half_lat = ((b.0 - a.0).to_radians() / 2.0).sin();
    let half_lon = ((b.1 - a.1).to_radians() / 2.0).sin();
    let chord = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * RADIUS_M * chord.sqrt().min(1.0).asin()
}

/// Whether a longitude is from `west` to `east`, edges included; `west > east` crosses the antimeridian,
/// and -180 and 180 are the same.
pub fn in_longitudes(longitude: f64, west: f64, east: f64) -> bool {
    let within = |longitude: f64| {
        if west <= east { (west..=east).contains(&longitude) } else { longitude >= west || longitude <= east }
    };
    within(longitude) || (longitude.abs() >= 180.0 && within(-longitude))
}

/// The smallest and the largest number; NaN is ignored. Infinity and its negative if there is none.
pub fn extremes(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), n| (min.min(n), max.max(n)))
}

/// A polygon of `[longitude, latitude]` with straight edges in these coordinates, and its bounds.
/// Longitudes may be outside of -180..=180.
pub struct Ring<'r> {
    corners: &'r [[f64; 2]],
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl<'r> Ring<'r> {
    /// The polygon with these corners; the first need not be repeated at the end.
    pub fn of(corners: &'r [[f64; 2]]) -> Self {
        let ends = |axis: usize| extremes(corners.iter().map(move |corner| corner[axis]));
        let ((west, east), (south, north)) = (ends(0), ends(1));
        Self { corners, west, south, east, north }
    }

    /// Whether a point is inside. A point on an edge belongs to one side, so that of two polygons that share an
    /// edge exactly one contains it.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        let reaches = |longitude: &f64| (self.west..=self.east).contains(longitude);
        (self.south..=self.north).contains(&latitude)
            && [0.0, 360.0, -360.0]
                .map(|turn| longitude + turn)
                .iter()
                .filter(|longitude| reaches(longitude))
                .any(|longitude| crossings(latitude, *longitude, self.corners) % 2 == 1)
    }
}

/// The number of edges that a ray to the east crosses.
fn crossings(latitude: f64, longitude: f64, ring: &[[f64; 2]]) -> usize {
    let ends = ring.iter().skip(1).chain(ring.first());
    ring.iter().zip(ends).filter(|(a, b)| crosses(latitude, longitude, **a, **b)).count()
}

/// Whether a ray to the east from a point crosses an edge between two corners, `[longitude, latitude]`. A point on an edge
/// belongs to the polygon east of it, on an edge along a parallel to the one north of it.
pub fn crosses(latitude: f64, longitude: f64, a: [f64; 2], b: [f64; 2]) -> bool {
    // The southern end first, so that rounding is the same for the polygons on both sides of an edge.
    let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
    low[1] <= latitude
        && latitude < high[1]
        && longitude < (high[0] - low[0]) * (latitude - low[1]) / (high[1] - low[1]) + low[0]
}

/// The H3 cell of resolution 7 that contains a point; `None` if the coordinates are invalid.
pub fn finest_cell(latitude: f64, longitude: f64) -> Option<CellIndex> {
    LatLng::new(latitude, longitude).ok().map(|point| point.to_cell(FINEST_CELL))
}

/// Whether a cell contains a finest cell. Coarser cells are unions of finest ones: their edges differ
/// slightly from H3's outline, but sums of cells add up.
pub fn in_cell(finest: CellIndex, cell: CellIndex) -> bool {
    finest.parent(cell.resolution()) == Some(cell)
}

/// Parses the hexadecimal index of a cell of resolution 0 to 7.
pub fn cell(text: &str) -> Option<CellIndex> {
    text.parse::<CellIndex>().ok().filter(|cell| cell.resolution() <= FINEST_CELL)
}
