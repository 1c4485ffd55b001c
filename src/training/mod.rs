//! Trains a concept from labelled photos: features in, a head with honest quality measures out.
//!
//! No I/O except the head's own file: the caller provides embeddings, words and labels. `docs/training.md` explains the
//! numbers.

pub mod calibrate;
pub mod compare;
pub mod cut;
pub mod draw;
pub mod features;
pub mod folds;
pub mod groups;
pub mod head;
pub mod logistic;
pub mod measures;
pub mod pick;
pub mod rates;
pub mod report;
pub mod setting;
pub mod strata;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use rayon::prelude::*;
use thiserror::Error;

use crate::photo::PhotoId;
use calibrate::Calibration;
use features::{Rows, Words, signed_sqrt};
use folds::TooFewGroups;
use groups::GroupKeys;
use head::{Head, Measures, Origin};
use logistic::Fit;
use measures::{Confusion, ScoredLabel};

/// Labels of each class that training needs.
pub const MIN_CLASS_LABELS: usize = 4;

/// A photo to train on.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its id.
    pub id: PhotoId,
    /// The model's embedding, of any length.
    pub embedding: Vec<f32>,
    /// Its words; ignored unless [`Options::with_text`].
    pub words: Words,
    /// What groups it with other photos.
    pub group_keys: GroupKeys,
}

/// Training parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Inverse of the regularisation strength.
    pub c: f64,
    /// Most folds of the cross-validation.
    pub folds: usize,
    /// Cosine similarity from which two photos are near-duplicates.
    pub near: f32,
    /// Whether words are features too.
    pub with_text: bool,
}

impl Default for Options {
    /// The best values measured on embeddings of length 1, see `docs/training.md`.
    fn default() -> Self {
        Self { c: 10.0, folds: 5, near: groups::NEAR, with_text: false }
    }
}

/// Why training fails.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TrainError {
    /// Too few photos of one class.
    #[error(
        "{concept:?} has {yes} labelled photos that show it and {no} that do not; training needs at least {MIN_CLASS_LABELS} of each"
    )]
    TooFewLabels {
        /// The concept.
        concept: String,
        /// Photos that show it.
        yes: usize,
        /// Photos that do not.
        no: usize,
    },
    /// No labelled photo has an embedding.
    #[error("none of the {labels} photos labelled for {concept:?} has a vector of the model {model}")]
    NoVectors {
        /// The concept.
        concept: String,
        /// The model's id.
        model: String,
        /// Labelled photos.
        labels: usize,
    },
    /// Embeddings of different lengths.
    #[error("the vector of {photo} has {found} values, the others have {wanted}: they are from different models")]
    Dims {
        /// The first one that differs.
        photo: PhotoId,
        /// The length of the others.
        wanted: usize,
        /// Its length.
        found: usize,
    },
}

/// A held-out prediction: a labelled photo scored by a head that was trained without its group.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// The photo.
    pub id: PhotoId,
    /// Its label.
    pub truth: bool,
    /// The fold in which it was held out.
    pub fold: usize,
    /// Log-odds before calibration.
    pub margin: f64,
    /// 0..=1.
    pub score: f64,
}

/// The result of training.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The head, trained on all labels.
    pub head: Head,
    /// The held-out prediction of each labelled photo, by id; empty if [`Outcome::too_few_groups`].
    pub held_out: Vec<HeldOut>,
    /// Why there are no quality measures.
    pub too_few_groups: Option<TooFewGroups>,
    /// Labelled photos that were left out because they have no vector.
    pub without_vector: usize,
}

impl Outcome {
    /// Held-out scores with their labels.
    pub fn scored_labels(&self) -> Vec<ScoredLabel> {
        self.held_out.iter().map(|held| (held.score, held.truth)).collect()
    }
}

/// Photos with features and groups, on which any number of concepts can be trained.
pub struct Trainer {
    model: String,
    options: Options,
    at: HashMap<PhotoId, usize>,
    owners: Vec<Option<String>>,
    rows: Rows,
    groups: Vec<usize>,
}

