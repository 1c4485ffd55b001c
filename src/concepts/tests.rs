//! Concepts: validation, matches of words, classes covered by senses, and the commands.

mod file;
mod scorer;
mod tree;
mod words;

use gleaner::concepts::Concept;

/// A concept of some words, named as the first one.
pub fn of(words: &[&str]) -> Concept {
    Concept {
        name: words[0].to_owned(),
        words: words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>().into(),
        ..Concept::default()
    }
}
