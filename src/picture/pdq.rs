//! PDQ, the perceptual hash of Meta (Facebook): 256 bits of which nearly equal pictures share almost all, also after scaling
//! and compression. As in the reference (github.com/facebook/ThreatExchange, `pdq/README.md`), which documents each step.
//!
//! Pictures are blurred (a box filter, twice), sampled on a grid of 64 x 64, and transformed (DCT-II); a bit says whether a
//! coefficient of the 16 x 16 lowest frequencies, without the constant ones, is above their median.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::decode::Decoded;

/// Samples along an edge. A picture of this size is sampled as it is.
pub const SAMPLES: u32 = 64;
/// The same for indexes.
const EDGE: usize = SAMPLES as usize;
/// Frequencies along an edge.
const FREQUENCIES: usize = 16;
/// The window of the filter is the edge divided by this, rounded up.
const WINDOWS: usize = 2 * EDGE;

/// A hash, and how much there is to see in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pdq {
    /// Bit `i` of word `i / 64`, the lowest first, is coefficient `i` in rows.
    pub bits: [u64; 4],
    /// 0 (nothing) to 100. The authors advise not to compare hashes below 50.
    pub quality: u8,
}

impl Pdq {
    /// The hash of an upright picture.
    pub fn of(picture: &Decoded) -> Self {
        let (width, height) = (picture.width as usize, picture.height as usize);
        let luma = |pixel: &[u8]| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            0.299 * red + 0.587 * green + 0.114 * blue
        };
        let mut pixels: Vec<f32> = picture.rgb.chunks_exact(3).map(luma).collect();
        if (width, height) != (EDGE, EDGE) {
            let mut blurred = vec![0.0; pixels.len()];
            for _ in 0..2 {
                for (row, out) in pixels.chunks_exact(width).zip(blurred.chunks_exact_mut(width)) {
                    blur_row(row, out, width.div_ceil(WINDOWS));
                }
                blur_columns(&blurred, &mut pixels, width, height.div_ceil(WINDOWS));
            }
        }
        let at = |index: usize, length: usize| (2 * index + 1) * length / (2 * EDGE);
        let mut samples = [[0.0; EDGE]; EDGE];
        for (i, row) in samples.iter_mut().enumerate() {
            for (j, sample) in row.iter_mut().enumerate() {
                *sample = pixels[at(i, height) * width + at(j, width)];
            }
        }
        Self { bits: bits(&transformed(&samples)), quality: quality(&samples) }
    }

    /// 64 hexadecimal digits, the highest coefficient first, as other programs write PDQ.
    pub fn hex(self) -> String {
        self.bits.iter().rev().map(|word| format!("{word:016x}")).collect()
    }
}

/// The bits of a hash in hexadecimal digits; `None` for any other text.
pub fn bits_of(hex: &str) -> Option<[u64; 4]> {
    let digits = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |nth: usize| u64::from_str_radix(hex.get(48 - 16 * nth..64 - 16 * nth)?, 16).ok();
    if digits { Some([word(0)?, word(1)?, word(2)?, word(3)?]) } else { None }
}

/// The number of bits in which two hashes differ, 0-256; about 128 for different pictures.
pub fn distance(one: &[u64; 4], other: &[u64; 4]) -> u32 {
    one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum()
}

/// The mean of the values within half a window before and after each; of an even window one more after it. At the ends
/// the window is cut.
fn blur_row(row: &[f32], out: &mut [f32], window: usize) {
    let (before, after) = reach(window);
    let mut sum = row.iter().take(after).sum::<f32>();
    for (at, value) in out.iter_mut().enumerate() {
        if let Some(next) = row.get(at + after) {
            sum += next;
        }
        if let Some(last) = at.checked_sub(before + 1) {
            sum -= row[last];
        }
        let count = (at + after + 1).min(row.len()) - at.saturating_sub(before);
        *value = sum / count as f32;
    }
}

/// The same along the columns, row by row.
fn blur_columns(pixels: &[f32], out: &mut [f32], width: usize, window: usize) {
    let (before, after) = reach(window);
    let height = pixels.len() / width;
    let row = |at: usize| &pixels[at * width..(at + 1) * width];
    let mut sums = vec![0.0; width];
    let add = |sums: &mut [f32], at: usize| sums.iter_mut().zip(row(at)).for_each(|(sum, value)| *sum += value);
    (0..after.min(height)).for_each(|at| add(&mut sums, at));
    for (at, out) in out.chunks_exact_mut(width).enumerate() {
        if at + after < height {
            add(&mut sums, at + after);
        }
        if let Some(last) = at.checked_sub(before + 1) {
            sums.iter_mut().zip(row(last)).for_each(|(sum, value)| *sum -= value);
        }
        let count = (at + after + 1).min(height) - at.saturating_sub(before);
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = sum / count as f32);
    }
}