impl Trainer {
    /// A trainer for photos and the embeddings of a model (its id). If a photo occurs twice the last sample counts; the
    /// order does not matter.
    pub fn new(model: &str, samples: Vec<Sample>, options: Options) -> Result<Self, TrainError> {
        let samples: BTreeMap<PhotoId, Sample> =
            samples.into_iter().map(|sample| (sample.id.clone(), sample)).collect();
        let dims = samples.values().next().map_or(0, |sample| sample.embedding.len());
        let mut rows = Rows::new(dims, options.with_text);
        // The near-duplicate similarity was measured on unmodified embeddings.
        let mut raw = Rows::new(dims, false);
        let (mut at, mut group_keys) = (HashMap::new(), Vec::new());
        for (id, sample) in samples {
            if sample.embedding.len() != dims {
                return Err(TrainError::Dims { photo: id, wanted: dims, found: sample.embedding.len() });
            }
            raw.push(&sample.embedding, Words::default());
            rows.push(&signed_sqrt(&sample.embedding), sample.words);
            at.insert(id, group_keys.len());
            group_keys.push(sample.group_keys);
        }
        let groups = groups::groups(&raw, &group_keys, options.near);
        let owners = group_keys.into_iter().map(|tie| tie.owner).collect();
        Ok(Self { model: model.to_owned(), options, at, owners, rows, groups })
    }

    /// Trains a concept; the last label of each photo counts. `from` describes where the labels came from.
    pub fn train(
        &self,
        concept: &str,
        labels: &[(PhotoId, bool)],
        from: &str,
        now: Timestamp,
    ) -> Result<Outcome, TrainError> {
        let labels: BTreeMap<&PhotoId, bool> = labels.iter().map(|(id, truth)| (id, *truth)).collect();
        let find = |(id, truth): (&PhotoId, &bool)| Some(((*id).clone(), *self.at.get(id)?, *truth));
        let known: Vec<(PhotoId, usize, bool)> = labels.iter().filter_map(|(id, truth)| find((id, truth))).collect();
        let set = Set::new(self, &known);
        let (yes, no) = (set.count(true), set.count(false));
        if known.is_empty() && !labels.is_empty() {
            let (concept, model) = (concept.to_owned(), self.model.clone());
            return Err(TrainError::NoVectors { concept, model, labels: labels.len() });
        }
        if yes.min(no) < MIN_CLASS_LABELS {
            return Err(TrainError::TooFewLabels { concept: concept.to_owned(), yes, no });
        }
        let folds = folds::folds(&set.groups, &set.truths(), self.options.folds);
        let fits = self.fits(&set, folds.as_deref().unwrap_or_default());
        let owners: HashSet<&String> = set.rows.iter().filter_map(|(row, _)| self.owners[*row].as_ref()).collect();
        let labels_used =
            Origin { from: from.to_owned(), yes, no, groups: groups::count(&set.groups), owners: owners.len() };
        let mut outcome = Outcome {
            head: self.head(concept, &fits[0], labels_used, now),
            held_out: Vec::new(),
            too_few_groups: None,
            without_vector: labels.len() - known.len(),
        };
        match folds {
            Ok(folds) => self.measure(&mut outcome, &set, &known, &folds, &fits[1..]),
            Err(too_few) => outcome.too_few_groups = Some(too_few),
        }
        Ok(outcome)
    }

    /// A fit of all rows, then one without each fold, in parallel.
    fn fits(&self, set: &Set, folds: &[usize]) -> Vec<Fit> {
        let jobs = groups::count(folds) + 1;
        let job = |number: usize| {
            let without = number.checked_sub(1);
            let kept = |at: &usize| without.is_none_or(|without| folds[*at] != without);
            let rows: Vec<(usize, bool)> = (0..set.rows.len()).filter(kept).map(|at| set.rows[at]).collect();
            logistic::fit(&self.rows, &rows, self.options.c)
        };
        (0..jobs).into_par_iter().with_max_len(1).map(job).collect()
    }

