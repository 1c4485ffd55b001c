//! The inverse cosine transform of a block to 8 x 8, 4 x 4, 2 x 2 or 1 samples (ITU-T T.81, A.3.3). A smaller one uses
//! the lowest coefficients only, as many in each direction as there are samples (Dugad and Ahuja 2001).
//!
//! Eight values are computed at once, side by side, in a form that the compiler translates to vector instructions.

use std::f32::consts::SQRT_2;
use std::ops::{Add, Mul, Sub};

use rten_simd::{Isa, SimdOp};

use crate::block::{COEFFICIENTS, IN_COLUMNS};
use crate::entropy::Coefficients;

/// How many coefficients in zigzag order a transform to `side` x `side` samples uses: up to the last of the lowest
/// `side` x `side`.
pub fn used_coefficients(side: u32) -> usize {
    match side {
        1 => 1,
        2 => 5,
        4 => 25,
        _ => 64,
    }
}

/// Factors of the coefficients of a row or column before the transform of Arai, Agui and Nakajima: cos(k pi / 16) *
/// sqrt(2), and 1 for the first. A coefficient takes two of them, and an eighth.
const AAN: [f32; 8] = [1.0, 1.387_039_8, 1.306_563, 1.175_875_6, 1.0, 0.785_694_96, 0.541_196_1, 0.275_899_4];

/// Half of 1 / sqrt(2), and cosines of odd multiples of pi / 8, halved.
const HALF_SQRT_HALF: f32 = 0.353_553_4;
const HALF_COS_1: f32 = 0.461_939_77;
const HALF_COS_3: f32 = 0.191_341_71;

/// Values side by side.
#[derive(Clone, Copy)]
struct Lanes<const N: usize>([f32; N]);

// A closure for each value, as `array::from_fn` takes, is not always inlined here.
impl<const N: usize> Add for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(value, other)| *value += other);
        self
    }
}

impl<const N: usize> Sub for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(value, other)| *value -= other);
        self
    }
}

impl<const N: usize> Mul<f32> for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(mut self, factor: f32) -> Self {
        self.0.iter_mut().for_each(|value| *value *= factor);
        self
    }
}

/// Multipliers of one component's coefficients, in columns: the quantisation steps and what the transform needs.
pub struct Multipliers {
    side: u32,
    of: [f32; 64],
}

impl Multipliers {
    /// For a transform to `side` x `side` samples. `steps` are in zigzag order.
    pub fn new(side: u32, steps: &[u16; COEFFICIENTS]) -> Self {
        let mut of = [0.0; COEFFICIENTS];
        for (&step, place) in steps.iter().zip(IN_COLUMNS) {
            let (row, column) = (usize::from(place % 8), usize::from(place / 8));
            let factor = match side {
                8 => AAN[row] * AAN[column] / 8.0,
                4 => {
                    let factor = |k: usize| if k.is_multiple_of(2) { HALF_SQRT_HALF } else { 1.0 };
                    factor(row) * factor(column)
                }
                _ => 0.125,
            };
            of[usize::from(place)] = f32::from(step) * factor;
        }
        Self { side, of }
    }

    /// Transforms a block. Rows of the samples are written to `plane`, `stride` apart.
    pub fn transform(&self, coefficients: &Coefficients, plane: &mut [u8], stride: usize) {
        if coefficients.is_flat || self.side == 1 {
            let (side, mean) = (self.side as usize, sample(f32::from(coefficients.values[0]) * self.of[0]));
            plane.chunks_mut(stride).take(side).for_each(|row| row[..side].fill(mean));
        } else {
            Transform { multipliers: self, values: coefficients.values, plane, stride }.dispatch();
        }
    }
}

/// The transform of a block, compiled for the vector instructions that are there.
struct Transform<'a> {
    multipliers: &'a Multipliers,
    values: &'a [i16; COEFFICIENTS],
    plane: &'a mut [u8],
    stride: usize,
}

impl SimdOp for Transform<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Self { multipliers, values, plane, stride } = self;
        match multipliers.side {
            8 => {
                let mut block = [Lanes([0.0; 8]); 8];
                multiply(values, &multipliers.of, &mut block);
                eight(&mut block);
                transpose(&mut block);
                eight(&mut block);
                write(&block, plane, stride);
            }
            4 => {
                let mut block = [Lanes([0.0; 4]); 4];
                multiply(values, &multipliers.of, &mut block);
                four(&mut block);
                transpose(&mut block);
                four(&mut block);
                write(&block, plane, stride);
            }
            _ => {
                let mut block = [Lanes([0.0; 2]); 2];
                multiply(values, &multipliers.of, &mut block);
                two(&mut block);
                transpose(&mut block);
                two(&mut block);
                write(&block, plane, stride);
            }
        }
    }
}

/// The lowest coefficients, columns first.
#[inline(always)]
fn multiply<const N: usize>(values: &[i16; COEFFICIENTS], factors: &[f32; COEFFICIENTS], block: &mut [Lanes<N>; N]) {
    let columns = values.as_chunks::<8>().0.iter().zip(factors.as_chunks::<8>().0);
    for (lanes, (values, factors)) in block.iter_mut().zip(columns) {
        for ((lane, &value), &factor) in lanes.0.iter_mut().zip(values).zip(factors) {
            *lane = f32::from(value) * factor;
        }
    }
}

#[inline(always)]
fn transpose<const N: usize>(rows: &mut [Lanes<N>; N]) {
    let before = *rows;
    for (nth, row) in rows.iter_mut().enumerate() {
        row.0.iter_mut().zip(&before).for_each(|(value, column)| *value = column.0[nth]);
    }
}

