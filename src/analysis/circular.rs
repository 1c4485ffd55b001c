//! Densities of times of day: kernel estimates with the von Mises distribution, and the overlap of two of them.
//!
//! As in Ridout and Linkie 2009 and in R's package `overlap`: the kernel's concentration is that of Taylor 2008, the overlap
//! `Dhat1` for few and `Dhat4` for many observations. Observations are counted in steps of ten minutes.

use std::f64::consts::{PI, TAU};

/// Steps of a day.
pub const STEPS: usize = 144;
/// Trigonometric moments from which the spread of the observations is estimated.
const MOMENTS: usize = 3;
/// The largest concentration that is considered.
const MAX_CONCENTRATION: f64 = 500.0;
/// From so many observations on in the smaller sample the overlap is `Dhat4`.
const MANY: f64 = 75.0;
/// By what the concentration of the kernel is divided: `Dhat1` is computed from less smooth densities.
const OF_FEW: f64 = 0.8;
/// The same for `Dhat4`, and for densities to look at.
pub const OF_MANY: f64 = 1.0;

/// Observations by time of day, in steps of ten minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct Times(Vec<f64>);

impl Default for Times {
    fn default() -> Self {
        Self(vec![0.0; STEPS])
    }
}

impl Times {
    /// Adds an observation at an hour, 0..24. It is shared by the two nearest steps.
    pub fn add(&mut self, hour: f64) {
        let at = hour.rem_euclid(24.0) / 24.0 * STEPS as f64;
        let (step, rest) = (at.floor() as usize, at.fract());
        self.0[step % STEPS] += 1.0 - rest;
        self.0[(step + 1) % STEPS] += rest;
    }

    /// The number of observations.
    pub fn count(&self) -> f64 {
        self.0.iter().sum()
    }

    /// The density at each step, whose mean is 1; the concentration of the kernel is divided by `adjust`.
    pub fn density(&self, adjust: f64) -> Vec<f64> {
        let count = self.count();
        if count <= 0.0 {
            return vec![0.0; STEPS];
        }
        let concentration = self.concentration() / adjust;
        let kernel: Vec<f64> = (0..STEPS).map(|step| (concentration * (angle(step).cos() - 1.0)).exp()).collect();
        let scale = STEPS as f64 / (kernel.iter().sum::<f64>() * count);
        let at = |step: usize| -> f64 {
            let own = self.0.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
            own.map(|(other, weight)| weight * kernel[(STEPS + step - other) % STEPS]).sum()
        };
        (0..STEPS).map(|step| at(step) * scale).collect()
    }

    /// The concentration of the kernel (Taylor 2008), with the largest of the estimates of the sample's own.
    fn concentration(&self) -> f64 {
        let own = (1..=MOMENTS).map(|order| concentration_of(order, self.moment(order))).fold(0.0, f64::max);
        // A sample without any direction asks for the widest kernel.
        if own <= 0.0 {
            return 0.0;
        }
        let ratio = bessel(2, 2.0 * own) / bessel(0, own).powi(2);
        (3.0 * self.count() * own * own * ratio / (4.0 * PI.sqrt())).powf(0.4)
    }

    /// The length of a trigonometric moment, 0..=1.
    fn moment(&self, order: usize) -> f64 {
        let sums = self.0.iter().enumerate().fold((0.0, 0.0), |(x, y), (step, weight)| {
            let (sin, cos) = (order as f64 * angle(step)).sin_cos();
            (x + weight * cos, y + weight * sin)
        });
        sums.0.hypot(sums.1) / self.count()
    }
}

