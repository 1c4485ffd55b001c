//! Depthwise convolution, one filter per channel, with the processor's vector instructions.
//!
//! Small image models spend most of their time in it, and rten only has scalar code. Rows are stored with their padding,
//! and columns grouped by their phase in the stride, so that every step reads adjacent values. It is a separate package
//! so that debug builds can optimise it.

#![allow(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the vector instructions that are there"
)]

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp};

/// Output rows computed together: each weight is loaded once for all of them.
const ROWS: usize = 4;

/// Most rows of a filter.
const KERNEL_MAX: usize = 7;

/// Longest vector, in numbers; each row has this much space after it.
const VECTOR_MAX: usize = 16;

/// A filter for each channel, and the activation after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Depthwise {
    /// Channels, rows and columns of the filters.
    pub kernel: [usize; 3],
    /// Weights, in that order.
    pub weights: Vec<f32>,
    /// One for each channel.
    pub bias: Vec<f32>,
    /// Vertical and horizontal.
    pub strides: [usize; 2],
    /// The padding around the picture.
    pub padding: Padding,
    /// Results are clamped to this range.
    pub bounds: [f32; 2],
}

/// The padding around the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Rows above, columns to the left, rows below, columns to the right.
    Fixed([usize; 4]),
    /// Keeps the size if the stride is 1; an odd row or column goes below or to the right.
    Same,
}

/// The sizes of one run, in numbers.
struct Sizes {
    rows: usize,
    columns: usize,
    top: usize,
    left: usize,
    out_rows: usize,
    out_columns: usize,
    /// Distance from one phase of a column to the next, in a row of the padded plane.
    phase: usize,
    /// Distance from one row of the padded plane to the next.
    pitch: usize,
    /// Size of the padded plane.
    padded_rows: usize,
}

impl Depthwise {
    /// Channels, rows and columns of the result for a picture of this size; `None` if the filter does not fit.
    pub fn output(&self, [channels, rows, columns]: [usize; 3]) -> Option<[usize; 3]> {
        let sizes = self.sizes(rows, columns)?;
        (channels == self.kernel[0]).then_some([channels, sizes.out_rows, sizes.out_columns])
    }

    /// Whether filters of this size, strides and padding are supported.
    pub fn can(kernel: [usize; 2], strides: [usize; 2], padding: Padding) -> bool {
        let is_padded = match padding {
            Padding::Fixed(sides) => sides.iter().all(|&side| side <= KERNEL_MAX),
            Padding::Same => true,
        };
        (1..=KERNEL_MAX).contains(&kernel[0])
            && [3, 5, 7].contains(&kernel[1])
            && strides.iter().all(|stride| [1, 2].contains(stride))
            && is_padded
    }

    /// Runs over the channels of pictures, each `rows * columns` numbers; empty if the filter does not fit.
    pub fn run(&self, input: &[f32], rows: usize, columns: usize) -> Vec<f32> {
        let Some(sizes) = self.sizes(rows, columns) else { return Vec::new() };
        let planes = input.len() / (rows * columns).max(1);
        let mut output = vec![0.0; planes * sizes.out_rows * sizes.out_columns];
        Work { filter: self, sizes: &sizes, input, output: &mut output }.dispatch();
        output
    }

    fn sizes(&self, rows: usize, columns: usize) -> Option<Sizes> {
        let [_, kernel_rows, kernel_columns] = self.kernel;
        let [down, across] = self.strides;
        let same = |side: usize, kernel: usize, stride: usize| {
            let pad = ((side.div_ceil(stride).max(1) - 1) * stride + kernel).saturating_sub(side);
            [pad / 2, pad - pad / 2]
        };
        let ([top, bottom], [left, right]) = match self.padding {
            Padding::Fixed([top, left, bottom, right]) => ([top, bottom], [left, right]),
            Padding::Same => (same(rows, kernel_rows, down), same(columns, kernel_columns, across)),
        };
        let out = |side: usize, kernel: usize, stride: usize| Some(side.checked_sub(kernel)? / stride + 1);
        let out_rows = out(rows + top + bottom, kernel_rows, down)?;
        let out_columns = out(columns + left + right, kernel_columns, across)?;
        let phase = (columns + left + right).div_ceil(across) + VECTOR_MAX;
        let padded_rows = rows + top + bottom;
        Some(Sizes { rows, columns, top, left, out_rows, out_columns, phase, pitch: phase * across, padded_rows })
    }
}

