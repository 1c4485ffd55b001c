//! The user's keys to services: from the environment or a file, never from the command line.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::report::Misuse;
use crate::net::Secret;

/// The Python system's file, and the names it used (its spelling and the right one).
const FILE: &str = "credentials.json";
const FLICKR_NAMES: [&str; 3] = ["FLICKR_API_KEY", "FLICKR_KEY", "FLICKER_KEY"];
const VISION_NAMES: [&str; 1] = ["GOOGLE_VISION_KEY"];

/// The Flickr key: `FLICKR_API_KEY`, or `credentials.json` in the current folder.
pub fn flickr() -> anyhow::Result<Secret> {
    if let Some(key) = env::var("FLICKR_API_KEY").ok().filter(|key| !key.trim().is_empty()) {
        return checked(Secret::new(&key), "FLICKR_API_KEY");
    }
    match from_file(Path::new(FILE), &FLICKR_NAMES)? {
        Some(key) => checked(key, FILE),
        None => Err(Misuse::error(
            "there is no Flickr API key",
            "set FLICKR_API_KEY, or put {\"FLICKER_KEY\": \"...\"} into credentials.json here. Keys: https://www.flickr.com/services/apps/create/ (Flickr asks for a Pro account).\n\
             Without a key these work: `gleaner demo`, and `gleaner scrape --source folder DIR` for photos of your own",
        )),
    }
}

/// The Google Vision key: `GOOGLE_VISION_KEY`, or `credentials.json` in the current folder.
pub fn vision() -> anyhow::Result<Secret> {
    let (key, origin) = match env::var("GOOGLE_VISION_KEY").ok().filter(|key| !key.trim().is_empty()) {
        Some(key) => (Some(Secret::new(&key)), "GOOGLE_VISION_KEY"),
        None => (from_file(Path::new(FILE), &VISION_NAMES)?, FILE),
    };
    let Some(key) = key else {
        return Err(Misuse::error(
            "there is no Google Vision API key",
            "set GOOGLE_VISION_KEY, or put {\"GOOGLE_VISION_KEY\": \"...\"} into credentials.json here. Keys: https://console.cloud.google.com/apis/credentials (Google asks for a billing account).\n\
             The local scorer, the default, needs no key and sends nothing anywhere",
        ));
    };
    let letters = key.expose().len();
    if letters >= 20 && key.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(key);
    }
    Err(Misuse::error(
        format!(
            "the Google Vision API key in {origin} is not one: a key has about 40 letters and digits, this has {letters} characters"
        ),
        "copy it again from https://console.cloud.google.com/apis/credentials",
    ))
}

fn from_file(path: &Path, known: &[&str]) -> anyhow::Result<Option<Secret>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(err).with_context(|| format!("could not read {}", path.display())),
    };
    // The parser's own message may quote the file, and the file holds keys.
    let Ok(Value::Object(names)) = serde_json::from_str(&text) else {
        return Err(Misuse::error(
            format!("{} is not a JSON object", path.display()),
            "it looks like this: {\"FLICKER_KEY\": \"...\", \"FLICKER_SECRET\": \"...\", \"GOOGLE_VISION_KEY\": \"...\"}",
        ));
    };
    let key = known.iter().find_map(|name| names.get(*name)?.as_str().filter(|key| !key.trim().is_empty()));
    Ok(key.map(Secret::new))
}

/// Flickr's keys are 32 hexadecimal digits; what is not would only cost a call to be refused.
fn checked(key: Secret, origin: &str) -> anyhow::Result<Secret> {
    let text = key.expose();
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(key);
    }
    Err(Misuse::error(
        format!(
            "the Flickr API key in {origin} is not one: a key is 32 digits and letters a-f, this has {} characters",
            text.chars().count()
        ),
        "copy it again from https://www.flickr.com/services/apps/ (the key, not the secret)",
    ))
}