/// The overlap of two samples' densities, 0..=1; `None` if one of them is empty.
pub fn overlap(one: &Times, other: &Times) -> Option<f64> {
    let counts = (one.count(), other.count());
    if counts.0 <= 0.0 || counts.1 <= 0.0 {
        return None;
    }
    if counts.0.min(counts.1) < MANY {
        return Some(common(&one.density(OF_FEW), &other.density(OF_FEW)));
    }
    let (f, g) = (one.density(OF_MANY), other.density(OF_MANY));
    let mean = |times: &Times, own: &[f64], other: &[f64], count: f64| -> f64 {
        let each = times.0.iter().zip(own.iter().zip(other)).filter(|(weight, _)| **weight > 0.0);
        each.map(|(weight, (own, other))| weight * (other / own).min(1.0)).sum::<f64>() / count
    };
    Some(f64::midpoint(mean(one, &f, &g, counts.0), mean(other, &g, &f, counts.1)).min(1.0))
}

/// The area under both of two densities.
pub fn common(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a.min(*b)).sum::<f64>() / one.len() as f64
}

fn angle(step: usize) -> f64 {
    step as f64 / STEPS as f64 * TAU
}

/// The concentration of the von Mises distribution with such a moment.
fn concentration_of(order: usize, moment: f64) -> f64 {
    let expected = |concentration: f64| bessel(order, concentration) / bessel(0, concentration);
    let (mut low, mut high) = (0.0, MAX_CONCENTRATION);
    if expected(high) <= moment {
        return high;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        *(if expected(middle) < moment { &mut low } else { &mut high }) = middle;
    }
    f64::midpoint(low, high)
}

/// The modified Bessel function of the first kind, divided by `exp(x)`: its integral over equal steps, which converges at once
/// because the function is periodic.
fn bessel(order: usize, x: f64) -> f64 {
    const POINTS: usize = 256;
    let at = |point: usize| {
        let angle = point as f64 / POINTS as f64 * TAU;
        (x * (angle.cos() - 1.0)).exp() * (order as f64 * angle).cos()
    };
    (0..POINTS).map(at).sum::<f64>() / POINTS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(hours: &[f64]) -> Times {
        let mut times = Times::default();
        hours.iter().for_each(|hour| times.add(*hour));
        times
    }

    #[test]
    fn bessel_functions_are_those_of_the_tables() {
        // By scipy.special.ive.
        for (order, x, value) in [
            (0, 1.0, 0.465_759_6),
            (1, 1.0, 0.207_910_4),
            (2, 4.0, 0.117_626_5),
            (0, 500.0, 0.017_845_6),
            (3, 0.0, 0.0),
        ] {
            assert!((bessel(order, x) - value).abs() < 1e-6, "{order} {x}: {}", bessel(order, x));
        }
    }

    #[test]
    fn a_density_has_the_mean_one_and_does_not_know_midnight() {
        let evening = times(&[23.5, 0.5, 23.9, 0.2, 22.0, 1.0]);
        let density = evening.density(1.0);
        assert!((density.iter().sum::<f64>() / STEPS as f64 - 1.0).abs() < 1e-9);
        let noon = times(&[11.5, 12.5, 11.9, 12.2, 10.0, 13.0]).density(1.0);
        for step in 0..STEPS {
            assert!((density[step] - noon[(step + STEPS / 2) % STEPS]).abs() < 1e-9);
        }
        assert!(times(&[0.0, 6.0, 12.0, 18.0]).density(1.0).iter().all(|at| at.is_finite()));
        assert_eq!(Times::default().density(1.0), vec![0.0; STEPS]);
    }

    #[test]
    fn the_overlap_of_a_sample_with_itself_is_one_and_with_its_opposite_nearly_nothing() {
        let many = |centre: f64| times(&(0..200).map(|nth| centre + f64::from(nth) / 100.0).collect::<Vec<_>>());
        assert!((overlap(&many(5.0), &many(5.0)).unwrap() - 1.0).abs() < 1e-9);
        assert!(overlap(&many(5.0), &many(17.0)).unwrap() < 0.01);
        assert!(overlap(&times(&[5.0, 6.0]), &times(&[5.0, 6.0])).unwrap() > 0.999);
        assert_eq!(overlap(&many(5.0), &Times::default()), None);
    }
}
