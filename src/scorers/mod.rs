//! Scorers rate whether a photo shows a concept. A scorer only uses stored data (the photo's words, a model's vector, a
//! service's labels), so a changed concept does not require the images again.

mod local;
mod text;
mod trained;
pub mod vision;

use std::sync::Arc;

use anyhow::Result;

use crate::concepts::{BuiltInScorer, Concept, Concepts};
use crate::photo::{Label, Labels, Photo, Score, ScoreKey, Vector};

pub use crate::photo::REVIEW;
pub use local::{Local, local_version};
pub use text::Text;
pub use trained::Trained;
pub use vision::Vision;

/// The result of a scorer for one photo and one concept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScoreValue {
    /// 0..=1.
    Known(f64),
    /// Below this minimum, which the service does not report; the exact value is unknown.
    Below(f64),
}

/// The stored data that a scorer may use.
pub struct Evidence<'a> {
    /// The photo's record.
    pub photo: &'a Photo,
    /// The vector of the scorer's model, if it is stored.
    pub vector: Option<&'a Vector>,
}

/// A scorer; each has its own file.
pub trait Scorer: Send + Sync {
    /// The part of a score's key after the `@`: `local`, `vision`, `text`, `trained`.
    fn name(&self) -> &str;

    /// Changes with everything that could change a score of this concept; `None` if the scorer does not support it.
    fn version(&self, concept: &Concept) -> Option<String>;

    /// The id of the model whose vectors it needs.
    fn model(&self, concept: &Concept) -> Option<&str>;

    /// The id of the model whose vectors its labels need, and what changes with everything that could change the labels; `None` if
    /// it stores none.
    fn labels_of(&self) -> Option<(&str, String)> {
        None
    }

    /// The labels of a photo, best first: what a picture shows, whatever the concepts are.
    fn label(&self, _vector: &Vector) -> Result<Vec<Label>> {
        Ok(Vec::new())
    }

    /// Scores some supported concepts, in their order; `None` if the data it needs is missing.
    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>>;
}

/// A value of 0 to 1 as stored: six decimals, so that records do not depend on the last bits of a processor's arithmetic.
fn rounded(value: f64) -> f64 {
    (value.clamp(0.0, 1.0) * 1e6).round() / 1e6
}

impl ScoreValue {
    /// The score as stored.
    pub fn to_score(self, scorer: &str, version: &str) -> Score {
        match self {
            Self::Known(value) => Score::known(rounded(value), scorer, version),
            Self::Below(floor) => Score::below(floor, scorer, version),
        }
    }
}

/// The scores that one scorer computes from one model's vectors, or from records alone; prepared once for a dataset.
pub struct ScoringTask<'a> {
    scorer: &'a dyn Scorer,
    /// The model whose vectors it needs.
    pub model: Option<&'a str>,
    targets: Vec<Target<'a>>,
    /// The version of the scorer's labels, if it stores them.
    labels: Option<String>,
}

/// A concept, the key of its score, and the current version of that score.
struct Target<'a> {
    concept: &'a Concept,
    key: ScoreKey,
    version: String,
}

/// The scoring work for each photo of a dataset.
#[derive(Default)]
pub struct ScoringTasks<'a> {
    /// By scorer and model.
    pub tasks: Vec<ScoringTask<'a>>,
    /// Keys of scores that no scorer supports any more, for instance because a head was removed.
    obsolete: Vec<ScoreKey>,
}

impl<'a> ScoringTasks<'a> {
    /// The work for these scorers and concepts.
    pub fn of(scorers: &'a [Arc<dyn Scorer>], concepts: &'a Concepts) -> Self {
        let mut all = Self::default();
        for scorer in scorers {
            let first = all.tasks.len();
            for concept in concepts.iter() {
                let key = ScoreKey::by(&concept.name, scorer.name());
                let Some(version) = scorer.version(concept) else {
                    all.obsolete.push(key);
                    continue;
                };
                // A head may use a model of its own.
                let task = all.task(first, scorer.as_ref(), scorer.model(concept));
                task.targets.push(Target { concept, key, version });
            }
            if let Some((model, version)) = scorer.labels_of() {
                all.task(first, scorer.as_ref(), Some(model)).labels = Some(version);
            }
        }
        all
    }

