//! Finds words in texts: whole words in any script, phrases, English plurals, and tags written without spaces.
//!
//! In scripts without spaces between words (Chinese, Japanese, Thai, ...), and in Korean, which appends particles, the
//! characters alone are searched.

use std::collections::BTreeSet;
use std::ops::Range;

use memchr::memmem;
use unicode_normalization::char::is_combining_mark;

pub(crate) use super::plural::plurals;
use crate::photo::Photo;
use crate::photo::text::{normalise, plain_text};

/// The canonical form for matching: normalised, with hyphens, apostrophes and underscores replaced by spaces.
pub(crate) fn canonical(text: &str) -> String {
    // Typographic hyphens and apostrophes are these by now.
    let joins = |c: char| matches!(c, '-' | '_' | '\'');
    let normal = normalise(text);
    if normal.contains(joins) { normalise(&normal.replace(joins, " ")) } else { normal }
}

/// Words and phrases that are matched together.
#[derive(Clone, Debug)]
pub(super) struct Phrases {
    /// Canonical forms including plurals, without duplicates.
    forms: BTreeSet<String>,
}

impl Phrases {
    pub(super) fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let own = words.into_iter().map(canonical).filter(|word| !word.is_empty());
        let forms = own.flat_map(|word| plurals(&word).into_iter().chain([word]));
        Self { forms: forms.collect() }
    }

    /// All forms, in order.
    pub(super) fn forms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().map(String::as_str)
    }

    /// Whether a canonical text contains one of them.
    pub(super) fn occur_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| occurs_in(form, text))
    }

    /// Whether a canonical tag consists of one or two of them without spaces: `capuchinmonkey`, `titimonkey`.
    fn compose(&self, tag: &str) -> bool {
        let rest_of = |form: &String| without_blanks(form, tag);
        self.forms.iter().filter_map(rest_of).any(|rest| {
            rest.is_empty() || self.forms.iter().any(|form| without_blanks(form, rest).is_some_and(str::is_empty))
        })
    }
}

/// The rest of a tag after a form whose spaces are ignored.
fn without_blanks<'a>(form: &str, tag: &'a str) -> Option<&'a str> {
    form.split(' ').try_fold(tag, |rest, part| rest.strip_prefix(part))
}

/// Whether a text contains a form as whole words; both are canonical, the form is not empty.
fn occurs_in(form: &str, text: &str) -> bool {
    let (Some(first), Some(last)) = (form.chars().next(), form.chars().next_back()) else { return false };
    memmem::find_iter(text.as_bytes(), form.as_bytes()).any(|at| is_word(text, at..at + form.len(), (first, last)))
}

/// Whether a part of a canonical text consists of whole words.
pub(crate) fn is_whole_word(text: &str, range: Range<usize>) -> bool {
    let mut word = text[range.clone()].chars();
    let Some(first) = word.next() else { return false };
    is_word(text, range, (first, word.next_back().unwrap_or(first)))
}

fn is_word(text: &str, range: Range<usize>, (first, last): (char, char)) -> bool {
    let (before, after) = (&text[..range.start], &text[range.end..]);
    begins(before, first) && after.chars().next().is_none_or(|next| ends(last, next))
}

/// Whether a word whose first character is `first` may start after this text.
fn begins(before: &str, first: char) -> bool {
    let mut back = before.chars().rev();
    let (last, one_more) = (back.next(), back.next());
    match last {
        // "photo.net" and "a@b.net" are names; their parts are not words.
        Some('.') => one_more.is_none_or(|c| !c.is_alphanumeric()) || !is_letter(first),
        Some(last) => !(is_letter(last) && is_letter(first)),
        None => true,
    }
}

/// Whether a word that ends with `last` ends before the next character.
fn ends(last: char, next: char) -> bool {
    !(is_combining_mark(next) || is_letter(last) && is_letter(next))
}

/// Letters, digits and combining marks of scripts that separate words.
fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && !is_sign(c)
}

/// Characters of scripts that do not separate words: Thai and Lao, Myanmar, Khmer, jamo, kana, ideographs, hangul.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3041}'..='\u{30ff}' | '\u{3105}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The author's words about a photo, prepared once for all concepts: title, description (without HTML and addresses) and
/// tags.
pub struct AuthorText {
    prose: Vec<String>,
    tags: Vec<String>,
}

impl AuthorText {
    /// The photo's own texts. The searches that found it and its place are not included.
    pub fn of(photo: &Photo) -> Self {
        let description = plain_text(&photo.description);
        Self {
            prose: vec![canonical(&without_addresses(&photo.title)), canonical(&without_addresses(&description))],
            tags: photo.tags.iter().map(|tag| canonical(tag)).collect(),
        }
    }

    /// Whether the photo has no words.
    pub fn is_empty(&self) -> bool {
        self.prose.iter().chain(&self.tags).all(String::is_empty)
    }

    /// The title in canonical form.
    pub(crate) fn title(&self) -> &str {
        &self.prose[0]
    }

    /// The description in canonical form.
    pub(crate) fn description(&self) -> &str {
        &self.prose[1]
    }

    /// The tags in canonical form.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(String::as_str)
    }

    pub(super) fn mentions(&self, phrases: &Phrases) -> bool {
        self.prose.iter().chain(&self.tags).any(|text| phrases.occur_in(text))
            || self.tags.iter().any(|tag| phrases.compose(tag))
    }
}

/// A text without web and mail addresses: the name of a site says nothing about a photo.
fn without_addresses(text: &str) -> String {
    let is_address = |word: &str| word.contains("://") || word.contains("www.") || word.contains('@');
    text.split_whitespace().filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ")
}