#[inline(always)]
fn write<const N: usize>(rows: &[Lanes<N>; N], plane: &mut [u8], stride: usize) {
    for (to, row) in plane.chunks_mut(stride).zip(rows) {
        if let Some(to) = to.first_chunk_mut::<N>() {
            to.iter_mut().zip(row.0).for_each(|(to, value)| *to = sample(value));
        }
    }
}

/// A sample, 128 for 0.
#[inline(always)]
fn sample(value: f32) -> u8 {
    // Adding this leaves the rounded number in the lowest bits.
    const ROUNDED: f32 = 12_582_912.0;
    ((value + 128.0).clamp(0.0, 255.0) + ROUNDED).to_bits() as u8
}

/// The transform of eight coefficients to eight samples by Arai, Agui and Nakajima, in all lanes.
#[inline(always)]
fn eight<const N: usize>(v: &mut [Lanes<N>; 8]) {
    let (sum, difference) = (v[0] + v[4], v[0] - v[4]);
    let inner = v[2] + v[6];
    let turned = (v[2] - v[6]) * SQRT_2 - inner;
    let even = [sum + inner, difference + turned, difference - turned, sum - inner];

    let (sum_53, difference_53) = (v[5] + v[3], v[5] - v[3]);
    let (sum_17, difference_17) = (v[1] + v[7], v[1] - v[7]);
    let odd_0 = sum_17 + sum_53;
    let both = (difference_53 + difference_17) * 1.847_759_1;
    let odd_1 = both - difference_53 * 2.613_126 - odd_0;
    let odd_2 = (sum_17 - sum_53) * SQRT_2 - odd_1;
    let odd_3 = both - difference_17 * 1.082_392_2 - odd_2;
    for (nth, (even, odd)) in even.into_iter().zip([odd_0, odd_1, odd_2, odd_3]).enumerate() {
        v[nth] = even + odd;
        v[7 - nth] = even - odd;
    }
}

/// The transform of four coefficients to four samples, in all lanes.
#[inline(always)]
fn four<const N: usize>(v: &mut [Lanes<N>; 4]) {
    let even = [v[0] + v[2], v[0] - v[2]];
    let odd = [v[1] * HALF_COS_1 + v[3] * HALF_COS_3, v[1] * HALF_COS_3 - v[3] * HALF_COS_1];
    *v = [even[0] + odd[0], even[1] + odd[1], even[1] - odd[1], even[0] - odd[0]];
}

/// The transform of two coefficients to two samples, in all lanes.
#[inline(always)]
fn two<const N: usize>(v: &mut [Lanes<N>; 2]) {
    *v = [v[0] + v[1], v[0] - v[1]];
}

#[cfg(test)]
mod tests {
    use std::array::from_fn;
    use std::f64::consts::PI;

    use super::*;

    fn in_columns(zigzag: &[u16; 64]) -> [u16; 64] {
        let mut values = [0; 64];
        zigzag.iter().zip(IN_COLUMNS).for_each(|(&value, place)| values[usize::from(place)] = value);
        values
    }

    /// The definition of the transform, of the lowest coefficients.
    fn reference(side: usize, coefficients: &[i16], steps: &[u16; 64], x: usize, y: usize) -> f64 {
        let mut sum = 0.0;
        for (at, (&value, step)) in coefficients.iter().zip(in_columns(steps)).enumerate() {
            let (row, column) = (at % 8, at / 8);
            if row < side && column < side {
                let cosine = |k: usize, n: usize| {
                    let scale = if k == 0 { 0.125_f64.sqrt() } else { 0.5 };
                    scale * (((2 * n + 1) * k) as f64 * PI / (2 * side) as f64).cos()
                };
                sum += f64::from(value) * f64::from(step) * cosine(row, y) * cosine(column, x);
            }
        }
        (sum + 128.0).clamp(0.0, 255.0)
    }

    #[test]
    fn every_size_agrees_with_the_definition() {
        let mut state = 7_u32;
        let mut random = move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for side in [1, 2, 4, 8] {
            for count in [0, 1, 2, 3, 5, 6, 12, 25, 40, 64] {
                let steps: [u16; 64] = from_fn(|_| random(40) as u16 + 1);
                let mut zigzag = [0; 64];
                for (at, value) in zigzag.iter_mut().enumerate().take(count) {
                    *value = random(120 / (at as u32 + 1) + 3) as u16;
                }
                let values = in_columns(&zigzag).map(u16::cast_signed);
                let mut plane = vec![0; 10 * 8];
                let coefficients = Coefficients { values: &values, is_flat: count <= 1 };
                Multipliers::new(side, &steps).transform(&coefficients, &mut plane, 10);
                for y in 0..side as usize {
                    for x in 0..side as usize {
                        let (got, wanted) =
                            (f64::from(plane[y * 10 + x]), reference(side as usize, &values, &steps, x, y));
                        assert!((got - wanted).abs() < 0.52, "{side} {count} {x},{y}: {got} for {wanted}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_largest_values_are_cut_to_the_range() {
        for side in [1, 2, 4, 8] {
            let mut plane = vec![0; 64];
            Multipliers::new(side, &[u16::MAX; 64]).transform(
                &Coefficients { values: &[i16::MAX; 64], is_flat: false },
                &mut plane,
                8,
            );
            assert_eq!(plane[0], 255, "{side}");
            Multipliers::new(side, &[u16::MAX; 64]).transform(
                &Coefficients { values: &[i16::MIN; 64], is_flat: false },
                &mut plane,
                8,
            );
            assert_eq!(plane[0], 0, "{side}");
        }
    }
}
