//! Polygons with names, from GeoJSON or a GeoPackage.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::{Contents, Given};
use crate::layers::polygons::{Feature, Polygons, geojson_features, geopackage_features};
use crate::photo::suggest::did_you_mean;

/// The first bytes of a GeoPackage, which is a SQLite database.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// The first bytes of a shapefile.
const SHAPE: &[u8] = &[0, 0, 0x27, 0x0a];
/// What to do with a shapefile.
pub const SHAPEFILE: &str =
    "it is a shapefile, which is not read; convert it first: ogr2ogr -t_srs EPSG:4326 converted.gpkg FILE.shp (GDAL)";

/// Whether the bytes are a GeoPackage or JSON.
pub fn are_features(bytes: &[u8]) -> bool {
    bytes.starts_with(SQLITE) || bytes.trim_ascii_start().starts_with(b"{")
}

/// Fails if the bytes are a shapefile or an archive with one.
pub fn no_shapefile(bytes: &[u8], path: &Path) -> Result<(), String> {
    let is_part =
        path.extension().is_some_and(|ending| ["shp", "dbf", "shx"].iter().any(|own| ending.eq_ignore_ascii_case(own)));
    let has_one = bytes.starts_with(b"PK\x03\x04") && contains(bytes, b".shp");
    if is_part || has_one || bytes.starts_with(SHAPE) { Err(SHAPEFILE.to_owned()) } else { Ok(()) }
}

/// Whether an archive names a file with this ending; names are not packed.
fn contains(bytes: &[u8], ending: &[u8]) -> bool {
    memchr::memmem::find(bytes, ending).is_some()
}

/// The features of a file.
pub fn features(bytes: &[u8], path: &Path) -> Result<Vec<Feature>, String> {
    no_shapefile(bytes, path)?;
    if bytes.starts_with(SQLITE) { geopackage_features(path) } else { geojson_features(bytes) }
}

pub fn check(given: &Given) -> Result<Contents, String> {
    let features = features(given.bytes()?, given.path)?;
    let polygons: usize = features.iter().map(|feature| feature.polygons.len()).sum();
    if polygons == 0 {
        return Err("it has no polygons".to_owned());
    }
    let field = name_field(&features, given.described.name_field.as_deref())?;
    let (names, _) = areas(features, field.as_deref());
    let counts = BTreeMap::from([("areas".to_owned(), names.len() as u64), ("polygons".to_owned(), polygons as u64)]);
    Ok(Contents { counts, name_field: field, ..Contents::default() })
}

/// The areas of a file that was checked: their names, and the polygons.
pub fn open(bytes: &[u8], path: &Path, field: Option<&str>) -> Result<(Vec<String>, Polygons), String> {
    let (names, parts) = areas(features(bytes, path)?, field);
    Ok((names, Polygons::new(parts)))
}

/// A number of an area, and one of its polygons.
type Parts = Vec<(u32, crate::layers::polygons::Rings)>;

/// Names and polygons: features of one name are one area. A feature without a name is one by its number, from 1.
fn areas(features: Vec<Feature>, field: Option<&str>) -> (Vec<String>, Parts) {
    let (mut names, mut numbers, mut parts) = (Vec::new(), HashMap::new(), Vec::new());
    for (nth, mut feature) in features.into_iter().enumerate().filter(|(_, feature)| !feature.polygons.is_empty()) {
        let named = field.and_then(|field| feature.attributes.remove(field));
        let name = named.unwrap_or_else(|| format!("feature {}", nth + 1));
        let number = *numbers.entry(name).or_insert_with_key(|name| {
            names.push(name.clone());
            names.len() as u32 - 1
        });
        parts.extend(feature.polygons.into_iter().map(|rings| (number, rings)));
    }
    (names, parts)
}

/// The attribute that names the areas: the wanted one, else `name`, else one whose name ends in `name`, else any text; of
/// these the one with most different values. `None` if no attribute is a text.
fn name_field(features: &[Feature], wanted: Option<&str>) -> Result<Option<String>, String> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in features.iter().flat_map(|feature| &feature.attributes) {
        values.entry(name).or_default().insert(value);
    }
    if let Some(wanted) = wanted {
        if values.contains_key(wanted) {
            return Ok(Some(wanted.to_owned()));
        }
        let known: Vec<&str> = values.keys().copied().collect();
        let meant = did_you_mean(wanted, known.iter().copied());
        return Err(format!("its features have no attribute {wanted}{meant}; they have {}", known.join(", ")));
    }
    let is_text = |values: &BTreeSet<&str>| values.iter().any(|value| value.parse::<f64>().is_err());
    let rank = |name: &str| match name.to_lowercase().as_str() {
        "name" => 2,
        name if name.ends_with("name") => 1,
        _ => 0,
    };
    let texts = values.iter().filter(|(_, values)| is_text(values));
    // Of equal ones the first in the order of the alphabet.
    let best = texts.rev().max_by_key(|(name, values)| (rank(name), values.len()));
    Ok(best.map(|(name, _)| (*name).to_owned()))
}
