//! Platt scaling: margins to probabilities, `1 / (1 + exp(-(slope·margin + offset)))`, with a slope of at least 0.

use serde::{Deserialize, Serialize};

use super::logistic::{sigmoid, softplus};

/// Maps margins to probabilities; monotonic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// At least 0.
    pub slope: f64,
    /// Log-odds at a margin of 0.
    pub offset: f64,
}

/// Takes margins as log-odds without calibration.
pub const IDENTITY: Calibration = Calibration { slope: 1.0, offset: 0.0 };

/// The error of predicted probabilities; lower is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Error {
    /// Brier score: the mean squared difference, 0..=1; 0.25 for always predicting one half.
    pub brier: f64,
    /// Log loss: the mean of -ln of the probability of the label; 0.693 for always predicting one half.
    pub log_loss: f64,
}

impl Error {
    /// The error of some probabilities, each with its label; 0 for none.
    pub fn of(given: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut sums = Self { brier: 0.0, log_loss: 0.0 };
        let mut count = 0.0_f64;
        for (probability, truth) in given {
            let wrong = if truth { 1.0 - probability } else { probability };
            sums.brier += wrong * wrong;
            // A certain and wrong prediction has infinite loss; it is counted as 1 in 10^15.
            sums.log_loss -= (1.0 - wrong).max(1e-15).ln();
            count += 1.0;
        }
        let count = count.max(1.0);
        Self { brier: sums.brier / count, log_loss: sums.log_loss / count }
    }
}

/// Most Newton steps.
const MAX_STEPS: usize = 100;

impl Calibration {
    /// The probability at a margin.
    pub fn probability(&self, margin: f64) -> f64 {
        sigmoid(self.slope * margin + self.offset)
    }

    /// Fits margins to labels by maximum likelihood with Platt's targets: `(yes + 1) / (yes + 2)` and `1 / (no + 2)` instead
    /// of 1 and 0, so that few photos never lead to certainty. If higher margins go with fewer positives, the slope is 0 and
    /// all probabilities are equal.
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
    for _ in 0..MAX_STEPS {
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
