//! Assigns values to the bins of histograms. Code 0 means "no value", bin `n` has code `n + 1`.

/// A photo whose count is unknown.
pub(super) const NO_COUNT: u32 = u32::MAX;

/// Bins of a score's histogram, 0 to 1.
pub(super) const SCORE_BINS: usize = 40;
/// The code of a score below the scorer's reporting minimum.
pub(super) const BELOW_MINIMUM: usize = SCORE_BINS + 1;
/// Lower edges of the bins of counts: 0, 1, 2, 3, 5, 7, 10, 15, 20, 30, ...
pub(super) const COUNTS: [u32; 58] = counts();

const fn counts() -> [u32; 58] {
    let mut edges = [0; 58];
    let steps = [10, 15, 20, 30, 50, 70];
    edges[1] = 1;
    edges[2] = 2;
    edges[3] = 3;
    edges[4] = 5;
    edges[5] = 7;
    let mut at = 6;
    let mut scale = 1;
    while at < 58 {
        edges[at] = steps[at % 6] * scale;
        at += 1;
        if at % 6 == 0 && at < 58 {
            scale *= 10;
        }
    }
    edges
}

/// Bins of equal width between two bounds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UniformBins {
    least: f64,
    width: f64,
    bins: u8,
}

impl UniformBins {
    /// The given number of bins between two bounds.
    pub(super) fn new(least: f64, most: f64, bins: u8) -> Self {
        Self { least, width: (most - least) / f64::from(bins), bins }
    }

    /// The code of a number; numbers outside of the bounds are in the first or last bin.
    pub(super) fn code(&self, number: f64) -> u32 {
        if number.is_nan() {
            return 0;
        }
        ((number - self.least) / self.width).floor().clamp(0.0, f64::from(self.bins) - 1.0) as u32 + 1
    }

    /// The number of codes, including 0 for "no value".
    pub(super) fn size(&self) -> usize {
        usize::from(self.bins) + 1
    }

    /// The edges, one more than bins.
    pub(super) fn edges(&self) -> Vec<f64> {
        (0..=self.bins).map(|bin| f64::from(bin) * self.width + self.least).collect()
    }
}

/// The code of a count.
pub(super) fn count(count: u32) -> u32 {
    if count == NO_COUNT { 0 } else { COUNTS.partition_point(|edge| *edge <= count) as u32 }
}

/// The code of a score. Values outside of 0..=1 are in the first or last bin; minus infinity has its own code.
pub(super) fn score(value: f32) -> u32 {
    if value == f32::NEG_INFINITY {
        return BELOW_MINIMUM as u32;
    }
    if value.is_nan() { 0 } else { (value * SCORE_BINS as f32).floor().clamp(0.0, SCORE_BINS as f32 - 1.0) as u32 + 1 }
}

/// Edges of the bins of a score.
pub(super) fn score_edges() -> Vec<f64> {
    (0..=SCORE_BINS).map(|bin| bin as f64 / SCORE_BINS as f64).collect()
}

/// Edges of the bins of counts, up to the bin of `max`.
pub(super) fn count_edges(max: Option<f64>) -> Vec<f64> {
    let Some(max) = max else { return Vec::new() };
    let last = COUNTS.iter().position(|edge| f64::from(*edge) > max);
    let edges = COUNTS.iter().take(last.map_or(COUNTS.len(), |last| last + 1)).copied().map(f64::from);
    let open = last.is_none().then_some(f64::from(NO_COUNT));
    edges.chain(open).collect()
}
