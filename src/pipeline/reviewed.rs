//! A person's verdicts as scores of the photos: `cage@review` is 1 for yes, 0 for no. `reviews.jsonl` is the truth, the
//! scores are made from it, so that filters and sliders know them too.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;

use crate::photo::{PhotoId, Score, side};
use crate::reviews::{Review, Reviews};
use crate::scorers::{REVIEW, parse_score_key};
use crate::seal::SealedPhoto;
use crate::store::Store;

/// Photos of one transaction.
const BATCH: usize = 200;

/// Puts what was last said of these photos into their records, in a store that is open for writing; how many records
/// that changed. Photos that are not in the store are passed over.
pub fn mirror(store: &dyn Store, reviews: &Reviews, ids: &[PhotoId]) -> Result<u64> {
    let mut changed = 0;
    for some in ids.chunks(BATCH) {
        let saved = store.update(some, &mut |_, known| {
            let said = |sealed: SealedPhoto| match store.coordination() {
                None => with_what_was_said(reviews, sealed),
                Some(_) => with_what_is_newer(reviews, sealed),
            };
            Ok(known.into_iter().filter_map(said).collect())
        })?;
        changed += saved.len() as u64;
    }
    Ok(changed)
}

/// The photo with the scores that its reviews make; `None` where it has them.
fn with_what_was_said(reviews: &Reviews, sealed: SealedPhoto) -> Option<SealedPhoto> {
    let photo = sealed.photo();
    let mut scores = photo.scores.clone();
    scores.retain(|name, _| parse_score_key(name).1 != Some(REVIEW));
    scores.extend(said(reviews, &photo.id));
    if scores == photo.scores {
        return None;
    }
    let labels = photo.labels.clone();
    Some(sealed.with_scores(scores, labels))
}

/// Every photo that was ever reviewed.
pub fn reviewed(reviews: &Reviews) -> Vec<PhotoId> {
    let mut ids: Vec<PhotoId> = reviews.all().iter().map(|review| review.photo.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The same where others review too, in files of their own: only what these reviews speak of changes, and only where
/// nobody spoke later. `None` where nothing does.
fn with_what_is_newer(reviews: &Reviews, sealed: SealedPhoto) -> Option<SealedPhoto> {
    let photo = sealed.photo();
    let mut scores = photo.scores.clone();
    let spoken = said(reviews, &photo.id);
    for review in reviews.about(&photo.id) {
        let name = side(&review.concept, REVIEW);
        let there = scores.get(&name).and_then(|score| score.version.split(' ').next()?.parse::<Timestamp>().ok());
        if there.is_some_and(|there| there > review.at) {
            continue;
        }
        scores.remove(&name);
        scores.extend(spoken.get(&name).map(|score| (name, score.clone())));
    }
    if scores == photo.scores {
        return None;
    }
    let labels = photo.labels.clone();
    Some(sealed.with_scores(scores, labels))
}

fn said(reviews: &Reviews, photo: &PhotoId) -> BTreeMap<String, Score> {
    let score = |review: &Review| {
        let value = f64::from(u8::from(review.verdict.label()?));
        let version = format!("{} {}", review.at, review.by);
        Some((side(&review.concept, REVIEW), Score::known(value, REVIEW, version.trim())))
    };
    reviews.about(photo).filter_map(score).collect()
}
