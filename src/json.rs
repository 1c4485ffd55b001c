//! Reads compact JSON without building values: fields, items and texts are slices of it.
//!
//! Only for JSON that this program has just written with `serde_json`; other input gives wrong parts, but no panic.

pub mod canonical;

use std::borrow::Cow;

use memchr::memchr2;

/// The fields of an object, in order, each as it is written.
pub fn fields(object: &str) -> impl Iterator<Item = (Key<'_>, &str)> {
    let mut rest = inside(object);
    std::iter::from_fn(move || {
        let (key, after) = part(rest)?;
        let (value, after) = part(after.strip_prefix(':')?)?;
        rest = after.strip_prefix(',').unwrap_or_default();
        Some((Key(key), value))
    })
}

/// The items of a list, in order, each as it is written.
pub fn items(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = inside(list);
    std::iter::from_fn(move || {
        let (item, after) = part(rest)?;
        rest = after.strip_prefix(',').unwrap_or_default();
        Some(item)
    })
}

/// The text of a value; `None` if the value is not a text.
pub fn text(value: &str) -> Option<Cow<'_, str>> {
    let plain = value.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', plain.as_bytes()).is_none() {
        return Some(Cow::Borrowed(plain));
    }
    serde_json::from_str(value).ok().map(Cow::Owned)
}

/// Whether a value is an object.
pub fn is_object(value: &str) -> bool {
    value.starts_with('{')
}

/// Whether a value is a list.
pub fn is_list(value: &str) -> bool {
    value.starts_with('[')
}

/// Whether a value is null.
pub fn is_null(value: &str) -> bool {
    value == "null"
}

/// The name of a field, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a>(&'a str);

impl<'a> Key<'a> {
    /// With its quotes.
    pub fn written(self) -> &'a str {
        self.0
    }

    /// The name itself.
    pub fn name(self) -> Cow<'a, str> {
        text(self.0).unwrap_or_default()
    }
}

/// What is between the brackets.
fn inside(value: &str) -> &str {
    value.get(1..value.len().saturating_sub(1)).unwrap_or_default()
}

/// The value at the start of a text, and what follows it; `None` at the end.
fn part(text: &str) -> Option<(&str, &str)> {
    let end = match text.as_bytes().first()? {
        b'"' => after_text(text, 1),
        b'{' | b'[' => after_brackets(text),
        _ => {
            let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b':');
            text.as_bytes().iter().position(is_end).unwrap_or(text.len())
        }
    };
    text.split_at_checked(end)
}

/// The position after the quote that closes a text whose characters begin at `at`.
fn after_text(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// The position after the bracket that closes the one at the start.
fn after_brackets(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = after_text(text, at + 1);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    /// The value, built again from its parts.
    fn rebuilt(written: &str) -> Value {
        if is_object(written) {
            let entry = |(key, value): (Key<'_>, &str)| (key.name().into_owned(), rebuilt(value));
            return Value::Object(fields(written).map(entry).collect::<Map<_, _>>());
        }
        if is_list(written) {
            return Value::Array(items(written).map(rebuilt).collect());
        }
        text(written).map_or_else(|| serde_json::from_str(written).unwrap(), |text| Value::String(text.into_owned()))
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\\\\\"{}\\[\\],:a\n]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec(("[\\\\\"{},:a]{0,4}", inner), 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_parts_of_any_value_make_the_value_again(value in values()) {
            prop_assert_eq!(rebuilt(&value.to_string()), value);
        }

        #[test]
        fn a_text_that_is_no_json_does_no_harm(text in "[\\\\\"{}\\[\\],:a1é]{0,12}") {
            prop_assert!(fields(&text).count() <= text.len() && items(&text).count() <= text.len());
        }
    }
}
