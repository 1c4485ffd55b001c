//! A photo as a JSON object. JSON Lines writes this record, and other formats are made from it.

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::photo::{Flag, ImageFile, Photo, SettingName, Taken, fields};
use crate::seal::{SealedPhoto, Vault};

/// The path of an image in the dataset's folder; `None` without a SHA-256.
pub(super) fn image_path(file: &ImageFile) -> Option<String> {
    let shard = file.sha256.get(..2)?;
    Some(format!("images/{shard}/{}.{}", file.sha256, file.format.extension()))
}

/// When the record last changed, as far as it says. Formats that need a time of the data take the latest of their photos,
/// so that equal exports have equal bytes.
pub(super) fn changed_at(photo: &Photo) -> Option<Timestamp> {
    let downloaded = photo.file.as_ref().map(|file| file.downloaded_at);
    let described = photo.described.as_ref().map(|described| described.at);
    [photo.found_at, photo.checked_at, downloaded, described].into_iter().flatten().max()
}

/// The public record with the tokens under `sealed`. With a vault, the decrypted values are under `personal` instead.
pub fn record(sealed: &SealedPhoto, vault: Option<&Vault>) -> Result<Map<String, Value>> {
    let mut object = public(sealed)?;
    if let Some(vault) = vault {
        let personal: Map<String, Value> =
            vault.open(sealed)?.into_iter().map(|(field, value)| (field.as_str().to_owned(), value)).collect();
        object.insert("personal".to_owned(), Value::Object(personal));
    } else {
        let tokens: Map<String, Value> =
            sealed.tokens().iter().map(|(field, token)| (field.as_str().to_owned(), json!(token))).collect();
        object.insert("sealed".to_owned(), Value::Object(tokens));
    }
    Ok(object)
}

/// The record without tokens and personal values.
pub fn public(sealed: &SealedPhoto) -> Result<Map<String, Value>> {
    let photo = sealed.photo();
    let Value::Object(mut object) = serde_json::to_value(photo)? else {
        anyhow::bail!("a photo is not an object");
    };
    object.shift_insert(1, "source".to_owned(), json!(photo.id.source()));
    object.shift_insert(2, "state".to_owned(), json!(photo.state().as_str()));
    let in_force = photo.license_in_force();
    if in_force.as_deref() != photo.license.as_ref() {
        let own = object.insert("license".to_owned(), serde_json::to_value(in_force)?);
        own.and_then(|own| object.insert("source_license".to_owned(), own));
    }
    let edtf = photo.taken.as_ref().and_then(Taken::edtf);
    if let (Some(edtf), Some(Value::Object(taken))) = (edtf, object.get_mut("taken")) {
        taken.insert("edtf".to_owned(), json!(edtf));
    }
    if let (Some(offset), Some(Value::Object(place))) = (photo.utc_offset_there(), object.get_mut("place")) {
        place.insert("utc_offset".to_owned(), json!(offset));
    }
    if let Some(sun) = fields::sun(photo) {
        object.insert(
            "sun".to_owned(),
            json!({
                "elevation_deg": (sun.elevation_deg * 100.0).round() / 100.0,
                "solar_time_h": (sun.solar_time_h * 1000.0).round() / 1000.0,
            }),
        );
    }
    let flags: Vec<&str> = photo.flags().map(Flag::as_str).collect();
    if !flags.is_empty() {
        object.insert("flags".to_owned(), json!(flags));
    }
    let setting = photo.setting_in_force().name;
    if setting != SettingName::Unknown {
        object.insert("setting_in_force".to_owned(), json!(setting.as_str()));
    }
    if let Some(file) = &photo.file {
        let path = image_path(file).context("an image has no SHA-256")?;
        object.insert("file_path".to_owned(), json!(path));
        object.insert("downloaded_at".to_owned(), json!(file.downloaded_at));
    }
    Ok(object)
}
