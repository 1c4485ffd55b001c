//! Keeps the original rows in the sealed raw record of their photo.
//!
//! One thing is changed: cells that the Python system's key decrypted hold the text instead of the token. They are
//! sealed with the dataset's key like the rest of the raw record.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::cells::python_text;
use super::parsed_row::{ParsedRow, says_nothing};
use super::{PERSONAL, Row, is_token};
use crate::sources::lenient::Record;

/// The key of the rows in a raw record.
const ROWS: &str = "seed_rows";

/// The key of a raw record that is not an object, when rows are added to it.
const RECORD: &str = "record";

/// An original row and its position.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OriginalRow {
    /// The file or collection.
    pub frame: String,
    /// Its position there, from 0.
    pub at: u64,
    /// Its number among rows with the same photo, search and file name, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u64,
    /// Its label in the index.
    pub index: String,
    /// Whether all cells are text, as in a CSV.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub texts: bool,
    /// Whether words such as `None` in it are texts, not "not given".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_na: bool,
    /// Column -> cell.
    pub row: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl OriginalRow {
    /// The key that identifies a row across files: search, file name and link.
    pub fn identity(row: &Map<String, Value>) -> [String; 3] {
        ["search term", "filename", "link"].map(|column| Record(row).text(column).unwrap_or_default())
    }

    /// The text of a cell that is not a token. An empty cell gives an empty text.
    pub fn clear(&self, column: &str) -> Option<String> {
        match self.row.get(column)? {
            Value::Null => Some(String::new()),
            Value::String(text) if says_nothing(column, text, self.texts) && !self.keep_na => Some(String::new()),
            Value::String(text) => Some(text.clone()).filter(|text| !is_token(text)),
            other => Some(python_text(other)),
        }
    }

    /// Its fields.
    pub fn read(&self) -> ParsedRow {
        ParsedRow::read(&self.row, self.texts, self.keep_na)
    }

    /// The row alone.
    pub fn row(&self) -> Row {
        Row { index: self.index.clone(), cells: self.row.clone() }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.nth == other.nth && Self::identity(&self.row) == Self::identity(&other.row)
    }

    /// This row, read again, completed with the stored row. A CSV has fewer columns than a frame, and cells that were
    /// decrypted once stay decrypted.
    fn completed(mut self, known: &Self) -> Self {
        if self.texts && !known.texts {
            return known.clone();
        }
        let sealed = |row: &Map<String, Value>, column| row.get(column).and_then(Value::as_str).is_some_and(is_token);
        for column in PERSONAL {
            let open = sealed(&self.row, column) && !sealed(&known.row, column);
            if let Some(cell) = known.row.get(column).filter(|_| open) {
                self.row.insert(column.to_owned(), cell.clone());
            }
        }
        self
    }
}

/// A raw record with only these rows.
pub fn record(rows: &[OriginalRow]) -> Value {
    json!({ ROWS: rows })
}

/// The rows in a raw record. Rows that cannot be parsed are left out.
pub fn rows(record: &Value) -> Vec<OriginalRow> {
    let rows = record.get(ROWS).and_then(Value::as_array);
    rows.into_iter().flatten().filter_map(|row| OriginalRow::deserialize(row).ok()).collect()
}

/// Merges a new raw record with the stored rows, and new rows with the stored raw record. Neither replaces
/// the other.
pub fn merge(newer: Value, known: Value) -> Value {
    let (known_rows, newer_rows) = (rows(&known), rows(&newer));
    if known_rows.is_empty() && newer_rows.is_empty() {
        return newer;
    }
    let mut all = known_rows;
    for row in newer_rows {
        match all.iter_mut().find(|known| known.is_same(&row)) {
            Some(known) => *known = row.completed(known),
            None => all.push(row),
        }
    }
    all.sort_by(|one, other| (&one.frame, one.at).cmp(&(&other.frame, other.at)));
    let mut united = without_rows(newer).or_else(|| without_rows(known)).unwrap_or_default();
    united.insert(ROWS.to_owned(), json!(all));
    Value::Object(united)
}

/// The parts of a raw record that are not rows.
fn without_rows(record: Value) -> Option<Map<String, Value>> {
    match record {
        Value::Null => None,
        Value::Object(mut object) => {
            object.shift_remove(ROWS);
            Some(object).filter(|object| !object.is_empty())
        }
        other => Some(Map::from_iter([(RECORD.to_owned(), other)])),
    }
}
