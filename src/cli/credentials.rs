//! The user's keys to services: from the environment or `credentials.json`, never from the command line.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::output::UsageError;
use crate::net::Secret;
use crate::sources::{About, Key, Keys, SOURCES};

/// The file of keys in the current folder, as the Python system had it.
const FILE: &str = "credentials.json";

const VISION: Key = Key {
    title: "Google Vision API key",
    variable: "GOOGLE_VISION_KEY",
    file_names: &["GOOGLE_VISION_KEY"],
    required: true,
    partner: None,
    url: "https://console.cloud.google.com/apis/credentials",
    note: "Google asks for a billing account",
    form: "about 40 letters and digits",
    is_valid: |text| text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_graphic()),
};

/// The keys of a source. Fails if a required key is missing or a key has the wrong form.
pub fn of_source(about: &About) -> Result<Keys> {
    let mut keys = Keys::new();
    for known in about.keys {
        match key(known)? {
            Some(key) => {
                keys.insert(known.variable, key);
            }
            None if known.required => return Err(missing(known, &works_without())),
            None => {}
        }
    }
    let is_alone =
        |key: &&Key| keys.contains_key(key.variable) && key.partner.is_some_and(|with| !keys.contains_key(with));
    if let Some(key) = about.keys.iter().find(is_alone) {
        let missing = about.keys.iter().find(|other| Some(other.variable) == key.partner).unwrap_or(key);
        return Err(UsageError::error(
            format!("the {} is there, but the {} is missing", key.title, missing.title),
            format!("set {} too, or remove {}", missing.variable, key.variable),
        ));
    }
    Ok(keys)
}

/// The Google Vision key.
pub fn vision() -> Result<Secret> {
    let without = "The default scorer, local, needs no key and sends no data";
    key(&VISION)?.ok_or_else(|| missing(&VISION, without))
}

/// A key, from its environment variable or from `credentials.json` in the current folder.
pub fn key(known: &Key) -> Result<Option<Secret>> {
    if let Some(text) = env::var(known.variable).ok().filter(|text| !text.trim().is_empty()) {
        return checked(Secret::new(&text), known, known.variable).map(Some);
    }
    match from_file(Path::new(FILE), known)? {
        Some(key) => checked(key, known, FILE).map(Some),
        None => Ok(None),
    }
}

fn missing(key: &Key, without: &str) -> anyhow::Error {
    let name = key.file_names.first().unwrap_or(&key.variable);
    UsageError::error(
        format!("there is no {}", key.title),
        format!(
            "set {}, or put {{\"{name}\": \"...\"}} into {FILE} in this folder. Get a key: {} ({}).\n{without}",
            key.variable, key.url, key.note
        ),
    )
}

/// The sources that work without a key.
fn works_without() -> String {
    let free: String = SOURCES
        .iter()
        .filter(|entry| !entry.about.keys.iter().any(|key| key.required))
        .map(|entry| format!("`gleaner scrape --source {}`, ", entry.about.name))
        .collect();
    format!(
        "Without a key you can use `gleaner demo`, {free}and `gleaner scrape --source folder DIR` for your own photos"
    )
}

fn from_file(path: &Path, known: &Key) -> Result<Option<Secret>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(err).with_context(|| format!("could not read {}", path.display())),
    };
    // The parser's message may quote the file, which contains keys.
    let Ok(Value::Object(names)) = serde_json::from_str(&text) else {
        return Err(UsageError::error(
            format!("{} is not a JSON object", path.display()),
            "example: {\"FLICKR_API_KEY\": \"...\", \"GOOGLE_VISION_KEY\": \"...\"}",
        ));
    };
    let key = known.file_names.iter().find_map(|name| names.get(*name)?.as_str().filter(|key| !key.trim().is_empty()));
    Ok(key.map(Secret::new))
}

/// Checks the form of a key, before a request fails because of it.
fn checked(secret: Secret, key: &Key, place: &str) -> Result<Secret> {
    if (key.is_valid)(secret.expose()) {
        return Ok(secret);
    }
    let characters = secret.expose().chars().count();
    Err(UsageError::error(
        format!(
            "the {} in {place} is invalid: a key has {}, this one has {characters} characters",
            key.title, key.form
        ),
        format!("copy it again from {}", key.url),
    ))
}
