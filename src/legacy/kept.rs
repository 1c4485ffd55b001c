//! The rows as they came, kept in the sealed raw record of the photo that they are about.
//!
//! Only what the Python system's key opened is not as it came: there the text stands in place of the token, sealed
//! with the dataset's key like all of the raw record.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::cells::python_text;
use super::{PERSONAL, Row, is_token};
use crate::sources::lenient::Record;

/// Under which name the rows stand in a raw record.
const ROWS: &str = "seed_rows";

/// Under which name a raw record stands beside rows, where it is no object.
const RECORD: &str = "record";

/// A row as it came, and where it stood.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The file or collection.
    pub frame: String,
    /// Its place there, from 0.
    pub at: u64,
    /// Which one it is of rows that are the same photo, search and file name, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u64,
    /// Its label in the index.
    pub index: String,
    /// Whether all cells are texts, as in a CSV.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub texts: bool,
    /// Column -> cell.
    pub row: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Kept {
    /// What makes two rows of different files the same row: search, file name and link.
    pub fn identity(row: &Map<String, Value>) -> [String; 3] {
        ["search term", "filename", "link"].map(|column| Record(row).text(column).unwrap_or_default())
    }

    /// The text of a cell, unless it is a token. Nothing is an empty text.
    pub fn clear(&self, column: &str) -> Option<String> {
        match self.row.get(column)? {
            Value::Null => Some(String::new()),
            Value::String(text) if self.texts && text == "None" => Some(String::new()),
            Value::String(text) => Some(text.clone()).filter(|text| !is_token(text)),
            other => Some(python_text(other)),
        }
    }

    /// The row alone.
    pub fn row(&self) -> Row {
        Row { index: self.index.clone(), cells: self.row.clone() }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.nth == other.nth && Self::identity(&self.row) == Self::identity(&other.row)
    }

    /// This row, come again, completed by what was known of it: a CSV has less than a frame, and what was opened
    /// once stays open.
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

/// The raw record that holds these rows and nothing else.
pub fn record(rows: &[Kept]) -> Value {
    json!({ ROWS: rows })
}

/// The rows in a raw record; those that cannot be read are none.
pub fn rows(record: &Value) -> Vec<Kept> {
    let rows = record.get(ROWS).and_then(Value::as_array);
    rows.into_iter().flatten().filter_map(|row| Kept::deserialize(row).ok()).collect()
}

/// A raw record that comes again, completed by the rows that are known, and rows by the record that is known: neither
/// takes the place of the other.
pub fn unite(newer: Value, known: Value) -> Value {
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

/// What a raw record holds beside rows.
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
