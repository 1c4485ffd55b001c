//! Logistic regression with an L2 penalty, fitted by Newton's method with conjugate gradients; deterministic, in double
//! precision.
//!
//! It minimises `|w|²/2 + C Σ s·ln(1 + exp(-y(w·x + b)))` over the weights `w` and the intercept `b`, with `y` 1 or -1 and
//! `s` such that each class has half of the total weight. The intercept is not penalised.

use super::features::Rows;

/// A fit: the margin of a row is `w·x + b`, above 0 for yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// One weight for each column.
    pub weights: Vec<f64>,
    /// The intercept.
    pub intercept: f64,
    /// Newton steps taken.
    pub steps: usize,
    /// The final gradient norm relative to the initial one.
    pub gradient: f64,
}

impl Fit {
    /// The margin of a row, in log-odds as fitted.
    pub fn margin(&self, rows: &Rows, row: usize) -> f64 {
        rows.dot(row, &self.weights) + self.intercept
    }
}

/// Most Newton steps; about ten are usual.
const MAX_STEPS: usize = 100;

/// Most conjugate gradient steps within one Newton step.
const MAX_INNER_STEPS: usize = 400;

/// Relative gradient norm at which the fit is finished.
const DONE: f64 = 1e-8;

/// Fits the labelled rows, each a row number and its label; `c` is the inverse of the regularisation strength. With one
/// class only, the weights are 0.
pub fn fit(rows: &Rows, labelled: &[(usize, bool)], c: f64) -> Fit {
    let problem = Problem::new(rows, labelled, c);
    let mut at = vec![0.0; rows.columns() + 1];
    let mut state = problem.evaluate(&at);
    let first = norm(&state.gradient);
    let mut steps = 0;
    while steps < MAX_STEPS && norm(&state.gradient) > DONE * first {
        let gradient = norm(&state.gradient);
        let step = problem.newton_step(&state, (gradient / first).sqrt().min(0.1) * gradient);
        let Some((next, found)) = problem.descend(&at, &state, &step) else { break };
        (at, state) = (next, found);
        steps += 1;
    }
    let intercept = at.pop().expect("the intercept is last") - problem.shift(&at);
    Fit { weights: at, intercept, steps, gradient: if first > 0.0 { norm(&state.gradient) / first } else { 0.0 } }
}

/// A point is the weights followed by the intercept, for rows whose dense part is centred. Because the intercept is free
/// this is the same problem, but it is solved in far fewer steps.
struct Problem<'a> {
    rows: &'a Rows,
    labelled: &'a [(usize, bool)],
    costs: [f64; 2],
    mean: Vec<f64>,
}

/// The values at a point.
struct State {
    value: f64,
    gradient: Vec<f64>,
    /// The curvature of each labelled row's loss.
    curvature: Vec<f64>,
}

impl<'a> Problem<'a> {
    fn new(rows: &'a Rows, labelled: &'a [(usize, bool)], c: f64) -> Self {
        let mut mean = vec![0.0; rows.columns()];
        labelled.iter().for_each(|(row, _)| rows.add_to(*row, 1.0 / labelled.len() as f64, &mut mean));
        mean.truncate(rows.dims());
        let yes = labelled.iter().filter(|(_, yes)| *yes).count();
        let cost = |count: usize| if count == 0 { 0.0 } else { c * labelled.len() as f64 / (2.0 * count as f64) };
        let one_class = yes == 0 || yes == labelled.len();
        let costs = if one_class { [0.0; 2] } else { [cost(labelled.len() - yes), cost(yes)] };
        Self { rows, labelled, costs, mean }
    }

    /// The effect of centring on a margin.
    fn shift(&self, weights: &[f64]) -> f64 {
        self.mean.iter().zip(weights).map(|(mean, weight)| mean * weight).sum()
    }

    /// `Σ factor·(centred row, 1)`; the factor is computed from each labelled row's product with a point.
    fn gather(&self, point: &[f64], mut factor: impl FnMut(usize, f64) -> f64) -> Vec<f64> {
        let (weights, intercept) = point.split_at(point.len() - 1);
        let offset = intercept[0] - self.shift(weights);
        let mut sums = vec![0.0; point.len()];
        let mut total = 0.0;
        for (at, (row, _)) in self.labelled.iter().enumerate() {
            let factor = factor(at, self.rows.dot(*row, weights) + offset);
            self.rows.add_to(*row, factor, &mut sums[..weights.len()]);
            total += factor;
        }
        sums.iter_mut().zip(&self.mean).for_each(|(sum, mean)| *sum -= mean * total);
        sums[weights.len()] = total;
        // The penalty.
        sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
        sums
    }

    fn evaluate(&self, point: &[f64]) -> State {
        let weights = &point[..point.len() - 1];
        let mut value = weights.iter().map(|weight| weight * weight).sum::<f64>() / 2.0;
        let mut curvature = vec![0.0; self.labelled.len()];
        let gradient = self.gather(point, |at, margin| {
            let yes = self.labelled[at].1;
            let cost = self.costs[usize::from(yes)];
            let wrong = sigmoid(if yes { -margin } else { margin });
            value += cost * softplus(if yes { -margin } else { margin });
            curvature[at] = cost * wrong * (1.0 - wrong);
            if yes { -cost * wrong } else { cost * wrong }
        });
        State { value, gradient, curvature }
    }

    /// The Newton step: conjugate gradients until the residual is shorter than `tolerance`.
    fn newton_step(&self, state: &State, tolerance: f64) -> Vec<f64> {
        let mut step = vec![0.0; state.gradient.len()];
        let mut rest: Vec<f64> = state.gradient.iter().map(|value| -value).collect();
        let mut direction = rest.clone();
        let mut length = product(&rest, &rest);
        for _ in 0..MAX_INNER_STEPS {
            if length.sqrt() <= tolerance {
                break;
            }
            let curved = self.gather(&direction, |at, along| state.curvature[at] * along);
            let bend = product(&direction, &curved);
            if bend <= 0.0 {
                break;
            }
            let far = length / bend;
            add(&mut step, far, &direction);
            add(&mut rest, -far, &curved);
            let next = product(&rest, &rest);
            direction.iter_mut().zip(&rest).for_each(|(along, rest)| *along = rest + next / length * *along);
            length = next;
        }
        step
    }

    /// Backtracks along a step until the value falls; `None` if it cannot.
    fn descend(&self, at: &[f64], state: &State, step: &[f64]) -> Option<(Vec<f64>, State)> {
        let slope = product(&state.gradient, step);
        let mut far = 1.0;
        for _ in 0..40 {
            let mut next = at.to_vec();
            add(&mut next, far, step);
            let found = self.evaluate(&next);
            // Near the minimum the value cannot distinguish two points; the gradient can.
            let level = (found.value - state.value).abs() <= 1e-10 * state.value.abs();
            let closer = level && norm(&found.gradient) < norm(&state.gradient);
            if closer || found.value < state.value + 1e-4 * far * slope {
                return Some((next, found));
            }
            far /= 2.0;
        }
        None
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    product(a, a).sqrt()
}

fn add(to: &mut [f64], factor: f64, from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

/// `1 / (1 + exp(-x))`, without overflow.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// `ln(1 + exp(x))`, without overflow.
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
