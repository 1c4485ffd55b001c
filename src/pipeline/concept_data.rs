//! What a dataset holds about a concept besides its definition: scores, labels and trained heads. A concept that is renamed
//! takes them along; one that is removed leaves them, unless the user wants them removed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::{Stop, heads};
use crate::dataset::Dataset;
use crate::photo::text::grouped;
use crate::photo::{PhotoId, ScoreKey};
use crate::reviews::{Review, Reviews, Verdict};
use crate::scorers::REVIEW;
use crate::seal::SealedPhoto;
use crate::stages::Derived;
use crate::store::{Aspect, Store};

/// Photos per transaction.
const BATCH: usize = 200;

/// What a dataset holds about a concept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConceptData {
    /// Photos with a score by a scorer; those of people's labels are not counted.
    pub scored: u64,
    /// People's verdicts: yes, no and unsure.
    pub labels: u64,
    /// Trained heads: the one in use and earlier ones.
    pub heads: u64,
}

impl ConceptData {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `the scores of 3 photos, 5 labels, 1 trained head`.
impl fmt::Display for ConceptData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted =
            |number: u64, noun: &str| format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" });
        let parts = [
            (self.scored, format!("the scores of {}", counted(self.scored, "photo"))),
            (self.labels, counted(self.labels, "label")),
            (self.heads, counted(self.heads, "trained head")),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
        f.write_str(if parts.is_empty() { "nothing" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// Counts what a dataset holds about a concept.
pub fn of_concept(store: &dyn Store, dataset: &Dataset, reviews: &Reviews, concept: &str) -> Result<ConceptData> {
    let tally = store.tally()?;
    let by_scorer = |value: &str| {
        let key = ScoreKey::from(value.split('\n').next().unwrap_or_default());
        (key.concept() == concept).then(|| key.scorer().map(str::to_owned)).flatten()
    };
    let mut scored = BTreeMap::<String, u64>::new();
    for (value, tallied) in tally.of(Aspect::Score) {
        if let Some(scorer) = by_scorer(value).filter(|scorer| scorer != REVIEW) {
            *scored.entry(scorer).or_default() += tallied.photos;
        }
    }
    Ok(ConceptData {
        scored: scored.values().copied().max().unwrap_or(0),
        labels: current(reviews, concept).count() as u64,
        heads: heads::versions(dataset, concept).len() as u64,
    })
}

/// The verdicts that are not withdrawn.
fn current<'a>(reviews: &'a Reviews, concept: &str) -> impl Iterator<Item = &'a Review> {
    reviews.of(concept).into_iter().filter(|review| review.verdict != Verdict::Cleared)
}

/// Gives the scores of a concept another concept's name, or removes them with `to: None`. The scores of people's labels go
/// with them, and a photo's setting follows. Returns how many records changed; less than all if `stop` is raised.
pub fn move_scores(
    (store, derived): (&dyn Store, &Derived),
    concept: &str,
    to: Option<&str>,
    stop: &Stop,
) -> Result<u64> {
    let mut changed = 0;
    let mut after: Option<PhotoId> = None;
    loop {
        let batch = store.scan(after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else { return Ok(changed) };
        if stop.is_raised() {
            return Ok(changed);
        }
        after = Some(last.id.clone());
        let has = |key: &ScoreKey| key.concept() == concept;
        let ids: Vec<PhotoId> =
            batch.iter().filter(|photo| photo.scores.keys().any(has)).map(|photo| photo.id.clone()).collect();
        if ids.is_empty() {
            continue;
        }
        let moved = |sealed: SealedPhoto| {
            let photo = sealed.photo();
            let (own, mut scores): (BTreeMap<_, _>, _) =
                photo.scores.clone().into_iter().partition(|(key, _)| has(key));
            if own.is_empty() {
                return None;
            }
            if let Some(to) = to {
                scores.extend(own.into_iter().map(|(key, score)| (renamed(&key, to), score)));
            }
            let labels = photo.labels.clone();
            Some(sealed.with_scores(scores, labels))
        };
        let saved = store.update(&ids, &mut |_, known| {
            known.into_iter().filter_map(&moved).map(|sealed| derived.of_sealed(sealed)).collect()
        })?;
        changed += saved.len() as u64;
    }
}

fn renamed(key: &ScoreKey, to: &str) -> ScoreKey {
    key.scorer().map_or_else(|| ScoreKey::main(to), |scorer| ScoreKey::by(to, scorer))
}

/// Withdraws all labels of a concept. The file keeps them as history. Returns how many were withdrawn.
pub fn withdraw_labels(reviews: &mut Reviews, concept: &str) -> Result<u64> {
    let at = Timestamp::now();
    let withdrawn: Vec<Review> =
        current(reviews, concept).map(|review| Review { verdict: Verdict::Cleared, at, ..review.clone() }).collect();
    reviews.append(&withdrawn).context("could not write reviews.jsonl")?;
    Ok(withdrawn.len() as u64)
}

/// Gives the labels of a concept to another one, with their people and times, and withdraws them from the first. A later
/// label of the other concept stays. Returns how many were given.
pub fn move_labels(reviews: &mut Reviews, concept: &str, to: &str) -> Result<u64> {
    let is_later = |review: &&Review| reviews.latest(&review.photo, to).is_none_or(|known| known.at < review.at);
    let given: Vec<Review> = current(reviews, concept)
        .filter(is_later)
        .map(|review| Review { concept: to.to_owned(), ..review.clone() })
        .collect();
    reviews.append(&given).context("could not write reviews.jsonl")?;
    withdraw_labels(reviews, concept)?;
    Ok(given.len() as u64)
}

/// Gives the trained heads of a concept to another one. Returns how many there are.
pub fn move_heads(dataset: &Dataset, concept: &str, to: &str) -> Result<u64> {
    let in_use = heads::in_use(dataset, concept)?.map(|head| head.version());
    let versions = heads::versions(dataset, concept);
    for head in &versions {
        let version = head.version();
        let report = match fs::read(dataset.head_version_report(concept, &version)) {
            Err(_) if in_use.as_ref() == Some(&version) => fs::read(dataset.head_report(concept)).ok(),
            read => read.ok(),
        };
        let mut head = head.clone();
        to.clone_into(&mut head.concept);
        heads::keep(dataset, &head, report.as_deref())?;
        if in_use.as_ref() == Some(&version) {
            heads::adopt(dataset, to, &head.version())?;
        }
    }
    remove_heads(dataset, concept)?;
    Ok(versions.len() as u64)
}

/// Removes all trained heads of a concept and their reports.
pub fn remove_heads(dataset: &Dataset, concept: &str) -> Result<()> {
    let missing_is_fine = |done: io::Result<()>| match done {
        Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err),
        _ => Ok(()),
    };
    for path in [dataset.head(concept), dataset.head_report(concept)] {
        missing_is_fine(fs::remove_file(&path)).with_context(|| format!("could not remove {}", path.display()))?;
    }
    let versions = dataset.head_versions(concept);
    missing_is_fine(fs::remove_dir_all(&versions)).with_context(|| format!("could not remove {}", versions.display()))
}
