//! Sessions of admitted and of unlocked browsers: one cookie each, in memory only.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use parking_lot::Mutex;

use crate::hash::{hex, sha256};
use crate::seal::Vault;

/// How long an unlocked browser keeps the key.
const UNLOCKED: Duration = Duration::from_secs(12 * 3600);

/// How long an admitted browser stays admitted.
const ADMITTED: Duration = Duration::from_secs(30 * 24 * 3600);

/// All sessions.
pub struct Sessions {
    admitted: SessionStore<()>,
    vaults: SessionStore<Arc<Vault>>,
}

impl Sessions {
    /// No sessions. All ports of a host share their cookies, so the cookie's name contains the port.
    pub fn new(port: u16) -> Self {
        Self {
            admitted: SessionStore::new(format!("gleaner-{port}"), ADMITTED),
            vaults: SessionStore::new(format!("gleaner-{port}-key"), UNLOCKED),
        }
    }

    /// Admits a browser. Returns the cookie to set.
    pub fn admit(&self) -> String {
        let seconds = ADMITTED.as_secs();
        format!("{}; Max-Age={seconds}", self.admitted.insert(()))
    }

    /// Whether the browser was admitted.
    pub fn is_admitted(&self, headers: &HeaderMap) -> bool {
        self.admitted.get(headers).is_some()
    }

    /// Keeps the key for a browser. Returns the cookie to set; it ends when the browser is closed.
    pub fn unlock(&self, headers: &HeaderMap, vault: Vault) -> String {
        self.vaults.remove(headers);
        self.vaults.insert(Arc::new(vault))
    }

    /// Forgets the key of a browser.
    pub fn lock(&self, headers: &HeaderMap) {
        self.vaults.remove(headers);
    }

    /// The key of a browser, if it has been unlocked.
    pub fn vault(&self, headers: &HeaderMap) -> Option<Arc<Vault>> {
        self.vaults.get(headers)
    }

    /// Removes expired sessions, so that no key stays in memory for longer than documented.
    pub fn remove_expired(&self) {
        self.admitted.remove_expired();
        self.vaults.remove_expired();
    }
}

/// Values by the digest of a session's cookie. The time to look up a digest reveals nothing about the cookies
/// of other sessions.
struct SessionStore<T> {
    cookie: String,
    lifetime: Duration,
    /// Each value with the time at which it expires.
    sessions: Mutex<HashMap<[u8; 32], (T, Instant)>>,
}

impl<T: Clone> SessionStore<T> {
    fn new(cookie: String, lifetime: Duration) -> Self {
        Self { cookie, lifetime, sessions: Mutex::default() }
    }

    /// Stores a value under a new cookie. Returns the cookie to set.
    fn insert(&self, value: T) -> String {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).expect("the operating system provides random bytes");
        let id = hex(&secret);
        self.remove_expired();
        self.sessions.lock().insert(digest(id.as_bytes()), (value, Instant::now() + self.lifetime));
        format!("{}={id}; Path=/; HttpOnly; SameSite=Strict", self.cookie)
    }

    fn get(&self, headers: &HeaderMap) -> Option<T> {
        let id = self.id(headers)?;
        let now = Instant::now();
        self.sessions.lock().get(&id).filter(|(_, expires)| *expires > now).map(|(value, _)| value.clone())
    }

    fn remove(&self, headers: &HeaderMap) {
        if let Some(id) = self.id(headers) {
            self.sessions.lock().remove(&id);
        }
    }

    fn remove_expired(&self) {
        let now = Instant::now();
        self.sessions.lock().retain(|_, (_, expires)| *expires > now);
    }

    fn id(&self, headers: &HeaderMap) -> Option<[u8; 32]> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.cookie).map(|(_, value)| digest(value.as_bytes()))
    }
}

/// SHA-256. Secrets are compared by their digests, so that the time of a comparison reveals nothing about them.
pub fn digest(secret: &[u8]) -> [u8; 32] {
    sha256(secret)
}
