//! Scores from heads trained on the user's labels, read from the dataset's `heads/`.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Evidence, ScoreValue, Scorer};
use crate::concepts::{BuiltInScorer, Concept};
use crate::dataset::Dataset;
use crate::photo::text::PLAIN_TEXT_VERSION;
use crate::training::features::Words;
use crate::training::head::{Head, HeadError};

/// Scores the concepts that have a head.
#[derive(Clone, Debug, Default)]
pub struct Trained {
    heads: BTreeMap<String, (Head, String)>,
}

impl Trained {
    /// The heads of these concepts, and the errors of those that cannot be used.
    pub fn of<'a>(dataset: &Dataset, concepts: impl Iterator<Item = &'a Concept>) -> (Self, Vec<HeadError>) {
        let (mut trained, mut wrong) = (Self::default(), Vec::new());
        for concept in concepts {
            match Head::read(&dataset.head(&concept.name)) {
                Ok(head) => trained.insert(head),
                Err(HeadError::Missing(_)) => {}
                Err(err) => wrong.push(err),
            }
        }
        (trained, wrong)
    }

    /// Adds a head, replacing one of the same concept.
    pub fn insert(&mut self, head: Head) {
        let mut version = format!("{} {}", head.model, head.version());
        if head.reads_text() {
            version += &format!(" text {PLAIN_TEXT_VERSION}");
        }
        self.heads.insert(head.concept.clone(), (head, version));
    }

    /// The head of a concept, if there is one.
    pub fn head(&self, concept: &str) -> Option<&Head> {
        self.heads.get(concept).map(|(head, _)| head)
    }
}

impl Scorer for Trained {
    fn name(&self) -> &'static str {
        BuiltInScorer::Trained.as_str()
    }

    fn version(&self, concept: &Concept) -> Option<String> {
        self.heads.get(&concept.name).map(|(_, version)| version.clone())
    }

    fn model(&self, concept: &Concept) -> Option<&str> {
        self.head(&concept.name).map(|head| head.model.as_str())
    }

    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>> {
        let Some(vector) = evidence.vector.map(crate::photo::Vector::to_f32) else {
            return Ok(vec![None; concepts.len()]);
        };
        let heads = || concepts.iter().map(|concept| self.head(&concept.name));
        let words = heads().flatten().any(Head::reads_text).then(|| Words::of(evidence.photo));
        let value = |head: Option<&Head>| {
            head.map(|head| head.score(&vector, words.as_ref()).map(ScoreValue::Known)).transpose()
        };
        Ok(heads().map(value).collect::<Result<_, _>>()?)
    }
}
