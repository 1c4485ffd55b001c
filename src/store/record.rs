//! A record as a store keeps it: the text of the photo and its tokens. The photo is made of them when it is needed.

use std::borrow::Cow;
use std::sync::OnceLock;

use base64::Engine;

use super::StoreError;
use crate::json::canonical::is_canonical;
use crate::photo::{PersonalField, Photo, PhotoId};
use crate::seal::{SealedPhoto, URL_SAFE};

/// A record with its tokens.
pub struct StoredRecord {
    id: PhotoId,
    /// The photo, as `serde_json` writes it.
    text: String,
    key_id: String,
    /// In the order of [`PersonalField::ALL`]; not of a whole photo, which has its own.
    tokens: Vec<Option<Vec<u8>>>,
    // Boxes, because photos are large and records are moved.
    files: OnceLock<Box<Photo>>,
    outline: OnceLock<Box<Photo>>,
    /// From the start if the store had another text of the photo.
    whole: OnceLock<Box<SealedPhoto>>,
}

impl StoredRecord {
    /// A record as it was read: JSON in UTF-8, and its tokens in the order of [`PersonalField::ALL`]. Fails if the record is
    /// damaged.
    pub(crate) fn read(
        id: PhotoId,
        key_id: String,
        record: Vec<u8>,
        tokens: Vec<Option<Vec<u8>>>,
    ) -> Result<Self, StoreError> {
        let whole = OnceLock::new();
        let text = match String::from_utf8(record) {
            // Then it need not be parsed and written again.
            Ok(text) if is_canonical::<Photo>(&text) => {
                if !names(&text, id.as_str()) {
                    return Err(misplaced(id.as_str()));
                }
                text
            }
            other => {
                let record = other.map_or_else(std::string::FromUtf8Error::into_bytes, String::into_bytes);
                let photo = read_record(id.as_str(), &record)?;
                let text = written(&photo)?;
                let _ = whole.set(Box::new(restored(photo, &key_id, &tokens)));
                text
            }
        };
        Ok(Self { id, text, key_id, tokens, files: OnceLock::new(), outline: OnceLock::new(), whole })
    }

    /// A photo that a store read as a whole. Fails if it cannot be written as JSON.
    pub fn of(sealed: SealedPhoto) -> Result<Self, StoreError> {
        let (id, key_id) = (sealed.photo().id.clone(), sealed.key_id().to_owned());
        let text = written(sealed.photo())?;
        Ok(Self {
            id,
            text,
            key_id,
            tokens: Vec::new(),
            files: OnceLock::new(),
            outline: OnceLock::new(),
            whole: OnceLock::from(Box::new(sealed)),
        })
    }

    /// The photo's id in the store.
    pub fn id(&self) -> &PhotoId {
        &self.id
    }

    /// The photo as `serde_json` writes it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether this program knows all fields of the record.
    pub fn is_known(&self) -> bool {
        self.whole.get().is_none_or(|sealed| sealed.photo().unknown.is_empty())
    }

    /// The photo with all fields or without its texts, as [`Photo::outline`] reads it.
    pub fn outline(&self) -> Result<&Photo, StoreError> {
        if let Some(sealed) = self.whole.get() {
            return Ok(sealed.photo());
        }
        if let Some(outline) = self.outline.get() {
            return Ok(outline);
        }
        let outline = Photo::outline(&self.text).map_err(|err| damaged(self.id.as_str(), &err))?;
        Ok(self.outline.get_or_init(|| Box::new(outline)))
    }

    /// The photo with its files and its state, and perhaps more, as [`Photo::with_files`] reads it.
    pub fn files(&self) -> Result<&Photo, StoreError> {
        let part = || self.outline.get().or_else(|| self.files.get()).map(|photo| &**photo);
        let known = self.whole.get().map(|sealed| sealed.photo()).or_else(part);
        if let Some(known) = known {
            return Ok(known);
        }
        let files = Photo::with_files(&self.text).map_err(|err| damaged(self.id.as_str(), &err))?;
        Ok(self.files.get_or_init(|| Box::new(files)))
    }

