//! Texts in the form in which they are compared: every script, without case, Arabic vowel marks or HTML.
//!
//! Both sides of a comparison go through [`normalise`], so there is one definition of "the same".

mod find;
mod folding;

use std::borrow::Cow;

use html_escape::decode_html_entities_to_string;

pub use find::find;
pub(super) use folding::push_normal;
pub use folding::{normalise, rules};

/// A number with a comma before each three digits: `1,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|part| str::from_utf8(part).ok()).collect();
    groups.join(",")
}

/// A number with a noun in the right form: `1 photo`, `1,234 photos`.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Counts up whenever [`plain_text`] makes another text of the same HTML: scores that depend on words are then outdated.
pub const PLAIN_TEXT_VERSION: u32 = 2;

/// HTML as a person reads it: without tags, comments, scripts and styles, with its entities decoded.
pub fn plain_text(html: &str) -> Cow<'_, str> {
    if !html.contains(['<', '&']) {
        return html.into();
    }
    let mut out = String::with_capacity(html.len());
    let (mut text_from, mut at) = (0, 0);
    while let Some(found) = html[at..].find('<') {
        at += found;
        if let Some((replacement, length)) = tag(&html[at..]) {
            decode_html_entities_to_string(&html[text_from..at], &mut out);
            out.extend(replacement);
            at += length;
            text_from = at;
        } else {
            // Not markup: "a < b".
            at += 1;
        }
    }
    decode_html_entities_to_string(&html[text_from..], &mut out);
    out.into()
}

/// Tags that can be inside a word; all others separate words.
const INLINE: [&str; 14] =
    ["a", "abbr", "b", "bdi", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "u"];

/// What replaces the tag at the beginning of a text, and its length in bytes.
fn tag(text: &str) -> Option<(Option<char>, usize)> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return Some((None, comment.find("-->").map_or(text.len(), |end| end + 7)));
    }
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let name_len = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = inner[..name_len].to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = text.find('>')? + 1;
    if matches!(name.as_str(), "script" | "style") && !text.starts_with("</") {
        let close = format!("</{name}");
        let body = text.as_bytes().windows(close.len()).position(|part| part.eq_ignore_ascii_case(close.as_bytes()));
        let close_at = body.unwrap_or(text.len());
        return Some((Some(' '), text[close_at..].find('>').map_or(text.len(), |more| close_at + more + 1)));
    }
    Some(((!INLINE.contains(&name.as_str())).then_some(' '), end))
}

#[cfg(test)]
mod tests;
