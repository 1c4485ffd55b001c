//! Correlation of two series, with intervals from whole years.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bootstrap;

/// Bootstrap samples.
const SAMPLES: usize = 1_000;
/// The same seed gives the same intervals.
const SEED: u64 = 0x5649_5349_5453;
/// Pairs below which a correlation says nothing.
pub const LEAST_PAIRS: usize = 3;
/// Years below which there is no interval.
const LEAST_YEARS: usize = 3;

/// Two values of a month, or of an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The year; years are drawn as wholes, because months of one year are alike.
    pub year: i16,
    /// One value.
    pub x: f64,
    /// The other.
    pub y: f64,
}

/// Pearson's correlation; `None` of fewer than [`LEAST_PAIRS`] pairs, or if a series is constant.
pub fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < LEAST_PAIRS {
        return None;
    }
    let n = pairs.len() as f64;
    let sum = pairs.iter().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x, sum.1 + y));
    let (mean_x, mean_y) = (sum.0 / n, sum.1 / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}

/// Spearman's correlation: Pearson's of the ranks, where equal values have their mean rank.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let x = ranks(pairs.iter().map(|(x, _)| *x));
    let y = ranks(pairs.iter().map(|(_, y)| *y));
    pearson(&x.into_iter().zip(y).collect::<Vec<_>>())
}

fn ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (mut ranks, mut first) = (vec![0.0; values.len()], 0);
    for same in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        let mean = first as f64 + f64::midpoint(same.len() as f64, 1.0);
        same.iter().for_each(|at| ranks[*at] = mean);
        first += same.len();
    }
    ranks
}

/// The 95 % interval of Pearson's correlation, from samples of whole years; `None` of fewer than three years.
pub fn interval(pairs: &[Pair]) -> Option<[f64; 2]> {
    let mut years: BTreeMap<i16, Vec<(f64, f64)>> = BTreeMap::new();
    for pair in pairs {
        years.entry(pair.year).or_default().push((pair.x, pair.y));
    }
    if years.len() < LEAST_YEARS {
        return None;
    }
    let years: Vec<Vec<(f64, f64)>> = years.into_values().collect();
    let values: Vec<f64> = (0..SAMPLES)
        .into_par_iter()
        .filter_map(|sample| {
            let mut draw = bootstrap::generator(SEED, sample);
            let one = || &years[(draw.uniform() * years.len() as f64) as usize];
            pearson(&std::iter::repeat_with(one).take(years.len()).flatten().copied().collect::<Vec<_>>())
        })
        .collect();
    bootstrap::interval(values)
}
