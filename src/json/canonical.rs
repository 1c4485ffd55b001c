//! Recognises JSON that is exactly what `serde_json` writes of a type, without building a value.
//!
//! A text that passes can be read as the type, and the value is written as this text again. So the text may take the place
//! of the value, also if another program wrote it. A text that does not pass may still be readable.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use memchr::memchr2;

/// A type whose JSON can be recognised. For structs there is a derive macro.
pub trait Canonical {
    /// Goes past a value; `None` if what is at the cursor is not the text that `serde_json` writes of a value of this type.
    fn pass(cursor: &mut Cursor<'_>) -> Option<()>;
}

/// Whether a text is what `serde_json` writes of a value of this type.
pub fn is_canonical<T: Canonical>(text: &str) -> bool {
    // Written JSON escapes all of these.
    if text.bytes().any(|byte| byte < b' ') {
        return false;
    }
    let mut cursor = Cursor { rest: text.as_bytes() };
    T::pass(&mut cursor).is_some() && cursor.rest.is_empty()
}

/// A position in a text.
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Goes past these bytes.
    fn eat(&mut self, expected: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    fn is_at(&self, byte: u8) -> bool {
        self.rest.first() == Some(&byte)
    }

    /// Goes past a text and returns what is between its quotes.
    pub(crate) fn text(&mut self) -> Option<&'a [u8]> {
        self.eat(b"\"")?;
        let (start, mut end) = (self.rest, 0);
        loop {
            end += memchr2(b'"', b'\\', start.get(end..)?)?;
            if start[end] == b'"' {
                self.rest = &start[end + 1..];
                return Some(&start[..end]);
            }
            end += escape(&start[end + 1..])? + 1;
        }
    }

    /// Goes past the characters of a number and returns them.
    fn number(&mut self) -> Option<&'a str> {
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = self.rest.iter().position(|byte| !is_part(byte)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        std::str::from_utf8(number).ok()
    }

    /// Goes past a list or an object of items.
    fn items(&mut self, [open, close]: [u8; 2], mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.eat(&[open])?;
        if self.is_at(close) {
            return self.eat(&[close]);
        }
        loop {
            item(self)?;
            if self.is_at(close) {
                return self.eat(&[close]);
            }
            self.eat(b",")?;
        }
    }
}

/// The length of the escape after a backslash, if it is the one that is written.
fn escape(after: &[u8]) -> Option<usize> {
    match after {
        [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(1),
        // Those with a letter of their own are not written like this.
        [b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
        | [b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => Some(5),
        _ => None,
    }
}

/// The fields of an object, in the order of the struct.
pub struct Fields<'a, 'b> {
    cursor: &'b mut Cursor<'a>,
    /// What precedes the next field.
    separator: u8,
}

impl<'a, 'b> Fields<'a, 'b> {
    /// At the start of an object.
    pub fn open(cursor: &'b mut Cursor<'a>) -> Option<Self> {
        cursor.is_at(b'{').then_some(Self { cursor, separator: b'{' })
    }

    /// Goes past a field that is always written. `key` has quotes and a colon.
    #[inline]
    pub fn must<T: Canonical>(&mut self, key: &str) -> Option<()> {
        let (separator, rest) = self.cursor.rest.split_first()?;
        if *separator != self.separator {
            return None;
        }
        self.cursor.rest = rest.strip_prefix(key.as_bytes())?;
        self.separator = b',';
        T::pass(self.cursor)
    }

    /// Goes past a field that is left out if its value has the text `left_out`.
    #[inline]
    pub fn may<T: Canonical>(&mut self, key: &str, left_out: &str) -> Option<()> {
        let is_there = |text: &[u8]| text.first() == Some(&self.separator) && text[1..].starts_with(key.as_bytes());
        if !is_there(self.cursor.rest) {
            return Some(());
        }
        self.cursor.rest = &self.cursor.rest[1 + key.len()..];
        self.separator = b',';
        if self.cursor.rest.starts_with(left_out.as_bytes()) {
            return None;
        }
        T::pass(self.cursor)
    }

    /// At the end of the object.
    pub fn close(self) -> Option<()> {
        if self.separator == b'{' { self.cursor.eat(b"{}") } else { self.cursor.eat(b"}") }
    }
}

impl Canonical for String {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.text().map(|_| ())
    }
}

impl Canonical for bool {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.eat(b"true").or_else(|| cursor.eat(b"false"))
    }
}

macro_rules! whole_numbers {
    ($($type:ty)*) => {
        $(impl Canonical for $type {
            fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
                let digits = cursor.number()?;
                let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits.len() == 1 || !digits.starts_with('0'));
                (is_plain && digits.parse::<Self>().is_ok()).then_some(())
            }
        })*
    };
}

