//! What a photo may show: concepts, with their words in any language and their senses in WordNet.
//!
//! A concept stands in `gleaner.toml` or, where the explorer cached it, in the dataset's `concepts.toml`.

mod file;
mod list;
mod plural;
mod tree;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use file::{add, block, read, write};
pub use list::{List, Senses, Words};
pub use tree::{ATTRIBUTION, CLASSES, Sense, class_name, lookup, sense};
pub use words::AuthorText;

use crate::photo::Photo;
use words::canonical;

/// Scorers that may count for a concept, as `counts` names them; without it the first three do, in this order.
pub const SCORERS: [&str; 4] = ["trained", "local", "vision", "text"];

/// The longest name and the longest word, characters; a name is part of a file's name.
const MAX_CHARS: usize = 60;
/// The most words of one concept: a thousand names of one animal are enough.
const MAX_WORDS: usize = 1000;

/// What is wrong with a concept, for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("concept {name:?}: {what}")]
pub struct ConceptError {
    /// The concept's name.
    pub name: String,
    /// What is wrong, and what is right instead.
    pub what: String,
}

/// One thing that a photo may show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Concept {
    /// Names it everywhere; 1 to 60 characters, without `@`, quotes, slashes and control characters.
    pub name: String,
    /// What it is called, in any language; matched as whole words.
    pub words: Words,
    /// WordNet senses (`monkey.n.01`) whose classes it is cached of.
    pub senses: Senses,
    /// The scorer that counts, one of [`SCORERS`]; by default the best that there is.
    pub counts: Option<String>,
    /// The score from which on a photo shows it, 0..=1.
    pub threshold: Option<f64>,
}

/// A concept as a settings file has it, below its name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The name itself where they are not given.
    words: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    senses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
}

impl Concept {
    /// Says what is wrong with it, if anything is.
    pub fn check(&self) -> Result<(), ConceptError> {
        let wrong = |what: String| Err(ConceptError { name: self.name.clone(), what });
        if let Some(what) = name_fault(&self.name) {
            return wrong(what.to_owned());
        }
        if self.words.len() > MAX_WORDS {
            return wrong(format!("{} words are too many, {MAX_WORDS} are the most", self.words.len()));
        }
        for word in &self.words {
            if canonical(word).is_empty() || word.chars().count() > MAX_CHARS || word.chars().any(char::is_control) {
                return wrong(format!("{word:?} is no word: words have letters, {MAX_CHARS} characters at most"));
            }
        }
        if let Some(name) = self.senses.iter().find(|name| sense(name).is_none()) {
            return wrong(format!(
                "no class of ImageNet lies below the sense {name:?}; `gleaner concept senses WORD` lists those that are known"
            ));
        }
        if let Some(counts) = self.counts.as_ref().filter(|counts| !SCORERS.contains(&counts.as_str())) {
            return wrong(format!("counts = {counts:?} is no scorer; it is one of {}", SCORERS.join(", ")));
        }
        if let Some(threshold) = self.threshold.filter(|threshold| !(0.0..=1.0).contains(threshold)) {
            return wrong(format!("threshold = {threshold} is no score; scores lie between 0 and 1"));
        }
        Ok(())
    }

    /// The classes of ImageNet that its senses cover, lowest first; none where no sense is known.
    pub fn classes(&self) -> Vec<usize> {
        self.senses.covered().classes.clone()
    }

    /// Whether one of its words stands in a label or another short text, as a whole word.
    pub fn matches(&self, label: &str) -> bool {
        self.words.compiled().phrases.occur_in(&canonical(label))
    }

    /// Whether one of its words stands in the photo's title, description or tags; the words of searches, which
    /// were not said by the author, do not count.
    pub fn mentions(&self, photo: &Photo) -> bool {
        self.is_mentioned_in(&AuthorText::of(photo))
    }

    /// [`Self::mentions`] for several concepts and one photo.
    pub fn is_mentioned_in(&self, text: &AuthorText) -> bool {
        text.mentions(&self.words.compiled().phrases)
    }

