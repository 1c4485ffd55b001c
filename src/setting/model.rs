//! The model: a log-linear one. The log-odds of a setting are an intercept and the sum of the weights of its evidence.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hash::sha256_hex;
use crate::photo::{EvidenceKind, SettingEvidence, SettingName};

/// The number of settings, without `unknown`.
pub const SETTINGS: usize = SettingName::KNOWN.len();
/// Kinds of evidence with a scale of their own.
pub const SCALES: [&str; 5] = ["words", "source", "score", "distance", "range"];
/// The version of the weights that the program has. It changes with the tables of words and with every assumed weight.
pub const ASSUMED: &str = "assumed 2";
/// The format of the file.
const FORMAT: u32 = 1;

/// Intercepts and scales.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The log-odds of each setting, in the order of [`SettingName::KNOWN`], before any evidence; their sum is 0.
    pub intercepts: [f64; SETTINGS],
    /// What weights of each kind of [`SCALES`] are multiplied by, at least 0.
    pub scales: [f64; SCALES.len()],
}

impl Default for Parameters {
    /// All settings equally probable, and weights as they are assumed.
    fn default() -> Self {
        Self { intercepts: [0.0; SETTINGS], scales: [1.0; SCALES.len()] }
    }
}

/// The model that is in use.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its version, which is in every record.
    pub version: String,
    /// Whether it was fitted to reviewed photos.
    pub calibrated: bool,
    /// Its parameters.
    pub parameters: Parameters,
}

/// `setting.json` of a dataset: a model that was fitted to its reviewed photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// The version of this format.
    pub format: u32,
    /// When it was fitted, UTC.
    pub trained_at: Timestamp,
    /// The version of the weights that it scales.
    pub weights: String,
    /// Reviewed photos with evidence.
    pub photos: usize,
    /// What was fitted.
    pub parameters: Parameters,
}

/// The sums of the evidence of a photo: for each setting and each kind of [`SCALES`].
pub type Sums = [[f64; SCALES.len()]; SETTINGS];

impl Model {
    /// The weights of the program.
    pub fn assumed() -> Self {
        Self { version: ASSUMED.to_owned(), calibrated: false, parameters: Parameters::default() }
    }

    /// The model of a dataset: the fitted one, or that of the program if there is none or if its weights are others now.
    /// Fails if the file is damaged.
    pub fn read(path: &Path) -> io::Result<Self> {
        let bytes = match std::fs::read(path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(Self::assumed()),
            read => read?,
        };
        let file: ModelFile = serde_json::from_slice(&bytes)?;
        Ok(if file.format == FORMAT && file.weights == ASSUMED {
            Self::fitted(&file.parameters)
        } else {
            Self::assumed()
        })
    }

    /// A model with fitted parameters.
    pub fn fitted(parameters: &Parameters) -> Self {
        let text = format!("{ASSUMED} {parameters:?}");
        let version = format!("fitted {}", &sha256_hex(text.as_bytes())[..12]);
        Self { version, calibrated: true, parameters: parameters.clone() }
    }
}

impl ModelFile {
    /// Of fitted parameters.
    pub fn of(parameters: Parameters, photos: usize, trained_at: Timestamp) -> Self {
        Self { format: FORMAT, trained_at, weights: ASSUMED.to_owned(), photos, parameters }
    }
}

impl Parameters {
    /// The probability of each setting; their sum is 1.
    pub fn probabilities(&self, sums: &Sums) -> [f64; SETTINGS] {
        let mut odds = self.intercepts;
        for (odds, sums) in odds.iter_mut().zip(sums) {
            *odds += sums.iter().zip(self.scales).map(|(sum, scale)| sum * scale).sum::<f64>();
        }
        softmax(odds)
    }
}

/// Exponentials of log-odds, divided by their sum.
pub fn softmax(odds: [f64; SETTINGS]) -> [f64; SETTINGS] {
    let most = odds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let grown = odds.map(|odds| (odds - most).exp());
    let sum: f64 = grown.iter().sum();
    grown.map(|grown| grown / sum)
}

/// The scale that a kind of evidence has; `None` of a person's verdict, which decides alone.
pub fn scale_of(kind: EvidenceKind) -> Option<usize> {
    match kind {
        EvidenceKind::Words | EvidenceKind::Place => Some(0),
        EvidenceKind::Source => Some(1),
        EvidenceKind::Score => Some(2),
        EvidenceKind::Distance => Some(3),
        EvidenceKind::Range => Some(4),
        EvidenceKind::Review => None,
    }
}

/// The sums of evidence.
pub fn sums(evidence: &[SettingEvidence]) -> Sums {
    let mut sums = Sums::default();
    for each in evidence {
        let setting = each.setting.known().and_then(SettingName::index);
        if let (Some(setting), Some(scale)) = (setting, each.kind.known().and_then(scale_of)) {
            sums[setting][scale] += each.weight;
        }
    }
    sums
}
