//! Divides the scores of a dataset into strata, from which photos are sampled for labelling. Each covers a share of the
//! photos or of the score range, so that neither a thousand photos near 0 nor ten near 1 are left out.

use super::measures::tied;

/// Most strata for sampling.
pub const MAX_STRATA: usize = 10;

/// Most cells for estimating shares; more, because cells without labels follow their neighbours.
pub const MAX_CELLS: usize = 20;

/// A range of scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    /// The lowest score; minus infinity if the service only reported "below the minimum".
    pub low: f64,
    /// The highest score.
    pub high: f64,
    /// The number of photos.
    pub photos: usize,
}

/// At most `most` strata of some scores, lowest first. Equal scores are never separated. Of ten strata none is wider than
/// a fifth of the range 0..=1 or holds more than a fifth of the photos, unless many photos have the same score.
pub fn strata(scores: &[f64], most: usize) -> Vec<Stratum> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut strata: Vec<Stratum> = Vec::new();
    let mut last = None;
    let mut below = 0;
    for equal in sorted.chunk_by(|a, b| tied(*a, *b)) {
        let rank = (below as f64 + equal.len() as f64 / 2.0) / sorted.len() as f64;
        let place = f64::midpoint(rank, equal[0].clamp(0.0, 1.0));
        let bin = ((place * most as f64) as usize).min(most - 1);
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

/// The index of the stratum of a score; there must be at least one stratum.
pub fn find(strata: &[Stratum], score: f64) -> usize {
    strata.partition_point(|stratum| stratum.low <= score).saturating_sub(1)
}