    /// Names what its words find (12 hex digits): the same for the same words in any order and writing.
    pub fn words_digest(&self) -> String {
        self.words.compiled().digest.clone()
    }

    /// Names what its senses cover (12 hex digits): the same for the same classes.
    pub fn senses_digest(&self) -> String {
        self.senses.covered().digest.clone()
    }

    /// Senses of its words that it does not have, the widest first: what is near where nothing is known.
    pub fn near(&self) -> Vec<Sense> {
        let own = self.classes();
        // Of a phrase that is unknown the last word is the kind: "wild monkey".
        let last = |word: &String| word.rsplit(' ').next().map(lookup).unwrap_or_default();
        let of = |word: &String| Some(lookup(word)).filter(|found| !found.is_empty()).unwrap_or_else(|| last(word));
        let mut found: Vec<Sense> = self.words.iter().flat_map(of).collect();
        found.retain(|sense| sense.classes.iter().any(|class| own.binary_search(class).is_err()));
        found.sort_by_key(|sense| (std::cmp::Reverse(sense.classes.len()), sense.name));
        found.dedup_by_key(|sense| sense.name);
        found
    }
}

/// Why a concept cannot be known from words alone, in a sentence or two, with the senses that are near; `None` where
/// its senses cover at least one class.
pub fn needs_training(concept: &Concept) -> Option<String> {
    if !concept.classes().is_empty() {
        return None;
    }
    let near: Vec<String> = concept.near().iter().map(counted).collect();
    let near = match near.as_slice() {
        [] => String::new(),
        near => format!(
            "; near to it are {}, which would have to be tried: for cages a trained head was much better (docs/concepts.md)",
            near.join(", ")
        ),
    };
    Some(format!("no class of ImageNet is known for {:?}, so it cannot be told from words alone{near}", concept.name))
}

/// `fence.n.01 (4 classes)`.
pub fn counted(sense: &Sense) -> String {
    let count = sense.classes.len();
    format!("{} ({count} class{})", sense.name, if count == 1 { "" } else { "es" })
}

/// What is wrong with a name.
fn name_fault(name: &str) -> Option<&'static str> {
    let bad = |c: char| c.is_control() || matches!(c, '@' | '"' | '/' | '\\');
    if name.chars().count() > MAX_CHARS {
        return Some("the name is too long: 60 characters are the most");
    }
    if canonical(name).is_empty() || name.trim() != name {
        return Some("a name has letters, and no blanks around it");
    }
    if name.contains(bad) || name.starts_with('.') {
        return Some(
            "a name has no @, no quotes, no slashes and no control characters, and does not begin with a full stop",
        );
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
            concepts.insert(Concept { name, words: words.into(), senses: senses.into(), counts, threshold })?;
        }
        Ok(concepts)
    }
}

impl Concepts {
    /// Takes a concept in, in place of one of the same name; an error says what is wrong with it.
    pub fn insert(&mut self, concept: Concept) -> Result<(), ConceptError> {
        concept.check()?;
        self.0.insert(concept.name.clone(), concept);
        Ok(())
    }

    /// Takes a concept away and gives it.
    pub fn remove(&mut self, name: &str) -> Option<Concept> {
        self.0.remove(name)
    }

    /// Both together; where both have a name, ours stands (settings come before the dataset's own).
    pub fn over(mut self, below: Self) -> Self {
        for (name, concept) in below.0 {
            self.0.entry(name).or_insert(concept);
        }
        self
    }

    /// The concept of that name exactly.
    pub fn get(&self, name: &str) -> Option<&Concept> {
        self.0.get(name)
    }

    /// A concept whose name is the same but for case and writing.
    pub fn like(&self, name: &str) -> Option<&Concept> {
        let name = canonical(name);
        self.iter().find(|concept| canonical(&concept.name) == name)
    }

    /// In the order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Concept> {
        self.0.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
