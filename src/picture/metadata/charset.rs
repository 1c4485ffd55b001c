//! Texts whose first eight bytes name their character set: UserComment and two tags of GPS (EXIF 3.0, table 9).

use std::collections::BTreeSet;

use super::value;

/// The order of bytes in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Big,
    Little,
}

/// Two-byte characters of JIS X 0208 follow (ISO-2022-JP).
const ESCAPE_TO_JIS: &[u8] = b"\x1b$B";

/// UTF-8 of at least this many bytes is hardly ever UTF-16 by chance.
const SURE_UTF8_BYTES: usize = 6;

/// Decodes a text; `order` is that of the file's TIFF structure. `None` if the character set cannot be decoded.
pub(super) fn decode(bytes: &[u8], order: ByteOrder) -> Option<String> {
    let Some((charset, body)) = bytes.split_first_chunk::<8>() else { return Some(value::decode(bytes)) };
    match charset {
        b"ASCII\0\0\0" | b"\0\0\0\0\0\0\0\0" => Some(value::decode(body)),
        b"UNICODE\0" => Some(unicode(body, order)),
        b"JIS\0\0\0\0\0" => jis(body),
        _ => Some(value::decode(bytes)),
    }
}

/// UTF-16 in one of the byte orders.
pub(super) fn utf16(bytes: &[u8], order: ByteOrder) -> String {
    String::from_utf16_lossy(&units(bytes, order)).trim_start_matches('\u{feff}').to_owned()
}

/// EXIF does not define the byte order of UTF-16, and version 3.0 has writers of UTF-8. A byte order mark decides; then
/// UTF-8 that is valid; then the order that gives the more likely text, that of the TIFF structure if both are alike.
fn unicode(body: &[u8], order: ByteOrder) -> String {
    match body {
        [0xff, 0xfe, ..] => return utf16(body, ByteOrder::Little),
        [0xfe, 0xff, ..] => return utf16(body, ByteOrder::Big),
        [0xef, 0xbb, 0xbf, text @ ..] => return value::decode(text),
        _ => {}
    }
    let unpadded = &body[..body.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1)];
    let is_long = unpadded.len() >= SURE_UTF8_BYTES || unpadded.len() % 2 == 1;
    if let Some(text) = std::str::from_utf8(unpadded).ok().filter(|text| is_long && is_plausible(text)) {
        return text.to_owned();
    }
    let other = if order == ByteOrder::Big { ByteOrder::Little } else { ByteOrder::Big };
    let likely = if strangeness(body, other) < strangeness(body, order) { other } else { order };
    utf16(body, likely)
}

/// The high bytes of some scripts are tabs and line feeds.
fn is_plausible(text: &str) -> bool {
    let breaks = text.chars().filter(|c| c.is_control()).count();
    !text.contains(is_control) && breaks * 4 <= text.chars().count()
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// How unlikely a text is in this order: units that are no text count most. A text is written in few blocks of Unicode,
/// so the wrong order has more different high bytes.
fn strangeness(bytes: &[u8], order: ByteOrder) -> usize {
    let units = units(bytes, order);
    let is_no_text =
        |unit: char| matches!(unit, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}');
    let decoded = char::decode_utf16(units.iter().copied());
    let wrong = decoded.filter(|unit| unit.as_ref().map_or(true, |&unit| is_no_text(unit) || is_control(unit))).count();
    let high_bytes: BTreeSet<u16> = units.iter().map(|unit| unit >> 8).collect();
    wrong * 4 + high_bytes.len()
}

fn units(bytes: &[u8], order: ByteOrder) -> Vec<u16> {
    let unit = if order == ByteOrder::Big { u16::from_be_bytes } else { u16::from_le_bytes };
    bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect()
}

/// JIS X 0208, with the escape sequences of ISO-2022-JP or without.
fn jis(body: &[u8]) -> Option<String> {
    let body = &body[..body.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1)];
    let escaped = if body.contains(&0x1b) { body.to_vec() } else { [ESCAPE_TO_JIS, body].concat() };
    let (text, had_errors) = encoding_rs::ISO_2022_JP.decode_without_bom_handling(&escaped);
    (!had_errors).then(|| text.into_owned())
}