/// One run with the available vector instructions.
struct Work<'a> {
    filter: &'a Depthwise,
    sizes: &'a Sizes,
    input: &'a [f32],
    output: &'a mut [f32],
}

impl SimdOp for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        match (self.filter.kernel[2], self.filter.strides[1]) {
            (3, 1) => self.each::<I, 3, 1>(isa),
            (3, _) => self.each::<I, 3, 2>(isa),
            (5, 1) => self.each::<I, 5, 1>(isa),
            (5, _) => self.each::<I, 5, 2>(isa),
            (_, 1) => self.each::<I, 7, 1>(isa),
            _ => self.each::<I, 7, 2>(isa),
        }
    }
}

impl Work<'_> {
    /// Channel by channel, with filters of `K` columns, `S` columns apart.
    #[inline(always)]
    fn each<I: Isa, const K: usize, const S: usize>(self, isa: I) {
        let Self { filter, sizes, input, output } = self;
        let mut padded = vec![0.0; sizes.padded_rows * sizes.pitch];
        let planes = input.chunks_exact(sizes.rows * sizes.columns);
        let targets = output.chunks_exact_mut(sizes.out_rows * sizes.out_columns);
        let weights = filter.weights.chunks_exact(filter.kernel[1] * K).cycle();
        for (((plane, target), weights), &bias) in planes.zip(targets).zip(weights).zip(filter.bias.iter().cycle()) {
            pad::<S>(plane, &mut padded, sizes);
            let mut channel = Channel { filter, sizes, weights, bias, padded: &padded, target };
            if sizes.out_rows < ROWS {
                (0..sizes.out_rows).for_each(|y| channel.band::<I, 1, K, S>(isa, y));
                continue;
            }
            for y in (0..sizes.out_rows).step_by(ROWS) {
                // The last rows are computed again rather than one by one.
                channel.band::<I, ROWS, K, S>(isa, y.min(sizes.out_rows - ROWS));
            }
        }
    }
}

/// Fills a plane; its padding stays zero from plane to plane.
#[inline(always)]
fn pad<const S: usize>(plane: &[f32], padded: &mut [f32], sizes: &Sizes) {
    let rows = padded.chunks_exact_mut(sizes.pitch).skip(sizes.top);
    for (row, source) in rows.zip(plane.chunks_exact(sizes.columns)) {
        if S == 1 {
            row[sizes.left..sizes.left + sizes.columns].copy_from_slice(source);
            continue;
        }
        for phase in 0..S {
            // The first column of the picture with this phase.
            let first = (S + phase - sizes.left % S) % S;
            let start = phase * sizes.phase + (sizes.left + first) / S;
            let values = source.iter().skip(first).step_by(S);
            row[start..].iter_mut().zip(values).for_each(|(target, &value)| *target = value);
        }
    }
}

/// One channel of one run.
struct Channel<'a> {
    filter: &'a Depthwise,
    sizes: &'a Sizes,
    weights: &'a [f32],
    bias: f32,
    padded: &'a [f32],
    target: &'a mut [f32],
}

