//! Shares of yes that never fall as scores rise, drawn from what a few labels leave open.
//!
//! A share is one of 65 numbers, evenly spread in log-odds, so that 1 in 1,000 and 1 in 100 are as far apart
//! as 9 in 10 and 99 in 100. The lowest cell may have any; each next one mostly stays, else goes up by a little, or by
//! any amount.
//! Cells without labels follow their neighbours. The draws are exact (filter backward, draw forward) and independent.

use super::draw::Rng;
use super::logistic::sigmoid;

/// Shares that are told apart: log-odds from -8 (1 in 3,000) to 8.
const LEVELS: usize = 65;

/// The chance that the next cell's share is a little higher, and how much less likely each level further up is then.
const LITTLE: f64 = 0.2;
const DECAY: f64 = 0.8;

/// The chance that the next cell's share is any that is not lower. These three were chosen so that bands cover the
/// truth in made datasets (`tests/it/training/bands.rs`); halving or doubling them changes little.
const ANY: f64 = 0.03;

/// What labels say of the shares in neighbouring cells.
pub struct Rates {
    /// Of each cell and level: how well it fits the labels of this cell and of all above it, as a logarithm.
    fits: Vec<[f64; LEVELS]>,
    steps: Vec<[f64; LEVELS]>,
}

/// The share of a level.
fn share(level: usize) -> f64 {
    sigmoid(16.0 * level as f64 / (LEVELS - 1) as f64 - 8.0)
}

/// The chance to go from each level to each that is not lower.
fn steps() -> Vec<[f64; LEVELS]> {
    let from = |level: usize| {
        let mut chances = [0.0; LEVELS];
        let room = (LEVELS - level) as f64;
        let scale = (1.0 - DECAY) / (1.0 - DECAY.powf(room));
        for (up, chance) in chances[level..].iter_mut().enumerate() {
            *chance = LITTLE * scale * DECAY.powf(up as f64) + ANY / room;
        }
        chances[level] += 1.0 - LITTLE - ANY;
        chances
    };
    (0..LEVELS).map(from).collect()
}

impl Rates {
    /// From the labels of each cell, no and yes, lowest scores first.
    pub fn new(labelled: &[[usize; 2]]) -> Self {
        let steps = steps();
        let mut fits: Vec<[f64; LEVELS]> = Vec::with_capacity(labelled.len());
        for [no, yes] in labelled.iter().rev() {
            let fit = |level: usize| {
                let above = fits.last().map_or(0.0, |above| {
                    let (chances, most) = chances(&steps[level], above, level);
                    chances.iter().sum::<f64>().ln() + most
                });
                above + *yes as f64 * share(level).ln() + *no as f64 * (1.0 - share(level)).ln()
            };
            fits.push(std::array::from_fn(fit));
        }
        fits.reverse();
        Self { fits, steps }
    }

    /// One share a cell.
    pub fn draw(&self, draw: &mut Rng) -> Vec<f64> {
        let mut level = None;
        let mut next = |fits: &[f64; LEVELS]| {
            let from: usize = level.unwrap_or(0);
            let (chances, _) = chances(level.map_or(&[1.0; LEVELS], |from| &self.steps[from]), fits, from);
            let mut left = draw.uniform() * chances.iter().sum::<f64>();
            let falls = |chance: &f64| {
                left -= chance;
                left < 0.0
            };
            let to = chances.iter().position(falls).unwrap_or(LEVELS - 1);
            level = Some(to);
            share(to)
        };
        self.fits.iter().map(&mut next).collect()
    }
}

/// Steps times fits from a level on, scaled by the greatest fit there, whose logarithm comes with them: products of
/// many small numbers would end at 0.
fn chances(steps: &[f64; LEVELS], fits: &[f64; LEVELS], from: usize) -> ([f64; LEVELS], f64) {
    let most = fits[from..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut chances = [0.0; LEVELS];
    for level in from..LEVELS {
        chances[level] = steps[level] * (fits[level] - most).exp();
    }
    (chances, most)
}
