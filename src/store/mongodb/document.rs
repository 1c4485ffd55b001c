//! Converts a sealed photo to two documents and back.

use std::collections::BTreeMap;

use base64::Engine;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{self, Binary, RawDocument, RawDocumentBuf, raw::cstr};

use super::checksum;
use crate::photo::{PersonalField, Photo, PhotoId};
use crate::seal::{SealedPhoto, URL_SAFE, is_whole_token};
use crate::store::checksum::{Checked, Checksums, Of};
use crate::store::record::CHECKSUM_FIELD;
use crate::store::{StoreError, record_refusal, size_refusal};

/// A photo's two documents without the fields that a save adds (`_id`, `seq`, `key_id`).
pub struct Bodies {
    /// The record, as in JSON Lines.
    pub photo: RawDocumentBuf,
    /// Field name to token, as bytes.
    pub sealed: RawDocumentBuf,
}

/// Checks a photo and serializes its documents.
pub fn bodies(sealed: &SealedPhoto) -> Result<Bodies, StoreError> {
    let photo = sealed.photo();
    let id = photo.id.as_str();
    if id.is_empty() {
        return Err(StoreError::Other("a photo without an id cannot be saved".to_owned()));
    }
    let unstorable = |why: String| StoreError::Other(format!("the record of {id} cannot be stored: {why}"));
    // BSON has no number above 2^63 - 1.
    let unwritable = |err: bson::error::Error| unstorable(record_refusal(sealed).unwrap_or_else(|| err.to_string()));
    let mut tokens = bson::Document::new();
    for (field, token) in sealed.tokens() {
        let bytes = URL_SAFE.decode(token).ok().filter(|bytes| bytes.first() == Some(&0x80)).ok_or_else(|| {
            StoreError::Other(format!("the field {} of {id} is not sealed; nothing was saved", field.as_str()))
        })?;
        tokens.insert(field.as_str(), Binary { subtype: BinarySubtype::Generic, bytes });
    }
    let photo = bson::serialize_to_raw_document_buf(photo).map_err(unwritable)?;
    let tokens = RawDocumentBuf::try_from(&tokens).map_err(unwritable)?;
    match size_refusal(photo.as_bytes().len().max(tokens.as_bytes().len())) {
        Some(why) => Err(unstorable(why)),
        None => Ok(Bodies { photo, sealed: tokens }),
    }
}

/// Fields that a save adds to a record's document.
const HEAD: [&str; 6] = ["_id", "seq", CHECKSUM_FIELD, "state", "key_id", "origin"];

/// The record's document. `origin` is the id of the store that it is an unchanged copy from.
pub fn photo_document(
    (id, seq): (&str, i64),
    (state, key_id, origin): (&str, &str, Option<&str>),
    body: &RawDocument,
    checksums: &Checksums,
) -> RawDocumentBuf {
    let mut head = RawDocumentBuf::new();
    head.append(cstr!("state"), state);
    head.append(cstr!("key_id"), key_id);
    if let Some(origin) = origin {
        head.append(cstr!("origin"), origin);
    }
    checksum::document(id, seq, &join(&head, body), checksums, Of::Record)
}

/// The document of the tokens.
pub fn sealed_document(
    (id, seq): (&str, i64),
    key_id: &str,
    body: &RawDocument,
    checksums: &Checksums,
) -> RawDocumentBuf {
    let mut head = RawDocumentBuf::new();
    head.append(cstr!("key_id"), key_id);
    checksum::document(id, seq, &join(&head, body), checksums, Of::Sealed)
}

/// One document with the fields of two. A document is its length, its fields and a zero byte.
fn join(head: &RawDocument, body: &RawDocument) -> RawDocumentBuf {
    let (head, body) = (head.as_bytes(), body.as_bytes());
    let length = head.len() + body.len() - 5;
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&head[4..head.len() - 1]);
    bytes.extend_from_slice(&body[4..]);
    RawDocumentBuf::from_bytes(bytes).expect("two documents joined are one")
}

