//! The tokens of the Python system: the text of a cell encrypted with Fernet and the key in `KEY_DB.txt`.

use base64::Engine;
use serde_json::Value;

use super::{DataFrame, PERSONAL};
use crate::seal::{URL_SAFE, Vault, is_whole_token};

/// Counts of a frame's tokens, by what was done with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCounts {
    /// Decrypted with the Python system's key.
    pub decrypted: u64,
    /// OriginalRow unchanged.
    pub kept: u64,
    /// Of these: those that the given key does not decrypt.
    pub undecryptable: u64,
}

/// Why the encrypted cells of a frame cannot be decrypted. Contains neither key nor token.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// There are tokens but no key was given.
    #[error("{tokens} cells are encrypted with the Python system's key, but no key is given")]
    Missing {
        /// How many there are.
        tokens: u64,
    },
    /// The key decrypts none of the tokens.
    #[error("wrong key: it decrypts none of the {tokens} encrypted cells")]
    Wrong {
        /// How many there are.
        tokens: u64,
    },
}

/// Whether a text has the form of a Fernet token: version 0x80, time, IV, whole AES blocks, MAC.
pub fn is_token(text: &str) -> bool {
    // 0x80 and a time before the year 2106: every token begins like this.
    text.starts_with("gAAAAA") && URL_SAFE.decode(text).is_ok_and(|bytes| is_whole_token(&bytes))
}

/// Decrypts the encrypted cells of a frame in memory with the Python system's `key`. With `keep`, cells that it does
/// not decrypt (all of them without a key) stay unchanged. Otherwise it is an error if none can be decrypted.
pub fn decrypt_tokens(frame: &mut DataFrame, key: Option<&Vault>, keep: bool) -> Result<TokenCounts, KeyError> {
    let mut found = TokenCounts::default();
    let sealed = frame.rows.iter_mut().flat_map(|row| row.cells.iter_mut());
    for (_, cell) in sealed.filter(|(column, _)| PERSONAL.contains(&column.as_str())) {
        let Value::String(token) = &*cell else { continue };
        if !is_token(token) {
            continue;
        }
        let text = key.and_then(|key| key.open_bytes(token.as_bytes()).ok());
        match text.and_then(|bytes| str::from_utf8(&bytes).ok().map(str::to_owned)) {
            Some(text) => {
                *cell = Value::String(text);
                found.decrypted += 1;
            }
            None => {
                found.kept += 1;
                found.undecryptable += u64::from(key.is_some());
            }
        }
    }
    match (found.decrypted, found.kept, key) {
        (_, 0, _) => Ok(found),
        (0, tokens, None) if !keep => Err(KeyError::Missing { tokens }),
        (0, tokens, Some(_)) if !keep => Err(KeyError::Wrong { tokens }),
        _ => Ok(found),
    }
}
