//! A secret text.

use std::fmt;

use zeroize::Zeroizing;

use crate::hash::{hex, sha256};

/// A key or token. It has no `Display`, its `Debug` output is empty, and it is zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text, without surrounding white space.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// Sixteen hex digits that distinguish secrets without revealing them.
    pub fn fingerprint(&self) -> String {
        hex(&sha256(self.0.as_bytes())[..8])
    }

    /// The text. Call this only to use it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
