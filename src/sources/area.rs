//! The area of a search: a box, a circle, a country or polygons of a file. Services are asked by box; here the photos
//! outside the exact area are left out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

use crate::hash::sha256_hex;
use crate::layers::METRES_PER_DEGREE;
use crate::photo::area::{Ring, distance_m, extremes};
use crate::photo::{Bbox, country};
use crate::places::{Atlas, country_boxes};

/// An area of a search.
#[derive(Clone, Debug, PartialEq)]
pub enum Area {
    /// `-b`: a box; the edges belong to it.
    Box(Bbox),
    /// `--near`: a circle by great-circle distance.
    Near {
        /// Of the centre, degrees.
        latitude: f64,
        /// Of the centre, degrees.
        longitude: f64,
        /// The radius in kilometres.
        radius_km: f64,
    },
    /// `--country`: ISO 3166-1 alpha-2. Its waters of 12 nautical miles belong to it.
    Country(&'static str),
    /// `--polygon`: the polygons of a GeoJSON file.
    Polygons(Arc<Polygons>),
}

/// The polygons of a GeoJSON file (RFC 7946): `[longitude, latitude]`, straight edges in these coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygons {
    /// The file's name and the start of its SHA-256: `sabah.geojson#0a1b2c3d4e5f`.
    name: String,
    /// Rings of each polygon: the first is the outline, the others are holes.
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// A file that is no area.
#[derive(Debug, Error)]
pub enum AreaError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Its content is no GeoJSON with polygons.
    #[error("{0}")]
    Content(String),
}

/// An invalid circle. The message contains a valid example.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0}; a circle is latitude,longitude,kilometres, for example 5.84,118.1,50")]
pub struct NearError(&'static str);

/// A text that names no country.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoCountry {
    /// It names a part of one.
    #[error("{part} is a part of {country}")]
    PartOf {
        /// The part.
        part: String,
        /// The country's code, ISO 3166-1 alpha-2.
        code: String,
        /// The country's English name.
        country: String,
    },
    /// The tables do not know it.
    #[error("there is no such country")]
    Unknown {
        /// Codes and names of the countries that it may mean.
        near: Vec<(&'static str, &'static str)>,
    },
}

impl AreaError {
    /// What a file of an area has to be, for a person.
    pub const HINT: &'static str =
        "it takes GeoJSON (RFC 7946) with a Polygon or MultiPolygon in longitude and latitude";
}

impl NoCountry {
    /// What to write instead, for a person.
    pub fn hint(&self) -> String {
        match self {
            Self::PartOf { code, .. } => {
                format!("search in the country {code} for the whole of it, in a polygon for a part")
            }
            Self::Unknown { near } if near.is_empty() => {
                "write a code of ISO 3166-1, such as PH, or the country's name".to_owned()
            }
            Self::Unknown { near } => {
                let meant: Vec<String> = near.iter().map(|(code, name)| format!("{code} ({name})")).collect();
                format!("did you mean {}?", meant.join(" or "))
            }
        }
    }
}

impl Area {
    /// A circle as text: latitude, longitude and kilometres.
    pub fn near(text: &str) -> Result<Self, NearError> {
        let parts: Vec<&str> = text.split([',', ' ']).filter(|part| !part.is_empty()).collect();
        let &[latitude, longitude, radius] = &parts[..] else { return Err(NearError("it needs three numbers")) };
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let radius = number(radius.strip_suffix("km").unwrap_or(radius)).ok_or(NearError("its radius is no number"))?;
        let latitude = number(latitude).filter(|degrees| degrees.abs() <= 90.0);
        let longitude = number(longitude).filter(|degrees| degrees.abs() <= 180.0);
        if !(radius > 0.0 && radius <= 20_000.0) {
            return Err(NearError("its radius is not between 0 and 20,000 km"));
        }
        Ok(Self::Near {
            latitude: latitude.ok_or(NearError("its latitude is not between -90 and 90"))?,
            longitude: longitude.ok_or(NearError("its longitude is not between -180 and 180"))?,
            radius_km: radius,
        })
    }

