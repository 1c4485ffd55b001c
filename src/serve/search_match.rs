//! Why a search found a photo: which of its words occur in which field.

use serde::Serialize;
use utoipa::ToSchema;

use crate::photo::Photo;
use crate::photo::text::plain_text;

/// Characters shown before and after a word.
const AROUND: usize = 40;

/// A word of a search, found in a photo.
#[derive(Debug, Serialize, ToSchema, PartialEq, Eq)]
pub struct SearchMatch {
    /// The search.
    pub term: String,
    /// `title`, `tags`, `description` or `machine_tags`.
    pub field: &'static str,
    /// The text around the word.
    pub text: String,
    /// Where the word begins in `text`, in UTF-16 code units as browsers count.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

/// The first occurrence of each word of each search in each field.
pub fn of(photo: &Photo) -> Vec<SearchMatch> {
    let description = plain_text(&photo.description);
    let fields: [(&'static str, Vec<&str>); 4] = [
        ("title", vec![&photo.title]),
        ("tags", photo.tags.iter().map(String::as_str).collect()),
        ("description", vec![&description]),
        ("machine_tags", photo.machine_tags.iter().map(String::as_str).collect()),
    ];
    let mut found: Vec<SearchMatch> = Vec::new();
    for search in &photo.searches {
        for word in words(&search.term) {
            for (field, texts) in &fields {
                let place = texts.iter().find_map(|text| matched(text, &word));
                let why =
                    place.map(|(text, from, to)| SearchMatch { term: search.term.clone(), field, text, from, to });
                // The same search in another box.
                found.extend(why.filter(|why| !found.contains(why)));
            }
        }
    }
    found
}

/// The words of a search in lower case, without excluded ones (`-cage`) and operators.
fn words(term: &str) -> Vec<Vec<char>> {
    let split = term.split(|c: char| c.is_whitespace() || "\"(),".contains(c));
    let words =
        split.filter(|word| !word.is_empty() && !word.starts_with('-') && !matches!(*word, "OR" | "AND" | "NOT"));
    words.map(|word| word.chars().map(folded).collect()).collect()
}

/// Lower case, one character for one, so that positions stay the same.
fn folded(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// The text around the first occurrence of a word, and the word's position in it.
fn matched(text: &str, word: &[char]) -> Option<(String, usize, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let at = chars.windows(word.len()).position(|part| part.iter().zip(word).all(|(c, want)| folded(*c) == *want))?;
    let (start, end) = (at.saturating_sub(AROUND), (at + word.len() + AROUND).min(chars.len()));
    let units = |part: &[char]| part.iter().map(|c| c.len_utf16()).sum::<usize>();
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < chars.len() { "…" } else { "" });
    let from = before.chars().count() + units(&chars[start..at]);
    let shown: String = chars[start..end].iter().collect();
    Some((format!("{before}{shown}{after}"), from, from + units(&chars[at..at + word.len()])))
}
