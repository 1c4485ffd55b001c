//! The threshold panel: precision and recall of a whole dataset at every cut, estimated from a few labelled photos that
//! were picked across the scores, and which cut to take.
//!
//! In each stratum the labelled photos stand for all its photos. How many of the others are yes is drawn again and
//! again: a rate from Beta(yes + 1/2, no + 1/2), rates that never fall as scores rise, then a count. Each draw gives a
//! precision and a recall at each cut; the middle 90 of 100 draws are the band.

use std::collections::BTreeSet;

use serde::Serialize;

use super::draw::Draw;
use super::measures::Judged;
use super::strata::{self, Stratum, rising};

/// Draws behind a band.
const DRAWS: usize = 400;

/// Cuts that are spread evenly over 0..=1.
const EVEN_CUTS: usize = 101;

/// Cuts that are spread evenly over the photos.
const RANK_CUTS: usize = 50;

/// Cuts whose F1 is this near to the best are as good: the labels cannot tell them apart.
const AS_GOOD: f64 = 0.005;

/// A number as estimated, and between which two it lies in 90 of 100 cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// What the labels say.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// One cut, and what to expect of it in the whole dataset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Photos with at least this score are taken.
    pub cut: f64,
    /// How many that are: counted, not estimated.
    pub taken: usize,
    /// The share of those taken that is yes; absent where none is taken.
    pub precision: Option<Band>,
    /// The share of all yes that is taken.
    pub recall: Band,
    /// The harmonic mean of both.
    pub f1: Band,
    /// F1 on average over the draws: what the recommendation goes by.
    #[serde(skip)]
    expected_f1: f64,
}

/// Everything behind the panel of one concept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// Photos with a score.
    pub photos: usize,
    /// Labelled yes.
    pub yes: usize,
    /// Labelled no.
    pub no: usize,
    /// How many of all photos are yes.
    pub positives: Band,
    /// Cuts, lowest first.
    pub points: Vec<Point>,
    /// The recommended cut; absent until there is a yes and a no.
    ///
    /// It has the highest F1 on average over the draws: a cut that owes its F1 to two lucky labels has few draws on its
    /// side. Of cuts that are as good within 0.005 it is the middle one, farthest from where it gets worse.
    pub recommended: Option<Point>,
}

/// What a cut must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Demand {
    /// At least this share of those taken is yes; as many as possible are taken.
    Precision(f64),
    /// At least this share of all yes is taken; as few as possible are taken.
    Recall(f64),
}

/// How surely a demand must be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// By the estimate.
    Likely,
    /// By the lower end of the band: in 95 of 100 cases.
    Safe,
}

impl Panel {
    /// Estimates from all scores of a dataset (those of labelled photos too; minus infinity for "under the floor") and
    /// the labelled photos' scores. The same seed gives the same numbers.
    pub fn estimate(scores: &[f64], labelled: &[Judged], seed: u64) -> Self {
        let yes = labelled.iter().filter(|(_, truth)| *truth).count();
        let no = labelled.len() - yes;
        let known = Known::new(scores, labelled);
        let mut trial = Trial::new(&known);
        let plain = trial.with_rates(&known, &known.plain_rates(), |rest, rate| rest as f64 * rate);
        let mut draw = Draw::new(seed);
        let drawn: Vec<Vec<f64>> = (0..DRAWS)
            .map(|_| {
                let rates = known.drawn_rates(&mut draw);
                trial.with_rates(&known, &rates, |rest, rate| draw.binomial(rest as u64, rate))
            })
            .collect();
        let points = (0..known.cuts.len()).map(|at| known.point(at, &plain, &drawn)).collect::<Vec<_>>();
        let positives = band(plain[known.cuts.len()], drawn.iter().map(|hits| hits[known.cuts.len()]).collect());
        let recommended = if yes > 0 && no > 0 { recommend(&points) } else { None };
        Self { photos: scores.len(), yes, no, positives, points, recommended }
    }

    /// The cut that meets a demand at the least cost; `None` where no cut does.
    pub fn cut_for(&self, demand: Demand, certainty: Certainty) -> Option<Point> {
        let value = |band: Band| if certainty == Certainty::Safe { band.low } else { band.estimate };
        match demand {
            Demand::Precision(least) => {
                let meets = |point: &&Point| point.precision.is_some_and(|precision| value(precision) >= least);
                self.points.iter().find(meets).copied()
            }
            Demand::Recall(least) => self.points.iter().rev().find(|point| value(point.recall) >= least).copied(),
        }
    }
}

