//! What was odd, for a person: a few of each kind with their place, then how many more there are.

use std::collections::BTreeMap;

/// Warnings of one kind that are spelt out.
const OF_A_KIND: u64 = 20;

/// Characters of a name that a warning shows.
const SHOWN: usize = 100;

/// Collects warnings.
#[derive(Default)]
pub struct Warnings {
    said: Vec<String>,
    kinds: BTreeMap<&'static str, (u64, String)>,
}

impl Warnings {
    /// Takes note of one; past the first few of a kind only their number and the last is kept.
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

    /// All of them, in the order in which they were met.
    pub fn all(mut self) -> Vec<String> {
        for (count, last) in self.kinds.into_values() {
            match count.saturating_sub(OF_A_KIND) {
                0 => {}
                1 => self.said.push(last),
                more => self.said.push(format!("{more} more like these, the last: {last}")),
            }
        }
        self.said
    }
}

/// A name as a warning shows it: not endless, and nothing that moves a terminal's cursor.
pub fn shown(name: &str) -> String {
    let clean = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => name[..end].chars().map(clean).chain(['\u{2026}']).collect(),
        None => name.chars().map(clean).collect(),
    }
}
