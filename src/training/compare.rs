//! Compares the head in use with a new one on the same labelled photos. Scores of photos that a head was trained on are
//! held-out ones, so that neither head is praised for what it has memorised.

use std::collections::HashMap;

use super::Outcome;
use super::head::Head;
use super::measures::{Confusion, ScoredLabel, roc_auc};
use crate::photo::PhotoId;

/// The quality of one head.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// 0..=1.
    pub roc_auc: f64,
    /// At the head's own threshold.
    pub at_cut: Confusion,
}

/// Two heads on the same photos.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The version of the new head.
    pub version: String,
    /// Labelled photos that both heads have judged and that show the concept.
    pub yes: usize,
    /// Those that do not.
    pub no: usize,
    /// The head in use.
    pub current: Quality,
    /// The new one.
    pub new: Quality,
    /// Whether the head in use may have been trained on some of these photos, which would make it look better than it is.
    pub current_may_have_seen: bool,
}

impl Quality {
    /// `None` if one class is missing.
    fn of(cut: f64, judged: &[ScoredLabel]) -> Option<Self> {
        Some(Self { roc_auc: roc_auc(judged)?, at_cut: Confusion::at(cut, judged) })
    }
}

impl Comparison {
    /// Compares by the photos that both have judged: `scores` are those of the head in use. `None` if the new head was not
    /// measured, or if there are no such photos of both classes.
    pub fn of(current: &Head, scores: &HashMap<PhotoId, f64>, new: &Outcome) -> Option<Self> {
        let both = new.held_out.iter().filter_map(|held| Some((*scores.get(&held.id)?, held.score, held.truth)));
        let (old, judged): (Vec<ScoredLabel>, Vec<ScoredLabel>) =
            both.map(|(old, new, truth)| ((old, truth), (new, truth))).unzip();
        let yes = judged.iter().filter(|(_, truth)| *truth).count();
        Some(Self {
            version: new.head.version(),
            yes,
            no: judged.len() - yes,
            current: Quality::of(current.cut, &old)?,
            new: Quality::of(new.head.cut, &judged)?,
            current_may_have_seen: current.labels.from != FROM_REVIEWS,
        })
    }

    /// Whether the new head is better: by ROC-AUC, then by F1 at the threshold.
    pub fn new_is_better(&self) -> bool {
        let key = |quality: &Quality| (quality.roc_auc, quality.at_cut.f1().unwrap_or(0.0));
        key(&self.new) > key(&self.current)
    }
}

/// What a head says of labels that people gave.
pub const FROM_REVIEWS: &str = "reviews";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::HeldOut;
    use crate::training::calibrate;
    use crate::training::head::Origin;

    fn head(cut: f64, weights: &[f32], from: &str) -> Head {
        Head {
            concept: "cage".to_owned(),
            model: "m".to_owned(),
            weights: weights.to_vec(),
            text_weights: None,
            intercept: 0.0,
            calibration: calibrate::IDENTITY,
            c: 10.0,
            trained_at: jiff::Timestamp::UNIX_EPOCH,
            labels: Origin { from: from.to_owned(), ..Origin::default() },
            measures: None,
            cut,
            program: String::new(),
        }
    }

    fn photo(n: usize) -> PhotoId {
        PhotoId::new("flickr", &n.to_string())
    }

    /// An outcome whose held-out scores are these; photos with even numbers show the concept.
    fn outcome(scores: &[f64]) -> Outcome {
        let held = |(n, score): (usize, &f64)| HeldOut {
            id: photo(n),
            truth: n % 2 == 0,
            fold: 0,
            margin: 0.0,
            score: *score,
        };
        Outcome {
            head: head(0.5, &[2.0], FROM_REVIEWS),
            held_out: scores.iter().enumerate().map(held).collect(),
            too_few_groups: None,
            without_vector: 0,
        }
    }

    fn scores(scores: &[f64]) -> HashMap<PhotoId, f64> {
        scores.iter().enumerate().map(|(n, score)| (photo(n), *score)).collect()
    }

    #[test]
    fn both_heads_are_measured_on_the_photos_that_both_have_judged() {
        let current = head(0.5, &[1.0], FROM_REVIEWS);
        // The head in use has judged four of the six photos, one of them wrongly.
        let found = Comparison::of(&current, &scores(&[0.9, 0.8, 0.7, 0.1]), &outcome(&[0.9, 0.2, 0.8, 0.1, 0.4, 0.9]))
            .unwrap();
        assert_eq!((found.yes, found.no), (2, 2));
        assert_eq!((found.current.roc_auc, found.new.roc_auc), (0.75, 1.0));
        assert_eq!((found.current.at_cut.false_positives, found.new.at_cut.false_positives), (1, 0));
        assert!(found.new_is_better() && !found.current_may_have_seen);
    }

    #[test]
    fn a_head_that_is_only_as_good_is_not_better() {
        let (current, same) = (head(0.5, &[1.0], FROM_REVIEWS), [0.9, 0.2, 0.8, 0.1]);
        assert!(!Comparison::of(&current, &scores(&same), &outcome(&same)).unwrap().new_is_better());
        let worse = Comparison::of(&current, &scores(&same), &outcome(&[0.2, 0.9, 0.8, 0.1])).unwrap();
        assert!(!worse.new_is_better());
    }

    #[test]
    fn without_photos_of_both_classes_nothing_is_compared() {
        let current = head(0.5, &[1.0], "search-terms: cage against wild");
        assert_eq!(Comparison::of(&current, &scores(&[0.9]), &outcome(&[0.9, 0.2])), None);
        assert_eq!(Comparison::of(&current, &HashMap::new(), &outcome(&[0.9, 0.2])), None);
        assert_eq!(Comparison::of(&current, &scores(&[0.9, 0.1]), &outcome(&[])), None);
        assert!(Comparison::of(&current, &scores(&[0.9, 0.1]), &outcome(&[0.9, 0.2])).unwrap().current_may_have_seen);
    }
}
