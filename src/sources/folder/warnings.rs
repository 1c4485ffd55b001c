//! Warnings for the user: the first of each kind with their positions, then the number of further ones.

use std::collections::BTreeMap;

/// The most warnings of one kind that are shown in full.
const OF_A_KIND: u64 = 20;

/// The most characters of a name that a warning shows.
const SHOWN: usize = 100;

/// Collects warnings.
#[derive(Default)]
pub struct Warnings {
    said: Vec<String>,
    kinds: BTreeMap<&'static str, (u64, String)>,
    asked: BTreeMap<&'static str, (u64, String)>,
}

impl Warnings {
    /// Adds a warning. After the first few of a kind only the number and the last one are kept.
    pub fn add(&mut self, kind: &'static str, text: impl FnOnce() -> String) {
        let text = text();
        let (count, last) = self.kinds.entry(kind).or_default();
        *count += 1;
        if *count <= OF_A_KIND {
            self.said.push(text);
        } else {
            *last = text;
        }
    }

    /// Asks a question about a column: once, with the number of further cells that it is about.
    pub fn ask(&mut self, column: &'static str, question: impl FnOnce() -> String) {
        self.asked.entry(column).or_insert_with(|| (0, question())).0 += 1;
    }

    /// All warnings, in the order in which they were added, then the questions.
    pub fn all(mut self) -> Vec<String> {
        for (count, last) in self.kinds.into_values() {
            match count.saturating_sub(OF_A_KIND) {
                0 => {}
                1 => self.said.push(last),
                more => self.said.push(format!("{more} more like these, the last: {last}")),
            }
        }
        for (count, question) in self.asked.into_values() {
            self.said.push(match count {
                1 => question,
                _ => format!("{question} (further cells like it: {})", count - 1),
            });
        }
        self.said
    }
}

/// A name as a warning shows it: shortened, and without control characters.
pub fn shown(name: &str) -> String {
    let clean = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => name[..end].chars().map(clean).chain(['\u{2026}']).collect(),
        None => name.chars().map(clean).collect(),
    }
}
