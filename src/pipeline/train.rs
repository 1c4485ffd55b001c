//! Trains the head of a concept: gathers labels and vectors, and writes the head and its report.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;
use jiff::Timestamp;

use super::heads;
use crate::dataset::Dataset;
use crate::files::BlobName;
use crate::photo::text::normalise;
use crate::photo::{Found, Photo, PhotoId, ScoreKey};
use crate::reviews::Reviews;
use crate::store::{Store, for_each_sealed};
use crate::training::compare::{Comparison, FROM_REVIEWS};
use crate::training::features::Words;
use crate::training::groups::GroupKeys;
use crate::training::head::Head;
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
            Self::Reviews(_) => FROM_REVIEWS.to_owned(),
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
                let names = |found: &Found, term: &String| normalise(&found.term) == normalise(term);
                let found =
                    |terms: &[String]| photo.searches.iter().any(|found| terms.iter().any(|term| names(found, term)));
                let (yes, no) = (found(yes), found(no));
                (yes != no).then_some(yes)
            }
            Self::Scores { scorer, above, below } => {
                let score = f64::from(photo.scores.get(&ScoreKey::by(concept, scorer))?.number()?);
                if score >= *above { Some(true) } else { (score <= *below).then_some(false) }
            }
        }
    }
}

/// Trains a concept's head from labels, writes the head and its report to the dataset and puts it in use. The head in use
/// before is kept as a version.
pub fn train(
    (store, dataset): (&dyn Store, &Dataset),
    (concept, model): (&str, &str),
    labelled: &Labelled<'_>,
    options: Options,
) -> Result<Outcome> {
    let outcome = fit(store, (concept, model), labelled, options)?;
    write_head((store, dataset), &outcome)?;
    heads::adopt(dataset, concept, &outcome.head.version())?;
    Ok(outcome)
}

/// A head that was trained beside the one in use.
pub struct Trained {
    /// The new head.
    pub outcome: Outcome,
    /// Whether the new head is in use: it is the first one, or the same as the one in use.
    pub in_use: bool,
    /// Both on the same labels, if both could be measured.
    pub comparison: Option<Comparison>,
}

/// Trains a concept's head from reviews and keeps it as a version. If another head is in use it stays so: a person decides.
pub fn train_beside(
    (store, dataset): (&dyn Store, &Dataset),
    (concept, model): (&str, &str),
    reviews: &Reviews,
    options: Options,
) -> Result<Trained> {
    let labelled = Labelled::Reviews(reviews);
    // A head that cannot be read scores nothing: the new one takes its place.
    let current = heads::in_use(dataset, concept).ok().flatten();
    let outcome = fit(store, (concept, model), &labelled, options)?;
    write_head((store, dataset), &outcome)?;
    match current.filter(|current| current.version() != outcome.head.version()) {
        Some(current) => {
            let scores = unseen_scores(store, &current, reviews)?;
            let comparison = Comparison::of(&current, &scores, &outcome);
            Ok(Trained { outcome, in_use: false, comparison })
        }
        None => {
            heads::adopt(dataset, concept, &outcome.head.version())?;
            Ok(Trained { outcome, in_use: true, comparison: None })
        }
    }
}

fn fit(
    store: &dyn Store,
    (concept, model): (&str, &str),
    labelled: &Labelled<'_>,
    options: Options,
) -> Result<Outcome> {
    let labels = labelled.labels(store, concept)?;
    let samples = samples(store, model, &labels)?;
    Ok(Trainer::new(model, samples, options)?.train(concept, &labels, &labelled.description(), Timestamp::now())?)
}

/// Scores of the reviewed photos by a head: its own for photos that were reviewed after it was trained, and held-out ones,
/// from training again as it was trained, for the others.
fn unseen_scores(store: &dyn Store, head: &Head, reviews: &Reviews) -> Result<HashMap<PhotoId, f64>> {
    let labels = reviews.labels(&head.concept);
    let before = reviews.all().iter().filter(|review| review.concept == head.concept && review.at <= head.trained_at);
    let before: HashSet<&PhotoId> = before.map(|review| &review.photo).collect();
    let all = samples(store, &head.model, &labels)?;
    let (seen, new): (Vec<Sample>, Vec<Sample>) = all.into_iter().partition(|sample| before.contains(&sample.id));
    let mut scores = HashMap::new();
    for sample in new {
        scores.insert(sample.id, head.score(&sample.embedding, Some(&sample.words))?);
    }
    let labels: Vec<(PhotoId, bool)> = labels.into_iter().filter(|(id, _)| before.contains(id)).collect();
    let options = Options { with_text: head.reads_text(), c: head.c, ..Options::default() };
    // With too few of them nothing is held out, and these photos are not compared.
    let again = Trainer::new(&head.model, seen, options)
        .and_then(|trainer| trainer.train(&head.concept, &labels, FROM_REVIEWS, head.trained_at));
    scores.extend(again.map(|again| again.held_out).unwrap_or_default().into_iter().map(|held| (held.id, held.score)));
    Ok(scores)
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
                sha256: photo.file.as_ref().map(|file| file.sha256.to_string()),
            };
            samples.push(Sample { id, embedding: vector.to_f32(), words: Words::of(photo), group_keys });
        }
    }
    Ok(samples)
}

/// Writes the head and its report as a version.
fn write_head((store, dataset): (&dyn Store, &Dataset), outcome: &Outcome) -> Result<()> {
    let picture = |id: &PhotoId| {
        let photo = store.load(std::slice::from_ref(id)).ok().and_then(|found| found.into_iter().next());
        let Some(photo) = photo else { return Picture::default() };
        let thumbnail =
            photo.file.as_ref().and_then(|file| dataset.files().read(BlobName::thumbnail(file)).ok().flatten());
        Picture { jpeg: thumbnail, title: photo.title }
    };
    let page = report::html(outcome, &picture);
    heads::keep(dataset, &outcome.head, Some(page.as_bytes()))
}
