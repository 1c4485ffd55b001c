//! Selection ratios (Manly et al. 2002, *Resource Selection by Animals*): the share of a class among observations, divided by
//! its share of what was available. Intervals are from samples of the observers, because observations of one person are not
//! independent of each other.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bootstrap;

/// Bootstrap samples; fewer where there are very many observers.
const SAMPLES: usize = 1_000;
const FEW_SAMPLES: usize = 200;
const MANY_OBSERVERS: usize = 20_000;
/// The same seed gives the same intervals.
const SEED: u64 = 20_261_201;

/// An observation, in shares of classes that sum to 1.
pub struct Observation {
    /// Observations of the same observer are drawn together.
    pub observer: u32,
    /// Class and share.
    pub classes: Vec<(usize, f64)>,
}

/// The ratio of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ratio {
    /// The weight of the observations.
    pub used: f64,
    /// The share of the observations.
    pub share: f64,
    /// The share of what was available.
    pub available: f64,
    /// `share / available`, and its 95 % interval; `None` if nothing of the class was available.
    pub selection: Option<[f64; 3]>,
}

/// What one observer contributes to a class: used, available.
type Contribution = (usize, f64, f64);

/// The ratios of `classes` classes.
pub fn ratios(used: &[Observation], available: &[Observation], classes: usize) -> Vec<Ratio> {
    let mut observers: BTreeMap<u32, BTreeMap<usize, (f64, f64)>> = BTreeMap::new();
    for (observations, is_use) in [(used, true), (available, false)] {
        for observation in observations {
            let own = observers.entry(observation.observer).or_default();
            for (class, share) in &observation.classes {
                let sums = own.entry(*class).or_default();
                *(if is_use { &mut sums.0 } else { &mut sums.1 }) += share;
            }
        }
    }
    let observers: Vec<Vec<Contribution>> = observers
        .into_values()
        .map(|own| own.into_iter().map(|(class, (used, available))| (class, used, available)).collect())
        .collect();
    let whole = shares(observers.iter(), classes);
    let samples = if observers.len() > MANY_OBSERVERS { FEW_SAMPLES } else { SAMPLES };
    let drawn: Vec<Vec<Option<f64>>> = (0..samples)
        .into_par_iter()
        .map(|sample| {
            let mut draw = bootstrap::generator(SEED, sample);
            let one = || &observers[(draw.uniform() * observers.len() as f64) as usize];
            let sampled = std::iter::repeat_with(one).take(observers.len());
            shares(sampled, classes).into_iter().map(|(_, share, available)| ratio(share, available)).collect()
        })
        .collect();
    let of_class = |(class, (used, share, available)): (usize, (f64, f64, f64))| {
        let interval = bootstrap::interval(drawn.iter().filter_map(|sample| sample[class]).collect());
        let selection = ratio(share, available).zip(interval).map(|(ratio, [low, high])| [ratio, low, high]);
        Ratio { used, share, available, selection }
    };
    whole.into_iter().enumerate().map(of_class).collect()
}

fn ratio(share: f64, available: f64) -> Option<f64> {
    (available > 0.0).then(|| share / available)
}

/// For each class the weight used, and the shares used and available.
fn shares<'a>(observers: impl Iterator<Item = &'a Vec<Contribution>>, classes: usize) -> Vec<(f64, f64, f64)> {
    let mut sums = vec![(0.0, 0.0); classes];
    for (class, used, available) in observers.flatten() {
        sums[*class].0 += used;
        sums[*class].1 += available;
    }
    let total = sums.iter().fold((0.0_f64, 0.0_f64), |total, sum| (total.0 + sum.0, total.1 + sum.1));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    sums.into_iter().map(|(used, available)| (used, share(used, total.0), share(available, total.1))).collect()
}

