//! Copies reviews into the photos' scores: `cage@review` is 1 for yes, 0 for no. `reviews.jsonl` is the source; the scores
//! make the reviews available to filters.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;

use crate::photo::{PhotoId, Score, ScoreKey};
use crate::reviews::{Review, Reviews};
use crate::scorers::REVIEW;
use crate::seal::SealedPhoto;
use crate::store::Store;

/// Photos per transaction.
const BATCH: usize = 200;

/// Writes the current reviews of these photos into their records. The store must be open for writing. Returns how many
/// records changed. Photos that are not in the store are skipped.
pub fn copy_reviews(store: &dyn Store, reviews: &Reviews, ids: &[PhotoId]) -> Result<u64> {
    let mut changed = 0;
    for some in ids.chunks(BATCH) {
        let saved = store.update(some, &mut |_, known| {
            let reviewed = |sealed: SealedPhoto| match store.coordination() {
                None => with_reviews(reviews, sealed),
                Some(_) => with_newer_reviews(reviews, sealed),
            };
            Ok(known.into_iter().filter_map(reviewed).collect())
        })?;
        changed += saved.len() as u64;
    }
    Ok(changed)
}

/// The photo with the scores of its reviews; `None` if it has them already.
fn with_reviews(reviews: &Reviews, sealed: SealedPhoto) -> Option<SealedPhoto> {
    let photo = sealed.photo();
    let mut scores = photo.scores.clone();
    scores.retain(|key, _| key.scorer() != Some(REVIEW));
    scores.extend(review_scores(reviews, &photo.id));
    if scores == photo.scores {
        return None;
    }
    let labels = photo.labels.clone();
    Some(sealed.with_scores(scores, labels))
}

/// All photos that have reviews.
pub fn reviewed(reviews: &Reviews) -> Vec<PhotoId> {
    let mut ids: Vec<PhotoId> = reviews.all().iter().map(|review| review.photo.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The same for a shared store, where other people's reviews are in other files: only scores of these reviews change, and
/// only if no later review exists. `None` if nothing changes.
fn with_newer_reviews(reviews: &Reviews, sealed: SealedPhoto) -> Option<SealedPhoto> {
    let photo = sealed.photo();
    let mut scores = photo.scores.clone();
    let own = review_scores(reviews, &photo.id);
    for review in reviews.about(&photo.id) {
        let key = ScoreKey::by(&review.concept, REVIEW);
        let stored = scores.get(&key).and_then(|score| score.version.split(' ').next()?.parse::<Timestamp>().ok());
        if stored.is_some_and(|stored| stored > review.at) {
            continue;
        }
        scores.remove(&key);
        scores.extend(own.get(&key).map(|score| (key, score.clone())));
    }
    if scores == photo.scores {
        return None;
    }
    let labels = photo.labels.clone();
    Some(sealed.with_scores(scores, labels))
}

fn review_scores(reviews: &Reviews, photo: &PhotoId) -> BTreeMap<ScoreKey, Score> {
    let score = |review: &Review| {
        let value = f64::from(u8::from(review.verdict.label()?));
        let version = format!("{} {}", review.at, review.by);
        Some((ScoreKey::by(&review.concept, REVIEW), Score::known(value, REVIEW, version.trim())))
    };
    reviews.about(photo).filter_map(score).collect()
}
