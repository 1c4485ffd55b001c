//! English names of ISO 3166-2 subdivisions (iso-codes) and of GeoNames' admin1.

use std::collections::HashMap;

use super::columns::Columns;

/// Code -> name, for two kinds of code.
pub(super) struct Names {
    subdivisions: HashMap<String, String>,
    admin1: HashMap<String, String>,
}

impl Names {
    /// Reads the embedded table.
    pub(super) fn load() -> Self {
        let mut columns = Columns::open(include_bytes!("../../data/names.bin.z"));
        Self { subdivisions: pairs(&mut columns), admin1: pairs(&mut columns) }
    }

    /// The name of an ISO 3166-2 code (`US-TX`).
    pub(super) fn subdivision(&self, code: &str) -> Option<&str> {
        self.subdivisions.get(code).map(String::as_str)
    }

    /// The name of a GeoNames admin1 code (`KE.30`).
    pub(super) fn admin1(&self, code: &str) -> Option<&str> {
        self.admin1.get(code).map(String::as_str)
    }
}

fn pairs(columns: &mut Columns) -> HashMap<String, String> {
    let text = columns.text();
    let pairs = text.split('\n').filter_map(|line| line.split_once('\t'));
    pairs.map(|(code, name)| (code.to_owned(), name.to_owned())).collect()
}
