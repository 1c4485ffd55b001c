//! The coefficients of one block, read from one scan (ITU-T T.81, F.2.2 and G.1.2).

use crate::Broken;
use crate::huffman::{Bits, Table};

/// Coefficients of a block.
pub const COEFFICIENTS: usize = 64;

/// Where the coefficients in zigzag order are in columns of eight, from the left.
#[rustfmt::skip]
pub const IN_COLUMNS: [u8; COEFFICIENTS] = [
    0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 32, 40, 33, 26, 19, 12, 5, 6, 13, 20, 27, 34, 41, 48, 56, 49, 42,
    35, 28, 21, 14, 7, 15, 22, 29, 36, 43, 50, 57, 58, 51, 44, 37, 30, 23, 31, 38, 45, 52, 59, 60, 53, 46, 39, 47, 54,
    61, 62, 55, 63,
];

/// Reads a block of a sequential file into `values`, all 0, in columns; returns the place in zigzag order of the last that is
/// not 0.
#[inline]
pub fn sequential(
    bits: &mut Bits,
    (dc, ac): (&Table, &Table),
    predictor: &mut i32,
    values: &mut [i16; COEFFICIENTS],
) -> Result<usize, Broken> {
    values[0] = difference(bits, dc, predictor)? as i16;
    let (mut at, mut last) = (1, 0);
    while at < COEFFICIENTS {
        let (symbol, number) = bits.symbol_and_number(ac)?;
        let run = usize::from(symbol >> 4);
        if number != 0 {
            at += run;
            values[usize::from(*IN_COLUMNS.get(at).ok_or(Broken::Invalid)?) & 63] = number as i16;
            last = at;
            at += 1;
        } else if run == 15 {
            at += 16;
        } else {
            break;
        }
    }
    Ok(last)
}

/// Reads a block of a sequential file of which nothing is needed.
#[inline]
pub fn skipped(bits: &mut Bits, (dc, ac): (&Table, &Table)) -> Result<(), Broken> {
    difference(bits, dc, &mut 0)?;
    let mut at = 1;
    while at < COEFFICIENTS {
        at = match bits.pass_over(ac, at) {
            Some(next) => next,
            None => next_behind(bits, ac, at)?,
        };
    }
    Ok(())
}

/// The coefficient behind the next symbol; 64 at the end of the block.
fn next_behind(bits: &mut Bits, ac: &Table, at: usize) -> Result<usize, Broken> {
    let (symbol, number) = bits.symbol_and_number(ac)?;
    let run = usize::from(symbol >> 4);
    match (number, run) {
        (0, 15) => Ok(at + 16),
        (0, _) => Ok(COEFFICIENTS),
        _ if at + run < COEFFICIENTS => Ok(at + run + 1),
        _ => Err(Broken::Invalid),
    }
}

/// Adds the next difference to the DC coefficient of the block before; returns the sum.
fn difference(bits: &mut Bits, dc: &Table, predictor: &mut i32) -> Result<i32, Broken> {
    let (size, difference) = bits.symbol_and_number(dc)?;
    if size > 15 {
        return Err(Broken::Invalid);
    }
    *predictor = predictor.wrapping_add(difference);
    Ok(*predictor)
}

/// What one scan of a progressive file holds, for all its blocks.
#[derive(Clone, Copy)]
pub struct Pass {
    /// The first and the last coefficient.
    pub band: (u8, u8),
    /// The bit position of its values.
    pub shift: u8,
    /// Whether an earlier scan held the higher bits.
    pub is_refinement: bool,
}

/// A block of a progressive file.
pub struct Block<'a> {
    /// Which coefficients are not 0.
    pub found: &'a mut u64,
    /// The first coefficients, as many as are kept.
    pub values: &'a mut [i16],
}