    /// The country with this code, or name in a language that the tables know.
    pub fn country(text: &str) -> Result<Self, NoCountry> {
        let text = text.trim();
        if let Some(code) = country::code(text) {
            return Ok(Self::Country(code));
        }
        Err(match Atlas::load().country_with(text) {
            Some((code, part)) => {
                let country = country::name(code).unwrap_or(code);
                NoCountry::PartOf { part: part.to_owned(), code: code.to_owned(), country: country.to_owned() }
            }
            None => NoCountry::Unknown { near: country::nearest(text) },
        })
    }

    /// The polygons of a GeoJSON file.
    pub fn polygons(path: &Path) -> Result<Self, AreaError> {
        let bytes = std::fs::read(path)?;
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::polygons_of(&file_name, &bytes)
    }

    /// The polygons of GeoJSON that comes from a file of this name.
    pub fn polygons_of(file_name: &str, bytes: &[u8]) -> Result<Self, AreaError> {
        let name = format!("{file_name}#{}", &sha256_hex(bytes)[..12]);
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let value: Value = serde_json::from_slice(text).map_err(|err| {
            AreaError::Content(format!("it is not JSON: line {}, column {}", err.line(), err.column()))
        })?;
        let mut polygons = Vec::new();
        collect_polygons(&value, &mut polygons).map_err(AreaError::Content)?;
        if polygons.is_empty() {
            return Err(AreaError::Content("it has no Polygon or MultiPolygon".to_owned()));
        }
        Ok(Self::Polygons(Arc::new(Polygons { name, polygons })))
    }

    /// Boxes that contain the area; none crosses the antimeridian.
    pub fn boxes(&self) -> Vec<Bbox> {
        match self {
            Self::Box(bbox) => bbox.parts(),
            Self::Near { latitude, longitude, radius_km } => around(*latitude, *longitude, *radius_km).parts(),
            Self::Country(code) => country_boxes(code).iter().flat_map(Bbox::parts).collect(),
            Self::Polygons(polygons) => polygons.boxes(),
        }
    }

    /// Whether a point (degrees) is in the area.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        match self {
            Self::Box(bbox) => bbox.holds(latitude, longitude),
            Self::Near { latitude: lat, longitude: lon, radius_km } => {
                distance_m((latitude, longitude), (*lat, *lon)) <= radius_km * 1000.0
            }
            Self::Country(code) => Atlas::load().place(latitude, longitude, None).country.as_deref() == Some(code),
            Self::Polygons(polygons) => polygons.holds(latitude, longitude),
        }
    }
}

impl fmt::Display for Area {
    /// `box:116,4,127,22`, `near:5.84,118.1,50km`, `country:PH`, `polygon:sabah.geojson#0a1b2c3d4e5f`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Box(bbox) => write!(f, "box:{bbox}"),
            Self::Near { latitude, longitude, radius_km } => write!(f, "near:{latitude},{longitude},{radius_km}km"),
            Self::Country(code) => write!(f, "country:{code}"),
            Self::Polygons(polygons) => write!(f, "polygon:{}", polygons.name),
        }
    }
}

impl Polygons {
    fn holds(&self, latitude: f64, longitude: f64) -> bool {
        self.polygons.iter().any(|rings| {
            let mut holds = rings.iter().map(|ring| Ring::of(ring).holds(latitude, longitude));
            holds.next().unwrap_or(false) && !holds.any(|in_hole| in_hole)
        })
    }

    /// One box for each polygon, merged where they overlap or touch.
    fn boxes(&self) -> Vec<Bbox> {
        let mut boxes: Vec<Bbox> = Vec::new();
        for part in self.polygons.iter().filter_map(|rings| bounds(rings.first()?)).flat_map(|bbox| bbox.parts()) {
            add_merged(part, &mut boxes);
        }
        boxes
    }
}

/// Adds a box to some that do not overlap; those that it touches are merged with it.
fn add_merged(mut bbox: Bbox, boxes: &mut Vec<Bbox>) {
    let touches = |a: &Bbox, b: &Bbox| a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
    while let Some(at) = boxes.iter().position(|other| touches(other, &bbox)) {
        let other = boxes.swap_remove(at);
        bbox = Bbox {
            west: bbox.west.min(other.west),
            south: bbox.south.min(other.south),
            east: bbox.east.max(other.east),
            north: bbox.north.max(other.north),
        };
    }
    boxes.push(bbox);
}

