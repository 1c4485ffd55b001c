//! English names of ISO 3166-2 subdivisions (iso-codes) and of GeoNames' admin1.

use std::collections::HashMap;

use super::columns::Columns;
use crate::photo::suggest;

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

    /// The ISO 3166-1 code of the country with a subdivision of this name, compared as texts are, and the name.
    pub(super) fn country_with(&self, name: &str) -> Option<(&str, &str)> {
        let wanted = suggest::bare(name);
        let of_iso = self.subdivisions.iter().map(|(code, name)| (code.split('-').next(), name));
        let of_admin1 = self.admin1.iter().map(|(code, name)| (code.split('.').next(), name));
        let found = of_iso.chain(of_admin1).filter(|(_, name)| suggest::bare(name) == wanted);
        // The same one each time.
        found.filter_map(|(country, name)| Some((country?, name.as_str()))).min()
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
