//! The key of a dataset (a standard Fernet key, as Python's `cryptography` makes them) and its file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SealError;
use crate::disk::{self, PartFile};
use crate::hash::hex;
use crate::redact::{Held, hold};

/// URL-safe base64 as Fernet writes it; missing padding is accepted.
pub(crate) const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// 32 random bytes. It has no `Debug` and is zeroed when dropped. No message contains its text ([`crate::redact`]).
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>, #[allow(dead_code, reason = "its life is what counts")] Held);

impl Key {
    /// Reads a key's text (44 characters of URL-safe base64), without the white space around it.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let refused = || {
            SealError::BadKey(
                "this is not a Fernet key: it must be 32 bytes in URL-safe base64, that is 44 characters ending in `=`"
                    .to_owned(),
            )
        };
        let bytes = Zeroizing::new(URL_SAFE.decode(text.trim()).map_err(|_| refused())?);
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return Err(refused());
        }
        key.copy_from_slice(&bytes);
        Ok(Self::of(key))
    }

    /// A new random key from the operating system.
    pub fn generate() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key).expect("the operating system provides random bytes");
        Self::of(key)
    }

    fn of(key: Zeroizing<[u8; 32]>) -> Self {
        let held = hold(&Zeroizing::new(URL_SAFE.encode(*key)));
        Self(key, held)
    }

    /// The key's text; only for its file and for the cipher.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE.encode(*self.0))
    }

    /// The key's public id: 16 hex digits that reveal nothing of the key.
    pub fn id(&self) -> String {
        hex(&hmac(&*self.0, &[b"gleaner key id"])[..8])
    }

    /// Derives a key for another purpose (HKDF-SHA256).
    pub(super) fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*self.0)
            .expand(label.as_bytes(), &mut *derived)
            .expect("32 bytes are less than HKDF's limit of 8,160");
        derived
    }
}

/// HMAC-SHA256 of the concatenated parts.
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The path of a dataset's key: `<dataset-name>-<first 8 digits of the dataset's id>.key`.
pub fn key_path(keys_dir: &Path, dataset_name: &str, dataset_id: &str) -> PathBuf {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = dataset_name.chars().map(plain).collect();
    let id: String = dataset_id.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    keys_dir.join(format!("{}-{id}.key", name.trim_start_matches('.')))
}

/// A key file: one line, readable by its owner only.
pub struct KeyFile;

impl KeyFile {
    /// Reads a key. Fails if others may read or write the file.
    pub fn load(path: &Path) -> Result<Key, SealError> {
        let shown = path.display();
        let metadata = fs::metadata(path).map_err(|err| match err.kind() {
            io::ErrorKind::NotFound => SealError::NoKey(format!("{shown} does not exist")),
            _ => SealError::NoKey(format!("{shown} cannot be read: {err}")),
        })?;
        if let Some(mode) = disk::mode_open_to_others(&metadata) {
            return Err(SealError::BadKey(format!(
                "other users can read the key file {shown} (mode {mode:04o}); to prevent this: chmod 600 {shown}"
            )));
        }
        let text = fs::read_to_string(path)
            .map_err(|err| SealError::NoKey(format!("{shown} cannot be read as text: {err}")))?;
        let text = Zeroizing::new(text);
        Key::parse(&text).map_err(|err| SealError::BadKey(format!("the key file {shown} contains no valid key: {err}")))
    }

    /// Writes a new key file durably (0600, its folder 0700). Never replaces a file.
    pub fn create(path: &Path, key: &Key) -> Result<(), SealError> {
        let failed = |err: io::Error| match err.kind() {
            io::ErrorKind::AlreadyExists => {
                SealError::BadKey(format!("{} already exists; a key is never overwritten", path.display()))
            }
            _ => SealError::BadKey(format!("the key file {} cannot be written: {err}", path.display())),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        disk::create_private_folder(folder).map_err(failed)?;
        // An incomplete file under this name could never be replaced, so the name appears with the complete file.
        let mut file = PartFile::create_private(path).map_err(failed)?;
        let line = Zeroizing::new(format!("{}\n", *key.expose()));
        file.write_all(line.as_bytes()).and_then(|()| file.commit_new()).map_err(failed)
    }
}
