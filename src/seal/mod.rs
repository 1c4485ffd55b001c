//! Seals personal data. Only a sealed photo can be saved, and only this module makes one.

mod envelope;
mod key;
mod rotation;
mod vault;
mod withdrawal;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::photo::{Finding, Labels, OtherRecord, PersonalField, Photo, PhotoId, ReviewedTaxon, Score, ScoreKey};

pub(crate) use key::URL_SAFE;
pub use key::{Key, KeyFile, key_path};
pub use rotation::{Resealed, reseal_files};
pub use vault::Vault;
pub(crate) use withdrawal::MARKS;
pub use withdrawal::{Marker, is_mark};

/// A photo whose personal fields are Fernet tokens. Made by [`Vault::seal`], or read from a store.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedPhoto {
    photo: Photo,
    key_id: String,
    tokens: BTreeMap<PersonalField, String>,
    origin: Option<String>,
}

impl SealedPhoto {
    /// A photo as a store read it.
    pub(crate) fn restore(photo: Photo, key_id: String, tokens: BTreeMap<PersonalField, String>) -> Self {
        Self { photo, key_id, tokens, origin: None }
    }

    /// A photo whose personal fields are all sealed already with the key of that id. Fails if one is in clear.
    pub(crate) fn of_sealed(mut photo: Photo, key_id: String) -> Result<Self, SealError> {
        let personal = std::mem::take(&mut photo.personal);
        photo.received = None;
        let mut tokens = BTreeMap::new();
        for (field, finding) in personal.iter() {
            let Finding::Sealed(token) = finding else {
                let why = "it is in clear".to_owned();
                return Err(SealError::BadToken { id: photo.id, field: field.as_str(), why });
            };
            tokens.insert(field, token.clone());
        }
        Ok(Self::restore(photo, key_id, tokens))
    }

    /// Marks the photo as a copy from the store with this id. A shared store keeps the mark until the photo changes, so the
    /// next copy can detect changes.
    #[must_use]
    pub fn copied_from(self, store_id: &str) -> Self {
        Self { origin: Some(store_id.to_owned()), ..self }
    }

    /// The id of the store that this is an unchanged copy from, if known.
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Whether both have the same contents, whatever their origin.
    pub fn is_same(&self, other: &Self) -> bool {
        self.photo == other.photo && self.key_id == other.key_id && self.tokens == other.tokens
    }

    /// The photo without personal fields.
    pub fn photo(&self) -> &Photo {
        &self.photo
    }

    /// The photo without personal fields, as a value.
    pub fn into_plain(self) -> Photo {
        self.photo
    }

    /// The id of the key that sealed it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The tokens by field.
    pub fn tokens(&self) -> &BTreeMap<PersonalField, String> {
        &self.tokens
    }

    /// Replaces scores and labels. They are not personal, so no key is needed.
    #[must_use]
    pub fn with_scores(mut self, scores: BTreeMap<ScoreKey, Score>, labels: BTreeMap<String, Labels>) -> Self {
        self.photo.scores = scores;
        self.photo.labels = labels;
        self.origin = None;
        self
    }

    /// Replaces a person's verdict on the taxon. It is not personal, so no key is needed.
    #[must_use]
    pub fn with_reviewed_taxon(mut self, reviewed: Option<ReviewedTaxon>) -> Self {
        self.photo.reviewed_taxon = reviewed;
        self.origin = None;
        self
    }

    /// Replaces what follows from words, scores and labels by that of `photo`, another version of the same: its identifications, range
    /// and setting. They name no person, so no key is needed.
    #[must_use]
    pub fn with_derived(mut self, photo: Photo) -> Self {
        self.photo.identifications = photo.identifications;
        self.photo.range = photo.range;
        self.photo.setting = photo.setting;
        self.origin = None;
        self
    }

    /// Replaces what is known of the photo's records at other sources. It names no person, so no key is needed.
    #[must_use]
    pub fn with_other_records(mut self, records: Vec<OtherRecord>, same_as: Option<PhotoId>) -> Self {
        self.photo.other_records = records;
        self.photo.same_as = same_as;
        self.origin = None;
        self
    }

    /// The photo for another run of the pipeline, with its tokens unopened.
    pub fn into_photo(self) -> Photo {
        let mut photo = self.photo;
        for (field, token) in self.tokens {
            photo.personal.keep_sealed(field, token);
        }
        photo
    }
}

/// Whether bytes have the format of a token: version 0x80, time (8 bytes), IV (16), blocks of 16, MAC (32).
pub(crate) fn is_whole_token(bytes: &[u8]) -> bool {
    bytes.len() >= 73 && bytes[0] == 0x80 && (bytes.len() - 57).is_multiple_of(16)
}

/// Whether bytes are the text of a token, as a sealed file holds it.
pub(crate) fn is_whole_token_text(text: &[u8]) -> bool {
    base64::Engine::decode(&URL_SAFE, text.trim_ascii()).is_ok_and(|token| is_whole_token(&token))
}

/// An error of keys or tokens. It never contains a key, a token or a sealed value.
#[derive(Debug, Error)]
pub enum SealError {
    /// The key is not the one that sealed the dataset.
    #[error("wrong key: the dataset was sealed with key {wanted}, but key {found} was given")]
    WrongKey {
        /// Id of the key that was given.
        found: String,
        /// Id of the key that is needed.
        wanted: String,
    },
    /// There is no key.
    #[error("there is no key for this dataset: {0}")]
    NoKey(String),
    /// The key's text or file is invalid.
    #[error("{0}")]
    BadKey(String),
    /// A token cannot be decrypted, or belongs to another photo or field.
    #[error("could not decrypt the field {field} of {id}: {why}")]
    BadToken {
        /// The photo.
        id: PhotoId,
        /// The field.
        field: &'static str,
        /// The reason, without any content.
        why: String,
    },
    /// A sealed file cannot be decrypted.
    #[error("could not decrypt the sealed file: {0}")]
    BadBytes(String),
    /// A key rotation was interrupted: some records have the old key, others the new one.
    #[error("a key rotation was interrupted: some records have key {from}, others key {to}; run it again with both")]
    Rotating {
        /// Id of the key that is being replaced.
        from: String,
        /// Id of the key that replaces it.
        to: String,
    },
}
