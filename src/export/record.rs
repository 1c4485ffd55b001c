//! A photo as a JSON object. JSON Lines writes this record, and other formats are made from it.

use std::borrow::Cow;
use std::io::Write;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::json;
use crate::photo::{Flag, ImageFile, License, Photo, SettingName, Taken, fields};
use crate::seal::{SealedPhoto, Vault};
use crate::store::StoredRecord;

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

/// What a record has besides the fields of the photo.
struct Derived<'a> {
    /// The licence that counts, if it is not the one that the photo's own source reports.
    #[expect(clippy::option_option, reason = "none may be in force where the source reports one")]
    license: Option<Option<Cow<'a, License>>>,
    /// Of `taken`.
    edtf: Option<String>,
    /// Of `place`.
    utc_offset: Option<String>,
    last: Last,
}

/// The last fields, in this order.
#[derive(Serialize)]
struct Last {
    #[serde(skip_serializing_if = "Option::is_none")]
    sun: Option<SunThere>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<&'static str>,
    /// The setting that counts, if one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    setting_in_force: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    downloaded_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct SunThere {
    elevation_deg: f64,
    solar_time_h: f64,
}

impl<'a> Derived<'a> {
    fn of(photo: &'a Photo) -> Result<Self> {
        let in_force = photo.license_in_force();
        let sun = fields::sun(photo).map(|sun| SunThere {
            elevation_deg: (sun.elevation_deg * 100.0).round() / 100.0,
            solar_time_h: (sun.solar_time_h * 1000.0).round() / 1000.0,
        });
        let path = |file| image_path(file).context("an image has no SHA-256");
        let file = photo.file.as_ref();
        Ok(Self {
            license: (in_force.as_deref() != photo.license.as_ref()).then_some(in_force),
            edtf: photo.taken.as_ref().and_then(Taken::edtf),
            utc_offset: photo.utc_offset_there(),
            last: Last {
                sun,
                flags: photo.flags().map(Flag::as_str).collect(),
                setting_in_force: Some(photo.setting_in_force().name)
                    .filter(|name| *name != SettingName::Unknown)
                    .map(SettingName::as_str),
                file_path: file.map(path).transpose()?,
                downloaded_at: file.map(|file| file.downloaded_at),
            },
        })
    }
}

/// The public record with the tokens under `sealed`. With a vault, the decrypted values are under `personal` instead.
pub fn record(sealed: &SealedPhoto, vault: Option<&Vault>) -> Result<Map<String, Value>> {
    let mut object = public(sealed)?;
    if let Some(vault) = vault {
        object.insert("personal".to_owned(), Value::Object(opened(sealed, vault)?));
    } else {
        let tokens: Map<String, Value> =
            sealed.tokens().iter().map(|(field, token)| (field.as_str().to_owned(), json!(token))).collect();
        object.insert("sealed".to_owned(), Value::Object(tokens));
    }
    Ok(object)
}

fn opened(sealed: &SealedPhoto, vault: &Vault) -> Result<Map<String, Value>> {
    Ok(vault.open(sealed)?.into_iter().map(|(field, value)| (field.as_str().to_owned(), value)).collect())
}

/// The record without tokens and personal values.
pub fn public(sealed: &SealedPhoto) -> Result<Map<String, Value>> {
    let photo = sealed.photo();
    let derived = Derived::of(photo)?;
    let Value::Object(mut object) = serde_json::to_value(photo)? else {
        anyhow::bail!("a photo is not an object");
    };
    object.shift_insert(1, "source".to_owned(), json!(photo.id.source()));
    object.shift_insert(2, "state".to_owned(), json!(photo.state().as_str()));
    if let Some(in_force) = derived.license {
        let own = object.insert("license".to_owned(), serde_json::to_value(in_force)?);
        own.and_then(|own| object.insert("source_license".to_owned(), own));
    }
    for (within, name, value) in [("taken", "edtf", derived.edtf), ("place", "utc_offset", derived.utc_offset)] {
        if let (Some(value), Some(Value::Object(object))) = (value, object.get_mut(within)) {
            object.insert(name.to_owned(), json!(value));
        }
    }
    if let Value::Object(last) = serde_json::to_value(derived.last)? {
        object.extend(last);
    }
    Ok(object)
}

/// Appends [`record`] as compact JSON, without building values.
pub(super) fn write(stored: &StoredRecord, vault: Option<&Vault>, out: &mut Vec<u8>) -> Result<()> {
    if !stored.is_known() {
        return Ok(serde_json::to_writer(out, &record(stored.sealed()?, vault)?)?);
    }
    write_public(stored, out)?;
    out.pop();
    if let Some(vault) = vault {
        out.extend_from_slice(b",\"personal\":");
        serde_json::to_writer(&mut *out, &opened(stored.sealed()?, vault)?)?;
    } else {
        out.extend_from_slice(b",\"sealed\":{");
        for (nth, (field, token)) in stored.tokens().enumerate() {
            // A token is URL-safe base64.
            write!(out, "{}\"{}\":\"{token}\"", if nth > 0 { "," } else { "" }, field.as_str())?;
        }
        out.push(b'}');
    }
    out.push(b'}');
    Ok(())
}

/// Appends [`public`] as compact JSON, without building values.
pub(super) fn write_public(stored: &StoredRecord, out: &mut Vec<u8>) -> Result<()> {
    // Fields that the program does not know may have the name of a derived one.
    if !stored.is_known() {
        return Ok(serde_json::to_writer(out, &public(stored.sealed()?)?)?);
    }
    let photo = stored.outline()?;
    let derived = Derived::of(photo)?;
    let own = stored.text();
    out.reserve(own.len() + 512);
    let mut separator = b'{';
    let mut own_license = None;
    for (key, value) in json::fields(own) {
        out.push(std::mem::replace(&mut separator, b','));
        out.extend_from_slice(key.written().as_bytes());
        out.push(b':');
        match (key.written(), &derived) {
            ("\"license\"", Derived { license: Some(in_force), .. }) => {
                own_license = Some(value);
                serde_json::to_writer(&mut *out, in_force)?;
            }
            ("\"taken\"", Derived { edtf: Some(edtf), .. }) => write_longer(value, ("edtf", edtf), out)?,
            ("\"place\"", Derived { utc_offset: Some(offset), .. }) => {
                write_longer(value, ("utc_offset", offset), out)?;
            }
            _ => out.extend_from_slice(value.as_bytes()),
        }
        if key.written() == "\"id\"" {
            out.extend_from_slice(b",\"source\":");
            serde_json::to_writer(&mut *out, photo.id.source())?;
            out.extend_from_slice(b",\"state\":");
            serde_json::to_writer(&mut *out, photo.state().as_str())?;
        }
    }
    match (own_license, &derived.license) {
        (Some(own), _) => write!(out, ",\"source_license\":{own}")?,
        (None, Some(in_force)) => {
            out.extend_from_slice(b",\"license\":");
            serde_json::to_writer(&mut *out, in_force)?;
        }
        (None, None) => {}
    }
    let before = out.len();
    serde_json::to_writer(&mut *out, &derived.last)?;
    if out.len() == before + 2 {
        out.truncate(before);
        out.push(b'}');
    } else {
        out[before] = b',';
    }
    Ok(())
}

/// Writes an object and one more text in it.
fn write_longer(object: &str, (name, text): (&str, &str), out: &mut Vec<u8>) -> Result<()> {
    let (rest, _) = object.split_at(object.len() - 1);
    write!(out, "{rest}{}\"{name}\":", if rest.len() > 1 { "," } else { "" })?;
    serde_json::to_writer(&mut *out, text)?;
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests;
