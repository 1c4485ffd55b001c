//! The scores of a dataset in a few strata, from which photos are picked for labelling: each holds a fair part of the
//! photos or of the range of scores, so that neither a thousand photos near 0 nor ten near 1 are left out.

use super::measures::tied;

/// Strata at most.
pub const MOST_STRATA: usize = 10;

/// Photos of neighbouring scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    /// The lowest score in it; minus infinity where a scorer only said "under my floor".
    pub low: f64,
    /// The highest score in it.
    pub high: f64,
    /// How many photos.
    pub photos: usize,
}

/// The strata of some scores, lowest first. Equal scores are never parted; each stratum is narrower than a fifth of the
/// range 0..=1 or holds less than a fifth of the photos, but for many of one score.
pub fn strata(scores: &[f64]) -> Vec<Stratum> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut strata: Vec<Stratum> = Vec::new();
    let mut last = None;
    let mut below = 0;
    for equal in sorted.chunk_by(|a, b| tied(*a, *b)) {
        let rank = (below as f64 + equal.len() as f64 / 2.0) / sorted.len() as f64;
        let place = f64::midpoint(rank, equal[0].clamp(0.0, 1.0));
        let bin = ((place * MOST_STRATA as f64) as usize).min(MOST_STRATA - 1);
        match strata.last_mut().filter(|_| last == Some(bin)) {
            Some(stratum) => {
                stratum.high = equal[0];
                stratum.photos += equal.len();
            }
            None => strata.push(Stratum { low: equal[0], high: equal[0], photos: equal.len() }),
        }
        last = Some(bin);
        below += equal.len();
    }
    strata
}

/// Which stratum a score belongs to, of at least one.
pub fn find(strata: &[Stratum], score: f64) -> usize {
    strata.partition_point(|stratum| stratum.low <= score).saturating_sub(1)
}

/// The nearest values that never fall from one to the next (weighted squares; pool adjacent violators).
pub fn rising(values: &mut [f64], weights: &[f64]) {
    // Pools of neighbours: mean, weight, how many.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(values.len());
    for (value, weight) in values.iter().zip(weights) {
        let mut pool = (*value, *weight, 1);
        while let Some(before) = pools.pop_if(|before| before.0 > pool.0) {
            let weight = before.1 + pool.1;
            let mean = if weight > 0.0 {
                (before.0 * before.1 + pool.0 * pool.1) / weight
            } else {
                f64::midpoint(before.0, pool.0)
            };
            pool = (mean, weight, before.2 + pool.2);
        }
        pools.push(pool);
    }
    let flat = pools.iter().flat_map(|(mean, _, count)| std::iter::repeat_n(*mean, *count));
    values.iter_mut().zip(flat).for_each(|(value, mean)| *value = mean);
}
