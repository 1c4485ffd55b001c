//! Quality of a classifier: ROC-AUC, curves, and the confusion matrix at a threshold.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// A photo's score and its label.
pub type ScoredLabel = (f64, bool);

/// The probability that a positive has a higher score than a negative, ties counting half: 0..=1, 0.5 for guessing.
/// `None` if one class is missing.
pub fn roc_auc(scored_labels: &[ScoredLabel]) -> Option<f64> {
    let sorted = sorted(scored_labels);
    let yes = scored_labels.iter().filter(|(_, truth)| *truth).count() as f64;
    let no = scored_labels.len() as f64 - yes;
    if yes == 0.0 || no == 0.0 {
        return None;
    }
    let (mut no_above, mut wins) = (0.0, 0.0);
    // In descending order of scores, equal scores together.
    for tied in sorted.chunk_by(|a, b| tied(a.0, b.0)) {
        let tied_yes = tied.iter().filter(|(_, truth)| *truth).count() as f64;
        let tied_no = tied.len() as f64 - tied_yes;
        wins += tied_yes * (no - no_above - tied_no / 2.0);
        no_above += tied_no;
    }
    Some(wins / (yes * no))
}

/// Whether two scores are equal; minus zero equals zero.
pub(super) fn tied(a: f64, b: f64) -> bool {
    a.partial_cmp(&b) == Some(Ordering::Equal)
}

/// In descending order of scores.
fn sorted(scored_labels: &[ScoredLabel]) -> Vec<ScoredLabel> {
    let mut sorted = scored_labels.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    sorted
}

/// The confusion matrix at a threshold: a score at or above it is positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confusion {
    /// Labelled yes, scored yes.
    pub true_positives: usize,
    /// Labelled no, scored yes.
    pub false_positives: usize,
    /// Labelled yes, scored no.
    pub false_negatives: usize,
    /// Labelled no, scored no.
    pub true_negatives: usize,
}

impl Confusion {
    /// The matrix at a threshold.
    pub fn at(cut: f64, scored_labels: &[ScoredLabel]) -> Self {
        let mut counts = Self::default();
        for (score, truth) in scored_labels {
            let count = match (*score >= cut, truth) {
                (true, true) => &mut counts.true_positives,
                (true, false) => &mut counts.false_positives,
                (false, true) => &mut counts.false_negatives,
                (false, false) => &mut counts.true_negatives,
            };
            *count += 1;
        }
        counts
    }

    /// Precision; `None` if nothing is scored yes.
    pub fn precision(&self) -> Option<f64> {
        share(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Recall; `None` if nothing is labelled yes.
    pub fn recall(&self) -> Option<f64> {
        share(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// The false positive rate; `None` if nothing is labelled no.
    pub fn false_positive_rate(&self) -> Option<f64> {
        share(self.false_positives, self.false_positives + self.true_negatives)
    }

    /// The harmonic mean of precision and recall; `None` if it is not defined.
    pub fn f1(&self) -> Option<f64> {
        share(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)
    }

    /// The share of correct scores; `None` if there are no photos.
    pub fn accuracy(&self) -> Option<f64> {
        let all = self.true_positives + self.false_positives + self.false_negatives + self.true_negatives;
        share(self.true_positives + self.true_negatives, all)
    }
}

fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// The confusion matrix at every distinct score, in descending order, each with its threshold. The first threshold is
/// above all scores.
pub fn steps(scored_labels: &[ScoredLabel]) -> Vec<(f64, Confusion)> {
    let mut counts = Confusion::at(f64::INFINITY, scored_labels);
    let mut steps = vec![(f64::INFINITY, counts)];
    for tied in sorted(scored_labels).chunk_by(|a, b| tied(a.0, b.0)) {
        for (_, truth) in tied {
            let (from, to) = if *truth {
                (&mut counts.false_negatives, &mut counts.true_positives)
            } else {
                (&mut counts.true_negatives, &mut counts.false_positives)
            };
            (*from, *to) = (*from - 1, *to + 1);
        }
        steps.push((tied[0].0, counts));
    }
    steps
}

/// The threshold with the highest F1, half way to the next lower score; the highest such threshold if several are equal.
/// `None` if nothing is labelled yes.
pub fn best_f1_cut(scored_labels: &[ScoredLabel]) -> Option<f64> {
    let steps = steps(scored_labels);
    let f1 = |counts: &Confusion| counts.f1().unwrap_or(0.0);
    let mut best = None;
    for (at, (_, counts)) in steps.iter().enumerate().skip(1) {
        if best.is_none_or(|best: usize| f1(counts) > f1(&steps[best].1)) {
            best = Some(at);
        }
    }
    let best = best.filter(|best| steps[*best].1.true_positives > 0)?;
    let cut = steps[best].0;
    Some(steps.get(best + 1).map_or(cut, |(below, _)| f64::midpoint(cut, *below)))
}

/// A bin of scores with their labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// The mean of the scores in the bin.
    pub predicted: f64,
    /// The share labelled yes.
    pub observed: f64,
    /// The number of photos.
    pub photos: usize,
}

/// Predicted probabilities against labels, in bins of equal size, lowest first.
pub fn reliability(scored_labels: &[ScoredLabel], bins: usize) -> Vec<Reliability> {
    let mut sorted = sorted(scored_labels);
    sorted.reverse();
    let per_bin = sorted.len().div_ceil(bins.max(1)).max(1);
    let bin = |scored_labels: &[ScoredLabel]| Reliability {
        predicted: scored_labels.iter().map(|(score, _)| score).sum::<f64>() / scored_labels.len() as f64,
        observed: scored_labels.iter().filter(|(_, truth)| *truth).count() as f64 / scored_labels.len() as f64,
        photos: scored_labels.len(),
    };
    sorted.chunks(per_bin).map(bin).collect()
}

#[cfg(test)]
mod tests;
