//! Platt scaling: margins into probabilities, `1 / (1 + exp(-(slope·margin + offset)))`, the slope never below 0.

use serde::{Deserialize, Serialize};

use super::logistic::{sigmoid, softplus};

/// Margins into probabilities; a higher margin never gets a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// At least 0.
    pub slope: f64,
    /// Log-odds at a margin of 0.
    pub offset: f64,
}

/// Takes margins for log-odds, as they are.
pub const AS_IS: Calibration = Calibration { slope: 1.0, offset: 0.0 };

/// How far probabilities are from what was true; lower is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Error {
    /// The mean square of the difference, 0..=1; 0.25 for saying one half each time.
    pub brier: f64,
    /// The mean of -ln of the probability given to what was true; 0.693 for saying one half each time.
    pub log_loss: f64,
}

impl Error {
    /// Of some probabilities, each with the truth; 0 for none.
    pub fn of(given: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut sums = Self { brier: 0.0, log_loss: 0.0 };
        let mut count = 0.0_f64;
        for (probability, truth) in given {
            let wrong = if truth { 1.0 - probability } else { probability };
            sums.brier += wrong * wrong;
            // One who is sure and wrong is infinitely wrong: counted as one in 10^15.
            sums.log_loss -= (1.0 - wrong).max(1e-15).ln();
            count += 1.0;
        }
        let count = count.max(1.0);
        Self { brier: sums.brier / count, log_loss: sums.log_loss / count }
    }
}

/// Steps of Newton, at most.
const MOST_STEPS: usize = 100;

impl Calibration {
    /// The probability at a margin.
    pub fn probability(&self, margin: f64) -> f64 {
        sigmoid(self.slope * margin + self.offset)
    }

    /// Fits margins to the truth, by maximum likelihood with Platt's targets: `(yes + 1) / (yes + 2)` and `1 / (no +
    /// 2)` in place of 1 and 0, so that few photos never make it sure. Where higher margins go with fewer yes, the
    /// slope is 0 and all get the same.
    pub fn fit(given: &[(f64, bool)]) -> Self {
        let yes = given.iter().filter(|(_, truth)| *truth).count() as f64;
        let no = given.len() as f64 - yes;
        let targets = [1.0 / (no + 2.0), (yes + 1.0) / (yes + 2.0)];
        let scale = given.iter().map(|(margin, _)| margin.abs()).fold(0.0, f64::max);
        let scale = if scale.is_normal() { scale } else { 1.0 };
        let points: Vec<(f64, f64)> =
            given.iter().map(|(margin, truth)| (margin / scale, targets[usize::from(*truth)])).collect();
        let flat = ((yes + 1.0) / (no + 1.0)).ln();
        let fitted = newton(&points, flat);
        if fitted.slope > 0.0 {
            return Self { slope: fitted.slope / scale, ..fitted };
        }
        let mean = points.iter().map(|(_, target)| target).sum::<f64>() / (points.len() as f64).max(1.0);
        Self { slope: 0.0, offset: if points.is_empty() { 0.0 } else { (mean / (1.0 - mean)).ln() } }
    }
}

/// Newton's method with a backtracking line search (Lin, Lin and Weng, 2007), starting from a flat line.
fn newton(points: &[(f64, f64)], flat: f64) -> Calibration {
    let loss = |at: Calibration| -> f64 {
        let of = |(margin, target): &(f64, f64)| {
            let odds = at.slope * margin + at.offset;
            softplus(odds) - target * odds
        };
        points.iter().map(of).sum()
    };
    let mut at = Calibration { slope: 0.0, offset: flat };
    for _ in 0..MOST_STEPS {
        let (mut gradient, mut curve) = ([0.0; 2], [1e-12, 0.0, 1e-12]);
        for (margin, target) in points {
            let p = at.probability(*margin);
            let (wrong, bend) = (p - target, p * (1.0 - p));
            gradient = [gradient[0] + wrong * margin, gradient[1] + wrong];
            curve = [curve[0] + bend * margin * margin, curve[1] + bend * margin, curve[2] + bend];
        }
        if gradient.iter().all(|value| value.abs() < 1e-9) {
            break;
        }
        let determinant = curve[0] * curve[2] - curve[1] * curve[1];
        let step = [
            -(curve[2] * gradient[0] - curve[1] * gradient[1]) / determinant,
            -(curve[0] * gradient[1] - curve[1] * gradient[0]) / determinant,
        ];
        let slope = gradient[0] * step[0] + gradient[1] * step[1];
        let now = loss(at);
        let far = (0..40).map(|halved| 0.5_f64.powi(halved));
        let next =
            far.map(|far| (far, Calibration { slope: at.slope + far * step[0], offset: at.offset + far * step[1] }));
        let Some((_, next)) = next.into_iter().find(|(far, next)| loss(*next) < now + 1e-4 * far * slope) else {
            break;
        };
        at = next;
    }
    at
}