    /// The task of a scorer and a model, added if it is new. The scorer's tasks begin at `first`.
    fn task(&mut self, first: usize, scorer: &'a dyn Scorer, model: Option<&'a str>) -> &mut ScoringTask<'a> {
        let known = self.tasks[first..].iter().position(|task| task.model == model);
        let at = known.map_or(self.tasks.len(), |known| first + known);
        if known.is_none() {
            self.tasks.push(ScoringTask { scorer, model, targets: Vec::new(), labels: None });
        }
        &mut self.tasks[at]
    }

    /// Whether scoring would change a photo. A photo without an image has no vectors, so scores that need them are not due.
    pub fn are_due(&self, concepts: &Concepts, photo: &Photo) -> bool {
        let is_due = |task: &ScoringTask<'_>| (task.model.is_none() || photo.file.is_some()) && task.is_due(photo);
        self.obsolete.iter().any(|key| photo.scores.contains_key(key))
            || self.tasks.iter().any(is_due)
            || update_main_scores(concepts, &mut photo.clone())
    }

    /// Computes the scores of a photo that are due and removes obsolete ones; returns whether anything changed.
    pub fn score<'v>(&self, photo: &mut Photo, vector: impl Fn(&str) -> Option<&'v Vector>) -> Result<bool> {
        let before = photo.scores.len();
        self.obsolete.iter().for_each(|key| drop(photo.scores.remove(key)));
        let mut changed = photo.scores.len() < before;
        for task in &self.tasks {
            changed |= task.score(photo, task.model.and_then(&vector))?;
        }
        Ok(changed)
    }
}

impl ScoringTask<'_> {
    /// Whether a score of the photo, or its labels, are missing or outdated.
    pub fn is_due(&self, photo: &Photo) -> bool {
        self.due(photo).next().is_some() || self.due_labels(photo).is_some()
    }

    /// The version of the labels, if the photo's are missing or outdated.
    fn due_labels(&self, photo: &Photo) -> Option<&String> {
        let known = photo.labels.get(self.scorer.name()).map(|labels| &labels.version);
        self.labels.as_ref().filter(|version| known != Some(version))
    }

    fn due(&self, photo: &Photo) -> impl Iterator<Item = &Target<'_>> {
        self.targets
            .iter()
            .filter(|target| photo.scores.get(&target.key).is_none_or(|score| score.version != target.version))
    }

    /// Computes and stores the scores that are due; returns whether anything changed.
    fn score(&self, photo: &mut Photo, vector: Option<&Vector>) -> Result<bool> {
        let mut changed = false;
        if let (Some(version), Some(vector)) = (self.due_labels(photo), vector) {
            let labels = self.scorer.label(vector)?;
            let labels = Labels { version: version.clone(), at: None, labels, refused: None };
            photo.labels.insert(self.scorer.name().to_owned(), labels);
            changed = true;
        }
        let due: Vec<&Target<'_>> = self.due(photo).collect();
        if due.is_empty() {
            return Ok(changed);
        }
        let concepts: Vec<&Concept> = due.iter().map(|target| target.concept).collect();
        let values = self.scorer.score(&concepts, &Evidence { photo, vector })?;
        for (target, value) in due.into_iter().zip(values) {
            let score = value.map(|value| value.to_score(self.scorer.name(), &target.version));
            changed |= score.is_some();
            photo.scores.extend(score.map(|score| (target.key.clone(), score)));
        }
        Ok(changed)
    }
}

/// The main scorer of a concept among those that have a score.
pub fn main_scorer(concept: &Concept, has: impl Fn(BuiltInScorer) -> bool) -> Option<BuiltInScorer> {
    match concept.counts {
        Some(scorer) => Some(scorer).filter(|scorer| has(*scorer)),
        None => BuiltInScorer::ALL.iter().copied().find(|scorer| !scorer.is_only_if_named() && has(*scorer)),
    }
}

/// Stores the score of the main scorer under each concept's bare name; returns whether anything changed.
pub fn update_main_scores(concepts: &Concepts, photo: &mut Photo) -> bool {
    let mut changed = false;
    for concept in concepts.iter() {
        let by = |scorer: BuiltInScorer| photo.scores.get(&ScoreKey::by(&concept.name, scorer.as_str()));
        let main = main_scorer(concept, |scorer| by(scorer).is_some()).and_then(by).cloned();
        let current = photo.scores.get(concept.name.as_str());
        if main.is_some() && current != main.as_ref() {
            photo.scores.extend(main.map(|score| (ScoreKey::main(&concept.name), score)));
            changed = true;
        } else if main.is_none() && current.is_some_and(|score| is_ours(&score.scorer)) {
            photo.scores.remove(concept.name.as_str());
            changed = true;
        }
    }
    changed
}

/// Whether a score comes from a scorer of this program; scores of other programs are not changed.
fn is_ours(scorer: &str) -> bool {
    scorer.parse::<BuiltInScorer>().is_ok()
}
