//! Rasters of classes, with a table of their names or without, and rasters of numbers with a unit.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use csv::ReaderBuilder;

use super::{Class, Contents, Given};
use crate::error_chain::error_chain;
use crate::layers::Raster;

/// Most classes.
const MOST: usize = 1000;

pub fn check(given: &Given) -> Result<Contents, String> {
    let raster = open(given.bytes()?, given.path)?;
    if let Some(unit) = given.described.unit.as_deref().map(str::trim) {
        return numbers(&raster, unit, given);
    }
    let values = raster.distinct(MOST).ok_or_else(|| {
        format!("it has more than {MOST} different values, so that they are no classes; if they are numbers, such as elevation, say in which unit: --unit m")
    })?;
    let mut classes = given.described.classes.as_deref().map_or_else(|| Ok(Vec::new()), table)?;
    for value in values {
        if classes.iter().all(|class| class.value.total_cmp(&value).is_ne()) {
            classes.push(Class { value, name: value.to_string() });
        }
    }
    if classes.is_empty() {
        return Err("none of its pixels has a value".to_owned());
    }
    let counts = BTreeMap::from([("classes".to_owned(), classes.len() as u64)]);
    Ok(Contents { counts, classes, ..Contents::default() })
}

fn numbers(raster: &Raster, unit: &str, given: &Given) -> Result<Contents, String> {
    if given.described.classes.is_some() {
        return Err("it has classes or numbers: --classes or --unit".to_owned());
    }
    if unit.is_empty() {
        return Err("the unit of its numbers is empty".to_owned());
    }
    let (least, greatest) = raster.range().ok_or("none of its pixels has a value")?;
    Ok(Contents {
        unit: Some(unit.to_owned()),
        remarks: vec![format!("numbers from {least} to {greatest} {unit}")],
        ..Contents::default()
    })
}

/// The raster of a file.
pub fn open(bytes: &[u8], path: &Path) -> Result<Raster, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Raster::read(Cursor::new(bytes), &name).map_err(|err| error_chain(&err))
}

/// A table of two columns, value and name, separated by commas, semicolons or tabs; a first line without a number names them.
fn table(bytes: &[u8]) -> Result<Vec<Class>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let separator = *b"\t;,".iter().find(|separator| first.contains(separator)).unwrap_or(&b',');
    let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(bytes);
    let mut classes: Vec<Class> = Vec::new();
    for (nth, row) in rows.records().enumerate() {
        let row = row.map_err(|err| format!("the table of classes cannot be read: {err}"))?;
        let value: Option<f64> = row.get(0).and_then(|text| text.trim().parse().ok());
        let name = row.get(1).map(str::trim).filter(|name| !name.is_empty());
        match (value, name) {
            (Some(value), Some(name)) => classes.push(Class { value: value + 0.0, name: name.to_owned() }),
            _ if nth == 0 => {}
            _ => return Err(format!("line {} of the table of classes is no value and name", nth + 1)),
        }
    }
    Ok(classes)
}
