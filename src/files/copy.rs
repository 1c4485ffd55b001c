//! Copying the files of one photo between two stores.

use anyhow::Result;

use super::{BlobName, Files};
use crate::photo::Photo;

/// Copies the image and the thumbnail of one photo. A file that exists in `to` with the right size is not read.
/// Returns the number of bytes that were copied. A file that is missing on both sides is left out: `gleaner verify`
/// reports it.
pub fn copy_missing(from: &Files, to: &Files, photo: &Photo) -> Result<u64> {
    let Some(file) = &photo.file else { return Ok(0) };
    let image = BlobName::image(file);
    let mut copied = 0;
    if to.len(image)? != Some(file.stored_bytes) {
        copied += copy(from, to, image)?;
    }
    let thumbnail = BlobName::thumbnail(file);
    if photo.thumbnail.is_some() && !to.exists(thumbnail)? {
        copied += copy(from, to, thumbnail)?;
    }
    Ok(copied)
}

fn copy(from: &Files, to: &Files, name: BlobName<'_>) -> Result<u64> {
    let Some(bytes) = from.read(name)? else { return Ok(0) };
    to.write(name, &bytes)?;
    Ok(bytes.len() as u64)
}
