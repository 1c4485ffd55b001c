//! The SHA-256 sum that names a file of a dataset.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::hash::sha256_hex;
use crate::json::canonical::{Canonical, Cursor};

/// A SHA-256 sum, 64 lower-case hexadecimal digits. Nothing else names a file, so that no record can name one in another
/// folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct FileHash(String);

/// The number of digits.
const DIGITS: usize = 64;

/// A text that is not the sum of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a file must be a SHA-256 sum: 64 lower-case hexadecimal digits")]
pub struct NotAFileHash;

impl FileHash {
    /// The sum of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256_hex(bytes))
    }
}

fn is_sum(text: &[u8]) -> bool {
    text.len() == DIGITS && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// 64 zeros, the sum of no file.
impl Default for FileHash {
    fn default() -> Self {
        Self("0".repeat(DIGITS))
    }
}

impl TryFrom<String> for FileHash {
    type Error = NotAFileHash;

    fn try_from(text: String) -> Result<Self, NotAFileHash> {
        if is_sum(text.as_bytes()) { Ok(Self(text)) } else { Err(NotAFileHash) }
    }
}

impl FromStr for FileHash {
    type Err = NotAFileHash;

    fn from_str(text: &str) -> Result<Self, NotAFileHash> {
        text.to_owned().try_into()
    }
}

impl Serialize for FileHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl From<FileHash> for String {
    fn from(sum: FileHash) -> Self {
        sum.0
    }
}

impl Deref for FileHash {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Canonical for FileHash {
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.text().filter(|text| is_sum(text)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sixty_four_lower_case_hexadecimal_digits_name_a_file() {
        let good = "0123456789abcdef".repeat(4);
        let upper = good.to_uppercase();
        let (long, short) = (format!("{good}0"), &good[1..]);
        let dots = format!("{}/../", &good[..60]);
        let nul = format!("{}\0", &good[..63]);
        assert_eq!(good.parse::<FileHash>().unwrap().to_string(), good);
        assert_eq!(serde_json::from_str::<FileHash>(&format!("\"{good}\"")).unwrap().to_string(), good);
        let full_width = "\u{ff11}".repeat(64);
        for text in ["", "../../x", "/etc/passwd", "con", &upper, &long, short, &dots, &nul, &full_width] {
            assert_eq!(text.parse::<FileHash>(), Err(NotAFileHash), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<FileHash>(&json).is_err(), "{json}");
        }
        assert_eq!(FileHash::default().parse::<FileHash>(), Ok(FileHash::default()));
    }
}
