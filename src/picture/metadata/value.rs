//! Metadata values as JSON: numbers, text, bytes, and values that are too long.

use serde_json::{Value, json};

/// Bytes kept of a text; 4 KiB hold any caption.
const TEXT_BYTES_MAX: usize = 4096;

/// Bytes kept of an opaque value; in hexadecimal they take as much space as the longest text.
const HEX_BYTES_MAX: usize = TEXT_BYTES_MAX / 2;

/// Numbers kept of a list; each takes at most 8 bytes in the file.
const NUMBERS_MAX: usize = 512;

/// What the bytes 0x80..=0x9F mean in Windows-1252 (WHATWG Encoding Standard, index windows-1252).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Text without trailing NULs, cut if it is too long.
pub fn text(text: &str) -> Value {
    let text = text.trim_end_matches('\0');
    if text.len() <= TEXT_BYTES_MAX {
        return text.into();
    }
    let kept = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    json!({"bytes": text.len(), "cut": true, "text": kept})
}

/// Decodes UTF-8, else Windows-1252.
pub fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| windows_1252(b)).collect(),
    }
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Bytes without a known meaning, as hexadecimal.
pub fn opaque(bytes: &[u8]) -> Value {
    let hex = crate::hash::hex(&bytes[..bytes.len().min(HEX_BYTES_MAX)]);
    if bytes.len() > HEX_BYTES_MAX {
        json!({"bytes": bytes.len(), "cut": true, "hex": hex})
    } else {
        json!({"bytes": bytes.len(), "hex": hex})
    }
}

/// One number, or a list of numbers; `width` is the size of one in the file, in bytes.
pub fn numbers<T: Into<Value>>(numbers: impl ExactSizeIterator<Item = T>, width: usize) -> Value {
    let count = numbers.len();
    let mut kept: Vec<Value> = numbers.take(NUMBERS_MAX).map(Into::into).collect();
    if count > NUMBERS_MAX {
        return json!({"bytes": count * width, "cut": true, "values": kept});
    }
    if count == 1 { kept.swap_remove(0) } else { Value::Array(kept) }
}

/// The quotient; `"n/0"` if the denominator is 0.
pub fn rational(numerator: impl Into<i64>, denominator: impl Into<i64>) -> Value {
    let (numerator, denominator) = (numerator.into(), denominator.into());
    if denominator == 0 {
        return format!("{numerator}/0").into();
    }
    float(numerator as f64 / denominator as f64)
}

/// A float; NaN and infinities as text (`NaN`, `inf`), whole numbers as integers.
pub fn float(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return (number as i64).into();
    }
    serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
}

/// A number, or the first of a list.
pub fn first_number(value: &Value) -> Option<f64> {
    match value {
        Value::Array(list) => list.first()?.as_f64(),
        single => single.as_f64(),
    }
}

/// The number of single values in a value; an empty list counts as one.
pub fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(leaves).sum::<usize>().max(1),
        Value::Object(fields) => fields.values().map(leaves).sum::<usize>().max(1),
        _ => 1,
    }
}
