//! Reads JSON with inconsistent types: `12`, `"12"`, `{"_content": "12"}`.
//!
//! Flickr sends numbers as texts and texts as numbers, sometimes both in one page (seen in
//! recorded responses of 2013-2026). A field that cannot be parsed is absent, never an error.

use serde_json::{Map, Value};

use super::rows::missing;

/// A JSON object with lenient accessors.
pub struct Record<'a>(pub &'a Map<String, Value>);

impl Record<'_> {
    /// A text, also if it is wrapped in `_content` or written as a number or boolean.
    pub fn text(&self, key: &str) -> Option<String> {
        self.0.get(key).and_then(text)
    }

    /// A text that is not blank.
    pub fn filled(&self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.trim().is_empty())
    }

    /// A whole number, also if it is written as text or as `12.0`.
    pub fn int(&self, key: &str) -> Option<i64> {
        self.0.get(key).and_then(int)
    }

    /// A whole number of at least 0.
    pub fn count(&self, key: &str) -> Option<u64> {
        self.int(key).and_then(|number| u64::try_from(number).ok())
    }

    /// Those of `counts` and `numbers` whose value is no count or number that can be kept, though it says something.
    pub fn odd(&self, counts: &[&'static str], numbers: &[&'static str]) -> Vec<&'static str> {
        let says = |key: &str| self.filled(key).is_some_and(|text| !missing::is_word(text.trim()));
        let counts = counts.iter().filter(|key| says(key) && self.count(key).is_none());
        let numbers = numbers.iter().filter(|key| says(key) && self.float(key).is_none());
        counts.chain(numbers).copied().collect()
    }

    /// A finite number, also if it is written as text.
    pub fn float(&self, key: &str) -> Option<f64> {
        self.0.get(key).and_then(float).filter(|number| number.is_finite())
    }
}

/// See [`Record::text`].
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Object(wrapper) => wrapper.get("_content").and_then(text),
        Value::Null | Value::Array(_) => None,
    }
}

/// See [`Record::int`].
pub fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::Bool(truth) => Some(i64::from(*truth)),
        other => {
            let text = text(other)?;
            let text = text.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        other => text(other)?.trim().parse().ok(),
    }
}

fn whole(number: f64) -> Option<i64> {
    // From 2^53 on, a double does not identify a single whole number.
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}
