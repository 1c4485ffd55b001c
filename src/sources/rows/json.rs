//! JSON with odd values. Half a surrogate pair becomes U+FFFD, `NaN` becomes null, a number that no double holds becomes
//! its text, and control characters in a text are escaped: one value never costs its record.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A value, as [`repaired`] where it must be.
pub fn value(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|err| match repaired(text) {
        Cow::Borrowed(_) => Err(err),
        Cow::Owned(text) => serde_json::from_str(&text),
    })
}

/// The text as it is if its syntax is JSON's, else [`repaired`]. Its values may still need [`value`].
pub fn readable(text: &str) -> Cow<'_, str> {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Cow::Borrowed(text),
        Err(_) => repaired(text),
    }
}

/// The text with what serde_json refuses replaced by what it takes. What is not JSON at all stays.
pub fn repaired(text: &str) -> Cow<'_, str> {
    let mut repair = Repair { text, out: String::new(), copied: 0, at: 0 };
    while let Some(byte) = repair.byte(repair.at) {
        match byte {
            b'"' => repair.string(),
            b'-' | b'+' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => repair.token(),
            _ => repair.at += 1,
        }
    }
    if repair.copied == 0 {
        return Cow::Borrowed(text);
    }
    repair.out.push_str(&text[repair.copied..]);
    Cow::Owned(repair.out)
}

struct Repair<'t> {
    text: &'t str,
    out: String,
    /// Bytes of the text that are in `out`.
    copied: usize,
    at: usize,
}

impl Repair<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Puts `new` in the place of the text from `from` to `to`.
    fn replace(&mut self, from: usize, to: usize, new: &str) {
        self.out.push_str(&self.text[self.copied..from]);
        self.out.push_str(new);
        self.copied = to;
    }

    /// Passes a text, which begins here.
    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if self.byte(self.at + 1) == Some(b'u') => self.escape(),
                b'\\' => self.at += 1 + self.text[self.at + 1..].chars().next().map_or(0, char::len_utf8),
                0..=0x1f => {
                    self.replace(self.at, self.at + 1, &format!("\\u{byte:04x}"));
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Passes `\uXXXX`, with its second half where it has one.
    fn escape(&mut self) {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
            digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
        };
        let (at, second) = (self.at, unit(self.at + 6));
        match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(second, Some(0xDC00..=0xDFFF)) => self.at += 12,
            Some(0xD800..=0xDFFF) => {
                self.replace(at, at + 6, "\\ufffd");
                self.at += 6;
            }
            Some(_) => self.at += 6,
            None => self.at += 2,
        }
    }

    /// Passes a number or a word.
    fn token(&mut self) {
        let rest = &self.text[self.at..];
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '+' | '.')).unwrap_or(rest.len());
        let (token, from) = (&rest[..end], self.at);
        self.at += end;
        match token {
            "NaN" | "nan" | "-NaN" => self.replace(from, self.at, "null"),
            _ if token.parse::<f64>().is_ok_and(|number| !number.is_finite()) => {
                let text = format!("\"{token}\"");
                self.replace(from, self.at, &text);
            }
            _ => {}
        }
    }
}

/// Why a part of a file is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is JSON, but no object.
    NoObject,
    /// It is not JSON from this character on, counted from 1.
    NoJson(usize),
}

/// The records of a file, each with its line, from 1: JSON Lines, an array, a stream of objects, a `DataFrame`.
pub fn records(text: &str) -> Vec<(u64, Result<Value, Wrong>)> {
    let object = |text: &str| match value(text) {
        Ok(record) if record.is_object() => Ok(record),
        Ok(_) => Err(Wrong::NoObject),
        Err(err) => Err(Wrong::NoJson(err.column())),
    };
    if let Ok(Value::Object(whole)) = value(text) {
        return inner(whole).into_iter().map(|record| (1, Ok(record))).collect();
    }
    if text.trim_start().starts_with('[')
        && let Some(elements) = elements(text)
    {
        return elements.into_iter().map(|(line, element)| (line, object(element))).collect();
    }
    // Objects one after the other, each over several lines.
    let stream: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter::<Value>().collect();
    let stream = stream.ok().filter(|stream| stream.iter().all(Value::is_object)).unwrap_or_default();
    if !stream.is_empty() && text.lines().filter(|line| !line.trim().is_empty()).count() != stream.len() {
        return (1..).zip(stream).map(|(nth, record)| (nth, Ok(record))).collect();
    }
    let lines = (1..).zip(text.split('\n')).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(nth, line)| (nth, object(line))).collect()
}

/// The records in one object: those of the list that it holds, those of a pandas `DataFrame` (column by column), or
/// itself.
fn inner(whole: Map<String, Value>) -> Vec<Value> {
    let is_list =
        |value: &Value| value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object));
    let is_single = whole.contains_key("file") || whole.contains_key("SourceFile");
    let mut lists = whole.values().filter(|value| is_list(value));
    if let (false, Some(Value::Array(list)), None) = (is_single, lists.next(), lists.next()) {
        return list.clone();
    }
    transposed(&whole).unwrap_or_else(|| vec![Value::Object(whole)])
}

/// `{"file": {"0": "a.jpg"}, "title": {"0": "Heron"}}` row by row.
fn transposed(whole: &Map<String, Value>) -> Option<Vec<Value>> {
    let columns: Vec<(&String, &Map<String, Value>)> =
        whole.iter().map(|(name, column)| Some((name, column.as_object()?))).collect::<Option<_>>()?;
    let (_, first) = columns.first()?;
    let same = columns.iter().all(|(_, column)| column.keys().eq(first.keys()));
    let indexed = first.keys().all(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()));
    if !same || !indexed || first.is_empty() {
        return None;
    }
    let row = |key: &String| {
        Value::Object(columns.iter().map(|(name, column)| ((*name).clone(), column[key].clone())).collect())
    };
    Some(first.keys().map(row).collect())
}

/// The elements of an array, each with its line; the last one may be cut off. `None` where something follows the array.
fn elements(text: &str) -> Option<Vec<(u64, &str)>> {
    let mut elements = Vec::new();
    let mut at = text.find('[')? + 1;
    let (mut line, mut counted) = (1, 0);
    loop {
        at += text[at..].len() - text[at..].trim_start_matches([',', ' ', '\t', '\r', '\n']).len();
        match text[at..].chars().next() {
            None => return Some(elements),
            Some(']') => return text[at + 1..].trim().is_empty().then_some(elements),
            Some(_) => {
                let end = at + length(&text[at..]);
                line += text[counted..at].matches('\n').count() as u64;
                counted = at;
                elements.push((line, &text[at..end]));
                at = end;
            }
        }
    }
}

/// Bytes of the value with which a text begins, at least 1.
fn length(text: &str) -> usize {
    let (mut depth, mut in_text, mut escaped) = (0_u32, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' if depth == 1 => return at + 1,
            b',' | b']' | b'}' if depth == 0 && at > 0 => return at,
            _ => {}
        }
    }
    text.len()
}