    fn head(&self, concept: &str, fit: &Fit, labels: Origin, now: Timestamp) -> Head {
        let rounded: Vec<f32> = fit.weights.iter().map(|weight| *weight as f32).collect();
        let (weights, text) = rounded.split_at(self.rows.dims());
        Head {
            concept: concept.to_owned(),
            model: self.model.clone(),
            weights: weights.to_vec(),
            text_weights: self.options.with_text.then(|| text.to_vec()),
            intercept: fit.intercept,
            calibration: calibrate::IDENTITY,
            c: self.options.c,
            trained_at: now,
            labels,
            measures: None,
            cut: 0.5,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Scores each photo with the fit that did not use its fold, and computes the quality measures.
    fn measure(
        &self,
        outcome: &mut Outcome,
        set: &Set,
        known: &[(PhotoId, usize, bool)],
        folds: &[usize],
        fits: &[Fit],
    ) {
        let margins: Vec<ScoredLabel> = set
            .rows
            .iter()
            .zip(folds)
            .map(|((row, truth), fold)| (fits[*fold].margin(&self.rows, *row), *truth))
            .collect();
        let calibration = Calibration::fit(&margins);
        let held = known.iter().zip(&margins).zip(folds).map(|(((id, _, truth), (margin, _)), fold)| HeldOut {
            id: id.clone(),
            truth: *truth,
            fold: *fold,
            margin: *margin,
            score: calibration.probability(*margin),
        });
        outcome.held_out = held.collect();
        let scored_labels = outcome.scored_labels();
        let head = &mut outcome.head;
        head.calibration = calibration;
        head.cut = measures::best_f1_cut(&scored_labels).unwrap_or(0.5);
        head.measures = Some(Measures {
            folds: fits.len(),
            roc_auc: measures::roc_auc(&margins).unwrap_or(0.5),
            at_cut: Confusion::at(head.cut, &scored_labels),
            uncalibrated: calibrate::Error::of(
                margins.iter().map(|(margin, truth)| (calibrate::IDENTITY.probability(*margin), *truth)),
            ),
            calibrated: calibrate::Error::of(unseen(&margins, folds)),
        });
    }
}

/// Probabilities of each fold by a calibration that was fitted to the other folds.
fn unseen(margins: &[ScoredLabel], folds: &[usize]) -> Vec<ScoredLabel> {
    let without = |fold: usize| {
        let others = margins.iter().zip(folds).filter(|(_, of)| **of != fold).map(|(scored_labels, _)| *scored_labels);
        Calibration::fit(&others.collect::<Vec<_>>())
    };
    let by_fold: Vec<Calibration> = (0..groups::count(folds)).map(without).collect();
    margins.iter().zip(folds).map(|((margin, truth), fold)| (by_fold[*fold].probability(*margin), *truth)).collect()
}

/// The labelled rows of one concept.
struct Set {
    rows: Vec<(usize, bool)>,
    /// The group of each row, renumbered from 0.
    groups: Vec<usize>,
}

impl Set {
    fn new(trainer: &Trainer, known: &[(PhotoId, usize, bool)]) -> Self {
        let mut numbers = HashMap::new();
        let number = |(_, row, _): &(PhotoId, usize, bool)| {
            let next = numbers.len();
            *numbers.entry(trainer.groups[*row]).or_insert(next)
        };
        Self {
            groups: known.iter().map(number).collect(),
            rows: known.iter().map(|(_, row, truth)| (*row, *truth)).collect(),
        }
    }

    fn truths(&self) -> Vec<bool> {
        self.rows.iter().map(|(_, truth)| *truth).collect()
    }

    fn count(&self, class: bool) -> usize {
        self.rows.iter().filter(|(_, truth)| *truth == class).count()
    }
}
