//! A dataset as one file: JSON Lines or CSV, streamed by keyset in constant memory.
//!
//! docs/export.md tells readers what each field means.

pub mod csv;
mod jsonl;

use std::io::Write;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::dataset::extension;
use crate::seal::{SealedPhoto, Vault};
use crate::store::Store;

/// How a dataset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a photo and line.
    Jsonl,
    /// A table.
    Csv,
}

/// Writes all photos by id and says how many; personal fields stay sealed without a vault.
pub fn write(store: &dyn Store, format: Format, open: Option<&Vault>, out: &mut dyn Write) -> Result<u64> {
    match format {
        Format::Jsonl => jsonl::write(store, open, out),
        Format::Csv => csv::write(store, open, out),
    }
}

/// A photo as it is exported: [`public`], then its tokens below `sealed`, or below `personal` what
/// they hold, when there is a vault that opens them.
fn record(sealed: &SealedPhoto, open: Option<&Vault>) -> Result<Map<String, Value>> {
    let mut object = public(sealed)?;
    if let Some(vault) = open {
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

/// What may be read without a key: no tokens, nothing personal.
pub fn public(sealed: &SealedPhoto) -> Result<Map<String, Value>> {
    let photo = sealed.photo();
    let Value::Object(mut object) = serde_json::to_value(photo)? else {
        anyhow::bail!("a photo is not an object");
    };
    object.shift_insert(1, "source".to_owned(), json!(photo.id.source()));
    object.shift_insert(2, "state".to_owned(), json!(photo.state().as_str()));
    if let Some(file) = &photo.file {
        let shard = file.sha256.get(..2).context("an image has no SHA-256")?;
        let path = format!("images/{shard}/{}.{}", file.sha256, extension(&file.format));
        object.insert("file_path".to_owned(), json!(path));
        object.insert("downloaded_at".to_owned(), json!(file.downloaded_at));
    }
    Ok(object)
}
