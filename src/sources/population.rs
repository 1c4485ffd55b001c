//! How many photos a search has, estimated from two independent looks at its results (capture and recapture).

use serde::{Deserialize, Serialize};

/// An estimate, with an interval that covers the truth in 95 of 100 cases if the two looks miss photos independently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// Photos in all (Chapman's estimator).
    pub estimate: u64,
    /// The lower end of the interval, never below what was found.
    pub low: u64,
    /// The upper end of the interval.
    pub high: u64,
    /// Photos that were looked at a second time.
    pub looked_at: u64,
    /// Those of them that the first look had missed.
    pub missed: u64,
}

/// The quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_964;

impl Population {
    /// From the photos of the first look, and those of the second that the first had missed and had found. `None` if
    /// the second look found none of them.
    pub fn estimate(first: u64, missed: u64, known: u64) -> Option<Self> {
        if known == 0 {
            return None;
        }
        let looked_at = missed + known;
        let found = first + missed;
        let [n1, n2, m] = [first, looked_at, known].map(|number| number as f64);
        let chapman = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
        // Wilson's interval of the missed share, which is sound where none was missed.
        let share = missed as f64 / n2;
        let centre = (share + Z * Z / (2.0 * n2)) / (1.0 + Z * Z / n2);
        let half = Z / (1.0 + Z * Z / n2) * (share * (1.0 - share) / n2 + Z * Z / (4.0 * n2 * n2)).sqrt();
        let all = |share: f64| n1 / (1.0 - share.clamp(0.0, 0.999_999));
        let estimate = (chapman.round() as u64).max(found);
        let low = (all(centre - half).floor() as u64).clamp(found, estimate);
        let high = (all(centre + half).ceil() as u64).max(estimate);
        Some(Self { estimate, low, high, looked_at, missed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_missed_means_that_all_were_found_up_to_the_size_of_the_look() {
        let all = Population::estimate(50_000, 0, 6_500).unwrap();
        assert_eq!((all.estimate, all.low), (50_000, 50_000));
        assert!((50_020..50_040).contains(&all.high), "{all:?}");
        let few = Population::estimate(1_000, 0, 20).unwrap();
        assert!(few.high > 1_100, "a small look says little: {few:?}");
        assert_eq!(Population::estimate(5, 3, 0), None);
    }

    /// Two looks at a population that each miss some photos at random.
    #[test]
    fn the_interval_covers_the_truth_about_as_often_as_it_says() {
        let mut state = 7_u64;
        let mut chance = move |percent: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % 1_000 < percent * 10
        };
        let (trials, truth) = (400, 4_000_u64);
        let (mut covered, mut sum) = (0, 0_u64);
        for _ in 0..trials {
            let (mut first, mut missed, mut known) = (0, 0, 0);
            for _ in 0..truth {
                match (!chance(4), !chance(4)) {
                    (true, true) => (first, known) = (first + 1, known + 1),
                    (true, false) => first += 1,
                    (false, true) => missed += 1,
                    (false, false) => {}
                }
            }
            let population = Population::estimate(first, missed, known).unwrap();
            covered += u32::from((population.low..=population.high).contains(&truth));
            sum += population.estimate;
        }
        assert!((sum / trials).abs_diff(truth) <= 2, "{}", sum / trials);
        assert!((364..=400).contains(&covered), "{covered} of {trials}");
    }
}
