//! Whether a photo shows a wild animal, a captive one, or no animal, and what that rests on.

use canonical::Canonical;
use serde::{Deserialize, Serialize};

use super::vocabulary::{OrUnknown, vocabulary};
use super::{NamedIn, Photo, REVIEW, Score, ScoreKey};

/// A setting counts from this probability on; below it is unknown.
pub const LEAST_PROBABILITY: f64 = 0.5;

vocabulary! {
    /// The setting in which a photo shows its subject.
    pub enum SettingName {
        /// A free animal that lives without people's food.
        Wild = "wild",
        /// A free animal that people feed: temples, monkey parks, feeding stations.
        Provisioned = "provisioned",
        /// In a zoo, an aquarium, a rescue centre, a laboratory.
        Captive = "captive",
        /// A pet, or an animal that performs.
        Pet = "pet",
        /// A free animal in a settlement.
        Urban = "urban",
        /// No living animal: a specimen, a toy, a statue, a picture.
        Object = "object",
        /// Nothing says so, or not clearly enough.
        Unknown = "unknown",
    }
}

impl SettingName {
    /// All but `unknown`, in the order of [`Probabilities`].
    pub const KNOWN: [Self; 6] = [Self::Wild, Self::Provisioned, Self::Captive, Self::Pet, Self::Urban, Self::Object];

    /// Whether a name is that of captive animals, also pets and performing animals.
    pub fn is_captive(name: &str) -> bool {
        [Self::Captive, Self::Pet].iter().any(|captive| captive.as_str() == name)
    }

    /// Whether a name is that of animals that live free.
    pub fn is_free(name: &str) -> bool {
        [Self::Wild, Self::Provisioned, Self::Urban].iter().any(|free| free.as_str() == name)
    }

    /// Its place in [`Self::KNOWN`]; `None` for `unknown`.
    pub fn index(self) -> Option<usize> {
        Self::KNOWN.iter().position(|known| *known == self)
    }
}

vocabulary! {
    /// What a piece of evidence is.
    #[derive(Default)]
    pub enum EvidenceKind {
        /// Words of title, tags or description.
        #[default]
        Words = "words",
        /// The source's name of the place.
        Place = "place",
        /// The source says whether the organism was captive or cultivated.
        Source = "source",
        /// The score of a concept.
        Score = "score",
        /// The distance to a zoo of a gazetteer.
        Distance = "distance",
        /// The known range of its species.
        Range = "range",
        /// A person's verdict.
        Review = "review",
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct SettingEvidence {
    /// What it is.
    pub kind: OrUnknown<EvidenceKind>,
    /// The words, or the value: `zoo`, `captive: true`, `cage 0.93`, `120 km outside the range of Macaca mulatta`.
    pub verbatim: String,
    /// The text that has the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_in: Option<OrUnknown<NamedIn>>,
    /// The setting for which it speaks.
    pub setting: OrUnknown<SettingName>,
    /// What it adds to the logarithm of the odds of this setting: a natural logarithm of a likelihood ratio, at least 0.
    pub weight: f64,
    /// The data that knows it: a layer, a gazetteer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
}

/// The probability of each setting. Their sum is 1, apart from rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Probabilities {
    /// [`SettingName::Wild`].
    pub wild: f64,
    /// [`SettingName::Provisioned`].
    pub provisioned: f64,
    /// [`SettingName::Captive`].
    pub captive: f64,
    /// [`SettingName::Pet`].
    pub pet: f64,
    /// [`SettingName::Urban`].
    pub urban: f64,
    /// [`SettingName::Object`].
    pub object: f64,
}

impl From<[f64; 6]> for Probabilities {
    fn from([wild, provisioned, captive, pet, urban, object]: [f64; 6]) -> Self {
        Self { wild, provisioned, captive, pet, urban, object }
    }
}

impl From<Probabilities> for [f64; 6] {
    fn from(of: Probabilities) -> Self {
        [of.wild, of.provisioned, of.captive, of.pet, of.urban, of.object]
    }
}

/// The setting of a photo as its evidence gives it, without people's verdicts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Setting {
    /// The most probable setting, or `unknown` below [`LEAST_PROBABILITY`].
    pub name: OrUnknown<SettingName>,
    /// The probability of the most probable setting.
    pub probability: f64,
    /// The probability of each setting.
    pub probabilities: Probabilities,
    /// Whether the weights were fitted to reviewed photos of this dataset.
    pub calibrated: bool,
    /// The version of the model.
    pub model: String,
    /// Each piece of evidence, the strongest first.
    pub evidence: Vec<SettingEvidence>,
}

/// The setting that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SettingInForce {
    /// The setting.
    pub name: SettingName,
    /// The probability of the most probable setting; 1 for a person's verdict, `None` if nothing is known.
    pub probability: Option<f64>,
    /// The strongest evidence for it; `None` if nothing is known.
    pub basis: Option<EvidenceKind>,
}

impl Setting {
    /// Nothing speaks for a setting any more. It takes the place of what was found before.
    pub fn nothing() -> Self {
        Self { name: SettingName::Unknown.into(), ..Self::default() }
    }
}

