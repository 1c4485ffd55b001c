//! A text that must not be printed.

use std::fmt;

use zeroize::Zeroizing;

use crate::hash::{hex, sha256};

/// A key or token. Has no `Display`; its `Debug` shows nothing; wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text, without the white space around it.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// Sixteen hex digits that tell one secret from another and give neither away.
    pub fn fingerprint(&self) -> String {
        hex(&sha256(self.0.as_bytes())[..8])
    }

    /// The text itself; call it only where it is used.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
