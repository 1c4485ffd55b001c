//! Trains the head of a concept: gathers labels and vectors, and writes the head and its report.

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

/// Photos per read of the store.
const BATCH: usize = 256;

/// The source of labels.
pub enum Labelled<'a> {
    /// People's reviews, see `reviews.jsonl`.
    Reviews(&'a Reviews),
    /// The searches that found a photo: a search in `yes` means yes, one in `no` means no. A photo found by both is left out.
    SearchTerms {
        /// Search terms, as typed.
        yes: Vec<String>,
        /// Search terms, as typed.
        no: Vec<String>,
    },
    /// The scores of another scorer: from `above` on yes, up to `below` no. Scores in between are left out.
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
    /// A description of the source, which is stored in the head.
    pub fn description(&self) -> String {
        match self {
            Self::Reviews(_) => "reviews".to_owned(),
            Self::SearchTerms { yes, no } => format!("search-terms: {} against {}", yes.join(", "), no.join(", ")),
            Self::Scores { scorer, above, below } => format!("scores of {scorer}: from {above} on, up to {below}"),
        }
    }

    /// The labels of a concept, by photo id.
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

/// Trains a concept's head from labels and writes the head and its report to the dataset. Replaces an existing head.
pub fn train(
    (store, dataset): (&dyn Store, &Dataset),
    (concept, model): (&str, &str),
    labelled: &Labelled<'_>,
    options: Options,
) -> Result<Outcome> {
    let labels = labelled.labels(store, concept)?;
    let samples = samples(store, model, &labels)?;
    let outcome =
        Trainer::new(model, samples, options)?.train(concept, &labels, &labelled.description(), Timestamp::now())?;
    write_head((store, dataset), &outcome)?;
    Ok(outcome)
}

/// The training samples: the labelled photos that have a vector.
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

/// Writes the report, then the head, so that every head has its report.
fn write_head((store, dataset): (&dyn Store, &Dataset), outcome: &Outcome) -> Result<()> {
    let concept = &outcome.head.concept;
    let picture = |id: &PhotoId| {
        let photo = store.load(std::slice::from_ref(id)).ok().and_then(|found| found.into_iter().next());
        let Some(photo) = photo else { return Picture::default() };
        let thumbnail =
            photo.file.as_ref().and_then(|file| dataset.files().read(BlobName::thumbnail(file)).ok().flatten());
        Picture { jpeg: thumbnail, title: photo.title }
    };
    let page = report::html(outcome, &picture);
    write_durably(&dataset.head_report(concept), page.as_bytes()).context("could not write the report")?;
    outcome.head.write(&dataset.head(concept)).context("could not write the head")
}
