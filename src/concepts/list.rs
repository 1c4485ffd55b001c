//! The words and the senses of a concept, with values that are derived from them once, because every photo needs them.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::hash::hex;

use super::tree;
use super::words::Phrases;

/// Increase this when words are matched differently.
const WORD_RULES: &str = "2";

/// Texts and a value derived from them on first use; reads as a slice, compares by its texts, and is immutable.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "Vec<String>", bound(serialize = ""))]
pub struct List<T: Clone> {
    texts: Vec<String>,
    cached: OnceLock<T>,
}

/// The words of a concept.
pub type Words = List<CompiledWords>;
/// The senses of a concept.
pub type Senses = List<CoveredClasses>;

/// Words prepared for matching.
#[derive(Clone, Debug)]
pub struct CompiledWords {
    pub(super) phrases: Phrases,
    pub(super) digest: String,
}

/// The classes that the senses cover.
#[derive(Clone, Debug)]
pub struct CoveredClasses {
    pub(super) classes: Vec<usize>,
    pub(super) digest: String,
}

impl Words {
    pub(super) fn compiled(&self) -> &CompiledWords {
        self.cached.get_or_init(|| {
            let phrases = Phrases::of(self.iter().map(String::as_str));
            let digest = digest([WORD_RULES].into_iter().chain(phrases.forms()));
            CompiledWords { phrases, digest }
        })
    }
}

impl Senses {
    pub(super) fn covered(&self) -> &CoveredClasses {
        self.cached.get_or_init(|| {
            let classes = tree::covered(self.iter().map(String::as_str));
            let lines: Vec<String> = classes.iter().map(ToString::to_string).collect();
            let digest = digest(lines.iter().map(String::as_str));
            CoveredClasses { classes, digest }
        })
    }
}

/// The first 12 hex digits of the SHA-256 of lines.
fn digest<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    lines.for_each(|line| {
        hash.update(line);
        hash.update(b"\n");
    });
    hex(&hash.finalize()[..6])
}

impl<T: Clone> From<Vec<String>> for List<T> {
    fn from(texts: Vec<String>) -> Self {
        Self { texts, cached: OnceLock::new() }
    }
}

impl<T: Clone> From<List<T>> for Vec<String> {
    fn from(list: List<T>) -> Self {
        list.texts
    }
}

impl<T: Clone> Default for List<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Clone> Deref for List<T> {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.texts
    }
}

impl<'a, T: Clone> IntoIterator for &'a List<T> {
    type Item = &'a String;
    type IntoIter = std::slice::Iter<'a, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.texts.iter()
    }
}

impl<T: Clone> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}
