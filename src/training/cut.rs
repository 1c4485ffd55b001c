//! The threshold panel: precision and recall over a whole dataset at every threshold (`cut`), estimated from a few
//! labelled photos that were sampled across the scores, and a recommended threshold.
//!
//! The labelled photos of a cell of scores represent all its photos. The number of positives among the others is drawn
//! many times: shares that fit the labels and never fall as scores rise (`rates.rs`), then a count in each cell. Each
//! draw gives a precision and a recall at each threshold. The estimate is the median; the band is the middle 94 %,
//! which covers the truth in 90 of 100 cases even if shares differ within a cell (cut/tests.rs).

use std::collections::BTreeSet;

use serde::Serialize;

use super::draw::Rng;
use super::measures::ScoredLabel;
use super::rates::Rates;
use super::strata::{self, MAX_CELLS};

/// Draws for a band.
const DRAWS: usize = 400;

/// Draws for a rough threshold.
const FEW_DRAWS: usize = 40;

/// Thresholds spread evenly over 0..=1.
const EVEN_CUTS: usize = 101;

/// Thresholds spread evenly over the photos.
const RANK_CUTS: usize = 50;

/// Thresholds whose F1 is within this of the best count as equally good: the labels cannot distinguish them.
const F1_TOLERANCE: f64 = 0.005;

/// An estimate and its 90 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The median.
    pub estimate: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// One threshold, and the expected quality over the whole dataset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Photos with at least this score are positive.
    pub cut: f64,
    /// The number of positives at this threshold; exact, not estimated.
    pub taken: usize,
    /// Precision; absent if nothing is positive.
    pub precision: Option<Band>,
    /// Recall.
    pub recall: Band,
    /// The harmonic mean of both.
    pub f1: Band,
    /// Mean F1 over the draws; used for the recommendation.
    #[serde(skip)]
    expected_f1: f64,
}

/// All numbers of the panel of one concept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// Photos with a score.
    pub photos: usize,
    /// Labelled yes.
    pub yes: usize,
    /// Labelled no.
    pub no: usize,
    /// The number of photos that show the concept.
    pub positives: Band,
    /// Thresholds in ascending order.
    pub points: Vec<Point>,
    /// The recommended threshold; absent until there is a positive and a negative label.
    ///
    /// It maximises the mean F1 over the draws, so a threshold that owes its F1 to two lucky labels is not chosen. Among
    /// thresholds within 0.005 of the best it is the middle one.
    pub recommended: Option<Point>,
}

impl Panel {
    /// Estimates from all scores of a dataset (including labelled photos; minus infinity for "below the minimum") and the
    /// labelled scores. The same seed gives the same numbers.
    pub fn estimate(scores: &[f64], labelled: &[ScoredLabel], seed: u64) -> Self {
        let yes = labelled.iter().filter(|(_, truth)| *truth).count();
        let no = labelled.len() - yes;
        let known = CellCounts::new(scores, labelled);
        let drawn = known.draws(DRAWS, seed);
        let points: Vec<Point> = (0..known.cuts.len()).map(|at| known.point(at, &drawn)).collect();
        let positives = band(drawn.iter().map(|hits| hits[known.cuts.len()]).collect());
        let recommended = if yes > 0 && no > 0 { recommend(&points) } else { None };
        Self { photos: scores.len(), yes, no, positives, points, recommended }
    }
}

/// The exact counts, by cell and by threshold.
struct CellCounts {
    /// Unlabelled photos of each cell.
    rest: Vec<usize>,
    /// Labelled no and yes of each cell.
    labelled: Vec<[usize; 2]>,
    cuts: Vec<f64>,
    /// For each threshold: photos at or above it; positive labels at or above it; its cell, and the share of the cell's
    /// unlabelled photos at or above it. Higher cells are included entirely.
    taken: Vec<usize>,
    hits: Vec<usize>,
    edges: Vec<(usize, f64)>,
}

impl CellCounts {
    fn new(scores: &[f64], labelled: &[ScoredLabel]) -> Self {
        let mut sorted = scores.to_vec();
        sorted.sort_by(f64::total_cmp);
        let cells = strata::strata(&sorted, MAX_CELLS);
        let mut by_cell = vec![[0; 2]; cells.len()];
        for (score, truth) in labelled.iter().filter(|_| !cells.is_empty()) {
            by_cell[strata::find(&cells, *score)][usize::from(*truth)] += 1;
        }
        let rest = cells.iter().zip(&by_cell).map(|(cell, [no, yes])| cell.photos.saturating_sub(no + yes));
        let rest: Vec<usize> = rest.collect();
        let cuts = cuts(&sorted);
        let below = |cut: f64| sorted.partition_point(|score| *score < cut);
        let edge = |cut: f64| {
            let at = cells.partition_point(|cell| cell.high < cut);
            let Some(cell) = cells.get(at).filter(|_| rest[at] > 0) else { return (at, 0.0) };
            let seen = labelled.iter().filter(|(score, _)| *score >= cut && strata::find(&cells, *score) == at);
            let end = sorted.partition_point(|score| *score <= cell.high);
            let open = (end - below(cut.max(cell.low))).saturating_sub(seen.count());
            (at, (open as f64 / rest[at] as f64).min(1.0))
        };
        let hits = cuts.iter().map(|cut| labelled.iter().filter(|(score, truth)| *truth && score >= cut).count());
        Self {
            hits: hits.collect(),
            taken: cuts.iter().map(|cut| sorted.len() - below(*cut)).collect(),
            edges: cuts.iter().map(|cut| edge(*cut)).collect(),
            labelled: by_cell,
            rest,
            cuts,
        }
    }

