//! The middles of countries and of capitals: what gazetteers and geocoders give for their names.

use std::collections::HashMap;

use super::sphere::{Point, chord2, ground_km};
use crate::photo::CentreOf;

/// A photo this near to the middle of a country may have its coordinates from there (BDQ's default, 5,000 m) ...
const COUNTRY_KM: f64 = 5.0;
/// ... but in small countries much is that near: at most this share of the root of its area.
const COUNTRY_SHARE: f64 = 0.05;
/// Capitals are full of photos: their middle is a point.
const CAPITAL_KM: f64 = 0.25;
/// An uncertainty of more than this says itself that the capital as a whole is meant.
const CAPITAL_UNCERTAINTY_KM: f64 = 5.0;

/// ISO 3166-1 alpha-2 -> the country.
pub(super) struct Centres(HashMap<&'static str, Country>);

struct Country {
    root_of_area_km: f64,
    points: Vec<(CentreOf, Point)>,
}

impl Centres {
    /// Reads the embedded table.
    pub(super) fn load() -> Self {
        let rows = include_str!("../../data/centres.tsv").lines();
        Self(rows.filter_map(Country::read).collect())
    }

    /// What has a point of that country for its middle. BDQ's ISSUE_COORDINATES_CENTEROFCOUNTRY: an uncertainty of half the root of
    /// the country's area or more says itself that the country as a whole is meant.
    pub(super) fn of(&self, point: Point, country: &str, uncertainty_m: Option<u32>) -> Option<CentreOf> {
        let known = self.0.get(country)?;
        let here = point.vector();
        let uncertainty_km = uncertainty_m.map_or(0.0, |metres| f64::from(metres) / 1000.0);
        let near = |(of, centre): &&(CentreOf, Point)| {
            let (km, most_km) = match of {
                CentreOf::Country => {
                    (COUNTRY_KM.min(COUNTRY_SHARE * known.root_of_area_km), known.root_of_area_km / 2.0)
                }
                CentreOf::Capital => (CAPITAL_KM, CAPITAL_UNCERTAINTY_KM),
            };
            uncertainty_km < most_km && ground_km(chord2(here, centre.vector())) <= km
        };
        known.points.iter().find(near).map(|(of, _)| *of)
    }
}

impl Country {
    /// `AD<tab>468<tab>country 42.5,1.5<tab>capital 42.51,1.52`.
    fn read(line: &'static str) -> Option<(&'static str, Self)> {
        let mut cells = line.split('\t');
        let (code, area) = (cells.next()?, cells.next()?.parse::<f64>().ok()?);
        let points = cells.filter_map(|cell| {
            let (of, point) = cell.split_once(' ')?;
            let (latitude, longitude) = point.split_once(',')?;
            Some((of.parse().ok()?, Point::new(latitude.parse().ok()?, longitude.parse().ok()?)?))
        });
        Some((code, Self { root_of_area_km: area.sqrt(), points: points.collect() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_country_is_found_unless_the_uncertainty_says_that_it_is_one() {
        let centres = Centres::load();
        let of = |latitude: f64, longitude: f64, country: &str, uncertainty_m: Option<u32>| {
            centres.of(Point::new(latitude, longitude).unwrap(), country, uncertainty_m)
        };
        let (country, capital) = (Some(CentreOf::Country), Some(CentreOf::Capital));
        assert_eq!(of(51.0, 9.0, "DE", None), country, "as the World Factbook has it");
        assert_eq!(of(51.0, 9.0, "DE", Some(100_000)), country);
        assert_eq!(of(51.0, 9.0, "DE", Some(300_000)), None, "half of the root of 357,000 km² is 299 km");
        assert_eq!(of(51.0, 9.08, "DE", None), None, "5.6 km away");
        assert_eq!(of(51.0, 9.0, "FR", None), None);
        assert_eq!(of(52.524_37, 13.410_53, "DE", None), capital);
        assert_eq!(of(52.524_37, 13.415, "DE", None), None, "303 m away");
        assert_eq!(of(52.524_37, 13.410_53, "DE", Some(20_000)), None);
        assert_eq!(of(1.366_67, 103.8, "SG", None), country);
        assert_eq!(of(1.32, 103.9, "SG", None), None, "7 km away");
        let points = centres.0.values().map(|country| country.points.len()).sum::<usize>();
        assert!(centres.0.len() == 250 && points > 700, "{points} points are read");
    }
}
