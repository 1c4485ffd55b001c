//! Shares of positives that never fall as scores rise, drawn from their posterior given a few labels.
//!
//! A share is one of 65 values, evenly spaced in log-odds, so that 1 in 1,000 and 1 in 100 are as far apart as 9 in 10 and
//! 99 in 100. The lowest cell may have any; each next cell usually has the same share, else a slightly higher or any
//! higher one. Cells without labels follow their neighbours. Draws are exact (backward filtering, forward sampling) and
//! independent.

use super::draw::Rng;
use super::logistic::sigmoid;

/// The number of levels: log-odds from -8 (1 in 3,000) to 8.
const LEVELS: usize = 65;

/// The probability that the next cell's share is slightly higher, and the decay for each further level.
const RISE_PROBABILITY: f64 = 0.2;
const DECAY: f64 = 0.8;

/// The probability that the next cell's share is any that is not lower. These three were chosen so that bands cover the
/// truth in synthetic datasets (`cut/tests.rs`); halving or doubling them changes little.
const JUMP_PROBABILITY: f64 = 0.03;

/// The posterior of the shares of neighbouring cells.
pub struct Rates {
    /// For each cell and level: the log-likelihood of the labels of this cell and all higher ones.
    fits: Vec<[f64; LEVELS]>,
    steps: Vec<[f64; LEVELS]>,
}

/// The share of a level.
fn share(level: usize) -> f64 {
    sigmoid(16.0 * level as f64 / (LEVELS - 1) as f64 - 8.0)
}

/// The transition probabilities from each level to each level that is not lower.
fn steps() -> Vec<[f64; LEVELS]> {
    let from = |level: usize| {
        let mut chances = [0.0; LEVELS];
        let room = (LEVELS - level) as f64;
        let scale = (1.0 - DECAY) / (1.0 - DECAY.powf(room));
        for (up, chance) in chances[level..].iter_mut().enumerate() {
            *chance = RISE_PROBABILITY * scale * DECAY.powf(up as f64) + JUMP_PROBABILITY / room;
        }
        chances[level] += 1.0 - RISE_PROBABILITY - JUMP_PROBABILITY;
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

    /// Draws one share for each cell.
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

/// Transitions times likelihoods from a level on, scaled by the greatest likelihood, whose logarithm is returned too:
/// products of many small numbers would underflow.
fn chances(steps: &[f64; LEVELS], fits: &[f64; LEVELS], from: usize) -> ([f64; LEVELS], f64) {
    let most = fits[from..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut chances = [0.0; LEVELS];
    for level in from..LEVELS {
        chances[level] = steps[level] * (fits[level] - most).exp();
    }
    (chances, most)
}