impl Photo {
    /// The setting that counts: a person's verdict, else what its evidence says without the settings that a person ruled out,
    /// else the flag of the source.
    pub fn setting_in_force(&self) -> SettingInForce {
        let unknown = SettingInForce { name: SettingName::Unknown, probability: None, basis: None };
        if let Some(name) = self.reviewed_setting() {
            return SettingInForce { name, probability: Some(1.0), basis: Some(EvidenceKind::Review) };
        }
        let Some(made) = &self.setting else {
            // A record that the stage has not seen.
            let captive = self.observation.as_ref().and_then(|observation| observation.captive) == Some(true);
            let name = if captive && !self.is_ruled_out(SettingName::Captive) {
                SettingName::Captive
            } else {
                return unknown;
            };
            return SettingInForce { name, probability: None, basis: Some(EvidenceKind::Source) };
        };
        let mut left: [f64; 6] = made.probabilities.into();
        for (at, name) in SettingName::KNOWN.into_iter().enumerate() {
            if self.is_ruled_out(name) {
                left[at] = 0.0;
            }
        }
        let before: f64 = <[f64; 6]>::from(made.probabilities).iter().sum();
        let sum: f64 = left.iter().sum();
        if sum <= 0.0 {
            return unknown;
        }
        let (at, best) = most_probable(&left);
        let is_changed = (before - sum).abs() > f64::EPSILON;
        let probability = if is_changed { best / sum } else { made.probability };
        let best = SettingName::KNOWN[at];
        let for_best = made.evidence.iter().filter(|each| each.setting == best);
        let strongest = for_best.max_by(|a, b| a.weight.total_cmp(&b.weight)).and_then(|each| each.kind.known());
        let name = if probability >= LEAST_PROBABILITY { best } else { SettingName::Unknown };
        let basis = if is_changed { Some(EvidenceKind::Review) } else { strongest };
        SettingInForce { name, probability: Some(probability), basis }
    }

    /// What people said of this setting: a review of the concept with its name.
    fn verdict(&self, name: SettingName) -> Option<&Score> {
        self.scores.get(&ScoreKey::by(name.as_str(), REVIEW))
    }

    fn is_ruled_out(&self, name: SettingName) -> bool {
        self.verdict(name).is_some_and(|score| score.value.is_some_and(|value| value < 0.5))
    }

    /// The setting that a person saw; the last verdict if there are several.
    pub fn reviewed_setting(&self) -> Option<SettingName> {
        let yes = SettingName::KNOWN.into_iter().filter_map(|name| {
            let score = self.verdict(name).filter(|score| score.value.is_some_and(|value| value >= 0.5))?;
            Some((score.version.as_str(), name))
        });
        // A version begins with the time of the review.
        yes.max_by_key(|(version, _)| *version).map(|(_, name)| name)
    }
}

/// The place in [`SettingName::KNOWN`] and the probability of the most probable setting, the first of equals.
pub fn most_probable(shares: &[f64; 6]) -> (usize, f64) {
    shares.iter().copied().enumerate().fold(
        (0, f64::NEG_INFINITY),
        |best, (at, value)| {
            if value > best.1 { (at, value) } else { best }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Photo {
        let probabilities = Probabilities::from([0.3, 0.05, 0.55, 0.05, 0.03, 0.02]);
        let setting = Setting {
            name: SettingName::Captive.into(),
            probability: 0.55,
            probabilities,
            evidence: vec![SettingEvidence {
                kind: EvidenceKind::Words.into(),
                verbatim: "zoo".to_owned(),
                setting: SettingName::Captive.into(),
                weight: 4.0,
                ..SettingEvidence::default()
            }],
            ..Setting::default()
        };
        Photo { setting: Some(setting), ..Photo::default() }
    }

    fn reviewed(mut photo: Photo, concept: &str, yes: bool, at: &str) -> Photo {
        let key = ScoreKey::by(concept, REVIEW);
        photo.scores.insert(key, Score::known(f64::from(u8::from(yes)), REVIEW, at));
        photo
    }

    #[test]
    fn a_person_decides() {
        let own = photo().setting_in_force();
        assert_eq!(
            (own.name, own.probability, own.basis),
            (SettingName::Captive, Some(0.55), Some(EvidenceKind::Words))
        );
        let wild = reviewed(photo(), "wild", true, "2026-01-01T00:00:00Z A").setting_in_force();
        assert_eq!(
            (wild.name, wild.probability, wild.basis),
            (SettingName::Wild, Some(1.0), Some(EvidenceKind::Review))
        );
        let later = reviewed(photo(), "wild", true, "2026-01-01T00:00:00Z A");
        let later = reviewed(later, "pet", true, "2026-01-02T00:00:00Z B");
        assert_eq!(later.setting_in_force().name, SettingName::Pet);
        let ruled_out = reviewed(photo(), "captive", false, "2026-01-01T00:00:00Z A").setting_in_force();
        assert_eq!((ruled_out.name, ruled_out.basis), (SettingName::Wild, Some(EvidenceKind::Review)));
        assert!(ruled_out.probability.is_some_and(|p| (p - 0.3 / 0.45).abs() < 1e-9));
        let other = reviewed(photo(), "monkey", false, "2026-01-01T00:00:00Z A").setting_in_force();
        assert_eq!(other, own);
    }

    #[test]
    fn nothing_known_is_unknown_and_not_wild() {
        let none = Photo::default().setting_in_force();
        assert_eq!((none.name, none.probability, none.basis), (SettingName::Unknown, None, None));
    }
}
