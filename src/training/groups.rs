//! Photos that must stand on one side of a cross-validation: of one owner, of one file, or nearly the same picture.

use std::collections::HashMap;

use rayon::prelude::*;

use super::features::Rows;

/// The cosine of two embeddings from which on two photos count as nearly the same. Measured with EfficientNet-Lite0:
/// known pairs have 0.81 to 1.00, the nearest two strangers 0.82, then 0.77.
pub const NEAR: f32 = 0.83;

/// What besides its embedding ties a photo to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The pseudonym of its owner.
    pub owner: Option<String>,
    /// The hash of its file.
    pub sha256: Option<String>,
}

/// The group of each row, numbered from 0 in the order of their first rows: rows that are tied to each other, straight
/// or through others, share one.
pub fn groups(rows: &Rows, ties: &[Ties], near: f32) -> Vec<usize> {
    let mut union = Union::new(rows.len());
    let mut owners: HashMap<&str, usize> = HashMap::new();
    let mut files: HashMap<&str, usize> = HashMap::new();
    for (row, tie) in ties.iter().enumerate() {
        if let Some(owner) = &tie.owner {
            union.join(row, *owners.entry(owner).or_insert(row));
        }
        if let Some(sha256) = &tie.sha256 {
            union.join(row, *files.entry(sha256).or_insert(row));
        }
    }
    near_pairs(rows, near).into_iter().for_each(|(a, b)| union.join(a, b));
    union.numbered()
}

/// How many groups there are.
pub fn count(groups: &[usize]) -> usize {
    groups.iter().max().map_or(0, |last| last + 1)
}

/// Rows compared with each other while they are in the cache.
const TILE: usize = 32;

/// The pairs of rows whose dense parts have at least this cosine.
fn near_pairs(rows: &Rows, near: f32) -> Vec<(usize, usize)> {
    let tiles = rows.len().div_ceil(TILE);
    let pairs_of = |a: usize| {
        let mut pairs = Vec::new();
        (a..tiles).for_each(|b| compare(rows, a, b, near, &mut pairs));
        pairs
    };
    // Early tiles have more to compare with, so each is a task of its own.
    (0..tiles).into_par_iter().with_max_len(1).flat_map_iter(pairs_of).collect()
}

fn compare(rows: &Rows, a: usize, b: usize, near: f32, pairs: &mut Vec<(usize, usize)>) {
    let rows_of = |tile: usize| tile * TILE..((tile + 1) * TILE).min(rows.len());
    for i in rows_of(a) {
        let from = if a == b { i + 1 } else { b * TILE };
        for j in from..rows_of(b).end {
            if cosine(rows.dense(i), rows.dense(j)) >= near {
                pairs.push((i, j));
            }
        }
    }
}

/// Lanes that are summed side by side, so that a compiler can use wide registers.
const LANES: usize = 16;

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Union-find; the first row of a group stands for it.
struct Union(Vec<usize>);

impl Union {
    fn new(rows: usize) -> Self {
        Self((0..rows).collect())
    }

    fn root(&mut self, mut row: usize) -> usize {
        while self.0[row] != row {
            self.0[row] = self.0[self.0[row]];
            row = self.0[row];
        }
        row
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn numbered(mut self) -> Vec<usize> {
        let mut numbers = HashMap::new();
        (0..self.0.len())
            .map(|row| {
                let next = numbers.len();
                *numbers.entry(self.root(row)).or_insert(next)
            })
            .collect()
    }
}
