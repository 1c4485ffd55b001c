//! A secret text.

use std::fmt;

use zeroize::Zeroizing;

use crate::hash::{hex, sha256};
use crate::redact::{Held, hold};

/// A key or token. It has no `Display`, its `Debug` output is empty, and it is zeroed when dropped.
/// No message contains it ([`crate::redact`]).
#[derive(Clone)]
pub struct Secret(Zeroizing<String>, #[allow(dead_code, reason = "its life is what counts")] Held);

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Secret {}

impl Secret {
    /// Wraps a text, without surrounding white space.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_owned()), hold(text.trim()))
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
