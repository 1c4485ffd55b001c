//! Removes photos that their owners withdrew: images, thumbnails, records, vectors, people's verdicts, and what the explorer
//! keeps of them. What is left is a mark that names nobody (`seal::Marker`).
//!
//! The records are removed last, so that an interrupted removal is repeated when the source is asked again.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;

use anyhow::{Context, Result};
use serde::Serialize;

use super::same_photo;
use crate::dataset::Dataset;
use crate::files::BlobName;
use crate::photo::{FileHash, ImageFile, PhotoId};
use crate::reviews;
use crate::store::{Store, for_each_photo};

/// Photos removed in one transaction.
const BATCH: usize = 500;

/// What is left in place of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace<'a> {
    /// Marks, in the order of the photos: the photos are not taken back.
    Marks(&'a [PhotoId]),
    /// Their ids, for followers of the store. The user's own photos may come back.
    Ids,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Records.
    pub photos: u64,
    /// Image files. An image that another photo shows too stays.
    pub images: u64,
}

/// Removes photos from a dataset and its store. Photos that are not there are not counted; their marks are written.
pub fn withdraw(dataset: &Dataset, store: &dyn Store, ids: &[PhotoId], trace: Trace<'_>) -> Result<Removed> {
    let mut removed = Removed::default();
    if ids.is_empty() {
        return Ok(removed);
    }
    let gone: HashSet<&PhotoId> = ids.iter().collect();
    reviews::forget(dataset, |photo| gone.contains(photo)).context("could not remove verdicts from reviews.jsonl")?;
    // It has the texts of all photos; the next start of the explorer makes it again.
    match fs::remove_file(dataset.snapshot()) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(err).context("could not remove the snapshot"),
        _ => {}
    }
    same_photo::release(store, &gone)?;
    let mut files = Vec::new();
    for some in ids.chunks(BATCH) {
        files.extend(store.load(some)?.into_iter().filter_map(|photo| photo.file));
    }
    removed.images = remove_files(dataset, unused(store, files, |id| gone.contains(id))?)?;
    for (at, some) in ids.chunks(BATCH).enumerate() {
        let done = match trace {
            Trace::Marks(marks) => store.withdraw(some, marks.chunks(BATCH).nth(at).unwrap_or_default())?,
            Trace::Ids => store.remove(some)?,
        };
        removed.photos += done as u64;
    }
    Ok(removed)
}

/// Removes files, with their thumbnails, that no record names any more.
pub fn remove_unused(dataset: &Dataset, store: &dyn Store, files: Vec<ImageFile>) -> Result<u64> {
    remove_files(dataset, unused(store, files, |_| false)?)
}

fn remove_files(dataset: &Dataset, files: Vec<ImageFile>) -> Result<u64> {
    for file in &files {
        dataset.files().remove(BlobName::image(file)).context("could not remove an image")?;
        dataset.files().remove(BlobName::thumbnail(file)).context("could not remove a thumbnail")?;
    }
    Ok(files.len() as u64)
}

/// The files that no other photo than the gone ones shows. Every record is read, because no index knows.
fn unused(store: &dyn Store, files: Vec<ImageFile>, is_gone: impl Fn(&PhotoId) -> bool) -> Result<Vec<ImageFile>> {
    let mut files: HashMap<FileHash, ImageFile> = files.into_iter().map(|file| (file.sha256.clone(), file)).collect();
    if !files.is_empty() {
        for_each_photo(store, |photo| {
            if let Some(file) = photo.file.filter(|_| !is_gone(&photo.id)) {
                files.remove(&file.sha256);
            }
            Ok(())
        })?;
    }
    Ok(files.into_values().collect())
}
