//! Scores from an image model on this machine: no network, no key. A concept's score is the sum of the probabilities of
//! its classes: with ImageNet, the classes its senses cover (`monkey` is 13 of 1,000); with other models, the classes
//! whose labels contain its words.

use std::sync::Arc;

use anyhow::Result;

use super::{Evidence, ScoreValue, Scorer};
use crate::concepts::{BuiltInScorer, Concept};
use crate::models::{Labels, Model};

/// Sums the class probabilities of a model.
pub struct Local {
    model: Arc<Model>,
}

impl Local {
    /// A scorer that uses this model.
    pub fn new(model: Arc<Model>) -> Self {
        Self { model }
    }

    /// The indices of the model's classes that belong to the concept.
    fn classes(&self, concept: &Concept) -> Vec<usize> {
        if self.model.can_classify_vectors() { classes(concept, self.model.labels()) } else { Vec::new() }
    }
}

fn classes(concept: &Concept, labels: &Labels) -> Vec<usize> {
    match labels {
        Labels::None => Vec::new(),
        Labels::ImageNet => concept.classes(),
        Labels::Names(names) => (0..names.len()).filter(|class| concept.matches(&names[*class])).collect(),
    }
}

/// The version of a concept's scores by a model that need not be open; `None` if no class belongs to the concept.
pub fn local_version(concept: &Concept, (model, labels): (&str, &Labels)) -> Option<String> {
    let digest = if *labels == Labels::ImageNet { concept.senses_digest() } else { concept.words_digest() };
    (!classes(concept, labels).is_empty()).then(|| format!("{model} {digest}"))
}

impl Scorer for Local {
    fn name(&self) -> &'static str {
        BuiltInScorer::Local.as_str()
    }

    fn version(&self, concept: &Concept) -> Option<String> {
        let can_classify = self.model.can_classify_vectors();
        can_classify.then(|| local_version(concept, (self.model.id(), self.model.labels()))).flatten()
    }

    fn model(&self, _concept: &Concept) -> Option<&str> {
        Some(self.model.id())
    }

    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>> {
        let Some(vector) = evidence.vector else { return Ok(vec![None; concepts.len()]) };
        let probabilities = self.model.probabilities(vector)?;
        let sum = |concept: &&Concept| {
            let classes = self.classes(concept);
            let sum: f64 = classes.iter().filter_map(|class| probabilities.get(*class)).map(|p| f64::from(*p)).sum();
            Some(ScoreValue::Known(sum))
        };
        Ok(concepts.iter().map(sum).collect())
    }
}
