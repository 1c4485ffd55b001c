//! A person's verdicts as scores of the photos: `cage@review` is 1 for yes, 0 for no. `reviews.jsonl` is the truth, the
//! scores are made from it, so that filters and sliders know them too.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::photo::{PhotoId, Score, side};
use crate::reviews::{Review, Reviews};
use crate::scorers::{REVIEW, parts};
use crate::store::Store;

/// Photos of one transaction.
const BATCH: usize = 200;

/// Puts what was last said of these photos into their records, in a store that is open for writing; how many records
/// that changed. Photos that are not in the store are passed over.
pub fn mirror(store: &dyn Store, reviews: &Reviews, ids: &[PhotoId]) -> Result<u64> {
    let mut changed = 0;
    for some in ids.chunks(BATCH) {
        let mut batch = Vec::new();
        for sealed in store.load(some)? {
            let photo = sealed.photo();
            let mut scores = photo.scores.clone();
            scores.retain(|name, _| parts(name).1 != Some(REVIEW));
            scores.extend(said(reviews, &photo.id));
            if scores != photo.scores {
                let labels = photo.labels.clone();
                batch.push(sealed.with_scores(scores, labels));
            }
        }
        store.save(&batch)?;
        changed += batch.len() as u64;
    }
    Ok(changed)
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
