//! Browsers that were let in or have given the key: each has a cookie, in this program's memory only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use sha2::{Digest, Sha256};

use crate::hash::hex;
use crate::seal::Vault;

/// How long the key is kept for a browser.
const UNLOCKED: Duration = Duration::from_secs(12 * 3600);

/// How long a browser that was let in stays in.
const ADMITTED: Duration = Duration::from_secs(30 * 24 * 3600);

/// All browsers that were let in or gave the key.
pub struct Sessions {
    admitted: Kept<()>,
    vaults: Kept<Arc<Vault>>,
}

impl Sessions {
    /// None yet. Cookies are shared by all ports of a host: the port is in the name.
    pub fn new(port: u16) -> Self {
        Self {
            admitted: Kept::new(format!("gleaner-{port}"), ADMITTED),
            vaults: Kept::new(format!("gleaner-{port}-key"), UNLOCKED),
        }
    }

    /// Lets a browser in; the cookie to set.
    pub fn admit(&self) -> String {
        let seconds = ADMITTED.as_secs();
        format!("{}; Max-Age={seconds}", self.admitted.begin(()))
    }

    /// Whether the browser was let in.
    pub fn is_admitted(&self, headers: &HeaderMap) -> bool {
        self.admitted.find(headers).is_some()
    }

    /// Keeps the key of a browser under a new cookie, which is to be set; it goes when the browser is closed.
    pub fn unlock(&self, headers: &HeaderMap, vault: Vault) -> String {
        self.vaults.end(headers);
        self.vaults.begin(Arc::new(vault))
    }

    /// Forgets the key of a browser.
    pub fn lock(&self, headers: &HeaderMap) {
        self.vaults.end(headers);
    }

    /// The key of a browser, as long as it is kept.
    pub fn vault(&self, headers: &HeaderMap) -> Option<Arc<Vault>> {
        self.vaults.find(headers)
    }

    /// Forgets whatever is over, so that no key stays in memory for longer than was said.
    pub fn sweep(&self) {
        self.admitted.sweep();
        self.vaults.sweep();
    }
}

/// What is kept for browsers, by the hash of their cookie: looking one up tells nothing of the others' cookies
/// by its time.
struct Kept<T> {
    cookie: String,
    lasts: Duration,
    /// With the end of each.
    known: Mutex<HashMap<[u8; 32], (T, Instant)>>,
}

impl<T: Clone> Kept<T> {
    fn new(cookie: String, lasts: Duration) -> Self {
        Self { cookie, lasts, known: Mutex::default() }
    }

    /// Keeps something under a new cookie, which is to be set.
    fn begin(&self, thing: T) -> String {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).expect("an operating system without random bytes can run no program of this kind");
        let value = hex(&secret);
        self.sweep();
        self.known().insert(digest(value.as_bytes()), (thing, Instant::now() + self.lasts));
        format!("{}={value}; Path=/; HttpOnly; SameSite=Strict", self.cookie)
    }

    fn find(&self, headers: &HeaderMap) -> Option<T> {
        let id = self.id(headers)?;
        let now = Instant::now();
        self.known().get(&id).filter(|(_, until)| *until > now).map(|(thing, _)| thing.clone())
    }

    fn end(&self, headers: &HeaderMap) {
        if let Some(id) = self.id(headers) {
            self.known().remove(&id);
        }
    }

    fn sweep(&self) {
        let now = Instant::now();
        self.known().retain(|_, (_, until)| *until > now);
    }

    fn id(&self, headers: &HeaderMap) -> Option<[u8; 32]> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.cookie).map(|(_, value)| digest(value.as_bytes()))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<[u8; 32], (T, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compared instead of a secret itself: how far two digests agree says nothing of what was digested.
pub fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}
