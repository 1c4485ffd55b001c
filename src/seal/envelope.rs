//! The plaintext of a token: the value with its photo and field, padded so that the token's length reveals almost
//! nothing.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::photo::{PersonalField, PhotoId};

/// The envelope's version.
const VERSION: u8 = 1;

/// Names are padded to multiples of this, bytes.
const NAME_STEP: usize = 256;

/// EXIF is padded to this, bytes; larger ones to the next power of two.
const EXIF_SIZE: usize = 16_384;

/// Raw records are padded to multiples of this, bytes.
const RECORD_STEP: usize = 2_048;

#[derive(Serialize)]
struct EnvelopeRef<'a> {
    v: u8,
    photo: &'a str,
    field: &'static str,
    value: &'a Value,
    pad: &'a str,
}

#[derive(Deserialize)]
struct Envelope {
    v: u8,
    photo: String,
    field: String,
    value: Value,
}

/// Packs a value into compact JSON, padded to the field's size class.
pub fn pack(id: &PhotoId, field: PersonalField, value: &Value) -> Zeroizing<String> {
    let mut envelope = EnvelopeRef { v: VERSION, photo: id.as_str(), field: field.as_str(), value, pad: "" };
    let bare = Zeroizing::new(json(&envelope));
    let pad = " ".repeat(padded_len(field, bare.len()) - bare.len());
    envelope.pad = &pad;
    Zeroizing::new(json(&envelope))
}

/// Unpacks an envelope and checks its photo and field. The error says why, without any content.
pub fn unpack(id: &PhotoId, field: PersonalField, plaintext: &[u8]) -> Result<Value, &'static str> {
    let envelope: Envelope = serde_json::from_slice(plaintext).map_err(|_| "it has no envelope of a known version")?;
    if envelope.v != VERSION {
        return Err("its envelope has another version");
    }
    if envelope.photo != id.as_str() {
        return Err("it belongs to another photo");
    }
    if envelope.field != field.as_str() {
        return Err("it belongs to another field");
    }
    Ok(envelope.value)
}

/// The size class of a plaintext of `len` bytes.
fn padded_len(field: PersonalField, len: usize) -> usize {
    match field {
        PersonalField::OwnerName | PersonalField::PathAlias | PersonalField::Owner => len.next_multiple_of(NAME_STEP),
        PersonalField::Exif | PersonalField::ExifApi => len.next_power_of_two().max(EXIF_SIZE),
        PersonalField::RawRecord | PersonalField::Comments => len.next_multiple_of(RECORD_STEP),
    }
}

fn json(envelope: &EnvelopeRef<'_>) -> String {
    serde_json::to_string(envelope).expect("texts and JSON values always serialize")
}
