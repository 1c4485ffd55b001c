//! From labels to a head: who said which photos show a concept, what models made of these photos, and the files that
//! come of learning it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::Timestamp;

use crate::dataset::Dataset;
use crate::disk::write_durably;
use crate::files::BlobName;
use crate::photo::{Photo, PhotoId, side};
use crate::reviews::Reviews;
use crate::store::{Store, for_each_sealed};
use crate::training::features::Words;
use crate::training::groups::GroupKeys;
use crate::training::report::{self, Picture};
use crate::training::{Options, Outcome, Sample, Trainer};

/// Photos read from the store at once.
const BATCH: usize = 256;

/// Where labels come from.
pub enum Labelled<'a> {
    /// What people said, see `reviews.jsonl`.
    Reviews(&'a Reviews),
    /// Which searches found a photo: any of `yes` shows it, any of `no` does not; who was found by both is left out.
    SearchTerms {
        /// Words of searches, as typed.
        yes: Vec<String>,
        /// Words of searches, as typed.
        no: Vec<String>,
    },
    /// What another scorer said: from `above` on shows it, up to `below` does not; what lies between is left out.
    Scores {
        /// `vision`, `local`, `text`.
        scorer: String,
        /// 0..=1.
        above: f64,
        /// 0..=1.
        below: f64,
    },
}

impl Labelled<'_> {
    /// In words, as the head says where it comes from.
    pub fn in_words(&self) -> String {
        match self {
            Self::Reviews(_) => "reviews".to_owned(),
            Self::SearchTerms { yes, no } => format!("search-terms: {} against {}", yes.join(", "), no.join(", ")),
            Self::Scores { scorer, above, below } => format!("scores of {scorer}: from {above} on, up to {below}"),
        }
    }

    /// The labels of a concept, by photo.
    pub fn labels(&self, store: &dyn Store, concept: &str) -> Result<Vec<(PhotoId, bool)>> {
        if let Self::Reviews(reviews) = self {
            return Ok(reviews.labels(concept));
        }
        let mut labels = Vec::new();
        for_each_sealed(store, |sealed| {
            let photo = sealed.photo();
            labels.extend(self.label(photo, concept).map(|label| (photo.id.clone(), label)));
            Ok(())
        })?;
        Ok(labels)
    }

    fn label(&self, photo: &Photo, concept: &str) -> Option<bool> {
        match self {
            Self::Reviews(_) => None,
            Self::SearchTerms { yes, no } => {
                let found = |terms: &[String]| photo.searches.iter().any(|found| terms.contains(&found.term));
                let (yes, no) = (found(yes), found(no));
                (yes != no).then_some(yes)
            }
            Self::Scores { scorer, above, below } => {
                let score = f64::from(photo.scores.get(&side(concept, scorer))?.number()?);
                if score >= *above { Some(true) } else { (score <= *below).then_some(false) }
            }
        }
    }
}

/// Learns a concept from labels and keeps its head and its report in the dataset; a head that was there is replaced.
pub fn train(
    (store, dataset): (&dyn Store, &Dataset),
    (concept, model): (&str, &str),
    labelled: &Labelled<'_>,
    options: Options,
) -> Result<Outcome> {
    let labels = labelled.labels(store, concept)?;
    let samples = samples(store, model, &labels)?;
    let outcome =
        Trainer::new(model, samples, options)?.train(concept, &labels, &labelled.in_words(), Timestamp::now())?;
    keep((store, dataset), &outcome)?;
    Ok(outcome)
}

/// What is known of the labelled photos that a model has seen.
pub fn samples(store: &dyn Store, model: &str, labels: &[(PhotoId, bool)]) -> Result<Vec<Sample>> {
    let mut samples = Vec::with_capacity(labels.len());
    for some in labels.chunks(BATCH) {
        let ids: Vec<PhotoId> = some.iter().map(|(id, _)| id.clone()).collect();
        let photos = store.load(&ids)?;
        let photos: BTreeMap<&PhotoId, &Photo> = photos.iter().map(|photo| (&photo.id, photo)).collect();
        for (id, vector) in store.load_vectors(model, &ids)? {
            let Some(photo) = photos.get(&id) else { continue };
            let group_keys = GroupKeys {
                owner: photo.owner_pseudonym.clone(),
                sha256: photo.file.as_ref().map(|file| file.sha256.clone()),
            };
            samples.push(Sample { id, embedding: vector.to_f32(), words: Words::of(photo), group_keys });
        }
    }
    Ok(samples)
}

/// Writes the report, then the head: a head that is there has its report.
fn keep((store, dataset): (&dyn Store, &Dataset), outcome: &Outcome) -> Result<()> {
    let concept = &outcome.head.concept;
    let picture = |id: &PhotoId| {
        let photo = store.load(std::slice::from_ref(id)).ok().and_then(|found| found.into_iter().next());
        let Some(photo) = photo else { return Picture::default() };
        let thumbnail =
            photo.file.as_ref().and_then(|file| dataset.files().read(BlobName::thumbnail(file)).ok().flatten());
        Picture { jpeg: thumbnail, title: photo.title }
    };
    let page = report::html(outcome, &picture);
    write_durably(&dataset.head_report(concept), page.as_bytes()).context("could not keep the report")?;
    outcome.head.write(&dataset.head(concept)).context("could not keep the head")
}
