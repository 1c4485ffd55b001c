//! Concepts: what photos may show. A concept has words in any language and senses in WordNet.
//!
//! Concepts are defined in `gleaner.toml`, or in the dataset's `concepts.toml` if the explorer added them.

mod edit;
mod file;
mod list;
pub(crate) mod matcher;
mod plural;
mod scorer;
#[cfg(test)]
mod tests;
pub mod tree;
pub(crate) mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use edit::{remove, replace};
pub use file::{add, block, read, write};
pub use list::{List, Senses, Words};
pub use scorer::BuiltInScorer;
pub use tree::{ATTRIBUTION, CLASSES, Sense, class_name, lookup, sense, sense_words};
pub use words::AuthorText;

use crate::photo::Photo;
use words::canonical;

/// Longest name and longest word, in characters; a name is part of a file name.
const MAX_CHARS: usize = 60;
/// Most words of one concept; enough for a thousand names of one animal.
const MAX_WORDS: usize = 1000;

/// What is wrong with a concept; shown to the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("concept {name:?}: {what}")]
pub struct ConceptError {
    /// The concept's name.
    pub name: String,
    /// What is wrong, and how to correct it.
    pub what: String,
}

/// Something that a photo may show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Concept {
    /// The name, 1 to 60 characters, without `@`, quotes, slashes and control characters.
    pub name: String,
    /// Names for it in any language; matched as whole words.
    pub words: Words,
    /// WordNet senses (`monkey.n.01`); their ImageNet classes are added up.
    pub senses: Senses,
    /// The main scorer; by default the best that is available.
    pub counts: Option<BuiltInScorer>,
    /// The score from which a photo counts as showing it, 0..=1.
    pub threshold: Option<f64>,
}

/// A concept in a settings file, without its name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// By default the name itself.
    words: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    senses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
}

impl Concept {
    /// An error says what is wrong with the concept.
    pub fn check(&self) -> Result<(), ConceptError> {
        let wrong = |what: String| Err(ConceptError { name: self.name.clone(), what });
        if let Some(what) = name_fault(&self.name) {
            return wrong(what.to_owned());
        }
        if self.words.len() > MAX_WORDS {
            return wrong(format!("too many words: {}; the limit is {MAX_WORDS}", self.words.len()));
        }
        for word in &self.words {
            if canonical(word).is_empty() || word.chars().count() > MAX_CHARS || word.chars().any(char::is_control) {
                return wrong(format!(
                    "{word:?} is not a word: words contain letters and have at most {MAX_CHARS} characters"
                ));
            }
        }
        if let Some(name) = self.senses.iter().find(|name| sense(name).is_none()) {
            return wrong(format!(
                "the sense {name:?} covers no ImageNet class; `gleaner concept senses WORD` lists the known senses"
            ));
        }
        if let Some(threshold) = self.threshold.filter(|threshold| !(0.0..=1.0).contains(threshold)) {
            return wrong(format!("threshold = {threshold} is not a score; scores are between 0 and 1"));
        }
        Ok(())
    }

    /// The ImageNet classes that its senses cover, in ascending order.
    pub fn classes(&self) -> Vec<usize> {
        self.senses.covered().classes.clone()
    }

    /// Whether a label or another short text contains one of its words as a whole word.
    pub fn matches(&self, label: &str) -> bool {
        self.words.compiled().phrases.occur_in(&canonical(label))
    }

    /// Whether the photo's title, description or tags contain one of its words. The searches that found the photo are not
    /// the author's words and do not count.
    pub fn mentions(&self, photo: &Photo) -> bool {
        self.is_mentioned_in(&AuthorText::of(photo))
    }

    /// [`Self::mentions`] for several concepts and one photo.
    pub fn is_mentioned_in(&self, text: &AuthorText) -> bool {
        text.mentions(&self.words.compiled().phrases)
    }

    /// A digest of what its words match (12 hex digits); independent of their order and spelling variants.
    pub fn words_digest(&self) -> String {
        self.words.compiled().digest.clone()
    }

    /// A digest of the classes that its senses cover (12 hex digits).
    pub fn senses_digest(&self) -> String {
        self.senses.covered().digest.clone()
    }

