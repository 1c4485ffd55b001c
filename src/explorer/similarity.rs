//! Finds similar photos by the distance of their embeddings.
//!
//! A million embeddings take some gigabytes, so memory contains a sketch of each (256 bytes): sums of its numbers with
//! signs, which approximate the cosine of two photos within some hundredths. The thousand nearest by their sketches are
//! then compared by their full embeddings from the store.

use std::cmp::Reverse;

use anyhow::Result;

use super::Explorer;
use super::arena::Arena;
use super::count::on_threads;
use crate::photo::filter::Filter;
use crate::photo::{PhotoId, Vector};
use crate::store::Store;

/// Numbers in a sketch.
const SKETCH: usize = 256;
/// The number of sketch entries to which each number of the vector is added.
const SPREAD: u64 = 4;
/// Factor for a sketch of length one: its numbers have a standard deviation of 1/16, and a byte covers four of them.
const SCALE: f32 = 508.0;
/// The number of photos that are compared exactly.
const CANDIDATES: usize = 1000;
/// Vectors read from the store at a time.
const PAGE: usize = 4096;
/// Photos that a thread compares at a time.
const PART: usize = 16_384;

/// Sketches of a model's embeddings of all photos.
pub struct SimilarityIndex {
    model: String,
    ids: Arena,
    sketches: Vec<i8>,
}

/// A photo and its similarity.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// The photo.
    pub id: PhotoId,
    /// Cosine of the angle between the embeddings, -1..=1; 1 for the same photo.
    pub similarity: f32,
}

impl SimilarityIndex {
    /// Reads all of a model's vectors.
    pub fn of(store: &dyn Store, model: &str) -> Result<Self> {
        let mut similarity = Self { model: model.to_owned(), ids: Arena::default(), sketches: Vec::new() };
        let mut after: Option<PhotoId> = None;
        loop {
            let page = store.scan_vectors(model, after.as_ref(), PAGE)?;
            let Some((last, _)) = page.last() else { return Ok(similarity) };
            after = Some(last.clone());
            for (id, vector) in page.iter().filter(|(_, vector)| vector.dims() > 0) {
                similarity.ids.push(id.as_str());
                similarity.sketches.extend(sketch(&vector.to_f32()));
            }
        }
    }

    /// The model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The number of photos with an embedding of the model.
    pub fn seen(&self) -> usize {
        self.ids.len()
    }

    /// At most `limit` photos that pass the filter, sorted by similarity to `vector`.
    pub fn near(
        &self,
        (explorer, store): (&Explorer, &dyn Store),
        vector: &[f32],
        (filter, limit): (&Filter, usize),
    ) -> Result<Vec<Neighbour>> {
        let wanted = sketch(vector);
        let mut ranked = self.ranked(&wanted);
        let mut candidates: Vec<PhotoId> = Vec::new();
        let enough = CANDIDATES.max(limit);
        if ranked.len() > enough && filter.clauses.is_empty() {
            ranked.select_nth_unstable(enough);
            ranked.truncate(enough);
        }
        ranked.sort_unstable();
        for part in ranked.chunks(enough) {
            let ids: Vec<PhotoId> = part.iter().map(|(_, at)| PhotoId::from_text(self.ids.at(*at as usize))).collect();
            let passes = explorer.passing(filter, &ids);
            candidates.extend(ids.into_iter().zip(passes).filter(|(_, passes)| *passes).map(|(id, _)| id));
            if candidates.len() >= enough {
                break;
            }
        }
        let vectors = store.load_vectors(&self.model, &candidates)?;
        let exact = |(id, other): (PhotoId, Vector)| Neighbour { id, similarity: cosine(vector, &other.to_f32()) };
        let mut neighbours: Vec<Neighbour> = vectors.into_iter().map(exact).collect();
        neighbours
            .sort_by(|one, other| other.similarity.total_cmp(&one.similarity).then_with(|| one.id.cmp(&other.id)));
        neighbours.truncate(limit);
        Ok(neighbours)
    }

    /// All photos with the similarity of their sketches, in no particular order.
    fn ranked(&self, wanted: &[i8]) -> Vec<(Reverse<i32>, u32)> {
        let parts = on_threads(self.seen().div_ceil(PART), |parts| {
            let mut ranked = Vec::new();
            for part in parts {
                let rows = part * PART..self.seen().min((part + 1) * PART);
                let sketches = &self.sketches[rows.start * SKETCH..rows.end * SKETCH];
                let ranks = sketches.chunks_exact(SKETCH).map(|sketch| Reverse(product(sketch, wanted)));
                ranked.extend(ranks.zip(rows.map(|row| row as u32)));
            }
            ranked
        });
        parts.concat()
    }
}

fn product(one: &[i8], other: &[i8]) -> i32 {
    one.iter().zip(other).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

/// Cosine of the angle between two vectors; 0 if their lengths differ or one of them is zero.
fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let lengths = (dot(one, one) * dot(other, other)).sqrt();
    if one.len() != other.len() || lengths == 0.0 { 0.0 } else { (dot(one, other) / lengths) as f32 }
}

/// Adds each number with a sign to some entries of the sketch, in the same way in every program.
fn sketch(vector: &[f32]) -> [i8; SKETCH] {
    let mut sums = [0.0_f32; SKETCH];
    for (at, number) in (0_u64..).zip(vector) {
        for turn in 0..SPREAD {
            let hash = mixed(at * SPREAD + turn);
            let signed = if hash >> 63 == 0 { *number } else { -number };
            sums[hash as usize % SKETCH] += signed;
        }
    }
    let length = sums.iter().map(|sum| sum * sum).sum::<f32>().sqrt();
    if length == 0.0 {
        return [0; SKETCH];
    }
    sums.map(|sum| (sum / length * SCALE).round().clamp(-127.0, 127.0) as i8)
}

/// The finalizer of SplitMix64.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
