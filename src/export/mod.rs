//! A dataset as one file: JSON Lines or CSV, streamed by keyset in constant memory.
//!
//! docs/export.md tells readers what each field means.

pub mod csv;
mod jsonl;

use std::io::Write;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::files::extension;
use crate::photo::PhotoId;
use crate::photo::filter::Filter;
use crate::seal::{SealedPhoto, Vault};
use crate::store::Store;

/// Photos looked at at a time.
const BATCH: usize = 64;

/// How a dataset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a photo and line.
    Jsonl,
    /// A table.
    Csv,
}

/// What is written, and how.
pub struct Selection<'a> {
    /// As what.
    pub format: Format,
    /// Photos that pass.
    pub filter: &'a Filter,
    /// Opens the personal fields; without it they stay sealed.
    pub open: Option<&'a Vault>,
}

/// Writes all photos by id and says how many; personal fields stay sealed without a vault.
pub fn write(store: &dyn Store, format: Format, open: Option<&Vault>, out: &mut dyn Write) -> Result<u64> {
    write_some(store, &Selection { format, filter: &Filter::default(), open }, out)
}

/// Writes the photos that a filter asks for by id and says how many.
pub fn write_some(store: &dyn Store, some: &Selection, out: &mut dyn Write) -> Result<u64> {
    let mut steps = Steps::default();
    let mut photos = 0;
    while let Some(written) = steps.next(store, some, out)? {
        photos += written;
    }
    out.flush()?;
    Ok(photos)
}

/// An export a batch of photos at a time, so that no thread waits while its reader does.
#[derive(Default)]
pub struct Steps {
    table: Option<csv::Table>,
    /// The last photo that was looked at.
    after: Option<PhotoId>,
}

impl Steps {
    /// Looks at the next few dozen photos, writes those that pass and says how many; `None` after the last.
    pub fn next(&mut self, store: &dyn Store, some: &Selection, out: &mut dyn Write) -> Result<Option<u64>> {
        if some.format == Format::Csv && self.table.is_none() {
            self.table = Some(csv::Table::begin(store, some.open.is_some(), out)?);
        }
        let batch = store.scan_sealed(self.after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else { return Ok(None) };
        self.after = Some(last.photo().id.clone());
        let passing: Vec<_> = batch.iter().filter(|sealed| some.filter.matches(sealed.photo())).collect();
        match &self.table {
            Some(table) => table.write(&passing, some.open, out)?,
            None => jsonl::write(&passing, some.open, out)?,
        }
        Ok(Some(passing.len() as u64))
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