/// What is known for sure: counts by stratum, and by cut.
struct Known {
    /// Unlabelled photos of each stratum.
    rest: Vec<usize>,
    /// Labelled no and yes of each stratum.
    labelled: Vec<[usize; 2]>,
    cuts: Vec<f64>,
    /// Of each cut: photos taken; labelled yes that are taken; the share of each stratum's unlabelled that is taken.
    taken: Vec<usize>,
    hits: Vec<usize>,
    shares: Vec<Vec<f64>>,
}

impl Known {
    fn new(scores: &[f64], labelled: &[Judged]) -> Self {
        let mut sorted = scores.to_vec();
        sorted.sort_by(f64::total_cmp);
        let strata = strata::strata(&sorted);
        let mut by_stratum = vec![[0; 2]; strata.len()];
        if !strata.is_empty() {
            labelled
                .iter()
                .for_each(|(score, truth)| by_stratum[strata::find(&strata, *score)][usize::from(*truth)] += 1);
        }
        let rest = strata.iter().zip(&by_stratum).map(|(stratum, [no, yes])| stratum.photos.saturating_sub(no + yes));
        let rest: Vec<usize> = rest.collect();
        let cuts = cuts(&sorted);
        let above = |cut: f64, from: f64, to: f64| {
            let end = sorted.partition_point(|score| *score <= to);
            end - sorted.partition_point(|score| *score < cut.max(from)).min(end)
        };
        let share = |cut: f64, (at, stratum): (usize, &Stratum)| {
            let seen = labelled.iter().filter(|(score, _)| *score >= cut && strata::find(&strata, *score) == at);
            let open = above(cut, stratum.low, stratum.high).saturating_sub(seen.count());
            if rest[at] == 0 { 0.0 } else { (open as f64 / rest[at] as f64).min(1.0) }
        };
        let shares = cuts.iter().map(|cut| strata.iter().enumerate().map(|stratum| share(*cut, stratum)).collect());
        let shares = shares.collect();
        let hits = cuts.iter().map(|cut| labelled.iter().filter(|(score, truth)| *truth && score >= cut).count());
        let taken = cuts.iter().map(|cut| sorted.len() - sorted.partition_point(|score| score < cut));
        Self { hits: hits.collect(), taken: taken.collect(), rest, labelled: by_stratum, shares, cuts }
    }

    /// The share of yes among each stratum's labelled photos, made to rise; where none is labelled, between its
    /// neighbours.
    fn plain_rates(&self) -> Vec<f64> {
        let weights: Vec<f64> = self.labelled.iter().map(|[no, yes]| (no + yes) as f64).collect();
        let seen: Vec<usize> = (0..weights.len()).filter(|at| weights[*at] > 0.0).collect();
        let mut rates: Vec<f64> = seen.iter().map(|at| self.labelled[*at][1] as f64 / weights[*at]).collect();
        rising(&mut rates, &seen.iter().map(|at| weights[*at]).collect::<Vec<_>>());
        let between = |at: usize| {
            let next = seen.partition_point(|seen| *seen < at);
            match (next.checked_sub(1), seen.get(next)) {
                (_, Some(found)) if *found == at => rates[next],
                (Some(before), Some(after)) => {
                    let part = (at - seen[before]) as f64 / (after - seen[before]) as f64;
                    rates[before] + part * (rates[next] - rates[before])
                }
                (Some(before), None) => rates[before],
                (None, Some(_)) => rates[next],
                (None, None) => 0.5,
            }
        };
        (0..weights.len()).map(between).collect()
    }

    fn drawn_rates(&self, draw: &mut Draw) -> Vec<f64> {
        let mut rates: Vec<f64> =
            self.labelled.iter().map(|[no, yes]| draw.beta(*yes as f64 + 0.5, *no as f64 + 0.5)).collect();
        let weights: Vec<f64> = self.labelled.iter().map(|[no, yes]| (no + yes) as f64 + 1.0).collect();
        rising(&mut rates, &weights);
        rates
    }

