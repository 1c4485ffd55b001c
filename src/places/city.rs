//! The nearest populated place of a country, its city and its quarter. The table sorts places by country and latitude: a
//! search walks north and south from the point until the latitude difference alone is too large. This needs no tree and
//! nothing built at start-up, and works across the antimeridian and at the poles.

use std::collections::HashMap;
use std::ops::Range;

use super::columns::Columns;
use super::sphere::{Point, RADIUS_KM, Vector, chord2, chord2_of, ground_km};

/// A place farther away than this is not reported.
pub(super) const FARTHEST_KM: f64 = 500.0;
/// A quarter farther away than this is another one.
const QUARTER_KM: f64 = 3.0;

/// Degrees per step of the table's coordinates; GeoNames' precision.
const STEP: f64 = 1e-5;
/// Kilometres per step of a city's reach, and the largest reach that the table can hold.
const REACH_STEP_KM: f64 = 0.1;
const MAX_REACH_KM: f64 = 25.4;
/// Reaches that stand for something else: a quarter of a city, and what is neither a city nor a quarter
/// (abandoned and historical places, farms).
const QUARTER: u8 = 0;
const NO_CITY: u8 = 255;

/// GeoNames' populated places with at least 500 people, and quarters and seats of administration with fewer.
pub(super) struct Cities {
    countries: HashMap<String, Range<usize>>,
    latitudes: Vec<f64>,
    longitudes: Vec<i32>,
    vectors: Vec<Vector>,
    geonameids: Vec<i32>,
    admin1: Vec<i32>,
    admin1_codes: Vec<String>,
    /// How far a city reaches, in steps, by its population.
    reaches: Vec<u8>,
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
    /// Its row in the table.
    pub(super) row: usize,
}

/// What is near a point.
#[derive(Default)]
pub(super) struct Near<'a> {
    /// The nearest place of any kind.
    pub(super) place: Option<Nearest<'a>>,
    /// The city: of those that reach to the point the one with its centre relatively nearest, else the one whose edge is
    /// nearest.
    pub(super) city: Option<Nearest<'a>>,
    /// The quarter, where one is near and nearer than the city's centre.
    pub(super) quarter: Option<Nearest<'a>>,
}

/// A search under way: for each kind of place the best so far (squares of chords; a city by its rank), and how far from
/// the point better ones can be.
struct Search {
    point: Point,
    here: Vector,
    place: (f64, Option<usize>),
    quarter: (f64, Option<usize>),
    city: (f64, Option<usize>),
    city_chord2: f64,
}

impl Search {
    fn at(point: Point) -> Self {
        let chord2 = |km: f64| chord2_of(km / RADIUS_KM);
        Self {
            point,
            here: point.vector(),
            place: (chord2(FARTHEST_KM), None),
            quarter: (chord2(QUARTER_KM), None),
            city: (FARTHEST_KM, None),
            city_chord2: chord2(FARTHEST_KM),
        }
    }

    /// Visits places farther and farther north (or south) while one of them may be better.
    fn walk(&mut self, cities: &Cities, places: impl Iterator<Item = usize>) {
        for at in places {
            let limit = self.place.0.max(self.quarter.0).max(self.city_chord2);
            if chord2_of((cities.latitudes[at] - self.point.latitude).abs().to_radians()) > limit {
                return;
            }
            let far = chord2(self.here, cities.vectors[at]);
            if far < self.place.0 {
                self.place = (far, Some(at));
            }
            let reach = cities.reaches[at];
            if reach == QUARTER && far < self.quarter.0 {
                self.quarter = (far, Some(at));
            } else if !matches!(reach, QUARTER | NO_CITY) && far < self.city_chord2 {
                self.weigh(at, ground_km(far), f64::from(reach) * REACH_STEP_KM);
            }
        }
    }

    /// Takes a city where it ranks better: below 0 where it reaches to the point, else kilometres from its edge.
    fn weigh(&mut self, at: usize, distance_km: f64, reach_km: f64) {
        let beyond = distance_km - reach_km;
        let rank = if beyond <= 0.0 { beyond / reach_km } else { beyond };
        if rank < self.city.0 {
            self.city = (rank, Some(at));
            let farthest = (rank.max(0.0) + MAX_REACH_KM).min(FARTHEST_KM);
            self.city_chord2 = chord2_of(farthest / RADIUS_KM);
        }
    }
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
        let reaches = columns.integers().into_iter().map(|steps| steps as u8).collect();
        let admin1_codes = columns.lines();
        let names = columns.text();
        let breaks = names.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32);
        let name_ends = breaks.chain(std::iter::once(names.len() as u32)).collect();
        Self { countries, latitudes, longitudes, vectors, geonameids, admin1, admin1_codes, reaches, names, name_ends }
    }

    /// What is near a point in any of these countries (ISO 3166-1 alpha-2), within [`FARTHEST_KM`].
    pub(super) fn near(&self, point: Point, countries: &[&str]) -> Near<'_> {
        let mut search = Search::at(point);
        for range in countries.iter().filter_map(|code| self.countries.get(*code)) {
            let middle = range.start + self.latitudes[range.clone()].partition_point(|&lat| lat < point.latitude);
            search.walk(self, middle..range.end);
            search.walk(self, (range.start..middle).rev());
        }
        let seen = |at: Option<usize>| at.map(|at| self.seen(at, ground_km(chord2(search.here, self.vectors[at]))));
        let city = seen(search.city.1);
        let quarter = seen(search.quarter.1);
        let inner = |quarter: &Nearest<'_>| city.as_ref().is_some_and(|city| quarter.distance_km <= city.distance_km);
        let quarter = quarter.filter(inner);
        Near { place: seen(search.place.1), city, quarter }
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
            row: at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rank of a city as its definition says.
    fn rank(distance_km: f64, reach: u8) -> f64 {
        let (beyond, reach_km) = (distance_km - f64::from(reach) * REACH_STEP_KM, f64::from(reach) * REACH_STEP_KM);
        if beyond <= 0.0 { beyond / reach_km } else { beyond }
    }

    #[test]
    fn the_nearest_place_and_the_city_are_what_looking_at_all_of_them_finds() {
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
            let point = origin.towards(random() * 360.0, random() * if round % 2 == 0 { 900.0 } else { 30.0 });
            let far = |at: usize| ground_km(chord2(point.vector(), cities.vectors[at]));
            let near = cities.near(point, &[code]);
            let nearest = range.clone().map(far).fold(f64::INFINITY, f64::min);
            let found = near.place.map(|place| place.distance_km);
            assert_eq!(found, (nearest < FARTHEST_KM).then_some(nearest), "{code} {point:?}");
            let is_city = |at: &usize| !matches!(cities.reaches[*at], QUARTER | NO_CITY) && far(*at) < FARTHEST_KM;
            let best = range.filter(is_city).map(|at| rank(far(at), cities.reaches[at])).fold(f64::INFINITY, f64::min);
            let home = near.city.map(|city| {
                let at = cities.geonameids.iter().position(|id| *id as u32 == city.geonameid).expect("from the table");
                rank(city.distance_km, cities.reaches[at])
            });
            assert_eq!(home, (best < FARTHEST_KM).then_some(best), "{code} {point:?}");
        }
    }
}
