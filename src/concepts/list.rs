//! The words and the senses of a concept, with what follows from them worked out once: they are asked for each photo.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::hash::hex;

use super::tree;
use super::words::Phrases;

/// Changes when the same words are looked for in another way.
const WORD_RULES: &str = "1";

/// Texts and what was made of them; reads as a slice, is equal when the texts are, and never changes.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "Vec<String>", bound(serialize = ""))]
pub struct List<T: Clone> {
    texts: Vec<String>,
    made: OnceLock<T>,
}

/// The words of a concept.
pub type Words = List<Looked>;
/// The senses of a concept.
pub type Senses = List<Covered>;

/// What words are looked for as.
#[derive(Clone, Debug)]
pub struct Looked {
    pub(super) phrases: Phrases,
    pub(super) digest: String,
}

/// What senses cover.
#[derive(Clone, Debug)]
pub struct Covered {
    pub(super) classes: Vec<usize>,
    pub(super) digest: String,
}

impl Words {
    pub(super) fn looked(&self) -> &Looked {
        self.made.get_or_init(|| {
            let phrases = Phrases::of(self.iter().map(String::as_str));
            let digest = digest([WORD_RULES].into_iter().chain(phrases.forms()));
            Looked { phrases, digest }
        })
    }
}

impl Senses {
    pub(super) fn covered(&self) -> &Covered {
        self.made.get_or_init(|| {
            let classes = tree::covered(self.iter().map(String::as_str));
            let lines: Vec<String> = classes.iter().map(ToString::to_string).collect();
            let digest = digest(lines.iter().map(String::as_str));
            Covered { classes, digest }
        })
    }
}

/// The first 12 hex digits of a SHA-256 over lines.
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
        Self { texts, made: OnceLock::new() }
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
