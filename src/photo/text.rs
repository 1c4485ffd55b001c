//! Texts in the form in which they are compared: every script, without case, Arabic vowel marks or HTML.
//!
//! Both sides of a comparison go through [`normalise`], so there is one definition of "the same".

use std::borrow::Cow;

use html_escape::decode_html_entities_to_string;
use unicode_normalization::UnicodeNormalization;

/// Normalises text for comparison: NFKC, lower case, without Arabic and Hebrew points, tatweel and invisible
/// characters; each run of blanks and control characters becomes one blank, and none is left at either end.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_normal(&mut out, text);
    out
}

/// Appends text as [`normalise`] gives it.
pub(super) fn push_normal(out: &mut String, text: &str) {
    let start = out.len();
    if text.is_ascii() {
        for word in text.split(|c: char| c == ' ' || c.is_ascii_control()).filter(|word| !word.is_empty()) {
            if out.len() > start {
                out.push(' ');
            }
            let at = out.len();
            out.push_str(word);
            out[at..].make_ascii_lowercase();
        }
    } else if text.chars().all(is_settled) {
        text.chars().for_each(|c| push_lower(out, start, c));
    } else {
        text.nfkc().for_each(|c| push_lower(out, start, c));
    }
    if out.len() > start && out.ends_with(' ') {
        out.pop();
    }
}

fn push_lower(out: &mut String, start: usize, c: char) {
    if c.is_ascii() {
        push_folded(out, start, c.to_ascii_lowercase());
    } else if !is_left_out(c) {
        // A final sigma must equal any other, since a search may end within a word.
        c.to_lowercase().for_each(|c| push_folded(out, start, if c == 'ς' { 'σ' } else { c }));
    }
}

fn push_folded(out: &mut String, start: usize, c: char) {
    if !c.is_whitespace() && !c.is_control() {
        out.push(c);
    } else if out.len() > start && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Common characters that NFKC does not change next to others of these.
fn is_settled(c: char) -> bool {
    matches!(c, '\0'..='\u{9f}' | 'À'..='ÿ' | 'А'..='я' | '\u{621}'..='\u{64a}'
        | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{3001}'..='\u{3015}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Points of Arabic and Hebrew, tatweel, and invisible characters.
fn is_left_out(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{61c}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// A number with a comma before each three digits: `1,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|part| str::from_utf8(part).ok()).collect();
    groups.join(",")
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