/// Cramér's V of use against availability, 0 (no association) to 1, from the chi-square of a table of two rows.
pub fn cramers_v(ratios: &[Ratio], used: f64, available: f64) -> Option<f64> {
    let total = used + available;
    let mut chi_square = 0.0;
    for one in ratios {
        let column = one.share * used + one.available * available;
        for (row, observed) in [(used, one.share * used), (available, one.available * available)] {
            let expected = row * column / total;
            if expected > 0.0 {
                chi_square += (observed - expected).powi(2) / expected;
            }
        }
    }
    (used > 0.0 && available > 0.0).then(|| (chi_square / total).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::draw::Rng;

    /// Observers with a preference of their own for classes, and effort that is unevenly spread over them.
    fn world(seed: u64, truth: [f64; 3]) -> (Vec<Observation>, Vec<Observation>) {
        let mut draw = Rng::new(seed);
        let (mut used, mut available) = (Vec::new(), Vec::new());
        for observer in 0..150 {
            // Where this person goes: everyone has places of their own, which makes observations of one person alike.
            let home = [0.5, 0.3, 0.2].map(|share: f64| share * (0.6 * draw.normal()).exp());
            let effort = (3.0 * (0.8 * draw.normal()).exp()).ceil() as usize;
            let total: f64 = home.iter().sum();
            for _ in 0..effort {
                let mut pick = draw.uniform() * total;
                let class = home
                    .iter()
                    .position(|share| {
                        pick -= share;
                        pick < 0.0
                    })
                    .unwrap_or(2);
                available.push(Observation { observer, classes: vec![(class, 1.0)] });
                if draw.uniform() < 0.4 * truth[class] {
                    used.push(Observation { observer, classes: vec![(class, 1.0)] });
                }
            }
        }
        (used, available)
    }

    /// In how many of the worlds the interval of each class contains the true ratio.
    fn covered(worlds: u64, chances: [f64; 3], truth: [f64; 3]) -> [u64; 3] {
        let mut covered = [0; 3];
        for seed in 0..worlds {
            let (used, available) = world(seed * 7_919 + 3, chances);
            for (class, ratio) in ratios(&used, &available, 3).iter().enumerate() {
                let [_, low, high] = ratio.selection.unwrap();
                covered[class] += u64::from(low <= truth[class] && truth[class] <= high);
            }
        }
        covered
    }

    /// The true ratios of a large world.
    fn truth(chances: [f64; 3]) -> [f64; 3] {
        let (mut used, mut available) = ([0.0; 3], [0.0; 3]);
        for seed in 0..3_000 {
            let (u, a) = world(1_000_003 + seed, chances);
            u.iter().for_each(|one| used[one.classes[0].0] += 1.0);
            a.iter().for_each(|one| available[one.classes[0].0] += 1.0);
        }
        let (all_used, all): (f64, f64) = (used.iter().sum(), available.iter().sum());
        [0, 1, 2].map(|class| used[class] / all_used / (available[class] / all))
    }

    /// 300 worlds; 1,000 with `GLEANER_FULL=1`.
    fn worlds() -> u64 {
        if std::env::var_os("GLEANER_FULL").is_some() { 1_000 } else { 300 }
    }

    #[test]
    fn intervals_contain_the_truth_in_about_95_of_100_worlds_of_unequal_observers() {
        let chances = [0.5, 1.0, 2.0];
        let truth = truth(chances);
        let worlds = worlds();
        for hits in covered(worlds, chances, truth) {
            let share = hits as f64 / worlds as f64;
            println!("coverage {share:.3} in {worlds} worlds");
            // 93 to 97 % of 1,000 worlds; of 300 the count itself varies by 2.5 %.
            let slack = if worlds >= 1_000 { 0.0 } else { 0.025 };
            assert!((0.93 - slack..=0.97 + slack).contains(&share), "{share}");
        }
    }

    #[test]
    fn where_nothing_is_selected_few_intervals_leave_out_one() {
        let worlds = worlds();
        let found: u64 = covered(worlds, [1.0; 3], [1.0; 3]).iter().map(|hits| worlds - hits).sum();
        let share = found as f64 / (3 * worlds) as f64;
        println!("false findings {share:.3} in {worlds} worlds");
        assert!(share <= if worlds >= 1_000 { 0.05 } else { 0.065 }, "{share}");
    }

    #[test]
    fn ratios_are_shares_divided_by_shares() {
        let one = |observer, class| Observation { observer, classes: vec![(class, 1.0)] };
        let used = [one(1, 0), one(1, 0), one(2, 0), Observation { observer: 3, classes: vec![(0, 0.5), (1, 0.5)] }];
        let available = [one(1, 0), one(2, 1), one(3, 0), one(4, 1)];
        let found = ratios(&used, &available, 3);
        assert_eq!((found[0].share, found[0].available, found[0].used), (0.875, 0.5, 3.5));
        assert_eq!((found[0].selection.unwrap()[0], found[1].selection.unwrap()[0]), (1.75, 0.25));
        assert_eq!(found[2], Ratio::default());
        // By scipy.stats.contingency.association([[7, 1], [4, 4]], method="cramer", correction=False).
        let v = cramers_v(&found, 4.0, 4.0).unwrap();
        assert!((v - 0.404_52).abs() < 1e-4, "{v}");
        assert_eq!(ratios(&[], &[], 2), [Ratio::default(); 2]);
    }
}
