//! The coordinates of a photo, and their country, subdivision and city.

use canonical::Canonical;
use serde::{Deserialize, Serialize};

use super::vocabulary::{OrUnknown, vocabulary};

vocabulary! {
    /// The origin of coordinates.
    #[derive(Default)]
    pub enum LocationOrigin {
        /// The source's own geotag.
        #[default]
        Source = "source",
        /// The EXIF or XMP of a file in the user's own folder.
        Exif = "exif",
        /// A place named in the title; approximate.
        Title = "title",
    }
}

/// Half of the Earth's circumference, metres: no coordinates are more uncertain.
const MAX_UNCERTAINTY_M: f64 = 20_037_509.0;

/// Coordinates, WGS 84 (Darwin Core `decimalLatitude`, `decimalLongitude`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Canonical)]
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
    #[serde(default = "own_geotag")]
    pub origin: OrUnknown<LocationOrigin>,
    /// Metres above sea level, negative below (EXIF GPSAltitude).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_m: Option<f64>,
    /// Where the camera looked: degrees clockwise from true north, 0..=360 (EXIF GPSImgDirection).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction_deg: Option<f64>,
    /// Whether the source moved the coordinates on purpose to protect the place; `uncertainty_m` is the distance.
    #[serde(default, skip_serializing_if = "is_false")]
    pub obscured: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The origin of coordinates that a record does not name.
fn own_geotag() -> OrUnknown<LocationOrigin> {
    LocationOrigin::Source.into()
}

impl Default for Location {
    /// Coordinates 0,0 of the source.
    fn default() -> Self {
        Self {
            latitude: 0.0,
            longitude: 0.0,
            uncertainty_m: None,
            accuracy: None,
            origin: own_geotag(),
            altitude_m: None,
            direction_deg: None,
            obscured: false,
        }
    }
}

impl Location {
    /// Coordinates from a source. `None` if they are invalid: 0,0 (Flickr's "missing"), out of range or
    /// not a number.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let sane = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        let missing = latitude == 0.0 && longitude == 0.0;
        (sane && !missing).then(|| Self { latitude, longitude, ..Self::default() })
    }

    /// An uncertainty that a source states, in whole metres; `None` if it is not above 0 or more than half round the Earth.
    pub fn stated_uncertainty(metres: f64) -> Option<u32> {
        (metres > 0.0 && metres <= MAX_UNCERTAINTY_M).then_some(metres.ceil() as u32)
    }

    /// Coordinates that cannot be a place, as [`Photo::verbatim_coordinates`](super::Photo) has them; `None` if they can be one.
    pub fn verbatim(latitude: f64, longitude: f64) -> Option<String> {
        let is_stated = latitude.is_finite() && longitude.is_finite();
        (is_stated && Self::new(latitude, longitude).is_none()).then(|| format!("{latitude}, {longitude}"))
    }
}

/// The country, subdivision and city of a location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Place {
    /// ISO 3166-1 alpha-2, by polygon; absent at sea and in the unclaimed part of Antarctica.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The country's English name (ISO 3166).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_name: Option<String>,
    /// Every ISO code whose polygon contains the point (`HK`, `CN`), the smallest first; then who else claims it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// State or province, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<Subdivision>,
    /// The city, town or village that it is in, else the nearest one in that country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<City>,
    /// The quarter of the city, where one is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<City>,
    /// Whether the point is at sea.
    pub at_sea: bool,
    /// Distance from land in kilometres, if at sea.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offshore_km: Option<f64>,
    /// Name of the sea, if at sea and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sea: Option<String>,
    /// Whose middle the coordinates are, if they are that: not where it was taken, but what a gazetteer gave for a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre: Option<OrUnknown<CentreOf>>,
    /// The time zone of the coordinates (IANA): `Asia/Kuala_Lumpur`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whether another country is within the coordinates' uncertainty.
    pub border_uncertain: bool,
    /// The place data, with versions.
    pub data_version: String,
}

vocabulary! {
    /// What has the coordinates for its middle.
    pub enum CentreOf {
        /// A country.
        Country = "country",
        /// A capital.
        Capital = "capital",
    }
}

vocabulary! {
    /// How a subdivision was found.
    pub enum SubdivisionOrigin {
        /// The point is in its polygon.
        Polygon = "polygon",
        /// The nearest populated place is in it.
        Nearest = "nearest",
    }
}

/// A state or province.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct Subdivision {
    /// ISO 3166-2 (`MY-12`) by polygon, or GeoNames' `CC.admin1` by nearest place.
    pub code: String,
    /// Its name, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How it was found.
    pub origin: OrUnknown<SubdivisionOrigin>,
}

/// A populated place of GeoNames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Canonical)]
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
