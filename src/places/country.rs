//! Countries by polygon, from the crate country-boundaries. Its polygons extend far off the coast, and some of its
//! codes need translation.

use country_boundaries::{BOUNDARIES_ODBL_360X180, CountryBoundaries, LatLon};

use super::sphere::Point;

/// The polygons of all countries.
pub(super) struct Countries(CountryBoundaries);

/// The areas that contain a point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// Every code, the smallest area first: `HK`, `CN`, or `US-TX`, `US`.
    pub(super) ids: Vec<String>,
}

impl Claims {
    /// ISO 3166-1 alpha-2 of the smallest area.
    pub(super) fn country(&self) -> Option<&str> {
        smallest(self.ids.iter().map(String::as_str))
    }

    /// ISO 3166-2 of the smallest area that is a subdivision of the country.
    pub(super) fn subdivision(&self) -> Option<&str> {
        let country = self.country()?;
        self.ids.iter().map(String::as_str).find(|id| id.contains('-') && country_of(id) == country)
    }
}

impl Countries {
    /// Reads the crate's raster of 360 x 180 cells.
    pub(super) fn load() -> Self {
        Self(CountryBoundaries::from_reader(BOUNDARIES_ODBL_360X180).expect("the crate's data is complete"))
    }

    /// Every area that contains the point.
    pub(super) fn claims(&self, point: Point) -> Claims {
        Claims { ids: self.ids(point).into_iter().map(str::to_owned).collect() }
    }

    /// ISO 3166-1 alpha-2 of the smallest area that contains the point.
    pub(super) fn code(&self, point: Point) -> Option<&str> {
        smallest(self.ids(point).into_iter())
    }

    fn ids(&self, point: Point) -> Vec<&str> {
        LatLon::new(point.latitude, point.longitude).map_or_else(|_| Vec::new(), |position| self.0.ids(position))
    }
}

/// The country of the codes, smallest area first. A subdivision implies its country, unless that country follows
/// another one: `NO-21`, `SJ`, `NO` is `SJ`, but `UA-43`, `RU` is `UA`.
fn smallest<'a>(mut ids: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let mut countries = ids.clone().filter(|id| !id.contains('-'));
    let parent = country_of(ids.next()?);
    let code = if countries.clone().any(|id| id == parent) { countries.next()? } else { parent };
    Some(official(code))
}

/// Codes that ISO 3166 only reserves, mapped to the code of the country they belong to.
fn official(code: &str) -> &str {
    match code {
        "IC" | "EA" => "ES",
        "DG" => "IO",
        "AC" | "TA" => "SH",
        "CP" => "FR",
        code => code,
    }
}

fn country_of(id: &str) -> &str {
    official(id.split_once('-').map_or(id, |(country, _)| country))
}

#[cfg(test)]
mod tests {
    use super::smallest;

    fn first_of(ids: &[&'static str]) -> Option<&'static str> {
        smallest(ids.iter().copied())
    }

    #[test]
    fn the_smallest_area_names_the_country() {
        assert_eq!(first_of(&["HK", "CN"]), Some("HK"));
        assert_eq!(first_of(&["US-TX", "US"]), Some("US"));
        assert_eq!(first_of(&["UA-43", "RU"]), Some("UA"));
        assert_eq!(first_of(&["NO-21", "SJ", "NO"]), Some("SJ"));
        assert_eq!(first_of(&["GI", "ES-AN", "GB"]), Some("GI"));
        assert_eq!(first_of(&["ES-CN", "IC", "ES"]), Some("ES"));
        assert_eq!(first_of(&[]), None);
    }
}
