//! Browsers that were let in or have given the key: each has a cookie, in this program's memory only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use sha2::{Digest, Sha256};

use crate::seal::{Vault, hex};

/// How long the key is kept for a browser.
const UNLOCKED: Duration = Duration::from_secs(12 * 3600);

/// How long a browser that was let in stays in.
const ADMITTED: Duration = Duration::from_secs(30 * 24 * 3600);

/// What is remembered of a browser.
#[derive(Default)]
struct Session {
    /// Let in by the token, until then.
    admitted: Option<Instant>,
    /// The key it gave, until then.
    vault: Option<(Arc<Vault>, Instant)>,
}

/// All browsers, by the hash of their cookie: looking one up tells nothing of the others' cookies by its time.
pub struct Sessions {
    cookie: String,
    known: Mutex<HashMap<[u8; 32], Session>>,
}

impl Sessions {
    /// None yet. Cookies are shared by all ports of a host: the port is in the name.
    pub fn new(port: u16) -> Self {
        Self { cookie: format!("gleaner-{port}"), known: Mutex::default() }
    }

    /// Lets a browser in; the cookie to set.
    pub fn admit(&self) -> String {
        let session = Session { admitted: Some(Instant::now() + ADMITTED), vault: None };
        self.begin(session, ADMITTED)
    }

    /// Whether the browser was let in.
    pub fn is_admitted(&self, headers: &HeaderMap) -> bool {
        let now = Instant::now();
        self.find(headers, |session| session.admitted.is_some_and(|until| until > now)).unwrap_or(false)
    }

    /// Keeps the key of a browser under a new cookie, which is to be set.
    pub fn unlock(&self, headers: &HeaderMap, vault: Vault) -> String {
        let before = self.id(headers).and_then(|id| self.known().remove(&id)).unwrap_or_default();
        let session = Session { vault: Some((Arc::new(vault), Instant::now() + UNLOCKED)), ..before };
        self.begin(session, ADMITTED)
    }

    /// Forgets the key of a browser.
    pub fn lock(&self, headers: &HeaderMap) {
        self.find(headers, |session| session.vault = None);
    }

    /// The key of a browser, as long as it is kept.
    pub fn vault(&self, headers: &HeaderMap) -> Option<Arc<Vault>> {
        let now = Instant::now();
        self.find(headers, |session| {
            session.vault.take_if(|(_, until)| *until <= now);
            session.vault.as_ref().map(|(vault, _)| Arc::clone(vault))
        })?
    }

    fn begin(&self, session: Session, lasts: Duration) -> String {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).expect("an operating system without random bytes can run no program of this kind");
        let value = hex(&secret);
        let now = Instant::now();
        let mut known = self.known();
        known.retain(|_, session| {
            session.vault.take_if(|(_, until)| *until <= now);
            session.admitted.take_if(|until| *until <= now);
            session.vault.is_some() || session.admitted.is_some()
        });
        known.insert(digest(value.as_bytes()), session);
        let seconds = lasts.as_secs();
        format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}", self.cookie)
    }

    fn find<T>(&self, headers: &HeaderMap, look: impl FnOnce(&mut Session) -> T) -> Option<T> {
        let id = self.id(headers)?;
        self.known().get_mut(&id).map(look)
    }

    fn id(&self, headers: &HeaderMap) -> Option<[u8; 32]> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.cookie).map(|(_, value)| digest(value.as_bytes()))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compared instead of a secret itself: how far two digests agree says nothing of what was digested.
pub fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}