/// The box of a ring, whose longitudes may run past 180.
fn bounds(ring: &[[f64; 2]]) -> Option<Bbox> {
    let ends = |axis: usize| extremes(ring.iter().map(move |corner| corner[axis]));
    let ((west, east), (south, north)) = (ends(0), ends(1));
    if !(west < east && south < north) {
        return None;
    }
    let turned = |longitude: f64| {
        if longitude.abs() <= 180.0 { longitude } else { (longitude + 180.0).rem_euclid(360.0) - 180.0 }
    };
    let (west, east) = if east - west >= 360.0 { (-180.0, 180.0) } else { (turned(west), turned(east)) };
    Some(Bbox { west, south: south.max(-90.0), east, north: north.min(90.0) })
}

/// The box around a circle.
fn around(latitude: f64, longitude: f64, radius_km: f64) -> Bbox {
    // A little more than the radius, for the rounding of degrees.
    let degrees = radius_km * 1001.0 / METRES_PER_DEGREE;
    let (south, north) = (latitude - degrees, latitude + degrees);
    if south <= -90.0 || north >= 90.0 {
        return Bbox { west: -180.0, south: south.max(-90.0), east: 180.0, north: north.min(90.0) };
    }
    // The meridian that touches the circle: sin(dlon) = sin(r) / cos(lat).
    let sine = degrees.to_radians().sin() / latitude.to_radians().cos();
    if degrees >= 90.0 || sine >= 1.0 {
        return Bbox { west: -180.0, south, east: 180.0, north };
    }
    let width = sine.asin().to_degrees();
    let turned = |degrees: f64| (degrees + 540.0).rem_euclid(360.0) - 180.0;
    Bbox { west: turned(longitude - width), south, east: turned(longitude + width), north }
}

/// Adds the polygons of a GeoJSON object: a geometry, a feature, or a collection of them.
fn collect_polygons(value: &Value, found: &mut Vec<Vec<Vec<[f64; 2]>>>) -> Result<(), String> {
    let list = |key: &str| value.get(key).and_then(Value::as_array).into_iter().flatten();
    let coordinates = value.get("coordinates").unwrap_or(&Value::Null);
    match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => list("features").try_for_each(|feature| collect_polygons(feature, found)),
        Some("GeometryCollection") => list("geometries").try_for_each(|geometry| collect_polygons(geometry, found)),
        Some("Feature") => match value.get("geometry") {
            None | Some(Value::Null) => Ok(()),
            Some(geometry) => collect_polygons(geometry, found),
        },
        Some("Polygon") => {
            found.push(rings(coordinates)?);
            Ok(())
        }
        Some("MultiPolygon") => {
            let polygons = coordinates.as_array().ok_or("a MultiPolygon has no list of coordinates")?;
            polygons.iter().try_for_each(|polygon| {
                found.push(rings(polygon)?);
                Ok(())
            })
        }
        // Points and lines enclose nothing.
        Some("Point" | "MultiPoint" | "LineString" | "MultiLineString") => Ok(()),
        Some(other) => Err(format!("\"{other}\" is no type of GeoJSON")),
        None => Err("it is not GeoJSON: an object has no \"type\"".to_owned()),
    }
}

fn rings(value: &Value) -> Result<Vec<Vec<[f64; 2]>>, String> {
    let rings = value.as_array().filter(|rings| !rings.is_empty()).ok_or("a polygon has no rings")?;
    rings.iter().map(ring).collect()
}

fn ring(value: &Value) -> Result<Vec<[f64; 2]>, String> {
    let corner = |value: &Value| {
        let number = |at: usize| value.get(at).and_then(Value::as_f64).filter(|number| number.is_finite());
        let (longitude, latitude) = (number(0)?, number(1)?);
        (latitude.abs() <= 90.0 && longitude.abs() <= 540.0).then_some([longitude, latitude])
    };
    let corners: Option<Vec<[f64; 2]>> = value.as_array().and_then(|corners| corners.iter().map(corner).collect());
    let corners = corners.ok_or(
        "a corner is no pair of longitude and latitude in degrees; GeoJSON has the longitude first, in WGS 84",
    )?;
    if corners.len() < 4 { Err("a ring has fewer than four corners".to_owned()) } else { Ok(corners) }
}
