//! Who says whether a photo shows a concept. A scorer judges from what is kept of a photo - its words, what a model
//! made of it, the labels of a service - and does nothing else: whoever changes a concept need not look at photos again.

mod local;
mod text;
mod trained;
pub mod vision;

use std::sync::Arc;

use anyhow::Result;

use crate::concepts::{Concept, Concepts};
use crate::photo::{Photo, SIDE, Score, Vector, side};

pub use local::{LOCAL_THRESHOLD, Local};
pub use text::Text;
pub use trained::Trained;
pub use vision::Vision;

/// What a scorer says of a photo and a concept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScoreValue {
    /// 0..=1.
    Known(f64),
    /// Less than this floor; by how much is not known.
    Below(f64),
}

/// What is known of a photo.
pub struct Evidence<'a> {
    /// Its record.
    pub photo: &'a Photo,
    /// What the scorer's model made of it, where it has seen it.
    pub vector: Option<&'a Vector>,
}

/// One scorer, one file.
pub trait Scorer: Send + Sync {
    /// What stands behind the `@`: `local`, `vision`, `text`, `trained`.
    fn name(&self) -> &str;

    /// Changes with everything that could change its opinion of this concept; `None`: it cannot judge it.
    fn version(&self, concept: &Concept) -> Option<String>;

    /// The model whose vectors it judges from.
    fn model(&self, concept: &Concept) -> Option<&str>;

    /// Its opinion of each of some concepts that it can judge, in their order; `None` where nothing is known to
    /// judge from.
    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>>;
}

/// The scorer of a person's own verdicts, see `reviews.jsonl`.
pub const REVIEW: &str = "review";

/// Which scorer counts where a concept does not say: the first that has an opinion. Words alone never count.
const BEST_FIRST: [&str; 3] = ["trained", "local", "vision"];

impl ScoreValue {
    /// As it stands in the record. Values are rounded to six places, so that records do not depend on the last bits
    /// of a processor's arithmetic.
    pub fn score(self, scorer: &str, version: &str) -> Score {
        match self {
            Self::Known(value) => Score::known((value.clamp(0.0, 1.0) * 1e6).round() / 1e6, scorer, version),
            Self::Below(floor) => Score::below(floor, scorer, version),
        }
    }
}

/// What one scorer judges from what one model made of photos, or from their records alone: worked out once for all of
/// a dataset's photos.
pub struct ScoringTask<'a> {
    scorer: &'a dyn Scorer,
    /// Whose vectors it takes.
    pub model: Option<&'a str>,
    targets: Vec<Target<'a>>,
}

/// A concept, the name of its score, and the version that it will have.
struct Target<'a> {
    concept: &'a Concept,
    name: String,
    version: String,
}

/// What is to be done for each photo of a dataset.
#[derive(Default)]
pub struct ScoringTasks<'a> {
    /// By scorer and model.
    pub tasks: Vec<ScoringTask<'a>>,
    /// Names of scores that nobody can give any more: a head was removed, a sense taken away.
    obsolete: Vec<String>,
}

impl<'a> ScoringTasks<'a> {
    /// What these scorers have to say of these concepts.
    pub fn of(scorers: &'a [Arc<dyn Scorer>], concepts: &'a Concepts) -> Self {
        let mut all = Self::default();
        for scorer in scorers {
            let first = all.tasks.len();
            for concept in concepts.iter() {
                let name = side(&concept.name, scorer.name());
                let Some(version) = scorer.version(concept) else {
                    all.obsolete.push(name);
                    continue;
                };
                // Heads may be made for models of their own.
                let model = scorer.model(concept);
                let targets = Target { concept, name, version };
                match all.tasks[first..].iter_mut().find(|task| task.model == model) {
                    Some(task) => task.targets.push(targets),
                    None => all.tasks.push(ScoringTask { scorer: scorer.as_ref(), model, targets: vec![targets] }),
                }
            }
        }
        all
    }

