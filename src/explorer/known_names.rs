//! The names that a filter may use in a dataset: what is defined, and what its photos have.

use anyhow::Result;

use super::Explorer;
use super::values::Values;
use crate::concepts::{BuiltInScorer, Concepts};
use crate::photo::ScoreKey;
use crate::photo::filter::{ChoiceField, KnownNames};
use crate::scorers::REVIEW;
use crate::sources;
use crate::store::Store;

/// Photos read at a time.
const BATCH: usize = 1000;

/// What can be named before any photo is read: concepts, each with every scorer, and sources.
pub fn defined(concepts: &Concepts) -> KnownNames {
    let mut known = KnownNames::default();
    for concept in concepts.iter() {
        known.add_score(&ScoreKey::main(&concept.name));
        let scorers = BuiltInScorer::NAMES.iter().chain(&[REVIEW]);
        scorers.for_each(|scorer| known.add_score(&ScoreKey::by(&concept.name, scorer)));
    }
    if let Some(source) = ChoiceField::named("source") {
        sources::names().for_each(|name| known.add_value(source, name));
    }
    known
}

/// What is defined, and what the photos of a store have; reads all of them.
pub fn in_store(store: &dyn Store, concepts: &Concepts) -> Result<KnownNames> {
    let mut known = defined(concepts);
    let mut after = None;
    loop {
        let photos = store.scan(after.as_ref(), BATCH)?;
        let Some(last) = photos.last() else { return Ok(known) };
        after = Some(last.id.clone());
        photos.iter().for_each(|photo| known.add_photo(photo));
    }
}

impl Explorer {
    /// What is defined, and what the photos have.
    pub fn known_names(&self, concepts: &Concepts) -> KnownNames {
        let mut known = defined(concepts);
        let table = self.table();
        table.columns.scores.keys().for_each(|key| known.add_score(key));
        for field in KnownNames::fields() {
            if let Some(Values::Names(column)) = table.columns.get(field.as_str()) {
                column.names.codes().for_each(|code| known.add_value(field, column.names.name(code)));
            }
        }
        known
    }
}