    fn point(&self, at: usize, plain: &[f64], drawn: &[Vec<f64>]) -> Point {
        let taken = self.taken[at] as f64;
        let of = |hits: &[f64]| {
            let (hit, all) = (hits[at], hits[self.cuts.len()]);
            let part = |of: f64| if of > 0.0 { (hit / of).min(1.0) } else { 0.0 };
            [part(taken), part(all), part(f64::midpoint(taken, all))]
        };
        let plain = of(plain);
        let drawn: Vec<[f64; 3]> = drawn.iter().map(|hits| of(hits)).collect();
        let band = |which: usize| band(plain[which], drawn.iter().map(|values| values[which]).collect());
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

/// Works out how many yes each cut takes, and last how many there are, given a rate for each stratum.
struct Trial {
    others: Vec<f64>,
}

impl Trial {
    fn new(known: &Known) -> Self {
        Self { others: vec![0.0; known.rest.len()] }
    }

    fn with_rates(&mut self, known: &Known, rates: &[f64], mut others: impl FnMut(usize, f64) -> f64) -> Vec<f64> {
        for ((other, rest), rate) in self.others.iter_mut().zip(&known.rest).zip(rates) {
            *other = others(*rest, *rate);
        }
        let hits = known.shares.iter().zip(&known.hits).map(|(shares, hits)| {
            *hits as f64 + shares.iter().zip(&self.others).map(|(share, other)| share * other).sum::<f64>()
        });
        let seen: usize = known.labelled.iter().map(|[_, yes]| yes).sum();
        let all = seen as f64 + self.others.iter().sum::<f64>();
        hits.chain([all]).collect()
    }
}

/// The cut with the highest F1 by the plain estimate, without bands; `None` until there is a yes and a no.
pub(super) fn likely_cut(scores: &[f64], labelled: &[Judged]) -> Option<f64> {
    let yes = labelled.iter().filter(|(_, truth)| *truth).count();
    if yes == 0 || yes == labelled.len() {
        return None;
    }
    let known = Known::new(scores, labelled);
    let hits = Trial::new(&known).with_rates(&known, &known.plain_rates(), |rest, rate| rest as f64 * rate);
    let f1 = |at: &usize| hits[*at] / f64::midpoint(known.taken[*at] as f64, hits[known.cuts.len()]);
    let best = (0..known.cuts.len()).max_by(|a, b| f1(a).total_cmp(&f1(b)))?;
    Some(known.cuts[best])
}

/// Cuts over the range of scores, and over the photos; lowest first.
fn cuts(sorted: &[f64]) -> Vec<f64> {
    let even = (0..EVEN_CUTS).map(|at| at as f64 / (EVEN_CUTS - 1) as f64);
    let rank = |at: usize| sorted.get(at * sorted.len() / RANK_CUTS).copied();
    let ranks = (0..RANK_CUTS).filter_map(rank).filter(|score| (0.0..=1.0).contains(score));
    // Numbers between 0 and 1 sort as their bits do.
    let all: BTreeSet<u64> = even.chain(ranks).map(|cut| (cut + 0.0).to_bits()).collect();
    all.into_iter().map(f64::from_bits).collect()
}

/// The middle 90 of 100 draws; the estimate is moved to the nearer end where it lies outside.
fn band(estimate: f64, mut drawn: Vec<f64>) -> Band {
    drawn.sort_by(f64::total_cmp);
    let (low, high) = (drawn[drawn.len() / 20], drawn[drawn.len() - 1 - drawn.len() / 20]);
    Band { estimate: estimate.clamp(low, high), low, high }
}

fn recommend(points: &[Point]) -> Option<Point> {
    let best = (0..points.len()).max_by(|a, b| points[*a].expected_f1.total_cmp(&points[*b].expected_f1))?;
    let good = |point: &Point| point.expected_f1 >= points[best].expected_f1 - AS_GOOD;
    let first = points[..best].iter().rposition(|point| !good(point)).map_or(0, |at| at + 1);
    let last = points[best..].iter().position(|point| !good(point)).map_or(points.len() - 1, |more| best + more - 1);
    let middle = f64::midpoint(points[first].cut, points[last].cut);
    let room = |point: &&Point| (point.cut - middle).abs();
    points[first..=last].iter().min_by(|a, b| room(a).total_cmp(&room(b))).copied()
}
