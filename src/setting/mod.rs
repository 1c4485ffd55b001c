//! Whether a photo shows a wild animal, a captive one, or none: evidence side by side, and a probability for each setting.
//!
//! Weights are natural logarithms of likelihood ratios. Those of the program are assumptions (docs/setting.md); `gleaner train
//! --setting` fits them to reviewed photos.

pub mod model;
mod negation;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::layers::Gazetteer;
use crate::photo::{
    EvidenceKind, LEAST_PROBABILITY, Photo, Probabilities, REVIEW, ScoreKey, Setting, SettingEvidence, SettingName,
    most_probable,
};
use crate::reference::{ReferenceError, Registry};
use model::Model;
use words::SettingWords;

/// Concepts -> the setting for which their scores speak.
pub type Concepts = BTreeMap<String, SettingName>;

/// A source's flag that the organism is captive or cultivated, and the one that it is not, which is often the default.
const CAPTIVE: f64 = 5.0;
const NOT_CAPTIVE: f64 = 3.0;
/// A score counts by its log-odds, at most so much. A score of 0.5 and less says nothing.
const MOST_SCORE: f64 = 3.0;
/// A photo within a zoo's radius of the point that a gazetteer has for it.
const NEAR_ZOO: f64 = 3.0;
/// A zoo reaches so far from its point.
const ZOO_RADIUS_M: f64 = 1_000.0;
/// GeoNames' code of zoos.
const ZOOS: [&str; 1] = ["S.ZOO"];
/// Smaller weights say nothing.
const LEAST_WEIGHT: f64 = 0.1;
/// A photo outside the range of its species: zoos and pets, and also introduced animals and wrong names.
const OUT_OF_RANGE: f64 = 1.5;
/// A range is known to cells of some 100 km.
const RANGE_MARGIN_M: u32 = 100_000;
/// Of several words for one setting the strongest counts fully, each next one half as much as the one before: they are from one
/// author and often say the same.
const REPEATED: f64 = 0.5;
/// Evidence that is kept of one photo.
const MOST_KEPT: usize = 20;

/// Weighs what is known of photos.
#[derive(Debug)]
pub struct Assessor {
    words: SettingWords,
    model: Model,
    concepts: Concepts,
    gazetteers: Vec<(String, Gazetteer)>,
}

/// An assessor that is made when it is first needed.
#[derive(Debug)]
pub struct LazyAssessor {
    registry: Registry,
    concepts: Concepts,
    model: PathBuf,
    made: OnceLock<Result<Assessor, Arc<AssessorError>>>,
}

