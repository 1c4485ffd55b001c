//! Groups of dependent photos, which cross-validation must keep together: same owner, same file, or near-duplicates.

use std::collections::HashMap;

use rayon::prelude::*;

use super::features::Rows;

/// Cosine similarity from which two photos count as near-duplicates. Measured with EfficientNet-Lite0: known pairs have
/// 0.81 to 1.00, the nearest unrelated pair 0.82, the next 0.77.
pub const NEAR: f32 = 0.83;

/// What groups a photo with others, besides its embedding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupKeys {
    /// The pseudonym of its owner.
    pub owner: Option<String>,
    /// The hash of its file.
    pub sha256: Option<String>,
}

/// The group of each row, numbered from 0 in the order of their first rows. Rows that share a key or are near-duplicates,
/// directly or through others, are in one group.
pub fn groups(rows: &Rows, group_keys: &[GroupKeys], near: f32) -> Vec<usize> {
    let mut union = Union::new(rows.len());
    let mut owners: HashMap<&str, usize> = HashMap::new();
    let mut files: HashMap<&str, usize> = HashMap::new();
    for (row, tie) in group_keys.iter().enumerate() {
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

/// The number of groups.
pub fn count(groups: &[usize]) -> usize {
    groups.iter().max().map_or(0, |last| last + 1)
}

/// Rows compared while they are in the cache.
const TILE: usize = 32;

/// The pairs of rows whose dense parts have at least this cosine similarity.
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

/// Lanes summed independently, so that the compiler can use wide registers.
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

/// Union-find; a group is represented by its first row.
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
