//! Fits the model of settings to reviewed photos and measures it on photos that it has not seen.
//!
//! The weights of the program are the prior: each intercept is penalised by the square of its distance from 0, each scale by that
//! from 1. So few reviews change little, and many decide.

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::folds::{TooFewGroups, folds};
use crate::photo::{LEAST_PROBABILITY, SettingName, most_probable};
use crate::setting::model::{Parameters, SCALES, SETTINGS, Sums};

/// Intercepts and scales.
const SIZE: usize = SETTINGS + SCALES.len();
/// How much the weights of the program count: the inverse of the variance of their prior.
const PRECISION: f64 = 4.0;
/// Most folds of the cross-validation.
const FOLDS: usize = 5;
/// Most Newton steps; about six are usual.
const MAX_STEPS: usize = 100;
/// Bins of probabilities for the calibration error.
const BINS: usize = 10;

/// A reviewed photo.
#[derive(Clone, Debug)]
pub struct SettingSample {
    /// What speaks for each setting, with the weights of the program.
    pub sums: Sums,
    /// The place of the reviewed setting in [`SettingName::KNOWN`].
    pub truth: usize,
    /// Photos of one photographer, or of one file, are one group.
    pub group: usize,
}

/// Errors of predicted probabilities; lower is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SettingErrors {
    /// Brier score: the mean of the sum of squared differences over the settings, 0 to 2.
    pub brier: f64,
    /// The mean of -ln of the probability of the reviewed setting; 1.79 for six equal ones.
    pub log_loss: f64,
    /// Expected calibration error: over ten bins of the highest probability, the mean distance from the share that is right.
    pub calibration: f64,
}

/// The quality of the model before and after fitting, on the same photos.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingMeasures {
    /// Reviewed photos with evidence.
    pub photos: usize,
    /// Their photographers and files.
    pub groups: usize,
    /// Folds of whole groups.
    pub folds: usize,
    /// With the weights of the program.
    pub assumed: SettingErrors,
    /// With weights fitted to the other folds.
    pub fitted: SettingErrors,
    /// For each reviewed setting, how often each setting and, last, `unknown` was given by the weights of the program.
    pub confusion_assumed: [[usize; SETTINGS + 1]; SETTINGS],
    /// The same for weights fitted to the other folds.
    pub confusion_fitted: [[usize; SETTINGS + 1]; SETTINGS],
}

/// The parameters of the highest posterior density. The same samples in the same order give the same ones.
pub fn fit(samples: &[SettingSample]) -> Parameters {
    let mut is_fixed = [false; SIZE];
    let mut at = flat(&Parameters::default());
    loop {
        at = newton(samples, at, &is_fixed);
        // Evidence that speaks against its setting is ignored, not turned around.
        let negative = (SETTINGS..SIZE).find(|place| at[*place] < 0.0);
        let Some(negative) = negative else { break };
        is_fixed[negative] = true;
        at[negative] = 0.0;
    }
    parameters(&at)
}

/// Measures the weights of the program and fitted ones by cross-validation over whole groups.
pub fn measure(samples: &[SettingSample]) -> Result<SettingMeasures, TooFewGroups> {
    let groups: Vec<usize> = samples.iter().map(|sample| sample.group).collect();
    let counts: Vec<usize> =
        (0..SETTINGS).map(|setting| samples.iter().filter(|sample| sample.truth == setting).count()).collect();
    let usual = (0..SETTINGS).max_by_key(|setting| counts[*setting]).unwrap_or(0);
    // Folds know two classes: the most frequent setting and the others.
    let labels: Vec<bool> = samples.iter().map(|sample| sample.truth == usual).collect();
    let folds = folds(&groups, &labels, FOLDS)?;
    let number = folds.iter().max().map_or(0, |last| last + 1);
    let assumed = Parameters::default();
    let mut fitted = Vec::with_capacity(samples.len());
    for fold in 0..number {
        let split = |inside: bool| samples.iter().zip(&folds).filter(move |(_, of)| (**of == fold) == inside);
        let others: Vec<SettingSample> = split(false).map(|(sample, _)| sample.clone()).collect();
        let parameters = fit(&others);
        fitted.extend(split(true).map(|(sample, _)| (parameters.probabilities(&sample.sums), sample.truth)));
    }
    let before: Vec<([f64; SETTINGS], usize)> =
        samples.iter().map(|sample| (assumed.probabilities(&sample.sums), sample.truth)).collect();
    let mut distinct = groups;
    distinct.sort_unstable();
    distinct.dedup();
    Ok(SettingMeasures {
        photos: samples.len(),
        groups: distinct.len(),
        folds: number,
        assumed: errors(&before),
        fitted: errors(&fitted),
        confusion_assumed: confusion(&before),
        confusion_fitted: confusion(&fitted),
    })
}

/// The errors of predictions, each with the truth.
pub fn errors(predicted: &[([f64; SETTINGS], usize)]) -> SettingErrors {
    let (mut sums, count) = (SettingErrors::default(), (predicted.len() as f64).max(1.0));
    let mut bins = [[0.0_f64; 3]; BINS];
    for (shares, truth) in predicted {
        let of_class = |at: usize, share: f64| share - f64::from(u8::from(at == *truth));
        sums.brier += shares.iter().enumerate().map(|(at, share)| of_class(at, *share).powi(2)).sum::<f64>();
        // A certain and wrong prediction has infinite loss; it is counted as 1 in 10^15.
        sums.log_loss -= shares[*truth].max(1e-15).ln();
        let (best, share) = most_probable(shares);
        let bin = &mut bins[((share * BINS as f64) as usize).min(BINS - 1)];
        *bin = [bin[0] + 1.0, bin[1] + share, bin[2] + f64::from(u8::from(best == *truth))];
    }
    let calibration = bins.iter().map(|[_, predicted, right]| (predicted - right).abs()).sum::<f64>() / count;
    SettingErrors { brier: sums.brier / count, log_loss: sums.log_loss / count, calibration }
}

