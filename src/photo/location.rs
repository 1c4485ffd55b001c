//! The coordinates of a photo, and their country, subdivision and city.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The origin of coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LocationOrigin {
    /// The source's own geotag.
    #[default]
    Source,
    /// The file's EXIF.
    Exif,
    /// A place named in the title; approximate.
    Title,
}

/// Coordinates, WGS 84 (Darwin Core `decimalLatitude`, `decimalLongitude`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees, -90..=90.
    pub latitude: f64,
    /// Degrees, -180..=180.
    pub longitude: f64,
    /// Darwin Core `coordinateUncertaintyInMeters`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty_m: Option<u32>,
    /// Flickr's accuracy, 1 (world) ..= 16 (street), if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<u8>,
    /// The origin of coordinates.
    #[serde(default)]
    pub origin: LocationOrigin,
    /// Whether the source moved the coordinates on purpose to protect the place; `uncertainty_m` is the distance.
    #[serde(default, skip_serializing_if = "is_false")]
    pub obscured: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Location {
    /// Coordinates from a source. `None` if they are invalid: 0,0 (Flickr's "missing"), out of range or
    /// not a number.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let sane = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        let missing = latitude == 0.0 && longitude == 0.0;
        (sane && !missing).then(|| Self { latitude, longitude, ..Self::default() })
    }
}

/// The country, subdivision and city of a location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// ISO 3166-1 alpha-2, by polygon; absent at sea and in the unclaimed part of Antarctica.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The country's English name (ISO 3166).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_name: Option<String>,
    /// Every ISO code whose polygon contains the point (`HK`, `CN`), the smallest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// State or province, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<Subdivision>,
    /// The nearest populated place in that country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<City>,
    /// Whether the point is at sea.
    pub at_sea: bool,
    /// Distance from land in kilometres, if at sea.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offshore_km: Option<f64>,
    /// Name of the sea, if at sea and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sea: Option<String>,
    /// Whether another country is within the coordinates' uncertainty.
    pub border_uncertain: bool,
    /// The place data, with versions.
    pub data_version: String,
}

/// How a subdivision was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubdivisionOrigin {
    /// The point is in its polygon.
    Polygon,
    /// The nearest populated place is in it.
    Nearest,
}

/// A state or province.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subdivision {
    /// ISO 3166-2 (`MY-12`) by polygon, or GeoNames' `CC.admin1` by nearest place.
    pub code: String,
    /// Its name, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How it was found.
    pub origin: SubdivisionOrigin,
}

/// A populated place of GeoNames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct City {
    /// Its name.
    pub name: String,
    /// GeoNames id.
    pub geonameid: u32,
    /// Great-circle distance from the photo, kilometres.
    pub distance_km: f64,
    /// Compass direction from the place to the photo (`SE`): "12 km SE of X".
    pub direction: String,
}

/// A box on the globe: degrees, WGS 84; `min_lon > max_lon` crosses the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bbox {
    /// West edge, -180..=180.
    pub min_lon: f64,
    /// South edge, -90..=90.
    pub min_lat: f64,
    /// East edge, -180..=180.
    pub max_lon: f64,
    /// North edge, -90..=90.
    pub max_lat: f64,
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
        let [min_lon, min_lat, max_lon, max_lat] = numbers;
        for lon in [min_lon, max_lon] {
            if !(-180.0..=180.0).contains(&lon) {
                return Err(BboxError(format!("longitude {lon} is outside -180..180")));
            }
        }
        for lat in [min_lat, max_lat] {
            if !(-90.0..=90.0).contains(&lat) {
                return Err(BboxError(format!("latitude {lat} is outside -90..90")));
            }
        }
        if min_lat >= max_lat {
            return Err(BboxError(format!("the south edge {min_lat} is not below the north edge {max_lat}")));
        }
        if (min_lon - max_lon).abs() < f64::EPSILON {
            return Err(BboxError(format!("west and east edge are both {min_lon}")));
        }
        Ok(Self { min_lon, min_lat, max_lon, max_lat })
    }
}

impl fmt::Display for Bbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.min_lon, self.min_lat, self.max_lon, self.max_lat)
    }
}

impl Bbox {
    /// The box as one or two boxes that do not cross the antimeridian.
    pub fn parts(&self) -> Vec<Self> {
        if self.min_lon <= self.max_lon {
            return vec![*self];
        }
        let east = Self { max_lon: 180.0, ..*self };
        let west = Self { min_lon: -180.0, ..*self };
        [east, west].into_iter().filter(|part| part.min_lon < part.max_lon).collect()
    }

    /// Whether the point is in the box, including its edges.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        (self.min_lat..=self.max_lat).contains(&latitude)
            && self.parts().iter().any(|part| (part.min_lon..=part.max_lon).contains(&longitude))
    }
}
