//! Whether a word stands in a text: whole words in any script, phrases, English plurals, tags without blanks.
//!
//! Scripts that do not part words (Chinese, Japanese, Thai, ...) and Korean, which joins particles to them, are
//! searched for the characters alone.

use std::collections::BTreeSet;

use memchr::memmem;
use unicode_normalization::char::is_combining_mark;

use super::plural::plurals;
use crate::photo::Photo;
use crate::photo::text::{normalise, plain_text};

/// A text as words are looked for in it: normalised, with what joins words (hyphens, apostrophes, underscores)
/// as blanks.
pub(super) fn canonical(text: &str) -> String {
    let joins =
        |c: char| matches!(c, '-' | '_' | '\'' | '\u{2018}' | '\u{2019}' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let normal = normalise(text);
    if normal.contains(joins) { normalise(&normal.replace(joins, " ")) } else { normal }
}

/// Words and phrases that are looked for together.
#[derive(Clone, Debug)]
pub(super) struct Phrases {
    /// Canonical, with their plurals, each once.
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

    /// Whether one of them stands in a canonical text.
    pub(super) fn occur_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| occurs_in(form, text))
    }

    /// Whether a canonical tag is cached of them alone, without blanks: `capuchinmonkey`, `titimonkey`.
    fn compose(&self, tag: &str) -> bool {
        let rest_of = |form: &String| without_blanks(form, tag);
        self.forms.iter().filter_map(rest_of).any(|rest| {
            rest.is_empty() || self.forms.iter().any(|form| without_blanks(form, rest).is_some_and(str::is_empty))
        })
    }
}

/// What of a tag is left behind a form whose blanks do not count.
fn without_blanks<'a>(form: &str, tag: &'a str) -> Option<&'a str> {
    form.split(' ').try_fold(tag, |rest, part| rest.strip_prefix(part))
}

/// Whether a form stands in a text as whole words; both are canonical, the form is not empty.
fn occurs_in(form: &str, text: &str) -> bool {
    let (Some(first), Some(last)) = (form.chars().next(), form.chars().next_back()) else { return false };
    memmem::find_iter(text.as_bytes(), form.as_bytes()).any(|at| {
        let (before, after) = (&text[..at], &text[at + form.len()..]);
        begins(before, first) && after.chars().next().is_none_or(|next| ends(last, next))
    })
}

/// Whether a word that begins with a character may begin behind a text.
fn begins(before: &str, first: char) -> bool {
    let mut back = before.chars().rev();
    let (last, one_more) = (back.next(), back.next());
    match last {
        // "photo.net" and "a@b.net" are names, whose parts are no words.
        Some('.') => one_more.is_none_or(|c| !c.is_alphanumeric()) || !is_letter(first),
        Some(last) => !(is_letter(last) && is_letter(first)),
        None => true,
    }
}

/// Whether a word that ends with a character is over before the next one.
fn ends(last: char, next: char) -> bool {
    !(is_combining_mark(next) || is_letter(last) && is_letter(next))
}

/// Letters and digits of scripts that part words, and the marks on them.
fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && !is_sign(c)
}

/// Characters of scripts that do not part words: Thai and Lao, Myanmar, Khmer, jamo, kana, ideographs, hangul.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3041}'..='\u{30ff}' | '\u{3105}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What is said with a photo, cached ready once for all concepts: its title, its description without HTML and
/// addresses, its tags.
pub struct AuthorText {
    prose: Vec<String>,
    tags: Vec<String>,
}

impl AuthorText {
    /// What is said with a photo; what it was found by, and where, is not.
    pub fn of(photo: &Photo) -> Self {
        let description = plain_text(&photo.description);
        Self {
            prose: vec![canonical(&without_addresses(&photo.title)), canonical(&without_addresses(&description))],
            tags: photo.tags.iter().map(|tag| canonical(tag)).collect(),
        }
    }

    /// Whether there are no words at all.
    pub fn is_empty(&self) -> bool {
        self.prose.iter().chain(&self.tags).all(String::is_empty)
    }

    pub(super) fn mentions(&self, phrases: &Phrases) -> bool {
        self.prose.iter().chain(&self.tags).any(|text| phrases.occur_in(text))
            || self.tags.iter().any(|tag| phrases.compose(tag))
    }
}

/// A text without web and mail addresses: what a site is called says nothing of a photo.
fn without_addresses(text: &str) -> String {
    let is_address = |word: &str| word.contains("://") || word.contains("www.") || word.contains('@');
    text.split_whitespace().filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ")
}
