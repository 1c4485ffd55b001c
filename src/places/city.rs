//! The nearest populated place of a country. The table sorts places by country and latitude: a search walks north and
//! south from the point until the latitude difference alone is too large. This needs no tree and nothing built at
//! start-up, and works across the antimeridian and at the poles.

use std::collections::HashMap;
use std::ops::Range;

use super::columns::Columns;
use super::sphere::{Point, RADIUS_KM, Vector, chord2, chord2_of, ground_km};

/// A place farther away than this is not reported.
pub(super) const FARTHEST_KM: f64 = 500.0;

/// Degrees per step of the table's coordinates; GeoNames' precision.
const STEP: f64 = 1e-5;

/// GeoNames' populated places with at least 500 people.
pub(super) struct Cities {
    countries: HashMap<String, Range<usize>>,
    latitudes: Vec<f64>,
    longitudes: Vec<i32>,
    vectors: Vec<Vector>,
    geonameids: Vec<i32>,
    admin1: Vec<i32>,
    admin1_codes: Vec<String>,
    names: String,
    name_ends: Vec<u32>,
}

/// A place and its distance and direction from the point.
pub(super) struct Nearest<'a> {
    pub(super) name: &'a str,
    pub(super) geonameid: u32,
    /// GeoNames' `CC.code`.
    pub(super) admin1: Option<&'a str>,
    pub(super) point: Point,
    pub(super) distance_km: f64,
}

impl Cities {
    /// Reads the embedded table.
    pub(super) fn load() -> Self {
        let mut columns = Columns::open(include_bytes!("../../data/cities.bin.z"));
        let codes = columns.lines();
        let ends = columns.ends();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let countries = codes.into_iter().zip(starts.zip(ends.iter().copied()).map(|(from, to)| from..to)).collect();
        let latitudes: Vec<f64> = columns.integers().into_iter().map(|steps| f64::from(steps) * STEP).collect();
        let longitudes = columns.integers();
        let vectors = latitudes
            .iter()
            .zip(&longitudes)
            .map(|(&latitude, &steps)| Point { latitude, longitude: f64::from(steps) * STEP }.vector())
            .collect();
        let (geonameids, admin1) = (columns.integers(), columns.integers());
        let admin1_codes = columns.lines();
        let names = columns.text();
        let breaks = names.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32);
        let name_ends = breaks.chain(std::iter::once(names.len() as u32)).collect();
        Self { countries, latitudes, longitudes, vectors, geonameids, admin1, admin1_codes, names, name_ends }
    }

    /// The nearest place of any of these countries (ISO 3166-1 alpha-2) within [`FARTHEST_KM`].
    pub(super) fn nearest(&self, point: Point, countries: &[&str]) -> Option<Nearest<'_>> {
        let here = point.vector();
        let mut best = (chord2_of(FARTHEST_KM / RADIUS_KM), None);
        for range in countries.iter().filter_map(|code| self.countries.get(*code)) {
            let middle = range.start + self.latitudes[range.clone()].partition_point(|&lat| lat < point.latitude);
            self.walk(point, here, middle..range.end, &mut best);
            self.walk(point, here, (range.start..middle).rev(), &mut best);
        }
        best.1.map(|at| self.seen(at, ground_km(best.0)))
    }

    /// Visits places farther and farther north (or south) while one of them may be nearer than the best.
    fn walk(&self, point: Point, here: Vector, places: impl Iterator<Item = usize>, best: &mut (f64, Option<usize>)) {
        for at in places {
            if chord2_of((self.latitudes[at] - point.latitude).abs().to_radians()) > best.0 {
                return;
            }
            let far = chord2(here, self.vectors[at]);
            if far < best.0 {
                *best = (far, Some(at));
            }
        }
    }

    fn seen(&self, at: usize, distance_km: f64) -> Nearest<'_> {
        let name_start = if at == 0 { 0 } else { self.name_ends[at - 1] as usize + 1 };
        let admin1 = self.admin1_codes[self.admin1[at] as usize].as_str();
        Nearest {
            name: &self.names[name_start..self.name_ends[at] as usize],
            geonameid: self.geonameids[at] as u32,
            admin1: (!admin1.is_empty()).then_some(admin1),
            point: Point { latitude: self.latitudes[at], longitude: f64::from(self.longitudes[at]) * STEP },
            distance_km,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_place_is_what_looking_at_all_of_them_finds() {
        let cities = Cities::load();
        let mut codes: Vec<&str> = cities.countries.keys().map(String::as_str).collect();
        codes.sort_unstable();
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for round in 0..2000 {
            let code = codes[round % codes.len()];
            let range = cities.countries[code].clone();
            let home = range.start + (random() * range.len() as f64) as usize;
            let origin =
                Point { latitude: cities.latitudes[home], longitude: f64::from(cities.longitudes[home]) * STEP };
            let point = origin.towards(random() * 360.0, random() * 900.0);
            let all = range.map(|at| chord2(point.vector(), cities.vectors[at])).fold(f64::INFINITY, f64::min);
            let expected = (all < chord2_of(FARTHEST_KM / RADIUS_KM)).then(|| ground_km(all));
            let found = cities.nearest(point, &[code]).map(|nearest| nearest.distance_km);
            assert_eq!(found, expected, "{code} {point:?}");
        }
    }
}
