//! A row of a frame, and the columns of several rows.

use serde_json::{Map, Value};

/// One row.
#[derive(Clone, PartialEq)]
pub struct Row {
    /// Its label in the index.
    pub index: String,
    /// Column -> cell, in the order of the columns.
    pub cells: Map<String, Value>,
}

/// The columns of some rows, or those of the Python system if no row has any. A further column is placed after the
/// column that it follows in its row.
pub fn columns<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for row in rows {
        let mut next = 0;
        for column in row.cells.keys() {
            // Rows of one frame have the same columns, so the position is nearly always the next one.
            let known = columns.get(next).is_some_and(|at| at == column);
            next = match columns.iter().position(|at| known || at == column) {
                Some(_) if known => next + 1,
                Some(place) => place + 1,
                None => {
                    columns.insert(next, column.clone());
                    next + 1
                }
            };
        }
    }
    if columns.is_empty() { super::COLUMNS.map(str::to_owned).to_vec() } else { columns }
}

/// The file is not a frame. The message says what is wrong and what is expected, and quotes nothing from the file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct DataFrameError(String);

impl DataFrameError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
