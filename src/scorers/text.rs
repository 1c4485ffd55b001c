//! Scores from the author's words: whether they name the concept. This is what the author says, not what the photo
//! shows, so it is the main scorer only if a concept asks for it.

use anyhow::Result;

use super::{Evidence, ScoreValue, Scorer};
use crate::concepts::{AuthorText, BuiltInScorer, Concept};
use crate::photo::text::PLAIN_TEXT_VERSION;

/// 1 if title, description or tags contain a word of the concept, else 0; no score for a photo without words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text;

impl Scorer for Text {
    fn name(&self) -> &'static str {
        BuiltInScorer::Text.as_str()
    }

    fn version(&self, concept: &Concept) -> Option<String> {
        (!concept.words.is_empty()).then(|| format!("{PLAIN_TEXT_VERSION} {}", concept.words_digest()))
    }

    fn model(&self, _concept: &Concept) -> Option<&str> {
        None
    }

    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>> {
        let text = Some(AuthorText::of(evidence.photo)).filter(|text| !text.is_empty());
        let value = |concept: &&Concept| {
            text.as_ref().map(|text| ScoreValue::Known(if concept.is_mentioned_in(text) { 1.0 } else { 0.0 }))
        };
        Ok(concepts.iter().map(value).collect())
    }
}
