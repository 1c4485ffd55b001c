//! Files of one dataset into another.

use anyhow::Result;

use super::Name;
use crate::dataset::Dataset;
use crate::photo::Photo;

/// Copies the image and the thumbnail of one photo from where one dataset keeps its files to where another does; what
/// lies there already, with as many bytes, is not read. Returns the bytes that were copied. A file that is missing on
/// both sides is left out: `gleaner verify` names it.
pub fn copy_missing(from: &Dataset, to: &Dataset, photo: &Photo) -> Result<u64> {
    let Some(file) = &photo.file else { return Ok(0) };
    let image = Name::image(file);
    let mut copied = 0;
    if to.files().len(image)? != Some(file.stored_bytes) {
        copied += copy(from, to, image)?;
    }
    let thumbnail = Name::thumbnail(file);
    if photo.thumbnail.is_some() && !to.files().holds(thumbnail)? {
        copied += copy(from, to, thumbnail)?;
    }
    Ok(copied)
}

fn copy(from: &Dataset, to: &Dataset, name: Name<'_>) -> Result<u64> {
    let Some(bytes) = from.files().read(name)? else { return Ok(0) };
    to.files().write(name, &bytes)?;
    Ok(bytes.len() as u64)
}