    /// Whether judging a photo may change it. One without an image has no vectors, so what needs them is not due.
    pub fn are_due(&self, concepts: &Concepts, photo: &Photo) -> bool {
        let is_due = |task: &ScoringTask<'_>| (task.model.is_none() || photo.file.is_some()) && task.is_due(photo);
        self.obsolete.iter().any(|name| photo.scores.contains_key(name))
            || self.tasks.iter().any(is_due)
            || update_main_scores(concepts, &mut photo.clone())
    }

    /// Judges what is due of a photo, by what each model made of it, and takes away what nobody can judge any more;
    /// says whether anything changed.
    pub fn score<'v>(&self, photo: &mut Photo, vector: impl Fn(&str) -> Option<&'v Vector>) -> Result<bool> {
        let before = photo.scores.len();
        self.obsolete.iter().for_each(|name| drop(photo.scores.remove(name)));
        let mut changed = photo.scores.len() < before;
        for task in &self.tasks {
            changed |= task.score(photo, task.model.and_then(&vector))?;
        }
        Ok(changed)
    }
}

impl ScoringTask<'_> {
    /// Whether a score of the photo is not there, or of another version.
    pub fn is_due(&self, photo: &Photo) -> bool {
        self.due(photo).next().is_some()
    }

    fn due(&self, photo: &Photo) -> impl Iterator<Item = &Target<'_>> {
        self.targets
            .iter()
            .filter(|targets| photo.scores.get(&targets.name).is_none_or(|score| score.version != targets.version))
    }

    /// Judges what is due and writes it down; says whether anything changed.
    fn score(&self, photo: &mut Photo, vector: Option<&Vector>) -> Result<bool> {
        let due: Vec<&Target<'_>> = self.due(photo).collect();
        if due.is_empty() {
            return Ok(false);
        }
        let asked: Vec<&Concept> = due.iter().map(|targets| targets.concept).collect();
        let opinions = self.scorer.score(&asked, &Evidence { photo, vector })?;
        let mut changed = false;
        for (targets, opinion) in due.into_iter().zip(opinions) {
            let score = opinion.map(|opinion| opinion.score(self.scorer.name(), &targets.version));
            changed |= score.is_some();
            photo.scores.extend(score.map(|score| (targets.name.clone(), score)));
        }
        Ok(changed)
    }
}

/// The scorer that counts for a concept, of those that have an opinion.
pub fn main_scorer(concept: &Concept, has: impl Fn(&str) -> bool) -> Option<&str> {
    match &concept.counts {
        Some(scorer) => Some(scorer.as_str()).filter(|scorer| has(scorer)),
        None => BEST_FIRST.into_iter().find(|scorer| has(scorer)),
    }
}

/// Puts the opinion that counts under each concept's bare name; says whether that changed anything.
pub fn update_main_scores(concepts: &Concepts, photo: &mut Photo) -> bool {
    let mut changed = false;
    for concept in concepts.iter() {
        let by = |scorer: &str| photo.scores.get(&side(&concept.name, scorer));
        let main_scorer = main_scorer(concept, |scorer| by(scorer).is_some()).and_then(by).cloned();
        let standing = photo.scores.get(&concept.name);
        if main_scorer.is_some() && standing != main_scorer.as_ref() {
            photo.scores.extend(main_scorer.map(|score| (concept.name.clone(), score)));
            changed = true;
        } else if main_scorer.is_none() && standing.is_some_and(|score| is_ours(&score.scorer)) {
            photo.scores.remove(&concept.name);
            changed = true;
        }
    }
    changed
}

/// Whether a score came from a scorer of this program; what another one wrote into the dataset is left alone.
fn is_ours(scorer: &str) -> bool {
    crate::concepts::SCORERS.contains(&scorer)
}

/// The concept and the scorer that a score's name names: `monkey@vision`; the scorer is `None` for the one that counts.
pub fn parse_score_key(name: &str) -> (&str, Option<&str>) {
    name.split_once(SIDE).map_or((name, None), |(concept, scorer)| (concept, Some(scorer)))
}
