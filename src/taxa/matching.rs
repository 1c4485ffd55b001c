//! The names that the words of a photo contain.

use super::{TaxonNames, squeezed};
use crate::concepts::words::{AuthorText, canonical, is_whole_word};
use crate::photo::{NamedIn, Photo};

/// The patterns in title, tags and description, each once, where it is first found. Of names that overlap the longest counts.
pub(super) fn patterns_in(names: &TaxonNames, photo: &Photo) -> Vec<(usize, NamedIn)> {
    let text = AuthorText::of(photo);
    let mut found: Vec<(usize, NamedIn)> = Vec::new();
    let mut add = |pattern: usize, place: NamedIn| {
        if found.iter().all(|(known, _)| *known != pattern) {
            found.push((pattern, place));
        }
    };
    in_text(names, text.title()).into_iter().for_each(|pattern| add(pattern, NamedIn::Title));
    let raw = photo.described.iter().flat_map(|described| &described.raw_tags).map(|tag| canonical(tag));
    for tag in text.tags().map(str::to_owned).chain(raw) {
        match names.by_tag.get(&squeezed(&tag)) {
            Some(pattern) => add(*pattern, NamedIn::Tags),
            None => in_text(names, &tag).into_iter().for_each(|pattern| add(pattern, NamedIn::Tags)),
        }
    }
    in_text(names, text.description()).into_iter().for_each(|pattern| add(pattern, NamedIn::Description));
    found
}

/// The patterns in a canonical text.
fn in_text(names: &TaxonNames, text: &str) -> Vec<usize> {
    let is_word = |range: &std::ops::Range<usize>| is_whole_word(text, range.clone());
    let matches = names.automaton.find_overlapping_iter(text).map(|found| (found.range(), found.pattern().as_usize()));
    let mut matches: Vec<_> = matches.filter(|(range, _)| is_word(range)).collect();
    matches.sort_by_key(|(range, _)| (std::cmp::Reverse(range.len()), range.start));
    let mut chosen: Vec<(std::ops::Range<usize>, usize)> = Vec::new();
    for (range, pattern) in matches {
        if chosen.iter().all(|(other, _)| range.end <= other.start || other.end <= range.start) {
            chosen.push((range, pattern));
        }
    }
    chosen.sort_by_key(|(range, _)| range.start);
    chosen.into_iter().map(|(_, pattern)| pattern).collect()
}
