//! Why a search found a photo: which of its words occur in which field.

use serde::Serialize;
use utoipa::ToSchema;

use crate::photo::Photo;
use crate::photo::text::{find, plain_text};

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
                let place = texts.iter().find_map(|text| matched(text, word));
                let why =
                    place.map(|(text, from, to)| SearchMatch { term: search.term.clone(), field, text, from, to });
                // The same search in another box.
                found.extend(why.filter(|why| !found.contains(why)));
            }
        }
    }
    found
}

/// The words of a search, without excluded ones (`-cage`) and operators.
fn words(term: &str) -> impl Iterator<Item = &str> {
    let split = term.split(|c: char| c.is_whitespace() || "\"(),".contains(c));
    split.filter(|word| !word.is_empty() && !word.starts_with('-') && !matches!(*word, "OR" | "AND" | "NOT"))
}

/// The text around the first occurrence of a word, and the word's position in it.
fn matched(text: &str, word: &str) -> Option<(String, usize, usize)> {
    let found = find(text, word)?;
    let (before, word, after) = (&text[..found.start], &text[found.clone()], &text[found.end..]);
    let start = before.char_indices().rev().take(AROUND).last().map_or(before.len(), |(at, _)| at);
    let end = after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| at);
    let units = |part: &str| part.encode_utf16().count();
    let (cut_before, cut_after) = (if start > 0 { "…" } else { "" }, if end < after.len() { "…" } else { "" });
    let from = units(cut_before) + units(&before[start..]);
    let shown = format!("{cut_before}{}{word}{}{cut_after}", &before[start..], &after[..end]);
    Some((shown, from, from + units(word)))
}
