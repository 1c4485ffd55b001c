//! Compares the stored photos of a folder with its files: a changed file is read again, a removed one leaves the dataset.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::StreamExt;
use futures::stream;
use rayon::prelude::*;
use serde::Serialize;

use crate::photo::{FileHash, ImageFile, Photo, PhotoId, SourceField};
use crate::pipeline::withdraw::{Trace, remove_unused, withdraw};
use crate::pipeline::{Pipeline, run};
use crate::sources::{FOLDER, folder::Folder};
use crate::store::for_each_photo;

use super::Refresher;

/// What changed in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FolderRefreshed {
    /// Photos whose files are as they were.
    pub same: u64,
    /// Photos whose files were changed and read again.
    pub changed: u64,
    /// Of these, photos that cannot be used any more; the old image stays.
    pub failed: u64,
    /// Photos whose files are not in the folder any more.
    pub missing: u64,
    /// Of these, photos that were removed from the dataset.
    pub removed: u64,
    /// Whether nothing was removed because the user did not agree.
    pub held_back: bool,
    /// Files that the dataset does not have; `gleaner scrape` reads them.
    pub new: u64,
}

/// The stored photos of a folder, by what happened to their files.
#[derive(Default)]
struct Comparison {
    same: u64,
    changed: Vec<Photo>,
    missing: Vec<PhotoId>,
}

/// Refreshes the photos of a folder. `pipeline` makes the pipeline that reads its files, where the argument says whether the
/// metadata of the files are used.
pub async fn refresh_folder(
    refresher: &Refresher,
    folder: &Arc<Folder>,
    pipeline: impl FnOnce(bool) -> Pipeline,
) -> Result<FolderRefreshed> {
    let (writer, choice, of) = (Arc::clone(&refresher.writer), Arc::clone(&refresher.choice), Arc::clone(folder));
    let stored = super::blocking(move || {
        let mut stored = Vec::new();
        for_each_photo(writer.store().as_ref(), |photo| {
            stored.extend(Some(photo).filter(|photo| photo.id.source() == FOLDER && choice.passes(photo)));
            Ok(())
        })?;
        Ok(stored)
    })
    .await?;
    let total = stored.len() as u64;
    let fills_in = stored.iter().any(|photo| photo.from_file.as_ref().is_some_and(|names| !names.is_empty()));
    let (observer, known) = (Arc::clone(&refresher.observer), stored.len());
    let found = super::blocking(move || compare(stored, &of, &|| observer.photos_passed(1))).await?;
    let mut result = FolderRefreshed { same: found.same, missing: found.missing.len() as u64, ..Default::default() };
    result.new = (folder.photos().count() as u64).saturating_sub((known - found.missing.len()) as u64);
    result.changed = found.changed.len() as u64;
    let files: Vec<ImageFile> = found.changed.iter().filter_map(|photo| photo.file.clone()).collect();
    let again = found.changed.into_iter().map(move |photo| Ok(to_read_again(&photo, fills_in)));
    let photos = stream::iter(again).boxed();
    let writer = Arc::clone(&refresher.writer);
    let done = run(photos, pipeline(fills_in), writer, Arc::clone(&refresher.observer), refresher.stop.clone()).await?;
    result.failed = done.faulty();
    let (writer, dataset) = (Arc::clone(&refresher.writer), refresher.dataset.clone());
    super::blocking(move || remove_unused(&dataset, writer.store().as_ref(), files)).await?;
    if result.missing > 0 && !refresher.stop.is_raised() {
        // Another folder may have been meant, so any number needs consent.
        result.held_back = !(refresher.consent)("the folder", result.missing, total);
        if !result.held_back {
            let (writer, dataset) = (Arc::clone(&refresher.writer), refresher.dataset.clone());
            let gone = move || withdraw(&dataset, writer.store().as_ref(), &found.missing, Trace::Ids);
            result.removed = super::blocking(gone).await?.photos;
        }
    }
    Ok(result)
}

fn compare(stored: Vec<Photo>, folder: &Folder, each: &(dyn Fn() + Sync)) -> Result<Comparison> {
    let changed = |photo: Photo| -> Result<(Photo, Option<bool>)> {
        let path = folder.path(&photo.id);
        let changed = path.map(|path| is_changed(&photo, &path)).transpose()?;
        each();
        Ok((photo, changed))
    };
    let all: Vec<(Photo, Option<bool>)> = stored.into_par_iter().map(changed).collect::<Result<_>>()?;
    let mut found = Comparison::default();
    for (photo, changed) in all {
        match changed {
            None => found.missing.push(photo.id),
            Some(true) => found.changed.push(photo),
            Some(false) => found.same += 1,
        }
    }
    Ok(found)
}

/// Whether the file has other bytes than those that were read. A photo without an image is left to `gleaner scrape`.
fn is_changed(photo: &Photo, path: &Path) -> Result<bool> {
    let Some(file) = &photo.file else { return Ok(false) };
    let read = || -> std::io::Result<bool> {
        Ok(fs::metadata(path)?.len() != file.bytes || FileHash::of(&fs::read(path)?) != file.sha256)
    };
    read().with_context(|| format!("could not read {}", path.display()))
}

/// A photo of which only the file is read again.
fn to_read_again(photo: &Photo, fills_in: bool) -> Photo {
    let mut again = Photo { id: photo.id.clone(), media: photo.media.clone(), ..Photo::default() };
    // What the file said before is replaced by what it says now, if that is used at all.
    again.from_file = (!fills_in).then(Vec::new);
    again.unasked.extend(SourceField::ALL);
    again
}