    /// `number` draws; each has the positives at or above every threshold and, last, all positives.
    fn draws(&self, number: usize, seed: u64) -> Vec<Vec<f64>> {
        let rates = Rates::new(&self.labelled);
        let known_yes: usize = self.labelled.iter().map(|[_, yes]| yes).sum();
        let mut draw = Rng::new(seed);
        let mut one = || {
            let shares = rates.draw(&mut draw);
            let others: Vec<f64> =
                self.rest.iter().zip(shares).map(|(rest, share)| draw.binomial(*rest as u64, share)).collect();
            // For each cell, the positives in higher cells.
            let mut above = vec![0.0; others.len() + 1];
            (1..others.len()).rev().for_each(|cell| above[cell - 1] = above[cell] + others[cell]);
            let hit = |(hits, (cell, share)): (&usize, &(usize, f64))| {
                *hits as f64 + above[*cell] + share * others.get(*cell).unwrap_or(&0.0)
            };
            let all = known_yes as f64 + others.iter().sum::<f64>();
            self.hits.iter().zip(&self.edges).map(hit).chain([all]).collect()
        };
        (0..number).map(|_| one()).collect()
    }

    /// Precision, recall and F1 of a draw at a threshold.
    fn measures(&self, at: usize, hits: &[f64]) -> [f64; 3] {
        let (taken, hit, all) = (self.taken[at] as f64, hits[at], hits[self.cuts.len()]);
        let part = |of: f64| if of > 0.0 { (hit / of).min(1.0) } else { 0.0 };
        [part(taken), part(all), part(f64::midpoint(taken, all))]
    }

    fn point(&self, at: usize, drawn: &[Vec<f64>]) -> Point {
        let drawn: Vec<[f64; 3]> = drawn.iter().map(|hits| self.measures(at, hits)).collect();
        let band = |which: usize| band(drawn.iter().map(|values| values[which]).collect());
        Point {
            cut: self.cuts[at],
            taken: self.taken[at],
            precision: (self.taken[at] > 0).then(|| band(0)),
            recall: band(1),
            f1: band(2),
            expected_f1: drawn.iter().map(|values| values[2]).sum::<f64>() / drawn.len() as f64,
        }
    }
}

/// The threshold with the highest F1 by a few draws, without bands; `None` until there is a positive and a negative label.
pub(super) fn likely_cut(scores: &[f64], labelled: &[ScoredLabel], seed: u64) -> Option<f64> {
    let yes = labelled.iter().filter(|(_, truth)| *truth).count();
    if yes == 0 || yes == labelled.len() {
        return None;
    }
    let known = CellCounts::new(scores, labelled);
    let drawn = known.draws(FEW_DRAWS, seed);
    let f1 = |at: &usize| drawn.iter().map(|hits| known.measures(*at, hits)[2]).sum::<f64>();
    (0..known.cuts.len()).max_by(|a, b| f1(a).total_cmp(&f1(b))).map(|best| known.cuts[best])
}

/// Thresholds over the range of scores and over the photos, ascending.
fn cuts(sorted: &[f64]) -> Vec<f64> {
    let even = (0..EVEN_CUTS).map(|at| at as f64 / (EVEN_CUTS - 1) as f64);
    let rank = |at: usize| sorted.get(at * sorted.len() / RANK_CUTS).copied();
    let ranks = (0..RANK_CUTS).filter_map(rank).filter(|score| (0.0..=1.0).contains(score));
    // Numbers between 0 and 1 sort like their bits.
    let all: BTreeSet<u64> = even.chain(ranks).map(|cut| (cut + 0.0).to_bits()).collect();
    all.into_iter().map(f64::from_bits).collect()
}

/// The median of some draws, and the middle 94 %.
fn band(mut drawn: Vec<f64>) -> Band {
    drawn.sort_by(f64::total_cmp);
    let at = |part: usize| drawn[(drawn.len() - 1) * part / 100];
    Band { estimate: at(50), low: at(3), high: at(97) }
}

fn recommend(points: &[Point]) -> Option<Point> {
    let best = (0..points.len()).max_by(|a, b| points[*a].expected_f1.total_cmp(&points[*b].expected_f1))?;
    let good = |point: &Point| point.expected_f1 >= points[best].expected_f1 - F1_TOLERANCE;
    let first = points[..best].iter().rposition(|point| !good(point)).map_or(0, |at| at + 1);
    let last = points[best..].iter().position(|point| !good(point)).map_or(points.len() - 1, |more| best + more - 1);
    let middle = f64::midpoint(points[first].cut, points[last].cut);
    let room = |point: &&Point| (point.cut - middle).abs();
    points[first..=last].iter().min_by(|a, b| room(a).total_cmp(&room(b))).copied()
}

#[cfg(test)]
mod tests;
