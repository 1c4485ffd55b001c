//! The encoding of a table: told by a byte order mark, valid as UTF-8, or guessed from its bytes.

use std::fmt;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are looked at for UTF-16 without a byte order mark.
const LOOKED_AT: usize = 4096;

/// An encoding that a user names, by a label of the Encoding Standard (`windows-1252`, `utf-16le`, `macintosh`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(&'static Encoding);

impl Name {
    /// UTF-8.
    pub fn utf_8() -> Self {
        Self(UTF_8)
    }
}

impl std::str::FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Encoding::for_label(text.trim().as_bytes());
        known
            .map(Self)
            .ok_or_else(|| "no such encoding; for example utf-8, windows-1252, utf-16le, macintosh".to_owned())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// A decoded table.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark. Bytes that no character has become U+FFFD.
    pub text: String,
    /// What a user should know about the encoding.
    pub remark: Option<Remark>,
}

/// What a user should know about an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The byte order mark names an encoding that is not UTF-8.
    Marked(Name),
    /// The encoding was guessed.
    Guessed(Name),
    /// Some bytes are not of the encoding; the first of them is in this line, from 1.
    BadBytes(Name, usize),
}

/// Decodes a table. `named` comes before what its bytes show, but a byte order mark comes first.
pub fn decode(bytes: &[u8], named: Option<Name>) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let mut decoded = decode_as(encoding, &bytes[mark..], None);
        if encoding != UTF_8 {
            decoded.remark.get_or_insert(Remark::Marked(Name(encoding)));
        }
        return decoded;
    }
    if let Some(Name(encoding)) = named {
        return decode_as(encoding, bytes, None);
    }
    if let Some(wide) = utf_16(bytes) {
        return decode_as(wide, bytes, Some(Remark::Guessed(Name(wide))));
    }
    // A text in UTF-8 with a few damaged bytes has more sound characters beyond ASCII than damaged ones.
    let (mut sound, mut damaged) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    if damaged == 0 || sound > damaged {
        return decode_as(UTF_8, bytes, None);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    decode_as(guess, bytes, Some(Remark::Guessed(Name(guess))))
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8], remark: Option<Remark>) -> Decoded {
    let (text, bad) = encoding.decode_without_bom_handling(bytes);
    let line = || text.split(char::REPLACEMENT_CHARACTER).next().unwrap_or_default().split('\n').count();
    let remark = remark.or_else(|| bad.then(|| Remark::BadBytes(Name(encoding), line())));
    Decoded { text: text.into_owned(), remark }
}

/// UTF-16 without a byte order mark: every second byte of most texts is zero, which no other encoding has.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes[..bytes.len().min(LOOKED_AT)].chunks_exact(2);
    let (mut count, mut first, mut second) = (0, 0, 0);
    for pair in pairs {
        count += 1;
        first += usize::from(pair[0] == 0);
        second += usize::from(pair[1] == 0);
    }
    match (first, second) {
        (0, zeros) if zeros * 2 > count => Some(UTF_16LE),
        (zeros, 0) if zeros * 2 > count => Some(UTF_16BE),
        _ => None,
    }
}