/// What the assessor needs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AssessorError {
    /// A layer.
    #[error(transparent)]
    Layer(#[from] ReferenceError),
    /// The fitted model.
    #[error("could not read the model of settings, {}: {why}; remove it, or fit it again: gleaner train --setting", path.display())]
    Model {
        /// Where it is.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
}

impl LazyAssessor {
    /// With the layers of a registry, these concepts, and the model in this file if there is one.
    pub fn of(registry: Registry, concepts: Concepts, model: PathBuf) -> Self {
        Self { registry, concepts, model, made: OnceLock::new() }
    }

    /// The assessor. Fails if a layer or the model is damaged.
    pub fn get(&self) -> Result<&Assessor, Arc<AssessorError>> {
        self.made.get_or_init(|| self.read().map_err(Arc::new)).as_ref().map_err(Arc::clone)
    }

    fn read(&self) -> Result<Assessor, AssessorError> {
        let path = &self.model;
        let model = Model::read(path).map_err(|why| AssessorError::Model { path: path.clone(), why })?;
        let gazetteers = self.registry.gazetteers()?.into_iter().map(|(layer, places)| (layer.name, places)).collect();
        Ok(Assessor { words: SettingWords::shipped(), model, concepts: self.concepts.clone(), gazetteers })
    }
}

/// The concepts whose scores speak for a setting unless the settings name others: `cage`, and those that have the name of a setting.
pub fn default_concepts() -> Concepts {
    let own = SettingName::KNOWN.into_iter().map(|name| (name.as_str().to_owned(), name));
    own.chain([("cage".to_owned(), SettingName::Captive)]).collect()
}

impl Assessor {
    /// With the weights of the program and no layers.
    pub fn shipped() -> Self {
        Self {
            words: SettingWords::shipped(),
            model: Model::assumed(),
            concepts: default_concepts(),
            gazetteers: Vec::new(),
        }
    }

    /// With another model.
    #[must_use]
    pub fn with_model(self, model: Model) -> Self {
        Self { model, ..self }
    }

    /// With gazetteers, each with the name of its layer.
    #[must_use]
    pub fn with_gazetteers(self, gazetteers: Vec<(String, Gazetteer)>) -> Self {
        Self { gazetteers, ..self }
    }

    /// The setting of a photo and what speaks for it; `None` if nothing does.
    pub fn assess(&self, photo: &Photo) -> Option<Setting> {
        let mut evidence = self.evidence(photo);
        if evidence.is_empty() {
            return None;
        }
        let shares = self.model.parameters.probabilities(&model::sums(&evidence));
        for each in &mut evidence {
            let scale = each.kind.known().and_then(model::scale_of);
            each.weight *= scale.map_or(1.0, |scale| self.model.parameters.scales[scale]);
            each.weight = rounded(each.weight, 3);
        }
        evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        evidence.truncate(MOST_KEPT);
        let (best, probability) = most_probable(&shares);
        let is_clear = probability >= LEAST_PROBABILITY;
        Some(Setting {
            name: if is_clear { SettingName::KNOWN[best] } else { SettingName::Unknown }.into(),
            probability: rounded(probability, 4),
            probabilities: Probabilities::from(shares.map(|share| rounded(share, 4))),
            calibrated: self.model.calibrated,
            model: self.model.version.clone(),
            evidence,
        })
    }

    /// Every piece of evidence, with the weight that it has before the model scales it.
    pub fn evidence(&self, photo: &Photo) -> Vec<SettingEvidence> {
        let mut words = self.words.evidence(photo);
        weaken_repeated(&mut words);
        words.extend(of_source(photo));
        words.extend(self.of_scores(photo));
        words.extend(self.of_distance(photo));
        words.extend(of_range(photo));
        words
    }

    /// What scores of concepts say; a person's verdict on the concept takes the place of its score.
    fn of_scores(&self, photo: &Photo) -> Vec<SettingEvidence> {
        let score = |(concept, setting): (&String, &SettingName)| {
            let main = photo.scores.get(&ScoreKey::main(concept.as_str()));
            let review = photo.scores.get(&ScoreKey::by(concept, REVIEW)).filter(|_| concept != setting.as_str());
            let value = review.or(main)?.value.filter(|value| *value > 0.5)?;
            let log_odds = if value < 1.0 { (value / (1.0 - value)).ln() } else { MOST_SCORE };
            let by = if review.is_some() { " (reviewed)" } else { "" };
            Some(SettingEvidence {
                kind: EvidenceKind::Score.into(),
                verbatim: format!("{concept} {}{by}", rounded(value, 2)),
                setting: (*setting).into(),
                weight: log_odds.min(MOST_SCORE),
                ..SettingEvidence::default()
            })
        };
        self.concepts.iter().filter_map(score).collect()
    }

    /// Whether a zoo is near. Where the disc of uncertainty is larger than a zoo, the weight is less: that of the share of the disc
    /// that a zoo covers.
    fn of_distance(&self, photo: &Photo) -> Option<SettingEvidence> {
        let location = photo.location.as_ref()?;
        let uncertainty_m = location.uncertainty_m.map_or(0.0, f64::from);
        let share = (ZOO_RADIUS_M / uncertainty_m.max(ZOO_RADIUS_M)).powi(2);
        let weight = (NEAR_ZOO.exp_m1() * share).ln_1p();
        if weight < LEAST_WEIGHT {
            return None;
        }
        let (latitude, longitude) = (location.latitude, location.longitude);
        let within_m = ZOO_RADIUS_M + uncertainty_m;
        let near = self
            .gazetteers
            .iter()
            .filter_map(|(layer, gazetteer)| Some((layer, gazetteer.nearest(latitude, longitude, &ZOOS, within_m)?)));
        let (layer, zoo) = near.min_by(|(_, a), (_, b)| a.distance_m.total_cmp(&b.distance_m))?;
        let uncertain = location.uncertainty_m.map(|metres| format!(" ± {metres}")).unwrap_or_default();
        Some(SettingEvidence {
            kind: EvidenceKind::Distance.into(),
            verbatim: format!("{:.0}{uncertain} m from {}", zoo.distance_m, zoo.name),
            setting: SettingName::Captive.into(),
            weight,
            layer: Some(layer.clone()),
            ..SettingEvidence::default()
        })
    }
}

/// Whether it was taken far outside the range of its species, after its uncertainty. To be inside says nothing.
fn of_range(photo: &Photo) -> Option<SettingEvidence> {
    let (range, outside_m) = (photo.range_in_force()?, photo.outside_range_m()?);
    (outside_m > RANGE_MARGIN_M).then(|| SettingEvidence {
        kind: EvidenceKind::Range.into(),
        verbatim: format!("{:.0} km outside the range of {}", f64::from(outside_m) / 1_000.0, range.species),
        setting: SettingName::Captive.into(),
        weight: OUT_OF_RANGE,
        layer: Some(range.layer.clone()),
        ..SettingEvidence::default()
    })
}

/// What the source says of the organism.
fn of_source(photo: &Photo) -> Option<SettingEvidence> {
    let captive = photo.observation.as_ref()?.captive?;
    let (setting, weight) = if captive { (SettingName::Captive, CAPTIVE) } else { (SettingName::Wild, NOT_CAPTIVE) };
    Some(SettingEvidence {
        kind: EvidenceKind::Source.into(),
        verbatim: format!("captive: {captive}"),
        setting: setting.into(),
        weight,
        ..SettingEvidence::default()
    })
}

/// Gives words that repeat a setting less weight, the weakest least.
fn weaken_repeated(words: &mut [SettingEvidence]) {
    words.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut seen: BTreeMap<String, i32> = BTreeMap::new();
    for each in words {
        let before = seen.entry(each.setting.as_str().to_owned()).or_default();
        each.weight *= REPEATED.powi(*before);
        *before += 1;
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (value * factor).round() / factor
}
