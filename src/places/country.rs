//! Countries by polygon: the crate country-boundaries, which knows no sea (it names a country far
//! off the coast), and what its codes mean here.

use country_boundaries::{BOUNDARIES_ODBL_360X180, CountryBoundaries, LatLon};

use super::sphere::Point;

/// The polygons.
pub(super) struct Countries(CountryBoundaries);

/// What the polygons say about a point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// Every id, the smallest area first: `HK`, `CN`, or `US-TX`, `US`.
    pub(super) ids: Vec<String>,
}

impl Claims {
    /// ISO 3166-1 alpha-2 of the smallest area: `UA` where the ids are `UA-43` and `RU`.
    pub(super) fn country(&self) -> Option<&str> {
        self.ids.first().map(|id| country_of(id))
    }

    /// ISO 3166-2 of the smallest area that is a subdivision of the country.
    pub(super) fn subdivision(&self) -> Option<&str> {
        let country = self.country()?;
        self.ids.iter().map(String::as_str).find(|id| id.contains('-') && country_of(id) == country)
    }
}

impl Countries {
    /// Reads the raster of 360 x 180 cells that the crate brings along.
    pub(super) fn load() -> Self {
        Self(CountryBoundaries::from_reader(BOUNDARIES_ODBL_360X180).expect("the crate's own data is whole"))
    }

    /// Every area that holds the point.
    pub(super) fn claims(&self, point: Point) -> Claims {
        Claims { ids: self.ids(point).into_iter().map(str::to_owned).collect() }
    }

    /// ISO 3166-1 alpha-2 of the smallest area that holds the point.
    pub(super) fn code(&self, point: Point) -> Option<&str> {
        self.ids(point).first().map(|id| country_of(id))
    }

    fn ids(&self, point: Point) -> Vec<&str> {
        LatLon::new(point.latitude, point.longitude).map_or_else(|_| Vec::new(), |position| self.0.ids(position))
    }
}

fn country_of(id: &str) -> &str {
    id.split_once('-').map_or(id, |(country, _)| country)
}