whole_numbers!(u8 u32 u64);

impl Canonical for f64 {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        let number = cursor.number()?;
        (is_short_decimal(number) || is_written(number)).then_some(())
    }
}

/// Whether a number is the one that is written of its value.
fn is_written(number: &str) -> bool {
    let value = number.parse::<f64>().ok().filter(|value| value.is_finite());
    value.and_then(|value| serde_json::to_string(&value).ok()).is_some_and(|written| written == number)
}

/// Whether a number is a decimal of at most 15 digits without needless zeros. No other decimal of so few digits has the same
/// nearest 64-bit float, so this is the one that is written of it.
fn is_short_decimal(number: &str) -> bool {
    let unsigned = number.strip_prefix('-').unwrap_or(number);
    let Some((whole, fraction)) = unsigned.split_once('.') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = digits(whole) && digits(fraction) && unsigned.len() <= 16;
    let starts_well = whole == "0" || !whole.starts_with('0');
    let ends_well = fraction == "0" || !fraction.ends_with('0');
    // Very small numbers are written with an exponent.
    let is_small = whole == "0" && fraction.starts_with("0000");
    is_plain && starts_well && ends_well && !is_small
}

impl Canonical for Timestamp {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        let text = cursor.text()?;
        let is_plain = text.strip_suffix(b"Z").is_some_and(is_plain_date_time);
        (is_plain || is_same::<Self>(text)).then_some(())
    }
}

impl Canonical for DateTime {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        let text = cursor.text()?;
        (is_plain_date_time(text) || is_same::<Self>(text)).then_some(())
    }
}

impl Canonical for Date {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        let text = cursor.text()?;
        (is_plain_date(text) || is_same::<Self>(text)).then_some(())
    }
}

/// Whether a text is the one that is written of what it says.
fn is_same<T: std::str::FromStr + ToString>(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).ok();
    text.is_some_and(|text| text.parse::<T>().is_ok_and(|value| value.to_string() == text))
}

/// The value of two digits.
fn two(digits: &[u8]) -> Option<u8> {
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = digits else { return None };
    Some((tens - b'0') * 10 + ones - b'0')
}

/// Whether it is a day from 1000 to 9998 in the usual form: `2026-05-01`.
fn is_plain_date(text: &[u8]) -> bool {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text else { return false };
    let (Some(century), Some(year)) = (two(&text[..2]), two(&text[2..4])) else { return false };
    let (Some(month), Some(day)) = (two(&text[5..7]), two(&text[8..])) else { return false };
    // No month is shorter; the longer ones have to be looked up.
    let is_sure = (1..=12).contains(&month) && (1..=28).contains(&day) && century >= 10 && (century, year) != (99, 99);
    is_sure || is_same::<Date>(text) && century >= 10 && (century, year) != (99, 99)
}

/// Whether it is a date and time in the usual form, to the second: `2026-05-01T12:00:00`.
fn is_plain_date_time(text: &[u8]) -> bool {
    let [_, _, _, _, _, _, _, _, _, _, b'T', _, _, b':', _, _, b':', _, _] = text else { return false };
    let part = |at: usize, most: u8| two(&text[at..at + 2]).is_some_and(|value| value <= most);
    part(11, 23) && part(14, 59) && part(17, 59) && is_plain_date(&text[..10])
}

impl<T: Canonical> Canonical for Option<T> {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        if cursor.is_at(b'n') { cursor.eat(b"null") } else { T::pass(cursor) }
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.items(*b"[]", T::pass)
    }
}

impl<K: Canonical, V: Canonical> Canonical for BTreeMap<K, V> {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        let mut before: Option<&[u8]> = None;
        cursor.items(*b"{}", |cursor| {
            let start = cursor.rest;
            K::pass(cursor)?;
            let key = &start[..start.len() - cursor.rest.len()];
            // With escapes the order of the texts is another one. Without the quotes at the end, a prefix comes first.
            let is_in_order = before.is_none_or(|before| before[..before.len() - 1] < key[..key.len() - 1]);
            if !is_in_order || key.contains(&b'\\') {
                return None;
            }
            before = Some(key);
            cursor.eat(b":")?;
            V::pass(cursor)
        })
    }
}

#[cfg(test)]
mod tests;
