//! Islands that the coast lacks: squares of a hundredth of a degree in which there is land, and whose land it is.

use super::columns::Columns;
use super::sphere::{Point, RADIUS_KM, Vector, chord2, chord2_of, ground_km};

/// Squares per degree.
const STEPS: f64 = 100.0;
/// From the middle of a square to its edge: land is at most this much nearer.
const HALF_KM: f64 = 0.5;

/// The squares, from the south.
pub(super) struct Islands {
    countries: Vec<String>,
    squares: Vec<Square>,
}

struct Square {
    latitude: f64,
    vector: Vector,
    country: u16,
}

impl Islands {
    /// Reads the embedded table.
    pub(super) fn load() -> Self {
        let mut columns = Columns::open(include_bytes!("../../data/islands.bin.z"));
        let (countries, ends) = (columns.lines(), columns.ends());
        let (latitudes, longitudes) = (columns.sums(), columns.sums());
        let middle = |step: i32| (f64::from(step) + 0.5) / STEPS;
        let square = |(at, (latitude, longitude)): (usize, (i32, i32))| {
            let point = Point { latitude: middle(latitude), longitude: middle(longitude) };
            let country = ends.partition_point(|end| *end <= at) as u16;
            Square { latitude: point.latitude, vector: point.vector(), country }
        };
        let mut squares: Vec<Square> = latitudes.into_iter().zip(longitudes).enumerate().map(square).collect();
        squares.sort_by(|one, other| one.latitude.total_cmp(&other.latitude));
        Self { countries, squares }
    }

    /// The middle of each square and its country.
    #[cfg(test)]
    pub(super) fn points(&self) -> impl Iterator<Item = (&str, Point)> {
        let point = |[x, y, z]: Vector| Point { latitude: z.asin().to_degrees(), longitude: y.atan2(x).to_degrees() };
        self.squares
            .iter()
            .map(move |square| (self.countries[usize::from(square.country)].as_str(), point(square.vector)))
    }

    /// How far the nearest island within `limit_km` is, kilometres, and whose it is (ISO 3166-1 alpha-2).
    pub(super) fn nearest(&self, point: Point, limit_km: f64) -> Option<(f64, &str)> {
        let here = point.vector();
        let mut best = (chord2_of(((limit_km + HALF_KM) / RADIUS_KM).min(std::f64::consts::PI)), None);
        let middle = self.squares.partition_point(|square| square.latitude < point.latitude);
        self.walk((point, here), middle..self.squares.len(), &mut best);
        self.walk((point, here), (0..middle).rev(), &mut best);
        let square = &self.squares[best.1?];
        Some(((ground_km(best.0) - HALF_KM).max(0.0), &self.countries[usize::from(square.country)]))
    }

    /// Visits squares farther and farther north (or south) while one of them may be nearer than the best.
    fn walk(
        &self,
        (point, here): (Point, Vector),
        squares: impl Iterator<Item = usize>,
        best: &mut (f64, Option<usize>),
    ) {
        for at in squares {
            let square = &self.squares[at];
            if chord2_of((square.latitude - point.latitude).abs().to_radians()) > best.0 {
                return;
            }
            let far = chord2(here, square.vector);
            if far < best.0 {
                *best = (far, Some(at));
            }
        }
    }
}