/// The photo of a document, unchecked. It is read by way of JSON: the deserializer of BSON has a type of its own for each kind of
/// value, and the reader of a photo would be compiled for each of them, which is a sixth of this program's code.
pub fn parse_photo(document: &RawDocument) -> Result<Photo, serde_json::Error> {
    serde_json::from_slice(&serde_json::to_vec(&document)?)
}

fn damaged(document: &RawDocument, why: &dyn std::fmt::Display) -> StoreError {
    let id = document.get_str("_id").unwrap_or("an unknown photo");
    StoreError::Damaged { id: PhotoId::from_text(id), why: why.to_string() }
}

/// The photo of a record's document. Fails if the document is damaged.
pub fn read_photo(document: &RawDocument, checksums: &Checksums) -> Result<Photo, StoreError> {
    if checksum::check(document, checksums, Of::Record) == Checked::Bad {
        return Err(damaged(document, &"it was changed since it was written: its checksum does not fit"));
    }
    let mut photo: Photo = parse_photo(document).map_err(|err| damaged(document, &err))?;
    photo.unknown.forget(&HEAD);
    if document.get_str("_id").ok() == Some(photo.id.as_str()) {
        Ok(photo)
    } else {
        Err(damaged(document, &"it says that it is another photo's"))
    }
}

/// A photo from its record and its tokens. Fails if one of the two is damaged.
pub fn restore(
    document: &RawDocument,
    sealed: Option<&RawDocument>,
    checksums: &Checksums,
) -> Result<SealedPhoto, StoreError> {
    let photo = read_photo(document, checksums)?;
    if sealed.is_some_and(|sealed| checksum::check(sealed, checksums, Of::Sealed) == Checked::Bad) {
        return Err(damaged(document, &"a sealed field was changed since it was written: its checksum does not fit"));
    }
    let mut tokens = BTreeMap::new();
    for field in PersonalField::ALL {
        if let Some(token) = sealed.and_then(|sealed| sealed.get_binary(field.as_str()).ok()) {
            tokens.insert(field, URL_SAFE.encode(token.bytes));
        }
    }
    // The tokens' document names their key. Without one, the record does.
    let key_id = sealed.and_then(|sealed| sealed.get_str("key_id").ok()).or(document.get_str("key_id").ok());
    let restored = SealedPhoto::restore(photo, key_id.unwrap_or_default().to_owned(), tokens);
    Ok(match document.get_str("origin") {
        Ok(origin) => restored.copied_from(origin),
        Err(_) => restored,
    })
}

/// Whether both documents have a checksum.
pub fn has_checksums(document: &RawDocument, sealed: Option<&RawDocument>, checksums: &Checksums) -> bool {
    checksum::check(document, checksums, Of::Record) == Checked::Good
        && sealed.is_none_or(|sealed| checksum::check(sealed, checksums, Of::Sealed) == Checked::Good)
}

/// What is wrong with a record or its tokens, if anything. `restored` is what [`restore`] made of them.
pub fn problem(
    (document, sealed): (&RawDocument, Option<&RawDocument>),
    restored: &Result<SealedPhoto, StoreError>,
) -> Option<String> {
    let id = document.get_str("_id").unwrap_or("an unknown photo");
    let photo = match restored {
        Ok(restored) => restored.photo(),
        Err(err) => return Some(err.to_string()),
    };
    if document.get_str("state").ok() != Some(photo.state().as_str()) {
        return Some(format!("the record of {id} has the wrong state in its column"));
    }
    let Some(sealed) = sealed else { return Some(format!("the sealed fields of {id} are missing")) };
    let cut = PersonalField::ALL.into_iter().any(|field| match sealed.get(field.as_str()) {
        Ok(None) => false,
        Ok(Some(_)) => !sealed.get_binary(field.as_str()).is_ok_and(|token| is_whole_token(token.bytes)),
        Err(_) => true,
    });
    cut.then(|| format!("a sealed field of {id} is damaged"))
}
