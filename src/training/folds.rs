//! Folds of a cross-validation: whole groups, with both classes distributed as evenly as the groups allow.

use std::collections::HashSet;

use thiserror::Error;

/// Groups that each class needs. With fewer, the result would describe a few people's photos, not the concept.
pub const MIN_GROUPS: usize = 3;

/// There are too few independent photos to measure the quality of a head.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "cannot be cross-validated: the photos with it come from {yes} and those without it from {no} independent groups (one owner, one file, or nearly the same picture is one group); at least {MIN_GROUPS} of each are needed"
)]
pub struct TooFewGroups {
    /// Groups with a photo that shows the concept.
    pub yes: usize,
    /// Groups with a photo that does not.
    pub no: usize,
}

/// A group: its number, and its photos without and with the concept.
struct Group {
    number: usize,
    counts: [usize; 2],
}

/// The fold of each labelled photo: `most` folds, or fewer if a class has fewer groups. Photos of one group are in one
/// fold, and the rest of each fold contains both classes. The same photos in the same order give the same folds.
pub fn folds(groups: &[usize], labels: &[bool], most: usize) -> Result<Vec<usize>, TooFewGroups> {
    let with = |class: bool| {
        let of_class = groups.iter().zip(labels).filter(|(_, label)| **label == class);
        of_class.map(|(group, _)| *group).collect::<HashSet<_>>().len()
    };
    let too_few = TooFewGroups { yes: with(true), no: with(false) };
    let fewest = too_few.yes.min(too_few.no);
    if fewest < MIN_GROUPS {
        return Err(too_few);
    }
    (2..=most.clamp(2, fewest)).rev().find_map(|number| spread(groups, labels, number)).ok_or(too_few)
}

/// Assigns the groups, the largest first, each to the fold that becomes least uneven.
fn spread(groups: &[usize], labels: &[bool], number: usize) -> Option<Vec<usize>> {
    let mut all: Vec<Group> =
        (0..super::groups::count(groups)).map(|number| Group { number, counts: [0; 2] }).collect();
    groups.iter().zip(labels).for_each(|(group, label)| all[*group].counts[usize::from(*label)] += 1);
    let total = [false, true].map(|class| labels.iter().filter(|label| **label == class).count());
    let share = |counts: [usize; 2], class: usize| counts[class] as f64 / total[class] as f64;
    all.sort_by(|a, b| {
        let size = |group: &Group| share(group.counts, 0) + share(group.counts, 1);
        size(b).total_cmp(&size(a)).then(a.number.cmp(&b.number))
    });
    let mut filled = vec![[0; 2]; number];
    let mut fold_of = vec![0; all.len()];
    for group in &all {
        // The increase of the sum of squared shares; smallest where the class is rarest so far.
        let grows = |counts: [usize; 2]| {
            let of_class = |class| {
                let (before, more) = (share(counts, class), share(group.counts, class));
                (before + more).powi(2) - before.powi(2)
            };
            of_class(0) + of_class(1)
        };
        let fold = (0..number).min_by(|a, b| grows(filled[*a]).total_cmp(&grows(filled[*b])))?;
        (0..2).for_each(|class| filled[fold][class] += group.counts[class]);
        fold_of[group.number] = fold;
    }
    let fair =
        |counts: &[usize; 2]| counts.iter().sum::<usize>() > 0 && (0..2).all(|class| counts[class] < total[class]);
    filled.iter().all(fair).then(|| groups.iter().map(|group| fold_of[*group]).collect())
}

#[cfg(test)]
mod tests;
