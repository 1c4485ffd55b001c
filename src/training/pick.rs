//! Which photos to label next: sampled over all scores, with more where the uncertainty is largest.

use std::collections::HashMap;

use super::cut::likely_cut;
use super::draw::mix;
use super::strata::{self, MAX_STRATA, Stratum};
use crate::photo::PhotoId;

/// Labels that each stratum gets first.
const MIN_LABELS_EACH: usize = 2;

/// Extra weight of the stratum that contains the recommended threshold.
const AT_THE_CUT: f64 = 2.0;

/// At most `number` unreviewed photos to label next, in an order that does not reveal their scores.
///
/// `scores` are all scored photos (minus infinity for "below the minimum"); `reviewed` says yes, no, or unsure. Each
/// stratum gets some labels first. Further labels go where there are many photos, mixed labels and few labels, with more
/// weight around the recommended threshold. Within a stratum all photos are equally likely. The same seed gives the same
/// photos.
pub fn pick(
    scores: &[(PhotoId, f64)],
    reviewed: &HashMap<PhotoId, Option<bool>>,
    number: usize,
    seed: u64,
) -> Vec<PhotoId> {
    let mut values: Vec<f64> = scores.iter().map(|(_, score)| *score).collect();
    values.sort_by(f64::total_cmp);
    let strata = strata::strata(&values, MAX_STRATA);
    if strata.is_empty() {
        return Vec::new();
    }
    let mut open: Vec<Vec<(u64, &PhotoId)>> = vec![Vec::new(); strata.len()];
    let mut labels = vec![[0_usize; 2]; strata.len()];
    let mut scored_labels = Vec::new();
    for (id, score) in scores {
        let at = strata::find(&strata, *score);
        match reviewed.get(id) {
            None => open[at].push((order(id, seed), id)),
            Some(Some(truth)) => {
                labels[at][usize::from(*truth)] += 1;
                scored_labels.push((*score, *truth));
            }
            Some(None) => {}
        }
    }
    // Photos are drawn from the end.
    open.iter_mut().for_each(|photos| photos.sort_unstable_by(|a, b| b.cmp(a)));
    let cut = likely_cut(&values, &scored_labels, seed);
    let mut picked = draw_by_need(&strata, open, &labels, cut.map(|cut| strata::find(&strata, cut)), number);
    picked.sort_unstable();
    picked.into_iter().map(|(_, id)| id.clone()).collect()
}

fn draw_by_need<'a>(
    strata: &[Stratum],
    mut open: Vec<Vec<(u64, &'a PhotoId)>>,
    labels: &[[usize; 2]],
    cut: Option<usize>,
    number: usize,
) -> Vec<(u64, &'a PhotoId)> {
    let mut counts: Vec<usize> = labels.iter().map(|[no, yes]| no + yes).collect();
    // Ranks by how far a stratum is below its minimum, then by how much one more label would reduce the uncertainty.
    let need = |at: usize, count: usize| {
        let [no, yes] = labels[at];
        let rate = (yes as f64 + 1.0) / ((no + yes) as f64 + 2.0);
        let weight = if cut == Some(at) { AT_THE_CUT } else { 1.0 };
        let spread = (strata[at].photos as f64 * rate * (1.0 - rate)).sqrt();
        (MIN_LABELS_EACH.saturating_sub(count), weight * spread / (count + 1) as f64)
    };
    let mut picked = Vec::new();
    while picked.len() < number {
        let waiting = (0..open.len()).filter(|at| !open[*at].is_empty());
        let next = waiting.max_by(|a, b| {
            let (a, b) = (need(*a, counts[*a]), need(*b, counts[*b]));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        let Some(at) = next else { break };
        picked.extend(open[at].pop());
        counts[at] += 1;
    }
    picked
}

/// A photo's position in the random order of a seed; it does not change while others are reviewed.
fn order(id: &PhotoId, seed: u64) -> u64 {
    let start = mix(seed ^ 0x9e37_79b9_7f4a_7c15);
    id.as_str().bytes().fold(start, |hash, byte| mix(hash ^ u64::from(byte)))
}
