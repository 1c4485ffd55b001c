//! Tests of the measures: AUC, counts and curves against their definitions; calibration against labels.

use crate::training::calibrate::{Calibration, Error, IDENTITY};
use crate::training::draw::Rng;
use crate::training::logistic::sigmoid;
use crate::training::measures::{Confusion, ScoredLabel, best_f1_cut, reliability, roc_auc, steps};
use proptest::prelude::*;

/// Scores with many group_keys, and the truth.
fn scored_labels() -> impl Strategy<Value = Vec<ScoredLabel>> {
    proptest::collection::vec(((0_u8..12).prop_map(|score| f64::from(score) / 11.0), any::<bool>()), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn auc_is_the_share_of_pairs_in_the_right_order(scored_labels in scored_labels()) {
        let (mut wins, mut pairs) = (0.0, 0.0);
        for (high, _) in scored_labels.iter().filter(|(_, truth)| *truth) {
            for (low, _) in scored_labels.iter().filter(|(_, truth)| !truth) {
                wins += if high > low { 1.0 } else if high < low { 0.0 } else { 0.5 };
                pairs += 1.0;
            }
        }
        match roc_auc(&scored_labels) {
            Some(auc) => prop_assert!((auc - wins / pairs).abs() < 1e-12),
            None => prop_assert!(pairs == 0.0),
        }
    }

    #[test]
    fn each_step_of_a_curve_is_the_count_at_its_cut(scored_labels in scored_labels()) {
        let steps = steps(&scored_labels);
        prop_assert!(steps.is_sorted_by(|a, b| a.0 > b.0));
        for (cut, counts) in steps {
            prop_assert_eq!(counts, Confusion::at(cut, &scored_labels));
        }
    }

    #[test]
    fn no_threshold_has_a_higher_f1_than_the_best(scored_labels in scored_labels(), other in 0.0..1.0) {
        let f1 = |cut| Confusion::at(cut, &scored_labels).f1().unwrap_or(0.0);
        match best_f1_cut(&scored_labels) {
            Some(best) => prop_assert!(f1(best) >= f1(other)),
            None => prop_assert!(scored_labels.iter().all(|(_, truth)| !truth)),
        }
    }

    #[test]
    fn a_calibration_never_falls(scored_labels in scored_labels(), low in -50.0..50.0, more in 0.0..50.0) {
        let found = Calibration::fit(&scored_labels);
        let (below, above) = (found.probability(low), found.probability(low + more));
        prop_assert!(found.slope >= 0.0);
        prop_assert!(below <= above && (0.0..=1.0).contains(&below) && (0.0..=1.0).contains(&above));
    }
}

#[test]
fn counts_become_shares_as_by_hand() {
    let scored_labels = [(0.9, true), (0.8, false), (0.7, true), (0.6, true), (0.2, false), (0.1, false), (0.05, true)];
    let counts = Confusion::at(0.6, &scored_labels);
    assert_eq!((counts.true_positives, counts.false_positives), (3, 1));
    assert_eq!((counts.false_negatives, counts.true_negatives), (1, 2));
    assert_eq!((counts.precision(), counts.recall()), (Some(0.75), Some(0.75)));
    assert_eq!((counts.f1(), counts.accuracy()), (Some(0.75), Some(5.0 / 7.0)));
    assert_eq!(counts.false_positive_rate(), Some(1.0 / 3.0));
    assert_eq!(Confusion::at(2.0, &scored_labels).precision(), None, "what is not taken has no precision");
    let best = best_f1_cut(&scored_labels).unwrap();
    assert!((best - 0.4).abs() < 1e-12, "half way between 0.6 and 0.2, not {best}");
}

/// Margins of which the truth is known, said with a slope of `scale` and with an offset.
fn miscalibrated(number: usize, scale: f64, offset: f64, seed: u64) -> Vec<ScoredLabel> {
    let mut draw = Rng::new(seed);
    let mut one = |_| {
        let odds = 2.0 * draw.normal();
        (scale * odds + offset, draw.uniform() < sigmoid(odds))
    };
    (0..number).map(&mut one).collect()
}

#[test]
fn overconfident_scores_are_calibrated() {
    let found = Calibration::fit(&miscalibrated(5000, 5.0, 3.0, 1));
    assert!((found.slope - 0.2).abs() < 0.02, "{found:?}");
    assert!((found.offset + 0.6).abs() < 0.15, "{found:?}");
    let fresh = miscalibrated(5000, 5.0, 3.0, 2);
    let error = |by: Calibration| Error::of(fresh.iter().map(|(margin, truth)| (by.probability(*margin), *truth)));
    let (before, after) = (error(IDENTITY), error(found));
    assert!(after.brier < 0.9 * before.brier && after.log_loss < 0.6 * before.log_loss, "{before:?} {after:?}");
    let scored_labels: Vec<ScoredLabel> =
        fresh.iter().map(|(margin, truth)| (found.probability(*margin), *truth)).collect();
    for bin in reliability(&scored_labels, 8) {
        assert!((bin.predicted - bin.observed).abs() < 0.06, "{bin:?}");
    }
}

#[test]
fn few_labels_never_give_certainty() {
    // Three and three, perfectly apart: Platt's targets are 0.8 and 0.2.
    let found = Calibration::fit(&[(9.0, true), (8.0, true), (7.0, true), (-7.0, false), (-8.0, false), (-9.0, false)]);
    assert!((0.7..0.9).contains(&found.probability(8.0)), "{found:?}");
    assert!((0.1..0.3).contains(&found.probability(-8.0)), "{found:?}");
}

#[test]
fn inverted_scores_are_calibrated_to_one_number() {
    let found = Calibration::fit(&[(1.0, false), (2.0, false), (-1.0, true), (-2.0, true), (-3.0, true)]);
    assert!(found.slope.abs() < 1e-12);
    assert!((found.probability(5.0) - 0.58).abs() < 0.1, "about the share of yes: {found:?}");
}

#[test]
fn errors_are_those_of_their_definitions() {
    let error = Error::of([(0.5, true), (0.5, false)]);
    assert!((error.brier - 0.25).abs() < 1e-12);
    assert!((error.log_loss - std::f64::consts::LN_2).abs() < 1e-12);
    let sure_and_wrong = Error::of([(0.0, true)]);
    assert!(sure_and_wrong.log_loss.is_finite() && (sure_and_wrong.brier - 1.0).abs() < 1e-12);
}