impl Block<'_> {
    /// Reads the block's share of a scan. `empty_blocks` counts those that follow without a coefficient.
    pub fn read(
        &mut self,
        bits: &mut Bits,
        pass: Pass,
        (dc, ac): (Option<&Table>, Option<&Table>),
        (predictor, empty_blocks): (&mut i32, &mut u32),
    ) -> Result<(), Broken> {
        if pass.band.0 == 0 {
            let value = if pass.is_refinement {
                // The lowest bits of what is there are 0.
                (bits.number(1)? << pass.shift).cast_signed()
            } else {
                difference(bits, dc.ok_or(Broken::Invalid)?, predictor)? << pass.shift
            };
            if let Some(first) = self.values.first_mut() {
                *first |= value as i16;
            }
        }
        let first = pass.band.0.max(1);
        if first > pass.band.1 {
            return Ok(());
        }
        let ac = ac.ok_or(Broken::Invalid)?;
        if pass.is_refinement {
            self.refine(bits, ac, (first, pass), empty_blocks)
        } else {
            self.first_bits(bits, ac, (first, pass), empty_blocks)
        }
    }

    fn set(&mut self, at: u8, value: i32) {
        *self.found |= 1 << at;
        if let Some(place) = self.values.get_mut(usize::from(at)) {
            *place = value as i16;
        }
    }

    fn first_bits(
        &mut self,
        bits: &mut Bits,
        ac: &Table,
        (first, pass): (u8, Pass),
        empty_blocks: &mut u32,
    ) -> Result<(), Broken> {
        if *empty_blocks > 0 {
            *empty_blocks -= 1;
            return Ok(());
        }
        let mut at = first;
        while at <= pass.band.1 {
            let (symbol, number) = bits.symbol_and_number(ac)?;
            let run = symbol >> 4;
            if number != 0 {
                at += run;
                if at > 63 {
                    return Err(Broken::Invalid);
                }
                self.set(at, number << pass.shift);
                at += 1;
            } else if run == 15 {
                at += 16;
            } else {
                *empty_blocks = (1 << run) - 1 + bits.number(run)?;
                break;
            }
        }
        Ok(())
    }

    /// One more bit of each coefficient that is not 0, and coefficients that become so (G.1.2.3).
    fn refine(
        &mut self,
        bits: &mut Bits,
        ac: &Table,
        (first, pass): (u8, Pass),
        empty_blocks: &mut u32,
    ) -> Result<(), Broken> {
        let (last, one) = (pass.band.1, 1_i32 << pass.shift);
        let mut at = first;
        while *empty_blocks == 0 && at <= last {
            let symbol = bits.symbol(ac)?;
            let (mut zeros, size) = (symbol >> 4, symbol & 15);
            if size == 0 && zeros < 15 {
                *empty_blocks = (1 << zeros) + bits.number(zeros)?;
                break;
            }
            let value = match size {
                0 => 0,
                _ if bits.number(1)? == 1 => one,
                _ => -one,
            };
            while at <= last {
                if *self.found >> at & 1 == 1 {
                    self.correct(bits, at, one)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if value != 0 && at <= last {
                self.set(at, value);
            }
            at += 1;
        }
        if *empty_blocks > 0 {
            let rest = (u64::MAX >> (63 - last)) & u64::MAX.checked_shl(at.into()).unwrap_or(0);
            let mut left = *self.found & rest;
            while left != 0 {
                self.correct(bits, left.trailing_zeros() as u8, one)?;
                left &= left - 1;
            }
            *empty_blocks -= 1;
        }
        Ok(())
    }

    /// One more bit of a coefficient that is not 0.
    fn correct(&mut self, bits: &mut Bits, at: u8, one: i32) -> Result<(), Broken> {
        let is_set = bits.number(1)? == 1;
        if let Some(value) = self.values.get_mut(usize::from(at)).filter(|_| is_set) {
            *value = value.wrapping_add(if *value < 0 { -one } else { one } as i16);
        }
        Ok(())
    }
}
