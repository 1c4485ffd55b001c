//! A trained head: a linear classifier of one concept on one model's embeddings, and its file `heads/NAME.json`.

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::calibrate::{self, Calibration};
use super::features::{TEXT_DIMS, TEXT_HASHING, TEXT_WEIGHT, Words, signed_sqrt, unit};
use super::measures::Confusion;
use crate::disk::write_durably;
use crate::hash::hex;

/// The version of the file format; newer ones are rejected.
const FORMAT: u32 = 1;

/// The origin of the labels, and how many there were of each class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// `reviews`, `search-terms: ...` or `scores: ...`, for a person.
    pub from: String,
    /// Photos that show the concept.
    pub yes: usize,
    /// Photos that do not.
    pub no: usize,
    /// Groups of dependent photos: same owner, same file, or near-duplicates.
    pub groups: usize,
    /// Distinct owners among the photos with a known owner.
    pub owners: usize,
}

/// Cross-validated quality: photos of groups that the head was not trained on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// Folds of the cross-validation.
    pub folds: usize,
    /// 0..=1.
    pub roc_auc: f64,
    /// The confusion matrix at the recommended threshold.
    pub at_cut: Confusion,
    /// Error of the probabilities before calibration.
    pub uncalibrated: calibrate::Error,
    /// The same after calibration, each fold with a calibration that was fitted without it.
    pub calibrated: calibrate::Error,
}

/// One concept's head.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The concept.
    pub concept: String,
    /// The id of the model whose embeddings it scores.
    pub model: String,
    /// One weight for each value of the embedding.
    pub weights: Vec<f32>,
    /// One weight for each column of [`Words`], if it was trained with words.
    pub text_weights: Option<Vec<f32>>,
    /// The margin of an embedding of zeros.
    pub intercept: f64,
    /// Maps margins to probabilities.
    pub calibration: Calibration,
    /// Inverse of the regularisation strength.
    pub c: f64,
    /// When it was trained, UTC.
    pub trained_at: Timestamp,
    /// The labels it was trained with.
    pub labels: Origin,
    /// Absent if the labels came from too few groups.
    pub measures: Option<Measures>,
    /// The recommended threshold; 0.5 if nothing was measured.
    pub cut: f64,
    /// The version of the program that trained it.
    pub program: String,
}

/// Why a head cannot be used.
#[derive(Debug, Error)]
pub enum HeadError {
    /// The file does not exist.
    #[error("there is no trained head {0}")]
    Missing(String),
    /// The file cannot be read.
    #[error("the head {0} cannot be read: {1}")]
    Unreadable(String, #[source] io::Error),
    /// The file is not a valid head.
    #[error("the head {0} is damaged: {1}; train it again")]
    Damaged(String, String),
    /// The file was written by a newer program.
    #[error("the head {0} has format {1}, this Gleaner reads up to {FORMAT}; please update Gleaner or train it again")]
    Newer(String, u32),
    /// The embedding is not from the model that the head was trained with.
    #[error("the head of {concept} expects embeddings of {wanted} values, this one has {found}")]
    Dims {
        /// The head's concept.
        concept: String,
        /// The length of its training embeddings.
        wanted: usize,
        /// The length of the given embedding.
        found: usize,
    },
}

/// The file. `version` covers everything that affects scores.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    concept: String,
    model: String,
    version: String,
    cut: f64,
    measures: Option<Measures>,
    labels: Origin,
    trained_at: Timestamp,
    program: String,
    c: f64,
    calibration: Calibration,
    intercept: f64,
    dims: usize,
    weights: String,
    text: Option<Text>,
}

/// The part for words.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    hashing: String,
    weight: f32,
    weights: String,
}

/// The part that every format has.
#[derive(Deserialize)]
struct AnyFormat {
    format: u32,
}

impl Head {
    /// Whether it uses a photo's words as well as its embedding.
    pub fn reads_text(&self) -> bool {
        self.text_weights.is_some()
    }

    /// The probability that a photo shows the concept, 0..=1. The embedding need not have length 1. Words are ignored by a
    /// head without text weights; if they are missing, the photo counts as one without words.
    pub fn score(&self, embedding: &[f32], words: Option<&Words>) -> Result<f64, HeadError> {
        if embedding.len() != self.weights.len() {
            let (wanted, found) = (self.weights.len(), embedding.len());
            return Err(HeadError::Dims { concept: self.concept.clone(), wanted, found });
        }
        let product = |value: f32, weight: f32| f64::from(value) * f64::from(weight);
        let seen: f64 = unit(&signed_sqrt(embedding))
            .iter()
            .zip(&self.weights)
            .map(|(value, weight)| product(*value, *weight))
            .sum();
        let read: f64 = match (&self.text_weights, words) {
            (Some(weights), Some(words)) => {
                let of = |(column, value): &(u32, f32)| product(TEXT_WEIGHT * value, weights[*column as usize]);
                words.columns().iter().map(of).sum()
            }
            _ => 0.0,
        };
        Ok(self.calibration.probability(seen + read + self.intercept))
    }

