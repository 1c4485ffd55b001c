//! The setting of a photo for its page: the one that counts, and each piece of evidence.

use serde::Serialize;
use utoipa::ToSchema;

use crate::photo::{EvidenceKind, OrUnknown, Photo, SettingEvidence, SettingName};

/// The setting of a photo.
#[derive(Serialize, ToSchema)]
pub struct PhotoSetting {
    /// The setting that counts: `wild`, ..., `unknown`.
    name: String,
    /// The probability of the most probable setting, 0 to 1; absent if it was not computed.
    #[schema(required)]
    probability: Option<f64>,
    /// Whether a person decided.
    reviewed: bool,
    /// Whether the probability was fitted to reviewed photos.
    calibrated: bool,
    /// The settings by their evidence, the most probable first; without those below 0.5 %.
    probabilities: Vec<SettingShare>,
    /// What speaks for which setting, the strongest first.
    evidence: Vec<EvidenceItem>,
}

/// A setting and its probability.
#[derive(Serialize, ToSchema)]
pub struct SettingShare {
    /// The setting.
    name: String,
    /// 0 to 1.
    probability: f64,
}

/// One piece of evidence.
#[derive(Serialize, ToSchema)]
pub struct EvidenceItem {
    /// What it is: `title`, `tags`, `description`, `place`, `source`, `score`, `distance`, `range`.
    kind: String,
    /// The words or the value.
    words: String,
    /// The setting for which it speaks.
    setting: String,
    /// Natural logarithm of the likelihood ratio.
    weight: f64,
}

/// Smaller shares are not listed.
const LEAST_SHARE: f64 = 0.005;

impl PhotoSetting {
    /// The setting of a photo; `None` if nothing speaks for one.
    pub fn of(photo: &Photo) -> Option<Self> {
        let in_force = photo.setting_in_force();
        let evidence: Vec<EvidenceItem> =
            photo.setting.iter().flat_map(|made| &made.evidence).map(EvidenceItem::of).collect();
        if in_force.name == SettingName::Unknown && evidence.is_empty() {
            return None;
        }
        let shares = photo.setting.as_ref().map(|made| <[f64; 6]>::from(made.probabilities)).unwrap_or_default();
        let shares = SettingName::KNOWN.into_iter().zip(shares).filter(|(_, share)| *share >= LEAST_SHARE);
        let mut probabilities: Vec<SettingShare> =
            shares.map(|(name, probability)| SettingShare { name: name.to_string(), probability }).collect();
        probabilities.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        Some(Self {
            name: in_force.name.to_string(),
            probability: in_force.probability,
            reviewed: in_force.basis == Some(EvidenceKind::Review),
            calibrated: photo.setting.as_ref().is_some_and(|made| made.calibrated),
            probabilities,
            evidence,
        })
    }
}

impl EvidenceItem {
    fn of(each: &SettingEvidence) -> Self {
        let place = each.named_in.as_ref().map(OrUnknown::as_str);
        let layer = each.layer.iter().map(|layer| format!(" ({layer})"));
        Self {
            kind: place.unwrap_or(each.kind.as_str()).to_owned(),
            words: std::iter::once(each.verbatim.clone()).chain(layer).collect(),
            setting: each.setting.to_string(),
            weight: each.weight,
        }
    }
}