    /// Senses of its words that it does not have, the widest first; suggestions if no class is known.
    pub fn near(&self) -> Vec<Sense> {
        let own = self.classes();
        // If a phrase is unknown, its last word is tried: "wild monkey".
        let last = |word: &String| word.rsplit(' ').next().map(lookup).unwrap_or_default();
        let of = |word: &String| Some(lookup(word)).filter(|found| !found.is_empty()).unwrap_or_else(|| last(word));
        let mut found: Vec<Sense> = self.words.iter().flat_map(of).collect();
        found.retain(|sense| sense.classes.iter().any(|class| own.binary_search(class).is_err()));
        found.sort_by_key(|sense| (std::cmp::Reverse(sense.classes.len()), sense.name));
        found.dedup_by_key(|sense| sense.name);
        found
    }
}

/// Why a concept needs a trained head, in a sentence or two, with suggested senses; `None` if its senses cover at least
/// one class.
pub fn needs_training(concept: &Concept) -> Option<String> {
    if !concept.classes().is_empty() {
        return None;
    }
    let near: Vec<String> = concept.near().iter().map(counted).collect();
    let near = match near.as_slice() {
        [] => String::new(),
        near => format!(
            "; related senses are {}: they may or may not work; for cages a trained head was much better (docs/concepts.md)",
            near.join(", ")
        ),
    };
    Some(format!("no ImageNet class is known for {:?}, so it cannot be recognised by words alone{near}", concept.name))
}

/// `fence.n.01 (4 classes)`.
pub fn counted(sense: &Sense) -> String {
    let count = sense.classes.len();
    format!("{} ({count} class{})", sense.name, if count == 1 { "" } else { "es" })
}

/// Reads the name of a concept's main scorer.
pub fn main_scorer(concept: &str, counts: &str) -> Result<BuiltInScorer, ConceptError> {
    counts.parse().map_err(|_| ConceptError {
        name: concept.to_owned(),
        what: format!("counts = {counts:?} is not a scorer; use one of {}", BuiltInScorer::NAMES.join(", ")),
    })
}

/// What is wrong with a name.
fn name_fault(name: &str) -> Option<&'static str> {
    let bad = |c: char| c.is_control() || matches!(c, '@' | '"' | '/' | '\\');
    if name.chars().count() > MAX_CHARS {
        return Some("the name is longer than 60 characters");
    }
    if canonical(name).is_empty() || name.trim() != name {
        return Some("a name must contain letters, without spaces before or after it");
    }
    if name.contains(bad) || name.starts_with('.') {
        return Some("a name must not contain @, quotes, slashes or control characters, nor begin with a full stop");
    }
    None
}

/// All concepts, by name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Entry>")]
pub struct Concepts(BTreeMap<String, Concept>);

impl TryFrom<BTreeMap<String, Entry>> for Concepts {
    type Error = ConceptError;

    fn try_from(entries: BTreeMap<String, Entry>) -> Result<Self, ConceptError> {
        let mut concepts = Self::default();
        for (name, entry) in entries {
            let Entry { words, senses, counts, threshold } = entry;
            let words = words.unwrap_or_else(|| vec![name.clone()]);
            let counts = counts.map(|counts| main_scorer(&name, &counts)).transpose()?;
            concepts.insert(Concept { name, words: words.into(), senses: senses.into(), counts, threshold })?;
        }
        Ok(concepts)
    }
}

impl Concepts {
    /// Adds a concept, or replaces the one of the same name; an error says what is wrong with it.
    pub fn insert(&mut self, concept: Concept) -> Result<(), ConceptError> {
        concept.check()?;
        self.0.insert(concept.name.clone(), concept);
        Ok(())
    }

    /// Removes and returns a concept.
    pub fn remove(&mut self, name: &str) -> Option<Concept> {
        self.0.remove(name)
    }

    /// Merges two sets; on equal names `self` wins (settings before the dataset's own).
    pub fn over(mut self, below: Self) -> Self {
        for (name, concept) in below.0 {
            self.0.entry(name).or_insert(concept);
        }
        self
    }

    /// The concept with exactly this name.
    pub fn get(&self, name: &str) -> Option<&Concept> {
        self.0.get(name)
    }

    /// The concept whose name is equal apart from case and spelling variants.
    pub fn get_normalised(&self, name: &str) -> Option<&Concept> {
        let name = canonical(name);
        self.iter().find(|concept| canonical(&concept.name) == name)
    }

    /// Sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Concept> {
        self.0.values()
    }

    /// The number of concepts.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no concepts.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
