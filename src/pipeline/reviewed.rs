//! A person's verdicts as scores of the photos: `cage@review` is 1 for yes, 0 for no. `reviews.jsonl` is the truth, the
//! scores are made from it, so that filters and sliders know them too.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::photo::{PhotoId, Score, side};
use crate::reviews::{Review, Reviews};
use crate::scorers::{REVIEW, parts};
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
            Ok(known.into_iter().filter_map(|sealed| with_what_was_said(reviews, sealed)).collect())
        })?;
        changed += saved.len() as u64;
    }
    Ok(changed)
}

/// The photo with the scores that its reviews make; `None` where it has them.
fn with_what_was_said(reviews: &Reviews, sealed: SealedPhoto) -> Option<SealedPhoto> {
    let photo = sealed.photo();
    let mut scores = photo.scores.clone();
    scores.retain(|name, _| parts(name).1 != Some(REVIEW));
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

fn said(reviews: &Reviews, photo: &PhotoId) -> BTreeMap<String, Score> {
    let score = |review: &Review| {
        let value = f64::from(u8::from(review.verdict.label()?));
        let version = format!("{} {}", review.at, review.by);
        Some((side(&review.concept, REVIEW), Score::known(value, REVIEW, version.trim())))
    };
    reviews.about(photo).filter_map(score).collect()
}
