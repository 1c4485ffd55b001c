//! Polygons with attributes from GeoJSON (RFC 7946).

use serde_json::Value;

use super::{CONVERT, Feature, Rings, corner};

/// The features of a collection. The error says what is wrong with the file.
pub fn features(bytes: &[u8]) -> Result<Vec<Feature>, String> {
    let value: Value = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|err| format!("it is no GeoJSON: {err}"))?;
    if let Some(name) = value.pointer("/crs/properties/name").and_then(Value::as_str)
        && !["CRS84", "4326"].iter().any(|known| name.ends_with(known))
    {
        return Err(format!("its coordinates are {name}: {CONVERT}"));
    }
    let list = match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => value.get("features").and_then(Value::as_array),
        _ => None,
    };
    let list = list.ok_or("it is no FeatureCollection of GeoJSON: there is no list of features")?;
    let numbered = list.iter().enumerate();
    numbered.map(|(nth, one)| feature(one).map_err(|why| format!("feature {}: {why}", nth + 1))).collect()
}

fn feature(value: &Value) -> Result<Feature, String> {
    let given = value.get("properties").and_then(Value::as_object);
    let attributes = given.into_iter().flatten().filter_map(attribute).collect();
    let geometry = value.get("geometry").filter(|geometry| !geometry.is_null());
    let polygons = geometry.map_or_else(|| Ok(Vec::new()), polygons)?;
    Ok(Feature { attributes, polygons })
}

/// An attribute that is a text or a number.
fn attribute((name, value): (&String, &Value)) -> Option<(String, String)> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then(|| (name.clone(), text))
}

fn polygons(geometry: &Value) -> Result<Vec<Rings>, String> {
    let coordinates = geometry.get("coordinates");
    let list = |value: Option<&Value>| {
        value.and_then(Value::as_array).cloned().ok_or_else(|| "its coordinates are no list".to_owned())
    };
    match geometry.get("type").and_then(Value::as_str) {
        Some("Polygon") => Ok(vec![rings(&list(coordinates)?)?]),
        Some("MultiPolygon") => list(coordinates)?.iter().map(|one| rings(&list(Some(one))?)).collect(),
        Some("GeometryCollection") => {
            let parts = list(geometry.get("geometries"))?;
            Ok(parts.iter().map(polygons).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        }
        Some(other) => Err(format!("its geometry is a {other}, not a polygon")),
        None => Err("its geometry has no type".to_owned()),
    }
}

fn rings(list: &[Value]) -> Result<Rings, String> {
    let point = |value: &Value| {
        let number = |at: usize| value.get(at).and_then(Value::as_f64);
        let (longitude, latitude) = number(0).zip(number(1)).ok_or("a corner is no pair of numbers")?;
        corner(longitude, latitude)
    };
    let ring = |value: &Value| {
        let corners = value.as_array().ok_or("a ring is no list of corners")?;
        corners.iter().map(point).collect::<Result<Vec<_>, String>>()
    };
    list.iter().map(ring).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_collection_of_polygons_in_degrees_is_refused_and_named() {
        let collection = |geometry: &str| {
            format!(r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature", "geometry": {geometry}}}]}}"#)
        };
        for (text, why) in [
            ("{", "no GeoJSON"),
            (r#"{"type": "Feature"}"#, "no FeatureCollection"),
            (
                r#"{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:3857"}}, "features": []}"#,
                "EPSG:3857",
            ),
            (&collection(r#"{"type": "Point", "coordinates": [1, 2]}"#), "feature 1: its geometry is a Point"),
            (&collection(r#"{"type": "Polygon", "coordinates": [[[400000, 5000000]]]}"#), "ogr2ogr -t_srs EPSG:4326"),
            (&collection(r#"{"type": "Polygon", "coordinates": [[["a", 5]]]}"#), "no pair of numbers"),
            (&collection(r#"{"type": "Polygon"}"#), "no list"),
        ] {
            let error = features(text.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        let one = features(collection("null").as_bytes()).unwrap();
        assert!(one[0].polygons.is_empty() && one[0].attributes.is_empty());
    }
}
