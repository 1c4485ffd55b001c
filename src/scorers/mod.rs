//! Who says whether a photo shows a concept. A scorer judges from what is kept of a photo - its words, what a model
//! made of it, the labels of a service - and does nothing else: whoever changes a concept need not look at photos again.

mod local;
mod text;
mod trained;
pub mod vision;

use anyhow::Result;

use crate::concepts::{Concept, Concepts};
use crate::photo::{Photo, SIDE, Score, Vector, side};

pub use local::{LOCAL_CUT, Local};
pub use text::Text;
pub use trained::Trained;
pub use vision::Vision;

/// What a scorer says of a photo and a concept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Opinion {
    /// 0..=1.
    Value(f64),
    /// Less than this floor; by how much is not known.
    Below(f64),
}

/// What is known of a photo.
pub struct Seen<'a> {
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
    fn judge(&self, concepts: &[&Concept], seen: &Seen<'_>) -> Result<Vec<Option<Opinion>>>;
}

/// The scorer of a person's own verdicts, see `reviews.jsonl`.
pub const REVIEW: &str = "review";

/// Which scorer counts where a concept does not say: the first that has an opinion. Words alone never count.
const BEST_FIRST: [&str; 3] = ["trained", "local", "vision"];

impl Opinion {
    /// As it stands in the record. Values are rounded to six places, so that records do not depend on the last bits
    /// of a processor's arithmetic.
    pub fn score(self, scorer: &str, version: &str) -> Score {
        match self {
            Self::Value(value) => Score::known((value.clamp(0.0, 1.0) * 1e6).round() / 1e6, scorer, version),
            Self::Below(floor) => Score::below(floor, scorer, version),
        }
    }
}

/// Concepts whose score by this scorer is not there or of another version, with the version that it will have.
pub fn pending<'c>(scorer: &dyn Scorer, concepts: &'c Concepts, photo: &Photo) -> Vec<(&'c Concept, String)> {
    let known = |concept: &Concept| photo.scores.get(&side(&concept.name, scorer.name()));
    let due = |concept: &'c Concept| {
        let version = scorer.version(concept)?;
        let stands = known(concept).is_some_and(|score| score.version == version);
        (!stands).then_some((concept, version))
    };
    concepts.iter().filter_map(due).collect()
}

/// Lets a scorer judge what is pending of those concepts that it judges by `model`, and writes it down; says whether
/// anything changed. What it can no longer judge (a head was removed, a sense taken away) goes.
pub fn judge(
    scorer: &dyn Scorer,
    (concepts, model): (&Concepts, Option<&str>),
    photo: &mut Photo,
    vector: Option<&Vector>,
) -> Result<bool> {
    let gone = concepts.iter().filter(|concept| scorer.version(concept).is_none());
    let mut changed = false;
    for name in gone.map(|concept| side(&concept.name, scorer.name())) {
        changed |= photo.scores.remove(&name).is_some();
    }
    let mut due = pending(scorer, concepts, photo);
    due.retain(|(concept, _)| scorer.model(concept) == model);
    if due.is_empty() {
        return Ok(changed);
    }
    let asked: Vec<&Concept> = due.iter().map(|(concept, _)| *concept).collect();
    let opinions = scorer.judge(&asked, &Seen { photo, vector })?;
    for ((concept, version), opinion) in due.into_iter().zip(opinions) {
        if let Some(opinion) = opinion {
            let score = opinion.score(scorer.name(), &version);
            photo.scores.insert(side(&concept.name, scorer.name()), score);
            changed = true;
        }
    }
    Ok(changed)
}

/// The scorer that counts for a concept, of those that have an opinion.
pub fn counting(concept: &Concept, has: impl Fn(&str) -> bool) -> Option<&str> {
    match &concept.counts {
        Some(scorer) => Some(scorer.as_str()).filter(|scorer| has(scorer)),
        None => BEST_FIRST.into_iter().find(|scorer| has(scorer)),
    }
}

/// Puts the opinion that counts under each concept's bare name; says whether that changed anything.
pub fn settle(concepts: &Concepts, photo: &mut Photo) -> bool {
    let mut changed = false;
    for concept in concepts.iter() {
        let by = |scorer: &str| photo.scores.get(&side(&concept.name, scorer));
        let counting = counting(concept, |scorer| by(scorer).is_some()).and_then(by).cloned();
        let standing = photo.scores.get(&concept.name);
        if counting.is_some() && standing != counting.as_ref() {
            photo.scores.extend(counting.map(|score| (concept.name.clone(), score)));
            changed = true;
        } else if counting.is_none() && standing.is_some_and(|score| is_ours(&score.scorer)) {
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
pub fn parts(name: &str) -> (&str, Option<&str>) {
    name.split_once(SIDE).map_or((name, None), |(concept, scorer)| (concept, Some(scorer)))
}
