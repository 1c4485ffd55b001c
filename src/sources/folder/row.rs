//! A row of a metadata file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::columns::{ADDRESSES, Column, NAMING};
use crate::sources::rows::lists;

/// The metadata of one photo.
pub struct Row {
    /// Its position: `metadata.csv, line 3`.
    pub at: String,
    /// The whole row, with the file's own column names.
    pub raw: Value,
    /// Its cells that say something; of columns with the same meaning the first.
    cells: BTreeMap<Column, Value>,
}

/// A row whose words for "not given" are not sorted out yet.
pub struct Draft {
    /// Its position: `metadata.csv, line 3`.
    pub at: String,
    /// The whole row, with the file's own column names.
    pub raw: Value,
    /// All its cells that are not blank.
    pub entries: Vec<(Column, Entry)>,
}

/// A cell, and whether it was in quotes, as all texts of JSON are.
pub struct Entry {
    pub value: Value,
    pub quoted: bool,
}

impl Row {
    /// The photos that the row may be about: one list of names for each column that can name them.
    pub fn names(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        let names = |column: &Column| match self.cells.get(column)? {
            Value::Array(items) => Some(items.iter().filter_map(lists::item).collect()),
            _ => self.text(*column).map(|text| vec![text]),
        };
        NAMING.iter().filter_map(names)
    }

    /// What the first column with a web address of an image holds; else what the first column for them holds. Several
    /// addresses in one cell are separated by `|`, or are a list.
    pub fn addresses(&self) -> Vec<String> {
        let cell = |column: &Column| match self.cells.get(column)? {
            Value::Array(items) => Some(items.iter().filter_map(lists::item).collect()),
            _ => self.text(*column).map(|text| text.split('|').map(|part| part.trim().to_owned()).collect()),
        };
        let mut cells: Vec<Vec<String>> = ADDRESSES.iter().filter_map(cell).collect();
        let best = cells.iter().position(|cell| cell.iter().any(|text| text.contains("://"))).unwrap_or(0);
        if cells.is_empty() { Vec::new() } else { cells.swap_remove(best) }
    }

    /// The trimmed text of a cell that is not empty.
    pub fn text(&self, column: Column) -> Option<String> {
        let text = match self.cells.get(&column)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Null => return None,
            other => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// A number that the file has as a number, not as text.
    pub fn number(&self, column: Column) -> Option<f64> {
        self.cells.get(&column)?.as_f64()
    }

    /// A cell as it is.
    pub fn value(&self, column: Column) -> Option<&Value> {
        self.cells.get(&column)
    }
}

impl Draft {
    /// The row with the cells that say something.
    pub fn row(self, says: impl Fn(Column, &Entry) -> bool) -> Row {
        let mut cells: BTreeMap<Column, Value> = BTreeMap::new();
        for (column, entry) in self.entries {
            if says(column, &entry) {
                cells.entry(column).or_insert(entry.value);
            }
        }
        Row { at: self.at, raw: self.raw, cells }
    }
}
