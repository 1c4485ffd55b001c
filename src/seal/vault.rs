//! The vault seals and opens personal data. It holds the current key and, during a rotation, older ones.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use fernet::Fernet;
use serde_json::Value;
use zeroize::Zeroizing;

use super::key::{URL_SAFE, hmac};
use super::{Key, Marker, SealError, SealedPhoto, envelope};
use crate::hash::hex;
use crate::photo::{Finding, Personal, PersonalField, Photo, PhotoId};

/// How far a token's time may be ahead of this computer's clock, in seconds (Fernet's own limit).
const CLOCK_SKEW_S: u64 = 60;

/// Seals with the current key; opens with it and with older ones. Can be used from many threads.
pub struct Vault {
    current: Cipher,
    older: Vec<Cipher>,
    pseudonym_key: Zeroizing<[u8; 32]>,
    marker_key: Zeroizing<[u8; 32]>,
}

struct Cipher {
    id: String,
    fernet: Fernet,
}

impl Cipher {
    fn new(key: &Key) -> Self {
        let fernet = Fernet::new(&key.expose()).expect("a key has 32 bytes in URL-safe base64");
        Self { id: key.id(), fernet }
    }

    fn open(&self, token: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        self.fernet.decrypt(token).map(Zeroizing::new).map_err(|_| refusal_reason(token))
    }
}

impl Vault {
    /// A vault with one key.
    pub fn new(key: Key) -> Self {
        Self::with_older(key, Vec::new())
    }

    /// A vault that seals with `current` and also opens tokens of `older` keys.
    #[allow(clippy::needless_pass_by_value, reason = "the vault takes the keys; the caller's copies are wiped")]
    pub fn with_older(current: Key, older: Vec<Key>) -> Self {
        Self {
            current: Cipher::new(&current),
            older: older.iter().map(Cipher::new).collect(),
            pseudonym_key: current.derive("gleaner pseudonym"),
            marker_key: current.derive("gleaner withdrawn"),
        }
    }

    /// The id of the key that it seals with.
    pub fn key_id(&self) -> &str {
        &self.current.id
    }

    /// Seals clear values and keeps existing tokens. Each new token is opened again and compared. The result holds no
    /// personal value in clear.
    pub fn seal(&self, mut photo: Photo) -> Result<SealedPhoto, SealError> {
        let personal = std::mem::take(&mut photo.personal);
        photo.received = None;
        let mut tokens = BTreeMap::new();
        for (field, finding) in personal.iter() {
            let token = match finding {
                Finding::Clear(value) => self.seal_value(&photo.id, field, value)?,
                Finding::Sealed(token) => self.keep(&photo.id, field, token)?,
            };
            tokens.insert(field, token);
        }
        if let Some(owner) = personal.clear(PersonalField::Owner) {
            photo.owner_pseudonym = self.pseudonym(&photo.id, owner);
        }
        Ok(SealedPhoto::restore(photo, self.current.id.clone(), tokens))
    }

    /// Opens every token of a photo. Needs the key that sealed it.
    pub fn open(&self, sealed: &SealedPhoto) -> Result<BTreeMap<PersonalField, Value>, SealError> {
        let cipher = self.cipher(sealed.key_id())?;
        let opened = |(field, token): (&PersonalField, &String)| {
            open_value(cipher, &sealed.photo.id, *field, token).map(|value| (*field, value))
        };
        sealed.tokens.iter().map(opened).collect()
    }

    /// Opens one token of a photo; `None` if it has no such field.
    pub fn open_field(&self, sealed: &SealedPhoto, field: PersonalField) -> Result<Option<Value>, SealError> {
        let Some(token) = sealed.tokens.get(&field) else { return Ok(None) };
        open_value(self.cipher(sealed.key_id())?, &sealed.photo.id, field, token).map(Some)
    }