    /// A short hash of everything that affects scores.
    pub fn version(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        part(b"gleaner head 2");
        part(self.model.as_bytes());
        part(&to_bytes(&self.weights));
        if let Some(weights) = &self.text_weights {
            part(TEXT_HASHING.as_bytes());
            part(&TEXT_WEIGHT.to_le_bytes());
            part(&to_bytes(weights));
        }
        [self.intercept, self.calibration.slope, self.calibration.offset]
            .iter()
            .for_each(|number| part(&number.to_le_bytes()));
        hex(&hash.finalize()[..6])
    }

    /// Writes the file durably.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = |weights: &Vec<f32>| Text {
            hashing: TEXT_HASHING.to_owned(),
            weight: TEXT_WEIGHT,
            weights: STANDARD.encode(to_bytes(weights)),
        };
        let file = File {
            format: FORMAT,
            concept: self.concept.clone(),
            model: self.model.clone(),
            version: self.version(),
            cut: self.cut,
            measures: self.measures,
            labels: self.labels.clone(),
            trained_at: self.trained_at,
            program: self.program.clone(),
            c: self.c,
            calibration: self.calibration,
            intercept: self.intercept,
            dims: self.weights.len(),
            weights: STANDARD.encode(to_bytes(&self.weights)),
            text: self.text_weights.as_ref().map(text),
        };
        let mut bytes = serde_json::to_vec_pretty(&file)?;
        bytes.push(b'\n');
        write_durably(path, &bytes)
    }

    /// Reads the file and verifies its version.
    pub fn read(path: &Path) -> Result<Self, HeadError> {
        let shown = path.display().to_string();
        let bytes = fs::read(path).map_err(|err| match err.kind() {
            io::ErrorKind::NotFound => HeadError::Missing(shown.clone()),
            _ => HeadError::Unreadable(shown.clone(), err),
        })?;
        let damaged = |why: String| HeadError::Damaged(shown.clone(), why);
        let any: AnyFormat = serde_json::from_slice(&bytes).map_err(|err| damaged(err.to_string()))?;
        if any.format > FORMAT {
            return Err(HeadError::Newer(shown, any.format));
        }
        let file: File = serde_json::from_slice(&bytes).map_err(|err| damaged(err.to_string()))?;
        Self::from_file(file).map_err(damaged)
    }

    fn from_file(file: File) -> Result<Self, String> {
        let text_weights = match file.text {
            Some(text) if text.hashing != TEXT_HASHING || text.weight.to_bits() != TEXT_WEIGHT.to_bits() => {
                return Err(format!(
                    "its words are hashed with {:?}, which this program does not support",
                    text.hashing
                ));
            }
            Some(text) => Some(numbers(&text.weights, TEXT_DIMS, "the words' weights")?),
            None => None,
        };
        let head = Self {
            weights: numbers(&file.weights, file.dims, "the weights")?,
            text_weights,
            concept: file.concept,
            model: file.model,
            intercept: file.intercept,
            calibration: file.calibration,
            c: file.c,
            trained_at: file.trained_at,
            labels: file.labels,
            measures: file.measures,
            cut: file.cut,
            program: file.program,
        };
        if !(0.0..=1.0).contains(&head.cut) {
            return Err(format!("its threshold is {}, not between 0 and 1", head.cut));
        }
        if head.calibration.slope < 0.0 {
            return Err("its calibration falls as margins rise".to_owned());
        }
        if head.version() != file.version {
            return Err(format!("its content has version {}, but the file says {}", head.version(), file.version));
        }
        Ok(head)
    }
}

fn to_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn numbers(text: &str, count: usize, what: &str) -> Result<Vec<f32>, String> {
    let bytes = STANDARD.decode(text).map_err(|err| format!("{what} are not base64: {err}"))?;
    if Some(bytes.len()) != count.checked_mul(size_of::<f32>()) {
        return Err(format!("{what} are {} bytes, not {count} numbers", bytes.len()));
    }
    let (numbers, _) = bytes.as_chunks();
    let numbers: Vec<f32> = numbers.iter().map(|number| f32::from_le_bytes(*number)).collect();
    if numbers.iter().all(|number| number.is_finite()) {
        Ok(numbers)
    } else {
        Err(format!("{what} are not all numbers"))
    }
}
