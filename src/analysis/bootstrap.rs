//! Samples with replacement, and the intervals that follow from them.

use crate::training::draw::Rng;

/// The random numbers of one sample: the same for the same seed, in whatever order samples are drawn.
pub fn generator(seed: u64, sample: usize) -> Rng {
    Rng::new(seed.wrapping_add(sample as u64 * 0x9e37_79b9))
}

/// The ends of the 95 % interval of the values of all samples, in any order; `None` without values.
pub fn interval(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.sort_by(f64::total_cmp);
    let at = |part: f64| values.get((part * (values.len().max(1) - 1) as f64).round() as usize).copied();
    at(0.025).zip(at(0.975)).map(|(low, high)| [low, high])
}

/// The ends of the 95 % interval about an estimate that samples with replacement only ever lower, as an area covered:
/// the spread of the samples about their mean, put about the estimate. `None` without values.
pub fn interval_about(estimate: f64, values: Vec<f64>) -> Option<[f64; 2]> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    interval(values).map(|ends| ends.map(|end| estimate + end - mean))
}
