//! Personal data is sealed here, and nowhere else; only a sealed photo can be saved.

mod envelope;
mod key;
pub(crate) mod private;
mod rotation;
mod vault;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::photo::{Labels, PersonalField, Photo, PhotoId, Score};

pub use key::{Key, KeyFile, key_path};
pub(crate) use key::{URL_SAFE, hex};
pub use rotation::{Resealed, reseal_files};
pub use vault::Vault;

/// A photo whose personal fields are Fernet tokens. Only [`Vault::seal`] makes one (stores restore them).
#[derive(Clone, Debug, PartialEq)]
pub struct SealedPhoto {
    photo: Photo,
    key_id: String,
    tokens: BTreeMap<PersonalField, String>,
}

impl SealedPhoto {
    /// Puts together again what a store kept.
    pub(crate) fn restore(photo: Photo, key_id: String, tokens: BTreeMap<PersonalField, String>) -> Self {
        Self { photo, key_id, tokens }
    }

    /// The photo without anything personal.
    pub fn photo(&self) -> &Photo {
        &self.photo
    }

    /// Which key sealed it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The tokens by field.
    pub fn tokens(&self) -> &BTreeMap<PersonalField, String> {
        &self.tokens
    }

    /// The same photo with other scores and labels, which name nobody: no key is needed for that.
    #[must_use]
    pub fn with_scores(mut self, scores: BTreeMap<String, Score>, labels: BTreeMap<String, Labels>) -> Self {
        self.photo.scores = scores;
        self.photo.labels = labels;
        self
    }

    /// The photo for another walk down the road: its tokens are taken along unopened.
    pub fn into_photo(self) -> Photo {
        let mut photo = self.photo;
        for (field, token) in self.tokens {
            photo.personal.keep_sealed(field, token);
        }
        photo
    }
}

/// What can go wrong with keys and tokens. Never holds a key, a token or what was sealed.
#[derive(Debug, Error)]
pub enum SealError {
    /// The key is not the one that sealed the dataset.
    #[error("the key does not fit this dataset (it has key {found}, the dataset was sealed with {wanted})")]
    WrongKey {
        /// Id of the key that was given.
        found: String,
        /// Id of the key that is needed.
        wanted: String,
    },
    /// There is no key.
    #[error("there is no key for this dataset: {0}")]
    NoKey(String),
    /// The key's text or file is not right.
    #[error("{0}")]
    BadKey(String),
    /// A token does not open, or belongs to another photo or field.
    #[error("the sealed field {field} of {id} does not open: {why}")]
    BadToken {
        /// Whose.
        id: PhotoId,
        /// Which.
        field: &'static str,
        /// Why, without any content.
        why: String,
    },
    /// A sealed file does not open.
    #[error("the sealed file does not open: {0}")]
    BadBytes(String),
    /// A change of keys was begun and not finished: records of both keys stand side by side.
    #[error("a change of keys was interrupted: some records have key {from}, others key {to}; run it again with both")]
    Rotating {
        /// Id of the key that is being replaced.
        from: String,
        /// Id of the key that replaces it.
        to: String,
    },
}