    /// The whole photo with its tokens.
    pub fn sealed(&self) -> Result<&SealedPhoto, StoreError> {
        if let Some(whole) = self.whole.get() {
            return Ok(whole);
        }
        let photo = read_record(self.id.as_str(), self.text.as_bytes())?;
        let sealed = restored(photo, &self.key_id, &self.tokens);
        Ok(self.whole.get_or_init(|| Box::new(sealed)))
    }

    /// The names of the sealed fields, in the order of [`PersonalField::ALL`].
    pub fn sealed_fields(&self) -> impl Iterator<Item = PersonalField> {
        let of_whole = self.whole.get().into_iter().flat_map(|sealed| sealed.tokens().keys().copied());
        let raw = if self.whole.get().is_some() { &[][..] } else { &self.tokens };
        of_whole
            .chain(PersonalField::ALL.into_iter().zip(raw).filter_map(|(field, token)| token.as_ref().map(|_| field)))
    }

    /// The sealed fields with their tokens in URL-safe base64, in the order of [`PersonalField::ALL`].
    pub fn tokens(&self) -> impl Iterator<Item = (PersonalField, Cow<'_, str>)> {
        let of_whole = self.whole.get().into_iter().flat_map(|sealed| sealed.tokens());
        let of_whole = of_whole.map(|(field, token)| (*field, Cow::Borrowed(token.as_str())));
        of_whole.chain(encoded(if self.whole.get().is_some() { &[] } else { &self.tokens }))
    }
}

fn restored(photo: Photo, key_id: &str, tokens: &[Option<Vec<u8>>]) -> SealedPhoto {
    let tokens = encoded(tokens).map(|(field, token)| (field, token.into_owned())).collect();
    SealedPhoto::restore(photo, key_id.to_owned(), tokens)
}

/// Parses a record, which is JSON.
pub(super) fn read_record(id: &str, record: &[u8]) -> Result<Photo, StoreError> {
    let mut photo: Photo = serde_json::from_slice(record).map_err(|err| damaged(id, &err))?;
    // An older program copies it from MongoDB like a field of the photo.
    photo.unknown.forget(&[CHECKSUM_FIELD]);
    if photo.id.as_str() == id { Ok(photo) } else { Err(misplaced(id)) }
}

/// The field of the checksum in documents.
pub(super) const CHECKSUM_FIELD: &str = "_sum";

fn damaged(id: &str, err: &serde_json::Error) -> StoreError {
    StoreError::Damaged { id: PhotoId::from_text(id), why: err.to_string() }
}

/// The error of a record that names another photo than its place in the store.
pub(super) fn misplaced(id: &str) -> StoreError {
    StoreError::Damaged { id: PhotoId::from_text(id), why: "it says that it is another photo's".to_owned() }
}

/// Whether a text as `serde_json` writes it names this photo. A photo's id is its first field.
fn names(text: &str, id: &str) -> bool {
    let named = text.strip_prefix("{\"id\":\"");
    match named.and_then(|rest| rest.strip_prefix(id)) {
        Some(rest) if !id.contains(['"', '\\']) => rest.starts_with('"'),
        _ => serde_json::to_string(id)
            .is_ok_and(|id| text.strip_prefix("{\"id\":").is_some_and(|rest| rest.starts_with(&id))),
    }
}

fn written(photo: &Photo) -> Result<String, StoreError> {
    serde_json::to_string(photo)
        .map_err(|err| StoreError::Other(format!("the record of {} cannot be written: {err}", photo.id)))
}

/// Tokens by field, as they are written.
fn encoded(tokens: &[Option<Vec<u8>>]) -> impl Iterator<Item = (PersonalField, Cow<'_, str>)> {
    let all = PersonalField::ALL.into_iter().zip(tokens);
    all.filter_map(|(field, token)| Some((field, Cow::Owned(URL_SAFE.encode(token.as_deref()?)))))
}