impl Channel<'_> {
    /// Computes `N` rows of the result, starting at row `y`.
    #[inline(always)]
    fn band<I: Isa, const N: usize, const K: usize, const S: usize>(&mut self, isa: I, y: usize) {
        let (ops, sizes) = (isa.f32(), self.sizes);
        let [low, high] = self.filter.bounds.map(|bound| ops.splat(bound));
        for x in (0..sizes.out_columns).step_by(ops.len()) {
            let mut sums = [ops.splat(self.bias); N];
            for (kernel_row, weights) in self.weights.as_chunks::<K>().0.iter().enumerate() {
                let start = (y * self.filter.strides[0] + kernel_row) * sizes.pitch + x;
                for phase in 0..S {
                    // Sliced once to a known length, so that no load needs a bounds check.
                    let windows: [&[f32]; N] = std::array::from_fn(|row| {
                        let at = start + row * self.filter.strides[0] * sizes.pitch + phase * sizes.phase;
                        &self.padded[at..at + ops.len() + (K - 1) / S]
                    });
                    for column in (phase..K).step_by(S) {
                        let weight = ops.splat(weights[column]);
                        for (sum, window) in sums.iter_mut().zip(windows) {
                            *sum = ops.mul_add(ops.load(&window[column / S..]), weight, *sum);
                        }
                    }
                }
            }
            let count = ops.len().min(sizes.out_columns - x);
            for (row, sum) in sums.into_iter().enumerate() {
                let result = ops.min(ops.max(sum, low), high);
                let place = &mut self.target[(y + row) * sizes.out_columns + x..][..count];
                if count == ops.len() {
                    ops.store(result, place);
                } else {
                    let mut whole = [0.0; VECTOR_MAX];
                    ops.store(result, &mut whole);
                    place.copy_from_slice(&whole[..count]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same in four plain loops.
    fn plain(filter: &Depthwise, input: &[f32], [top, left]: [usize; 2], rows: usize, columns: usize) -> Vec<f32> {
        let [channels, kernel_rows, kernel_columns] = filter.kernel;
        let [_, out_rows, out_columns] = filter.output([channels, rows, columns]).unwrap();
        let at = |channel: usize, y: usize, x: usize| {
            let mut sum = filter.bias[channel % channels];
            for (ky, kx) in (0..kernel_rows).flat_map(|ky| (0..kernel_columns).map(move |kx| (ky, kx))) {
                let place =
                    ((y * filter.strides[0] + ky).checked_sub(top), (x * filter.strides[1] + kx).checked_sub(left));
                if let (Some(y), Some(x)) = place
                    && y < rows
                    && x < columns
                {
                    let weight = filter.weights[(channel % channels * kernel_rows + ky) * kernel_columns + kx];
                    sum += input[(channel * rows + y) * columns + x] * weight;
                }
            }
            sum.clamp(filter.bounds[0], filter.bounds[1])
        };
        let planes = input.len() / (rows * columns);
        let cells = (0..planes).flat_map(|c| (0..out_rows).flat_map(move |y| (0..out_columns).map(move |x| (c, y, x))));
        cells.map(|(channel, y, x)| at(channel, y, x)).collect()
    }

    fn noise(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|n| ((n * 7_919 + seed * 104_729) % 1_009) as f32 / 500.0 - 1.0).collect()
    }

    #[test]
    fn every_filter_at_every_size_equals_plain_loops() {
        for (kernel, strides) in
            [([3, 3], [1, 1]), ([5, 5], [2, 2]), ([7, 7], [1, 2]), ([1, 3], [2, 1]), ([4, 5], [1, 1])]
        {
            for (rows, columns) in [(1, 1), (2, 9), (7, 7), (8, 17), (14, 14), (33, 20)] {
                for (pads, bounds) in [([1, 2, 3, 4], [f32::NEG_INFINITY, f32::INFINITY]), ([3, 3, 3, 3], [0.0, 0.5])] {
                    let filter = Depthwise {
                        kernel: [3, kernel[0], kernel[1]],
                        weights: noise(3 * kernel[0] * kernel[1], 1),
                        bias: noise(3, 2),
                        strides,
                        padding: Padding::Fixed(pads),
                        bounds,
                    };
                    let Some([_, out_rows, out_columns]) = filter.output([3, rows, columns]) else { continue };
                    let input = noise(2 * 3 * rows * columns, 3);
                    let got = filter.run(&input, rows, columns);
                    assert_eq!(got.len(), 2 * 3 * out_rows * out_columns);
                    let want = plain(&filter, &input, [pads[0], pads[1]], rows, columns);
                    let apart = got.iter().zip(&want).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(apart < 1e-5, "{filter:?} of {rows} x {columns}: {apart}");
                }
            }
        }
    }

    #[test]
    fn the_same_padding_keeps_the_size_and_puts_the_odd_one_below_and_to_the_right() {
        let weights = vec![1.0; 9];
        let bounds = [f32::NEG_INFINITY, f32::INFINITY];
        let filter =
            Depthwise { kernel: [1, 3, 3], weights, bias: vec![0.0], strides: [2, 2], padding: Padding::Same, bounds };
        assert_eq!(filter.output([1, 5, 4]), Some([1, 3, 2]));
        let got = filter.run(&[1.0; 20], 5, 4);
        assert_eq!(got, plain(&filter, &[1.0; 20], [1, 0], 5, 4));
        assert_eq!(got, [6.0, 4.0, 9.0, 6.0, 6.0, 4.0]);
    }

    #[test]
    fn a_filter_larger_than_the_picture_gives_no_output() {
        let bounds = [0.0, 1.0];
        let padding = Padding::Fixed([0; 4]);
        let filter =
            Depthwise { kernel: [1, 3, 3], weights: vec![0.0; 9], bias: vec![0.0], strides: [1, 1], padding, bounds };
        assert_eq!(filter.output([1, 2, 9]), None);
        assert_eq!(filter.output([2, 9, 9]), None);
        assert_eq!(filter.run(&[0.0; 18], 2, 9), Vec::<f32>::new());
    }
}
