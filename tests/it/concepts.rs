//! Concepts: what is a valid one, what its words find, which classes its senses cover, and the commands.

mod file;
mod program;
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
