//! The regression reaches its minimum, and it is the right one.

use gleaner::training::draw::Rng;
use gleaner::training::features::{Rows, Words};
use gleaner::training::logistic::{fit, sigmoid};

use super::generate;

fn rows(embeddings: &[Vec<f32>]) -> Rows {
    let mut rows = Rows::new(embeddings[0].len(), false);
    embeddings.iter().for_each(|embedding| rows.push(embedding, Words::default()));
    rows
}

/// The gradient of the objective by its definition, weights first, from features and labels.
fn gradient(rows: &[Vec<f64>], truths: &[bool], weights: &[f64], intercept: f64, c: f64) -> Vec<f64> {
    let yes = truths.iter().filter(|truth| **truth).count() as f64;
    let all = truths.len() as f64;
    let mut sums: Vec<f64> = weights.to_vec();
    sums.push(0.0);
    for (row, truth) in rows.iter().zip(truths) {
        let margin: f64 = row.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() + intercept;
        let cost = c * all / (2.0 * if *truth { yes } else { all - yes });
        let slope = cost * (sigmoid(margin) - f64::from(u8::from(*truth)));
        row.iter().chain([&1.0]).zip(&mut sums).for_each(|(x, sum)| *sum += slope * x);
    }
    sums
}

fn dense(rows: &Rows) -> Vec<Vec<f64>> {
    (0..rows.len()).map(|row| rows.dense(row).iter().map(|x| f64::from(*x)).collect()).collect()
}

#[test]
fn two_opposite_samples_have_the_analytic_solution() {
    let rows = rows(&[vec![1.0], vec![-1.0]]);
    let found = fit(&rows, &[(0, true), (1, false)], 2.0);
    // By symmetry the intercept is 0, and w = 2 * 2 * (1 - sigmoid(w)).
    assert!(found.intercept.abs() < 1e-9, "{found:?}");
    let w = found.weights[0];
    assert!((w - 4.0 * (1.0 - sigmoid(w))).abs() < 1e-7, "{w}");
    assert!((w - 1.042_597).abs() < 1e-5, "bisection gives 1.042597, not {w}");
}

#[test]
fn the_gradient_is_zero_at_the_solution_with_unbalanced_classes() {
    for (seed, lean, c) in [(1, 0.7, 10.0), (2, 5.0, 10.0), (3, 0.0, 0.01), (4, 1.0, 1000.0)] {
        let (samples, labels) = generate(120, lean, seed);
        let embeddings: Vec<_> = samples.iter().map(|sample| sample.embedding.clone()).collect();
        let rows = rows(&embeddings);
        // One yes to three no.
        let labelled: Vec<(usize, bool)> = labels
            .iter()
            .enumerate()
            .map(|(at, (_, truth))| (at, *truth))
            .filter(|(at, truth)| !truth || at % 6 == 0)
            .collect();
        let found = fit(&rows, &labelled, c);
        let all = dense(&rows);
        let used: Vec<_> = labelled.iter().map(|(at, _)| all[*at].clone()).collect();
        let truths: Vec<bool> = labelled.iter().map(|(_, truth)| *truth).collect();
        let at_zero = gradient(&used, &truths, &[0.0; super::DIMS], 0.0, c);
        let at_end = gradient(&used, &truths, &found.weights, found.intercept, c);
        let length = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
        assert!(length(&at_end) < 1e-6 * length(&at_zero), "seed {seed}: {at_end:?}");
        // The intercept bears no penalty: errors balance out, each class weighing the same.
        assert!(at_end[super::DIMS].abs() < 1e-6 * length(&at_zero), "seed {seed}");
    }
}

#[test]
fn words_and_embeddings_are_fitted_together() {
    let mut rows = Rows::new(2, true);
    let texts = ["a monkey in a cage", "cage", "bars of a cage", "a free monkey", "forest", "a tree"];
    texts.iter().for_each(|text| rows.push(&[1.0, 1.0], Words::of_texts([*text])));
    let labelled: Vec<(usize, bool)> = (0..6).map(|at| (at, at < 3)).collect();
    let found = fit(&rows, &labelled, 10.0);
    // The embeddings are all the same: only words can tell.
    for (row, truth) in &labelled {
        assert_eq!(found.margin(&rows, *row) > 0.0, *truth, "{}", texts[*row]);
    }
}

#[test]
fn training_recovers_the_direction_that_generated_the_labels() {
    let mut draw = Rng::new(9);
    let truth: Vec<f64> = (0..8).map(|_| draw.normal()).collect();
    let embeddings: Vec<Vec<f32>> = (0..4000).map(|_| (0..8).map(|_| draw.normal() as f32).collect()).collect();
    let rows = rows(&embeddings);
    let chance = |row: usize| sigmoid(4.0 * dense_dot(rows.dense(row), &truth));
    let labelled: Vec<(usize, bool)> = (0..rows.len()).map(|row| (row, draw.uniform() < chance(row))).collect();
    let found = fit(&rows, &labelled, 100.0);
    let product: f64 = found.weights.iter().zip(&truth).map(|(a, b)| a * b).sum();
    let length = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let cosine = product / length(&found.weights) / length(&truth);
    assert!(cosine > 0.99, "cosine {cosine}");
    let factor = length(&found.weights) / length(&truth);
    assert!((3.6..4.4).contains(&factor), "four times as long, not {factor} times");
}

fn dense_dot(row: &[f32], weights: &[f64]) -> f64 {
    row.iter().zip(weights).map(|(x, w)| f64::from(*x) * w).sum()
}

#[test]
fn the_same_photos_give_the_same_bits() {
    let (samples, labels) = generate(60, 1.0, 5);
    let embeddings: Vec<_> = samples.iter().map(|sample| sample.embedding.clone()).collect();
    let labelled: Vec<(usize, bool)> = labels.iter().enumerate().map(|(at, (_, truth))| (at, *truth)).collect();
    assert_eq!(fit(&rows(&embeddings), &labelled, 10.0), fit(&rows(&embeddings), &labelled, 10.0));
}
