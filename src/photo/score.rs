//! The scores of a photo, and its labels from services.

use std::borrow::Borrow;
use std::fmt;

use canonical::Canonical;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How sure a scorer is that a photo shows a concept: a number, or only that it is below the scorer's reporting minimum.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Score {
    /// 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The reporting minimum that the score is below, if the service reports no smaller numbers: 0.5 for Google Vision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// The scorer.
    pub scorer: String,
    /// The scorer's version. A score of the same version need not be computed again.
    pub version: String,
}

impl Score {
    /// A known score, 0..=1.
    pub fn known(value: f64, scorer: &str, version: &str) -> Self {
        Self { value: Some(value), below: None, scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// An unknown score less than `floor`.
    pub fn below(floor: f64, scorer: &str, version: &str) -> Self {
        Self { value: None, below: Some(floor), scorer: scorer.to_owned(), version: version.to_owned() }
    }

    /// Whether it has no value, only a reporting minimum.
    pub fn is_below(&self) -> bool {
        self.value.is_none() && self.below.is_some()
    }

    /// The score for filters and sorts: a 32-bit float, or minus infinity for a score below the reporting minimum, so
    /// that it is less than any number. `None` if it has neither.
    pub fn number(&self) -> Option<f32> {
        match self.value {
            Some(value) => Some(value as f32).filter(|value| value.is_finite()),
            None => self.below.map(|_| f32::NEG_INFINITY),
        }
    }
}

/// The scorer of people's verdicts, see `reviews.jsonl`.
pub const REVIEW: &str = "review";

/// Separates a concept from a scorer in a key. No concept's name contains it.
const SEPARATOR: char = '@';

/// The key of a score: `monkey@vision` is the score by one scorer, `monkey` the main score of the concept. Keys are
/// ordered by their text, and a map of them can be searched with a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Canonical)]
#[serde(transparent)]
pub struct ScoreKey(String);

impl ScoreKey {
    /// The main score of a concept: the one that counts.
    pub fn main(concept: impl Into<String>) -> Self {
        Self(concept.into())
    }

    /// The score of a concept by one scorer.
    pub fn by(concept: &str, scorer: &str) -> Self {
        Self(format!("{concept}{SEPARATOR}{scorer}"))
    }

    /// The concept: the part before the first `@`.
    pub fn concept(&self) -> &str {
        self.parts().0
    }

    /// The scorer: the part after the first `@`; `None` for the main score.
    pub fn scorer(&self) -> Option<&str> {
        self.parts().1
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (&str, Option<&str>) {
        self.0.split_once(SEPARATOR).map_or((&self.0, None), |(concept, scorer)| (concept, Some(scorer)))
    }
}

impl From<&str> for ScoreKey {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for ScoreKey {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<ScoreKey> for String {
    fn from(key: ScoreKey) -> Self {
        key.0
    }
}

impl Borrow<str> for ScoreKey {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// All labels of a photo from one service or image model; empty if it found nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Canonical)]
pub struct Labels {
    /// The version of the service, or of the image model.
    pub version: String,
    /// When the service analysed the photo, UTC; absent of the image model, which always gives the same labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Sorted by score, best first.
    pub labels: Vec<Label>,
    /// Why the service cannot analyse this image. Such an image has no labels and is not sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// One label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
pub struct Label {
    /// The description.
    pub description: String,
    /// 0..=1.
    pub score: f64,
    /// The Knowledge Graph id (`/m/08pbxl`), if the service returns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Score, ScoreKey};

    #[test]
    fn a_key_says_its_concept_and_its_scorer() {
        for (text, concept, scorer) in [
            ("monkey", "monkey", None),
            ("monkey@vision", "monkey", Some("vision")),
            ("wild animal@review", "wild animal", Some("review")),
            ("猿@local", "猿", Some("local")),
            ("monkey@", "monkey", Some("")),
            ("@vision", "", Some("vision")),
            ("monkey@team@home", "monkey", Some("team@home")),
            ("", "", None),
        ] {
            let key = ScoreKey::from(text);
            assert_eq!((key.concept(), key.scorer(), key.to_string().as_str()), (concept, scorer, text));
            let made = scorer.map_or_else(|| ScoreKey::main(concept), |scorer| ScoreKey::by(concept, scorer));
            assert_eq!(made, key);
        }
    }

    #[test]
    fn scores_are_found_by_a_text_too() {
        let scores = BTreeMap::from([(ScoreKey::by("monkey", "local"), Score::known(0.5, "local", "1"))]);
        assert!(scores.contains_key("monkey@local") && !scores.contains_key("monkey"));
    }

    proptest! {
        #[test]
        fn a_key_reads_as_what_it_was_made_of(concept in "[^@]{0,8}", scorer in "\\PC{0,8}") {
            let key = ScoreKey::by(&concept, &scorer);
            prop_assert_eq!((key.concept(), key.scorer()), (concept.as_str(), Some(scorer.as_str())));
            let main = ScoreKey::main(concept.as_str());
            prop_assert_eq!((main.concept(), main.scorer()), (concept.as_str(), None));
            let json = serde_json::to_string(&key).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(key.as_str()).unwrap());
            prop_assert_eq!(&serde_json::from_str::<ScoreKey>(&json).unwrap(), &key);
        }

        #[test]
        fn keys_are_ordered_by_their_text(one in "[a-c@]{0,5}", other in "[a-c@]{0,5}") {
            prop_assert_eq!(ScoreKey::from(one.as_str()).cmp(&ScoreKey::from(other.as_str())), one.cmp(&other));
        }
    }
}
