//! The author's own words: does the title, a tag or the description say it? 1 or 0, and never the score that counts
//! unless a concept asks for it - but where words and pictures disagree it is worth a look.

use anyhow::Result;

use super::{Opinion, Scorer, Seen};
use crate::concepts::{Concept, Said};

/// Judges by the words of the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text;

impl Scorer for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn version(&self, concept: &Concept) -> Option<String> {
        (!concept.words.is_empty()).then(|| concept.words_digest())
    }

    fn model(&self, _concept: &Concept) -> Option<&str> {
        None
    }

    fn judge(&self, concepts: &[&Concept], seen: &Seen<'_>) -> Result<Vec<Option<Opinion>>> {
        let said = Said::with(seen.photo);
        let opinion = |concept: &&Concept| Some(Opinion::Value(f64::from(u8::from(concept.said(&said)))));
        Ok(concepts.iter().map(opinion).collect())
    }
}
