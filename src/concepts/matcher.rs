//! Finds many words and phrases in the words of a photo at once: of those that overlap the longest counts.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::words::{AuthorText, canonical, is_whole_word};
use crate::photo::{NamedIn, Photo};

/// Patterns in canonical form that are looked for together.
#[derive(Debug)]
pub(crate) struct Matcher {
    patterns: Vec<String>,
    by_name: HashMap<String, usize>,
    /// Patterns without blanks, for tags.
    by_tag: HashMap<String, usize>,
    automaton: AhoCorasick,
}

impl Matcher {
    /// Of canonical patterns that are not empty.
    pub(crate) fn of(patterns: Vec<String>) -> Self {
        let automaton = AhoCorasick::new(&patterns).expect("patterns are short and far fewer than the limit");
        let with_blank = patterns.iter().enumerate().filter(|(_, pattern)| pattern.contains(' '));
        let by_tag = with_blank.map(|(at, pattern)| (squeezed(pattern), at)).collect();
        let by_name = patterns.iter().enumerate().map(|(at, pattern)| (pattern.clone(), at)).collect();
        Self { patterns, by_name, by_tag, automaton }
    }

    /// A pattern.
    pub(crate) fn pattern(&self, at: usize) -> &str {
        &self.patterns[at]
    }

    /// The pattern that a canonical text is.
    pub(crate) fn named(&self, text: &str) -> Option<usize> {
        self.by_name.get(text).copied()
    }

    /// The pattern of more than one word that a tag without blanks is.
    pub(crate) fn of_tag(&self, squeezed: &str) -> Option<usize> {
        self.by_tag.get(squeezed).copied()
    }

    /// The patterns in title, tags and description, each once, where it is first found.
    pub(crate) fn in_photo(&self, photo: &Photo) -> Vec<(usize, NamedIn)> {
        self.in_photo_where(photo, |_, _, _| true)
    }

    /// The same without the occurrences in the title and the description for which `counts` is false: pattern, canonical text, and where it
    /// is there.
    pub(crate) fn in_photo_where(
        &self,
        photo: &Photo,
        counts: impl Fn(usize, &str, Range<usize>) -> bool,
    ) -> Vec<(usize, NamedIn)> {
        let text = AuthorText::of(photo);
        let mut found: Vec<(usize, NamedIn)> = Vec::new();
        let mut add = |pattern: usize, place: NamedIn| {
            if found.iter().all(|(known, _)| *known != pattern) {
                found.push((pattern, place));
            }
        };
        let counted = |text: &str| {
            let found = self.at_text(text).into_iter().filter(|(range, pattern)| counts(*pattern, text, range.clone()));
            found.map(|(_, pattern)| pattern).collect::<Vec<_>>()
        };
        counted(text.title()).into_iter().for_each(|pattern| add(pattern, NamedIn::Title));
        let raw = photo.described.iter().flat_map(|described| &described.raw_tags).map(|tag| canonical(tag));
        for tag in text.tags().map(str::to_owned).chain(raw) {
            match self.of_tag(&squeezed(&tag)) {
                Some(pattern) => add(pattern, NamedIn::Tags),
                None => self.in_text(&tag).into_iter().for_each(|pattern| add(pattern, NamedIn::Tags)),
            }
        }
        counted(text.description()).into_iter().for_each(|pattern| add(pattern, NamedIn::Description));
        found
    }

    /// The patterns in a canonical text, in its order.
    pub(crate) fn in_text(&self, text: &str) -> Vec<usize> {
        self.at_text(text).into_iter().map(|(_, pattern)| pattern).collect()
    }

    /// The same, each with where it is.
    fn at_text(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let is_word = |range: &Range<usize>| is_whole_word(text, range.clone());
        let matches = self.automaton.find_overlapping_iter(text);
        let matches = matches.map(|found| (found.range(), found.pattern().as_usize()));
        let mut matches: Vec<_> = matches.filter(|(range, _)| is_word(range)).collect();
        matches.sort_by_key(|(range, _)| (Reverse(range.len()), range.start));
        let mut chosen: Vec<(Range<usize>, usize)> = Vec::new();
        for (range, pattern) in matches {
            if chosen.iter().all(|(other, _)| range.end <= other.start || other.end <= range.start) {
                chosen.push((range, pattern));
            }
        }
        chosen.sort_by_key(|(range, _)| range.start);
        chosen
    }
}

/// A phrase without blanks, as Flickr's tags are.
pub(crate) fn squeezed(phrase: &str) -> String {
    phrase.replace(' ', "")
}
