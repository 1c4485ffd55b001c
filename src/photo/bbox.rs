//! Boxes on the globe.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::area::in_longitudes;

/// A box on the globe: degrees, WGS 84; `west > east` crosses the antimeridian. As text: `west,south,east,north`.
/// Serialised it is a list of the four.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 4]", into = "[f64; 4]")]
pub struct Bbox {
    /// West edge, -180..=180.
    pub west: f64,
    /// South edge, -90..=90.
    pub south: f64,
    /// East edge, -180..=180.
    pub east: f64,
    /// North edge, -90..=90.
    pub north: f64,
}

/// An invalid box. The message contains the reason and a valid example.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0}\nA box has four numbers, west south east north: -b \"116 4 127 22\" (longitude -180..180, latitude -90..90; west > east crosses the antimeridian)"
)]
pub struct BboxError(String);

impl FromStr for Bbox {
    type Err = BboxError;

    fn from_str(text: &str) -> Result<Self, BboxError> {
        let parts: Vec<&str> = text.split([' ', ',', '\t']).filter(|part| !part.is_empty()).collect();
        let mut numbers = [0.0_f64; 4];
        if parts.len() != 4 {
            return Err(BboxError(format!("expected 4 numbers, found {} in \"{text}\"", parts.len())));
        }
        for (number, part) in numbers.iter_mut().zip(&parts) {
            *number = part.parse().map_err(|_| BboxError(format!("\"{part}\" is not a number")))?;
        }
        let [west, south, east, north] = numbers;
        for lon in [west, east] {
            if !(-180.0..=180.0).contains(&lon) {
                return Err(BboxError(format!("longitude {lon} is outside -180..180")));
            }
        }
        for lat in [south, north] {
            if !(-90.0..=90.0).contains(&lat) {
                return Err(BboxError(format!("latitude {lat} is outside -90..90")));
            }
        }
        if south >= north {
            return Err(BboxError(format!("the south edge {south} is not below the north edge {north}")));
        }
        if (west - east).abs() < f64::EPSILON {
            return Err(BboxError(format!("west and east edge are both {west}")));
        }
        Ok(Self { west, south, east, north })
    }
}

impl fmt::Display for Bbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.west, self.south, self.east, self.north)
    }
}

impl Bbox {
    /// The box as one or two boxes that do not cross the antimeridian.
    pub fn parts(&self) -> Vec<Self> {
        if self.west <= self.east {
            return vec![*self];
        }
        let east = Self { east: 180.0, ..*self };
        let west = Self { west: -180.0, ..*self };
        [east, west].into_iter().filter(|part| part.west < part.east).collect()
    }

    /// Whether a point (degrees) is in the box, edges included; longitudes -180 and 180 are the same.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        (self.south..=self.north).contains(&latitude) && in_longitudes(longitude, self.west, self.east)
    }

    /// Four boxes of the same size, without a box that crosses the antimeridian.
    pub fn quarters(&self) -> [Self; 4] {
        let (middle_lon, middle_lat) = (f64::midpoint(self.west, self.east), f64::midpoint(self.south, self.north));
        [
            Self { east: middle_lon, north: middle_lat, ..*self },
            Self { west: middle_lon, north: middle_lat, ..*self },
            Self { east: middle_lon, south: middle_lat, ..*self },
            Self { west: middle_lon, south: middle_lat, ..*self },
        ]
    }

    /// The edges: west, south, east, north.
    pub fn edges(&self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

impl From<[f64; 4]> for Bbox {
    /// The box with these edges: west, south, east, north.
    fn from([west, south, east, north]: [f64; 4]) -> Self {
        Self { west, south, east, north }
    }
}

impl From<Bbox> for [f64; 4] {
    fn from(bbox: Bbox) -> Self {
        bbox.edges()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Bbox;

    /// A valid box.
    fn boxes() -> impl Strategy<Value = Bbox> {
        let edges = (-180.0..=180.0_f64, -90.0..90.0_f64, -180.0..=180.0_f64, -90.0..=90.0_f64);
        let valid = |(west, south, east, north): (f64, f64, f64, f64)| {
            let (south, north) = if south < north { (south, north) } else { (north, south) };
            Bbox { west, south, east, north }
        };
        edges.prop_map(valid).prop_filter("it has a width and a height", |bbox| {
            (bbox.west - bbox.east).abs() > 1e-9 && bbox.south < bbox.north
        })
    }

    #[test]
    fn four_numbers_in_any_notation_are_a_box_and_what_is_wrong_is_told() {
        let same = Bbox { west: 116.0, south: 4.0, east: 127.0, north: 22.5 };
        for text in ["116,4,127,22.5", "116 4 127 22.5", " 116.0,\t4, 127 ,2.25e1"] {
            assert_eq!(text.parse::<Bbox>(), Ok(same), "{text}");
        }
        assert_eq!(same.to_string(), "116,4,127,22.5");
        for (wrong, told) in [
            ("", "found 0"),
            ("1,2,3", "found 3"),
            ("1,2,3,x", "\"x\" is not a number"),
            ("181,0,1,1", "longitude 181 is outside"),
            ("0,-91,1,1", "latitude -91 is outside"),
            ("0,2,1,1", "is not below"),
            ("5,0,5,1", "are both 5"),
            ("nan,0,5,1", "is outside"),
        ] {
            assert!(wrong.parse::<Bbox>().unwrap_err().to_string().contains(told), "{wrong}");
        }
    }

    #[test]
    fn a_box_across_the_antimeridian_has_two_parts_that_hold_the_same() {
        let fiji: Bbox = "170,-20,-170,-10".parse().unwrap();
        assert_eq!(
            fiji.parts().iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["170,-20,180,-10", "-180,-20,-170,-10"]
        );
        for (longitude, inside) in [(175.0, true), (180.0, true), (-180.0, true), (-175.0, true), (0.0, false)] {
            assert_eq!(fiji.holds(-15.0, longitude), inside, "{longitude}");
            assert_eq!(fiji.parts().iter().any(|part| part.holds(-15.0, longitude)), inside, "{longitude}");
        }
        assert!(!fiji.holds(-9.0, 175.0));
    }

    proptest! {
        #[test]
        fn a_box_reads_as_it_is_written(bbox in boxes()) {
            prop_assert_eq!(bbox.to_string().parse::<Bbox>(), Ok(bbox));
            let json = serde_json::to_string(&bbox).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&bbox.edges()).unwrap());
            prop_assert_eq!(serde_json::from_str::<Bbox>(&json).unwrap(), bbox);
        }

        #[test]
        fn quarters_and_parts_hold_what_the_box_holds(
            bbox in boxes(), latitude in -90.0..=90.0_f64, longitude in -180.0..=180.0_f64,
        ) {
            let inside = bbox.holds(latitude, longitude);
            let parts = bbox.parts();
            prop_assert_eq!(parts.iter().any(|part| part.holds(latitude, longitude)), inside);
            let quarters = parts.iter().flat_map(Bbox::quarters);
            prop_assert_eq!(quarters.into_iter().any(|quarter| quarter.holds(latitude, longitude)), inside);
        }
    }
}
