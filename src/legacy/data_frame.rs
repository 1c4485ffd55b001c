//! A frame: rows with an index, as pandas has them. Its JSON is column by column: `{"column": {"0": value, ...}, ...}`.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter};
use serde_json::{Map, Value};

use super::csv;
use super::row::{DataFrameError, Row, columns};
use crate::sources::rows::encoding::{self, Remark};
use crate::sources::rows::json;

/// A table of the Python system.
#[derive(Clone, PartialEq)]
pub struct DataFrame {
    /// What the file or collection is called.
    pub name: String,
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// Whether all cells are text, as in a CSV. `None` is then a word, and numbers are strings.
    pub texts: bool,
    /// Whether words such as `None` in it are texts, not "not given".
    pub keep_na: bool,
    /// What a user should know about how it was read.
    pub notes: Vec<String>,
}

impl DataFrame {
    /// Reads a frame from a file's bytes. The content decides between JSON and CSV, not the file name. Bytes that are not
    /// UTF-8 cost only themselves, where the file is a frame.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, DataFrameError> {
        let decoded = encoding::decode(bytes, Some(encoding::Name::utf_8()));
        let text = decoded.text.trim_start_matches('\u{feff}');
        let mut notes = Vec::new();
        if let Some(Remark::BadBytes(encoding, line)) = decoded.remark {
            if !text.trim_start().starts_with('{') && !csv::is_one(text) {
                return Err(DataFrameError::new(format!("it is not {encoding} (in line {line})")));
            }
            notes.push(format!("line {line}: this is not {encoding}; what cannot be read is shown as \u{fffd}"));
        }
        let (rows, texts) = match text.trim_start().chars().next() {
            None => return Err(DataFrameError::new("it is empty")),
            Some('{') => (json_rows(text)?, false),
            Some('[') => {
                return Err(DataFrameError::new("it is a JSON list; pandas' to_json() writes an object of columns"));
            }
            Some(_) => (csv::rows(text)?, true),
        };
        Ok(Self { name: name.to_owned(), rows, texts, keep_na: false, notes })
    }
}

/// The rows of a frame's JSON, in the order in which the index first names them.
fn json_rows(text: &str) -> Result<Vec<Row>, DataFrameError> {
    let wrong = |err: serde_json::Error| {
        let at = format!("line {}, column {}", err.line(), err.column());
        DataFrameError::new(format!("it is not the JSON of a DataFrame ({} at {at})", category(&err)))
    };
    let columns = match json::value(text).map_err(wrong)? {
        Value::Object(columns) => columns,
        _ => Map::new(),
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (column, cells) in columns {
        let Value::Object(cells) = cells else {
            return Err(DataFrameError::new(
                "it is JSON, but not a DataFrame's: below each column there must be an object, {\"0\": value, ...}",
            ));
        };
        for (index, cell) in cells {
            let place = *places.entry(index).or_insert_with_key(|index| {
                rows.push(Row { index: index.clone(), cells: Map::new() });
                rows.len() - 1
            });
            rows[place].cells.insert(column.clone(), cell);
        }
    }
    Ok(rows)
}

/// The error without any text of the file, which may name people.
fn category(err: &serde_json::Error) -> &'static str {
    match err.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax => "its syntax is broken",
        _ => "it cannot be read",
    }
}

/// Writes rows as `DataFrame.to_json()` does: column by column, in ASCII, so that it can be read with any encoding
/// that the reader assumes.
pub fn write_json(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{")?;
    for (nth, column) in columns(rows).iter().enumerate() {
        out.write_all(if nth > 0 { b"," } else { b"" })?;
        ascii(column, out)?;
        out.write_all(b":{")?;
        let cells = rows.iter().filter_map(|row| Some((&row.index, row.cells.get(column)?)));
        for (nth, (index, cell)) in cells.enumerate() {
            out.write_all(if nth > 0 { b"," } else { b"" })?;
            ascii(index, out)?;
            out.write_all(b":")?;
            ascii(cell, out)?;
        }
        out.write_all(b"}")?;
    }
    out.write_all(b"}")
}

fn ascii(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut json = serde_json::Serializer::with_formatter(out, Ascii);
    value.serialize(&mut json).map_err(io::Error::from)
}

/// JSON that contains only ASCII.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        for part in fragment.split_inclusive(|c: char| !c.is_ascii()) {
            let ascii = part.trim_end_matches(|c: char| !c.is_ascii());
            out.write_all(ascii.as_bytes())?;
            let mut units = [0; 2];
            for unit in part[ascii.len()..].chars().flat_map(|c| c.encode_utf16(&mut units).to_vec()) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(out, escape)
    }
}
