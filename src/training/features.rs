//! The features of a photo: its embedding and, optionally, the words of its title, tags and description.
//!
//! Words are hashed into [`TEXT_DIMS`] columns. **The hash must never change**, because trained heads depend on it. It is
//! FNV-1a (64 bits, offset basis cbf29ce484222325, prime 100000001b3) over the UTF-8 bytes of the word (as `folding.rs` has it), then
//! `h ^= h >> 33; h *= ff51afd7ed558ccd; h ^= h >> 33`; the column is `h % 4096`, the sign is negative if bit 63 is set.
//! A word that occurs `n` times adds `sign * (1 + ln n)`; the row is scaled to length 1.

mod folding;

use std::collections::BTreeMap;

use unicode_normalization::char::is_combining_mark;

use crate::photo::Photo;
use crate::photo::text::plain_text;
use folding::folded;

/// Columns that words are hashed into.
pub const TEXT_DIMS: usize = 4096;

/// Weight of the words relative to the embedding, both of length 1.
pub const TEXT_WEIGHT: f32 = 0.5;

/// The name of this hash, stored in each head that was trained with words.
pub const TEXT_HASHING: &str = "fnv1a64-fmix33-4096-logtf-1";

/// The words of a photo as a sparse row: columns below [`TEXT_DIMS`], ascending; scaled to length 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words(Vec<(u32, f32)>);

impl Words {
    /// The words of a photo's title, tags and description. The searches that found it are left out: if they are the labels,
    /// a head would learn nothing else.
    pub fn of(photo: &Photo) -> Self {
        let description = plain_text(&photo.description);
        let texts = [photo.title.as_str(), &description];
        Self::of_texts(texts.into_iter().chain(photo.tags.iter().map(String::as_str)))
    }

    /// The words of some texts; no word spans two texts.
    pub fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for text in texts {
            each_word(&folded(text), |word| *counts.entry(word.to_owned()).or_default() += 1);
        }
        let mut columns: BTreeMap<u32, f64> = BTreeMap::new();
        for (word, count) in counts {
            let hash = hash(&word);
            let sign = if hash >> 63 == 1 { -1.0 } else { 1.0 };
            *columns.entry((hash % TEXT_DIMS as u64) as u32).or_default() += sign * (1.0 + f64::from(count).ln());
        }
        let length = columns.values().map(|value| value * value).sum::<f64>().sqrt();
        // Two words of opposite signs may cancel.
        let kept = columns.into_iter().filter(|(_, value)| *value != 0.0);
        Self(kept.map(|(column, value)| (column, (value / length) as f32)).collect())
    }

    /// Columns and their values.
    pub fn columns(&self) -> &[(u32, f32)] {
        &self.0
    }
}

/// The hash described in the module's documentation.
fn hash(word: &str) -> u64 {
    let fnv = word
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

/// Runs of letters, digits and combining marks; in scripts without spaces between words, pairs of adjacent characters.
fn each_word(text: &str, mut each: impl FnMut(&str)) {
    for run in text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
        let mut from = 0;
        let mut chars = run.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let end = at + c.len_utf8();
            let next = chars.peek().map(|(_, next)| is_unspaced_script(*next));
            if next != Some(is_unspaced_script(c)) {
                if is_unspaced_script(c) {
                    pairs(&run[from..end], &mut each);
                } else {
                    each(&run[from..end]);
                }
                from = end;
            }
        }
    }
}

/// Pairs of adjacent characters, or the single character.
fn pairs(signs: &str, mut each: impl FnMut(&str)) {
    let ends: Vec<usize> = signs.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    if ends.len() < 2 {
        return each(signs);
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends[1..]).for_each(|(from, to)| each(&signs[from..*to]));
}

/// Characters of scripts without spaces between words: Thai and Lao, Myanmar, Khmer, kana, ideographs.
fn is_unspaced_script(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3041}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The square root of each value, with its sign, so that a few strong values do not outweigh many weak ones that describe
/// the surroundings. On the sample's cages (16 labels, 117 draws) it raised the mean ROC-AUC from 0.946 to 0.954.
pub fn signed_sqrt(embedding: &[f32]) -> Vec<f32> {
    embedding.iter().map(|value| value.abs().sqrt().copysign(*value)).collect()
}

/// Scales a vector to length 1; a vector of length 0, or with a value that is not finite, becomes zeros.
pub fn unit(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if !length.is_normal() {
        return vec![0.0; vector.len()];
    }
    vector.iter().map(|value| (f64::from(*value) / length) as f32).collect()
}

/// The features of some photos, one row each: a dense part and a sparse part.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    dims: usize,
    dense: Vec<f32>,
    words: Option<Vec<Words>>,
}

impl Rows {
    /// Rows of embeddings with `dims` values each, scaled to length 1, and optionally of words.
    pub fn new(dims: usize, with_text: bool) -> Self {
        Self { dims, dense: Vec::new(), words: with_text.then(Vec::new) }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// Where the embedding has another number of values than the rows.
    pub fn push(&mut self, embedding: &[f32], words: Words) {
        assert_eq!(embedding.len(), self.dims, "an embedding of another length");
        self.dense.extend(unit(embedding));
        if let Some(all) = &mut self.words {
            all.push(words);
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.dense.len().checked_div(self.dims).unwrap_or(0)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The length of a row's dense part.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The number of columns: dense, then words.
    pub fn columns(&self) -> usize {
        self.dims + if self.words.is_some() { TEXT_DIMS } else { 0 }
    }

    /// The dense part of a row, of length 1.
    pub fn dense(&self, row: usize) -> &[f32] {
        &self.dense[row * self.dims..(row + 1) * self.dims]
    }

    /// The sparse part of a row, weighted.
    fn sparse(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let words = self.words.as_ref().map_or(&[][..], |words| words[row].columns());
        words.iter().map(|(column, value)| (self.dims + *column as usize, f64::from(TEXT_WEIGHT * value)))
    }

    /// The dot product of a row and a vector over all columns.
    pub fn dot(&self, row: usize, vector: &[f64]) -> f64 {
        let sparse: f64 = self.sparse(row).map(|(column, value)| value * vector[column]).sum();
        dot(self.dense(row), vector) + sparse
    }

    /// Adds `factor` times a row to a vector of all columns.
    pub fn add_to(&self, row: usize, factor: f64, vector: &mut [f64]) {
        for (sum, value) in vector.iter_mut().zip(self.dense(row)) {
            *sum += factor * f64::from(*value);
        }
        self.sparse(row).for_each(|(column, value)| vector[column] += factor * value);
    }
}

/// Lanes summed independently, so that the compiler can use wide registers.
const LANES: usize = 8;

/// The dot product of a row and a vector of the same length, in double precision.
fn dot(row: &[f32], vector: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (rows, vectors) = (row.chunks_exact(LANES), vector[..row.len()].chunks_exact(LANES));
    let rest: f64 = rows.remainder().iter().zip(vectors.remainder()).map(|(a, b)| f64::from(*a) * b).sum();
    for (a, b) in rows.zip(vectors) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests;
