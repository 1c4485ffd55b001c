//! Scores from an image model on this machine: no network, no key. A concept's score is the sum of the probabilities of
//! its classes: with ImageNet, the classes its senses cover (`monkey` is 13 of 1,000); with other models, the classes
//! whose labels contain its words.

use std::sync::Arc;

use anyhow::Result;

use super::{Evidence, ScoreValue, Scorer, rounded};
use crate::concepts::{BuiltInScorer, Concept, tree};
use crate::models::{Labels, Model};
use crate::photo::{Label, Vector};

/// Classes with a lower probability are no labels.
const LEAST_LABEL: f32 = 0.05;
/// Changes with the choice of labels.
const LABELS_VERSION: &str = "classes 1";

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

    fn labels_of(&self) -> Option<(&str, String)> {
        let has_classes = self.model.can_classify_vectors() && *self.model.labels() != Labels::None;
        has_classes.then(|| (self.model.id(), format!("{} {LABELS_VERSION}", self.model.id())))
    }

    /// The classes with a probability of at least 5 %.
    fn label(&self, vector: &Vector) -> Result<Vec<Label>> {
        let probabilities = self.model.probabilities(vector)?;
        let name = |class: usize| match self.model.labels() {
            Labels::None => None,
            Labels::ImageNet => tree::class_label(class),
            Labels::Names(names) => names.get(class).cloned(),
        };
        let likely = probabilities.iter().enumerate().filter(|(_, probability)| **probability >= LEAST_LABEL);
        let label = |(class, probability): (usize, &f32)| {
            Some(Label { description: name(class)?, score: rounded(f64::from(*probability)), mid: None })
        };
        let mut labels: Vec<Label> = likely.filter_map(label).collect();
        labels.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.description.cmp(&b.description)));
        Ok(labels)
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