fn confusion(predicted: &[([f64; SETTINGS], usize)]) -> [[usize; SETTINGS + 1]; SETTINGS] {
    let mut counts = [[0; SETTINGS + 1]; SETTINGS];
    for (shares, truth) in predicted {
        let (best, share) = most_probable(shares);
        counts[*truth][if share >= LEAST_PROBABILITY { best } else { SETTINGS }] += 1;
    }
    counts
}

/// The settings of the rows, and of the columns before `unknown`.
pub fn names() -> [&'static str; SETTINGS] {
    SettingName::KNOWN.map(SettingName::as_str)
}

fn flat(parameters: &Parameters) -> [f64; SIZE] {
    let mut all = [0.0; SIZE];
    all[..SETTINGS].copy_from_slice(&parameters.intercepts);
    all[SETTINGS..].copy_from_slice(&parameters.scales);
    all
}

fn parameters(at: &[f64; SIZE]) -> Parameters {
    let mut parameters = Parameters::default();
    parameters.intercepts.copy_from_slice(&at[..SETTINGS]);
    parameters.scales.copy_from_slice(&at[SETTINGS..]);
    parameters
}

/// Half the penalty: the squared distance from the weights of the program.
fn penalty(at: &[f64; SIZE]) -> f64 {
    at.iter().zip(flat(&Parameters::default())).map(|(value, prior)| (value - prior).powi(2)).sum::<f64>() * PRECISION
        / 2.0
}

/// The negative logarithm of the posterior density, apart from a constant.
pub fn loss(samples: &[SettingSample], parameters: &Parameters) -> f64 {
    let of = |sample: &SettingSample| -parameters.probabilities(&sample.sums)[sample.truth].max(f64::MIN_POSITIVE).ln();
    samples.iter().map(of).sum::<f64>() + penalty(&flat(parameters))
}

/// Newton's method with halved steps; the problem is convex.
fn newton(samples: &[SettingSample], start: [f64; SIZE], is_fixed: &[bool; SIZE]) -> [f64; SIZE] {
    let mut at = start;
    for _ in 0..MAX_STEPS {
        let (gradient, curve) = derivatives(samples, &at, is_fixed);
        if gradient.iter().all(|value| value.abs() < 1e-10) {
            break;
        }
        let step = solve(curve, gradient);
        let slope: f64 = step.iter().zip(&gradient).map(|(step, gradient)| -step * gradient).sum();
        let now = loss(samples, &parameters(&at));
        let next = (0..40).map(|halved| 0.5_f64.powi(halved)).find_map(|far| {
            let mut next = at;
            next.iter_mut().zip(&step).for_each(|(value, step)| *value -= far * step);
            (loss(samples, &parameters(&next)) <= now + 1e-4 * far * slope).then_some(next)
        });
        let Some(next) = next else { break };
        at = next;
    }
    at
}

/// The gradient and the matrix of second derivatives. Fixed parameters do not move.
fn derivatives(
    samples: &[SettingSample],
    at: &[f64; SIZE],
    is_fixed: &[bool; SIZE],
) -> ([f64; SIZE], [[f64; SIZE]; SIZE]) {
    let prior = flat(&Parameters::default());
    let own = parameters(at);
    let mut gradient = [0.0; SIZE];
    let mut curve = [[0.0; SIZE]; SIZE];
    for place in 0..SIZE {
        gradient[place] = PRECISION * (at[place] - prior[place]);
        curve[place][place] = PRECISION;
    }
    for sample in samples {
        let shares = own.probabilities(&sample.sums);
        let features: Vec<[f64; SIZE]> = (0..SETTINGS).map(|setting| feature(sample, setting)).collect();
        let mut mean = [0.0; SIZE];
        for (share, feature) in shares.iter().zip(&features) {
            mean.iter_mut().zip(feature).for_each(|(mean, value)| *mean += share * value);
        }
        for place in 0..SIZE {
            gradient[place] += mean[place] - features[sample.truth][place];
        }
        for (share, feature) in shares.iter().zip(&features) {
            for row in 0..SIZE {
                for column in 0..SIZE {
                    curve[row][column] += share * (feature[row] - mean[row]) * (feature[column] - mean[column]);
                }
            }
        }
    }
    for place in (0..SIZE).filter(|place| is_fixed[*place]) {
        gradient[place] = 0.0;
        curve[place] = [0.0; SIZE];
        curve.iter_mut().for_each(|row| row[place] = 0.0);
        curve[place][place] = 1.0;
    }
    (gradient, curve)
}

/// What the parameters are multiplied by in the log-odds of a setting.
fn feature(sample: &SettingSample, setting: usize) -> [f64; SIZE] {
    let mut feature = [0.0; SIZE];
    feature[setting] = 1.0;
    feature[SETTINGS..].copy_from_slice(&sample.sums[setting]);
    feature
}

/// Solves a positive definite system by Gaussian elimination.
fn solve(mut matrix: [[f64; SIZE]; SIZE], mut right: [f64; SIZE]) -> [f64; SIZE] {
    for pivot in 0..SIZE {
        for row in pivot + 1..SIZE {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let above = matrix[pivot];
            matrix[row].iter_mut().zip(above).for_each(|(value, above)| *value -= factor * above);
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..SIZE).rev() {
        let known: f64 = (row + 1..SIZE).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}
