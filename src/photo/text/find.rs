//! Where in a text some words are, compared as [`normalise`] says.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::normalise;

/// The bytes of the first place in `text` that is equal to `words`; `None` where there is none, or nothing is left of the
/// words.
pub fn find(text: &str, words: &str) -> Option<Range<usize>> {
    let words = normalise(words);
    if words.is_empty() {
        return None;
    }
    let mut normal = String::with_capacity(text.len());
    // Where each piece begins in `normal`, and its bytes in `text`.
    let mut pieces: Vec<(usize, Range<usize>)> = Vec::new();
    for piece in pieces_of(text) {
        let own = normalise(&text[piece.clone()]);
        pieces.push((normal.len(), piece.clone()));
        if own.is_empty() && text[piece].contains(char::is_whitespace) && !normal.ends_with(' ') {
            normal.push(' ');
        }
        normal.push_str(&own);
    }
    let at = normal.find(&words)?;
    let piece = |byte: usize| &pieces[pieces.partition_point(|(start, _)| *start <= byte) - 1].1;
    Some(piece(at).start..piece(at + words.len() - 1).end)
}

/// The characters of a text, each with the marks on it.
fn pieces_of(text: &str) -> impl Iterator<Item = Range<usize>> {
    let joins = |c: char| is_combining_mark(c) || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{200b}'..='\u{200d}');
    let starts = text.char_indices().filter(move |(at, c)| *at == 0 || !joins(*c)).map(|(at, _)| at);
    let ends = starts.clone().skip(1).chain([text.len()]);
    starts.zip(ends).map(|(from, to)| from..to)
}
