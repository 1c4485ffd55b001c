//! Copies reviews into the photos' scores: `cage@review` is 1 for yes, 0 for no; and verdicts on the taxon into `reviewed_taxon`. `reviews.jsonl` is the source; the scores
//! make the reviews available to filters.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;

use crate::photo::{PhotoId, ReviewedTaxon, Score, ScoreKey};
use crate::reviews::{Review, Reviews, TAXON};
use crate::scorers::REVIEW;
use crate::seal::SealedPhoto;
use crate::stages::Derived;
use crate::store::Store;

/// Photos per transaction.
const BATCH: usize = 200;

/// Writes the current reviews of these photos into their records. The store must be open for writing. Returns how many
/// records changed. A photo's setting follows. Photos that are not in the store are skipped.
pub fn copy_reviews((store, derived): (&dyn Store, &Derived), reviews: &Reviews, ids: &[PhotoId]) -> Result<u64> {
    let mut changed = 0;
    for some in ids.chunks(BATCH) {
        let saved = store.update(some, &mut |_, known| {
            let reviewed = |sealed: SealedPhoto| match store.coordination() {
                None => with_reviews(reviews, sealed),
                Some(_) => with_newer_reviews(reviews, sealed),
            };
            known.into_iter().filter_map(reviewed).map(|sealed| derived.of_reviewed(sealed)).collect()
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
    let taxon = reviews.latest(&photo.id, TAXON).and_then(Review::reviewed_taxon);
    replaced(sealed, scores, taxon)
}

/// A photo with other scores and another verdict on its taxon; `None` if they are the same.
fn replaced(
    sealed: SealedPhoto,
    scores: BTreeMap<ScoreKey, Score>,
    taxon: Option<ReviewedTaxon>,
) -> Option<SealedPhoto> {
    let photo = sealed.photo();
    if scores == photo.scores && taxon == photo.reviewed_taxon {
        return None;
    }
    let labels = photo.labels.clone();
    Some(sealed.with_scores(scores, labels).with_reviewed_taxon(taxon))
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
    let mut taxon = photo.reviewed_taxon.clone();
    if let Some(review) = reviews.latest(&photo.id, TAXON)
        && taxon.as_ref().is_none_or(|stored| stored.at <= review.at)
    {
        taxon = review.reviewed_taxon();
    }
    for review in reviews.about(&photo.id).filter(|review| review.concept != TAXON) {
        let key = ScoreKey::by(&review.concept, REVIEW);
        let stored = scores.get(&key).and_then(|score| score.version.split(' ').next()?.parse::<Timestamp>().ok());
        if stored.is_some_and(|stored| stored > review.at) {
            continue;
        }
        scores.remove(&key);
        scores.extend(own.get(&key).map(|score| (key, score.clone())));
    }
    replaced(sealed, scores, taxon)
}

fn review_scores(reviews: &Reviews, photo: &PhotoId) -> BTreeMap<ScoreKey, Score> {
    let score = |review: &Review| {
        let value = f64::from(u8::from(review.verdict.label()?));
        let version = format!("{} {}", review.at, review.by);
        Some((ScoreKey::by(&review.concept, REVIEW), Score::known(value, REVIEW, version.trim())))
    };
    reviews.about(photo).filter(|review| review.concept != TAXON).filter_map(score).collect()
}