    /// Seals a photo again with the current key: the tokens and the owner's pseudonym.
    pub fn reseal(&self, sealed: SealedPhoto) -> Result<SealedPhoto, SealError> {
        let values = self.open(&sealed)?;
        let mut photo = sealed.photo;
        photo.owner_pseudonym = None;
        photo.personal = Personal::default();
        for (field, value) in values {
            photo.personal.find(field, value);
        }
        self.seal(photo)
    }

    /// What makes the marks of withdrawn photos, in a dataset that has none so far.
    pub fn marker(&self) -> Marker {
        Marker::derived(&self.marker_key)
    }

    /// Seals a whole file into one token.
    pub fn seal_bytes(&self, bytes: &[u8]) -> String {
        self.current.fernet.encrypt(bytes)
    }

    /// Opens a file's token, with the current key or an older one.
    pub fn open_bytes(&self, token: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let text = str::from_utf8(token).map_err(|_| SealError::BadBytes("it is not text".into()))?.trim();
        let opened = self.ciphers().find_map(|cipher| cipher.open(text).ok());
        opened.ok_or_else(|| SealError::BadBytes(refusal_reason(text).into()))
    }

    fn ciphers(&self) -> impl Iterator<Item = &Cipher> {
        std::iter::once(&self.current).chain(&self.older)
    }

    fn cipher(&self, key_id: &str) -> Result<&Cipher, SealError> {
        self.ciphers()
            .find(|cipher| cipher.id == key_id)
            .ok_or_else(|| SealError::WrongKey { found: self.current.id.clone(), wanted: key_id.to_owned() })
    }

    fn seal_value(&self, id: &PhotoId, field: PersonalField, value: &Value) -> Result<String, SealError> {
        let plaintext = envelope::pack(id, field, value);
        let token = self.current.fernet.encrypt(plaintext.as_bytes());
        // The bytes are compared, not the values: parsing the plaintext again takes longer than all of the encryption.
        let opened = self.current.open(&token).map_err(|why| bad(id, field, why))?;
        if *opened == plaintext.as_bytes() {
            Ok(token)
        } else {
            Err(bad(id, field, "the opened value differs from the sealed one"))
        }
    }

    /// Keeps an existing token. During a rotation it may be an older key's; then it is sealed again, because a record has
    /// one key.
    fn keep(&self, id: &PhotoId, field: PersonalField, token: &str) -> Result<String, SealError> {
        if self.older.is_empty() || self.current.open(token).is_ok() {
            return Ok(token.to_owned());
        }
        let older = self.older.iter().find(|cipher| cipher.open(token).is_ok()).unwrap_or(&self.current);
        let value = open_value(older, id, field, token)?;
        self.seal_value(id, field, &value)
    }

    /// 24 hex digits (96 bits) that identify an owner in this dataset only.
    fn pseudonym(&self, id: &PhotoId, owner: &Value) -> Option<String> {
        let owner = match owner {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let owner = Zeroizing::new(owner);
        let mac = hmac(&*self.pseudonym_key, &[id.source().as_bytes(), b"\0", owner.as_bytes()]);
        Some(hex(&mac[..12]))
    }
}

fn open_value(cipher: &Cipher, id: &PhotoId, field: PersonalField, token: &str) -> Result<Value, SealError> {
    let plaintext = cipher.open(token).map_err(|why| bad(id, field, why))?;
    envelope::unpack(id, field, &plaintext).map_err(|why| bad(id, field, why))
}

fn bad(id: &PhotoId, field: PersonalField, why: &str) -> SealError {
    SealError::BadToken { id: id.clone(), field: field.as_str(), why: why.to_owned() }
}

/// The reason why a token cannot be decrypted, which the Fernet library does not report.
fn refusal_reason(token: &str) -> &'static str {
    let Ok(bytes) = URL_SAFE.decode(token) else { return "it is not a token" };
    let Some(stamp) = bytes.get(1..9).and_then(|stamp| stamp.try_into().ok()) else { return "it is too short" };
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    if u64::from_be_bytes(stamp) > now_s.saturating_add(CLOCK_SKEW_S) {
        return "its time is in the future; check this computer's clock";
    }
    "it was encrypted with another key, or changed"
}
