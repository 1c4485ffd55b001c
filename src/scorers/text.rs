//! The words that an author wrote: whether they name the concept. It says what is told, not what is shown, and so never
//! counts unless a concept asks for it.

use anyhow::Result;

use super::{Evidence, ScoreValue, Scorer};
use crate::concepts::{AuthorText, Concept};

/// Judges by title, description and tags: 1 where a word of the concept stands in them, 0 where none does, and nothing
/// of a photo without any.
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

    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>> {
        let said = Some(AuthorText::of(evidence.photo)).filter(|said| !said.is_empty());
        let opinion = |concept: &&Concept| {
            said.as_ref().map(|said| ScoreValue::Known(if concept.is_mentioned_in(said) { 1.0 } else { 0.0 }))
        };
        Ok(concepts.iter().map(opinion).collect())
    }
}
