//! Planted truths are found again, and probabilities become true.

use super::*;

/// A deterministic source of numbers in 0..1 (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Photos whose settings are drawn from these parameters: evidence first, then the truth.
fn planted(truth: &Parameters, photos: usize, seed: u64) -> Vec<SettingSample> {
    let mut random = Random(seed);
    let mut all = Vec::new();
    for number in 0..photos {
        let mut sums = Sums::default();
        for of_setting in &mut sums {
            if random.next() < 0.4 {
                of_setting[0] = 1.0 + 3.0 * random.next();
            }
        }
        if random.next() < 0.5 {
            sums[if random.next() < 0.3 { 2 } else { 0 }][1] = 3.0;
        }
        let shares = truth.probabilities(&sums);
        let mut left = random.next();
        let drawn = shares.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        all.push(SettingSample { sums, truth: drawn.unwrap_or(0), group: number / 4 });
    }
    all
}

fn overconfident() -> Parameters {
    Parameters { intercepts: [0.8, -0.2, 0.3, -0.4, -0.3, -0.2], scales: [0.4, 0.5, 1.0, 1.0, 1.0] }
}

#[test]
fn planted_parameters_are_found_and_the_calibration_error_falls() {
    let samples = planted(&overconfident(), 1_200, 7);
    let found = fit(&samples);
    for (found, truth) in found.intercepts.iter().zip(overconfident().intercepts) {
        assert!((found - truth).abs() < 0.3, "{found} {truth}");
    }
    assert!((found.scales[0] - 0.4).abs() < 0.08 && (found.scales[1] - 0.5).abs() < 0.15, "{found:?}");
    assert_eq!(found.scales[2..], [1.0; 3], "nothing was seen of these");
    let measures = measure(&samples).unwrap();
    assert_eq!((measures.photos, measures.groups, measures.folds), (1_200, 300, 5));
    assert!(measures.assumed.calibration > 0.15, "{measures:?}");
    assert!(measures.fitted.calibration < 0.06, "{measures:?}");
    assert!(measures.fitted.brier < measures.assumed.brier && measures.fitted.log_loss < measures.assumed.log_loss);
    let counted: usize = measures.confusion_fitted.iter().flatten().sum();
    assert_eq!(counted, 1_200);
}

#[test]
fn few_reviews_change_little_and_misleading_evidence_is_ignored() {
    let few = planted(&overconfident(), 3, 1);
    let found = fit(&few);
    assert!(found.scales.iter().all(|scale| (scale - 1.0).abs() < 0.7), "{found:?}");
    assert_eq!(fit(&[]), Parameters::default());
    let mut turned = planted(&Parameters::default(), 400, 3);
    for sample in &mut turned {
        // The source's flag is always wrong.
        let said = sample.sums.iter().position(|of| of[1] > 0.0);
        sample.truth = if said == Some(0) { 2 } else { 0 };
    }
    let found = fit(&turned);
    assert!(found.scales.iter().all(|scale| *scale >= 0.0), "{found:?}");
    assert!(found.scales[1].abs() < f64::EPSILON, "{found:?}");
    assert!(measure(&few).is_err(), "too few photographers");
}

#[test]
fn errors_are_those_of_their_definitions() {
    let sure = |at: usize| std::array::from_fn(|place| f64::from(u8::from(place == at)));
    let all = errors(&[(sure(0), 0), (sure(1), 0)]);
    assert!((all.brier - 1.0).abs() < 1e-12 && (all.calibration - 0.5).abs() < 1e-12);
    let even = errors(&[([1.0 / 6.0; 6], 3)]);
    assert!((even.log_loss - 6.0_f64.ln()).abs() < 1e-12 && (even.brier - 5.0 / 6.0).abs() < 1e-12);
    assert!((even.calibration - 1.0 / 6.0).abs() < 1e-12);
}
