//! Format, width and height of a picture file, from its header alone.

/// Extension, width and height in px of a JPEG, PNG, GIF or WebP; `None` for anything else.
pub fn of(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
    let be16 = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let le16 = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    if bytes.starts_with(b"\xff\xd8") {
        return jpeg(bytes);
    }
    if bytes.starts_with(b"\x89PNG") {
        return Some(("png", be16(16)? << 16 | be16(18)?, be16(20)? << 16 | be16(22)?));
    }
    if bytes.starts_with(b"GIF8") {
        return Some(("gif", le16(6)?, le16(8)?));
    }
    match bytes.get(8..16)? {
        b"WEBPVP8 " => Some(("webp", le16(26)? & 0x3fff, le16(28)? & 0x3fff)),
        b"WEBPVP8L" => {
            let bits = le16(21)? | le16(23)? << 16;
            Some(("webp", (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"WEBPVP8X" => {
            let byte = |at: usize| bytes.get(at).map(|b| u32::from(*b));
            Some(("webp", (le16(24)? | byte(26)? << 16) + 1, (le16(27)? | byte(29)? << 16) + 1))
        }
        _ => None,
    }
}

fn jpeg(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *bytes.get(at..at + 4)? else { return None };
        if marker == 0xff {
            at += 1;
            continue;
        }
        if matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
            let number = |i: usize| Some(u32::from(*bytes.get(i)?) << 8 | u32::from(*bytes.get(i + 1)?));
            return Some(("jpg", number(at + 7)?, number(at + 5)?));
        }
        at += 2 + (usize::from(high) << 8 | usize::from(low));
    }
}

/// The media type of an extension.
pub fn mime(extension: &str) -> &'static str {
    match extension {
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "image/jpeg",
    }
}
