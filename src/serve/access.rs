//! Access control: open to this machine, or to browsers that opened a one-time link.

use std::net::IpAddr;

use parking_lot::Mutex;
use zeroize::Zeroizing;

use super::sessions::digest;
use crate::hash::hex;

/// Who may use the explorer.
pub enum AccessControl {
    /// Anyone on this machine.
    Local,
    /// Any browser that opened the link with the token.
    Token(Token),
}

/// A one-time token. Only its digest is kept.
pub struct Token {
    digest: Mutex<Option<[u8; 32]>>,
    address: IpAddr,
}

impl Token {
    /// A new token for an explorer that listens on this address, and its text: 64 hex digits.
    pub fn generate(address: IpAddr) -> (Self, Zeroizing<String>) {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret).expect("the operating system provides random bytes");
        let text = Zeroizing::new(hex(&*secret));
        (Self { digest: Mutex::new(Some(digest(text.as_bytes()))), address }, text)
    }

    /// Whether this text is the token. A token that matched never matches again.
    pub(super) fn redeem(&self, text: &str) -> bool {
        self.digest.lock().take_if(|expected| *expected == digest(text.as_bytes())).is_some()
    }
}

impl AccessControl {
    /// Whether a `Host` header that is an IP address names this explorer. A page elsewhere cannot have such an address.
    pub fn accepts_host(&self, host: IpAddr) -> bool {
        match self {
            Self::Local => false,
            Self::Token(token) => token.address.is_unspecified() || token.address == host,
        }
    }
}
