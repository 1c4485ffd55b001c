//! Polygons with attributes from a GeoPackage: its only table of features.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};

use super::{CONVERT, Feature, wkb};

/// The features of the file. The error says what is wrong with it.
pub fn features(path: &Path) -> Result<Vec<Feature>, String> {
    read(path).unwrap_or_else(|err| Err(format!("it is no GeoPackage: {err}")))
}

fn read(path: &Path) -> rusqlite::Result<Result<Vec<Feature>, String>> {
    let database =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // The file is not trusted: no functions in its views and triggers.
    database.execute_batch("PRAGMA trusted_schema = OFF")?;
    let mut tables = database.prepare("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns")?;
    let tables: Vec<(String, String, i64)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let [(table, column, srs)] = &tables[..] else {
        let names: Vec<&str> = tables.iter().map(|(name, ..)| name.as_str()).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return Ok(Err(format!(
            "it must have one table of features, and has {names}; ogr2ogr one.gpkg FILE TABLE makes one"
        )));
    };
    if *srs != 4326 {
        return Ok(Err(format!("the coordinates of {table} are in the system {srs}: {CONVERT}")));
    }
    let quoted = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
    let mut select = database.prepare(&quoted)?;
    let names: Vec<String> = select.column_names().map(ToOwned::to_owned).collect();
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        match feature(row, &names, column)? {
            Ok(feature) => found.push(feature),
            Err(why) => return Ok(Err(format!("feature {}: {why}", found.len() + 1))),
        }
    }
    Ok(Ok(found))
}

fn feature(row: &Row, names: &[String], column: &str) -> rusqlite::Result<Result<Feature, String>> {
    let mut feature = Feature::default();
    for (at, name) in names.iter().enumerate() {
        let value = row.get_ref(at)?;
        if name == column {
            match value {
                ValueRef::Null => {}
                ValueRef::Blob(bytes) => match geometry(bytes) {
                    Ok(polygons) => feature.polygons = polygons,
                    Err(why) => return Ok(Err(why)),
                },
                _ => return Ok(Err("its geometry is no blob".to_owned())),
            }
            continue;
        }
        let text = match value {
            ValueRef::Text(text) => String::from_utf8_lossy(text).trim().to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Real(number) => number.to_string(),
            ValueRef::Null | ValueRef::Blob(_) => continue,
        };
        if !text.is_empty() {
            feature.attributes.insert(name.clone(), text);
        }
    }
    Ok(Ok(feature))
}

/// A geometry after the standard's header, whose flags say how long the box in it is.
fn geometry(bytes: &[u8]) -> Result<Vec<super::Rings>, String> {
    let short = || "its geometry has no header of a GeoPackage".to_owned();
    let flags = *bytes.get(3).filter(|_| bytes.starts_with(b"GP")).ok_or_else(short)?;
    let numbers = match flags >> 1 & 7 {
        0 => 0,
        1 => 4,
        2 | 3 => 6,
        4 => 8,
        _ => return Err(short()),
    };
    // An empty geometry.
    if flags >> 4 & 1 == 1 {
        return Ok(Vec::new());
    }
    wkb::polygons(bytes.get(8 + numbers * 8..).ok_or_else(short)?)
}