/// How many values of a window are before and after its middle.
fn reach(window: usize) -> (usize, usize) {
    let after = window / 2;
    (window - 1 - after, after)
}

/// The lowest frequencies of the DCT, without those that are constant along an edge.
fn transformed(samples: &[[f32; EDGE]; EDGE]) -> [f32; FREQUENCIES * FREQUENCIES] {
    static WAVES: LazyLock<[[f32; EDGE]; FREQUENCIES]> = LazyLock::new(|| {
        let mut waves = [[0.0; EDGE]; FREQUENCIES];
        for (frequency, wave) in waves.iter_mut().enumerate() {
            for (at, value) in wave.iter_mut().enumerate() {
                let phase = PI / (2 * EDGE) as f64 * ((frequency + 1) * (2 * at + 1)) as f64;
                *value = ((2.0 / EDGE as f64).sqrt() * phase.cos()) as f32;
            }
        }
        waves
    });
    let mut columns = [[0.0; EDGE]; FREQUENCIES];
    for (wave, sums) in WAVES.iter().zip(&mut columns) {
        for (weight, row) in wave.iter().zip(samples) {
            sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum += weight * sample);
        }
    }
    let mut out = [0.0; FREQUENCIES * FREQUENCIES];
    for (at, value) in out.iter_mut().enumerate() {
        let (row, wave) = (&columns[at / FREQUENCIES], &WAVES[at % FREQUENCIES]);
        *value = row.iter().zip(wave).map(|(sum, weight)| sum * weight).sum();
    }
    out
}

fn bits(coefficients: &[f32; FREQUENCIES * FREQUENCIES]) -> [u64; 4] {
    let mut sorted = *coefficients;
    sorted.sort_unstable_by(f32::total_cmp);
    let median = sorted[sorted.len() / 2 - 1];
    let mut bits = [0; 4];
    for (at, _) in coefficients.iter().enumerate().filter(|(_, value)| **value > median) {
        bits[at / 64] |= 1 << (at % 64);
    }
    bits
}

/// The sum of the differences between neighbours, in percent of white, by the reference's factor.
fn quality(samples: &[[f32; EDGE]; EDGE]) -> u8 {
    let step = |one: f32, other: f32| ((one - other) * 100.0 / 255.0).abs() as u32;
    let along = samples.iter().flat_map(|row| row.windows(2).map(|pair| step(pair[0], pair[1])));
    let down = samples.windows(2).flat_map(|rows| rows[0].iter().zip(&rows[1]).map(|(one, other)| step(*one, *other)));
    (along.chain(down).sum::<u32>() / 90).min(100) as u8
}

#[cfg(test)]
mod tests {
    use super::{Pdq, bits_of, blur_columns, blur_row, distance};
    use crate::picture::decode::Decoded;

    /// The mean of the window, as its definition says it.
    fn mean(values: &[f32], at: usize, window: usize) -> f32 {
        let after = window / 2;
        let from = at.saturating_sub(window - 1 - after);
        let part = &values[from..(at + after + 1).min(values.len())];
        part.iter().sum::<f32>() / part.len() as f32
    }

    #[test]
    fn the_filter_takes_the_mean_of_a_window_that_is_cut_at_the_ends() {
        let values: Vec<f32> = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5].map(|value| value as f32).to_vec();
        for window in 1..6 {
            let expected: Vec<f32> = (0..values.len()).map(|at| mean(&values, at, window)).collect();
            let close = |out: &[f32]| out.iter().zip(&expected).all(|(one, other)| (one - other).abs() < 1e-4);
            let mut out = vec![0.0; values.len()];
            blur_row(&values, &mut out, window);
            assert!(close(&out), "{window}: {out:?}");
            blur_columns(&values, &mut out, 1, window);
            assert!(close(&out), "{window}: {out:?}");
        }
    }

    #[test]
    fn a_blank_picture_has_no_quality_and_a_hash_reads_as_itself() {
        let blank = Decoded { width: 320, height: 3, rgb: vec![90; 320 * 3 * 3] };
        assert_eq!(Pdq::of(&blank).quality, 0);
        let one = Pdq::of(&Decoded { width: 1, height: 1, rgb: vec![1, 2, 3] });
        assert_eq!(bits_of(&one.hex()), Some(one.bits));
        let bits = [1, 2, 3, 1 << 63];
        assert_eq!(Pdq { bits, quality: 1 }.hex(), "8000000000000000000000000000000300000000000000020000000000000001");
        assert_eq!(bits_of(&Pdq { bits, quality: 1 }.hex()), Some(bits));
        assert_eq!(distance(&bits, &[0, 2, 3, 0]), 2);
        assert_eq!((bits_of("12"), bits_of(&"x".repeat(64)), bits_of(&"é".repeat(32))), (None, None, None));
    }
}
