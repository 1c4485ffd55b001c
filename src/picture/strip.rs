//! Removes the metadata of an image file without changing a pixel.
//!
//! This is an allow-list: only what is needed to show the picture is copied, each part as long as its format says, and nothing that
//! follows the data of a picture. Colours depend on colour profiles (ICC): they are kept, rewritten from their colour tags
//! ([`super::icc`]). The data of pixels and the tables that decode them are copied as they are.

mod earlier;
mod gif;
mod jpeg;
mod png;
mod png_data;
mod webp;

use scaled_jpeg::Extent;

use super::complete::mended_png::still;
use super::complete::{Mended, mended};
use super::container::png::chunks;
use super::container::{Container, Malformed};
use super::metadata;

/// The one tag that is left, as [`metadata`] names it.
const ORIENTATION: &str = "IFD0:Orientation";

/// Largest file of which a check makes a copy, in bytes.
const COPIED_MAX: usize = 16 << 20;

/// What is left of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stripped {
    /// The file without metadata. If the picture has to be rotated it has one EXIF tag, Orientation.
    pub bytes: Vec<u8>,
    /// EXIF orientation, 1-8; 1 if it is absent or invalid.
    pub orientation: u8,
    /// Whether the file lacked its end marker, which is added.
    pub end_marker_added: bool,
    /// Whether a PNG's animation was not in order, so that only its default image is left.
    pub animation_removed: bool,
    /// Whether all data of the picture are there. Where they are not, it is not known where they end, and bytes that no pixel uses
    /// may be left.
    pub is_whole: bool,
}

/// Why a file cannot be stripped, or is not fully stripped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripError {
    /// The format is unknown, so its metadata cannot be found.
    #[error("not JPEG, PNG, WebP or GIF: its metadata cannot be removed reliably, so the file is not kept")]
    UnknownFormat,
    /// The file ends too early or violates its format.
    #[error("{0}: its metadata cannot be found reliably, so the file is not kept")]
    Malformed(#[from] Malformed),
    /// A part of the picture is missing, so that it is not known where its data end.
    #[error("a part of its picture data is missing or makes no sense, so the file is not kept")]
    NotWhole,
    /// [`check`] found something that [`strip`] would have removed.
    #[error("it still contains {0}; strip it again before showing it")]
    Leftover(String),
}

/// Copies only what the picture needs, up to the image's own end marker. Idempotent.
pub fn strip(bytes: &[u8]) -> Result<Stripped, StripError> {
    strip_located(bytes, None)
}

/// [`strip`]; with where the picture of a JPEG is in the file its data need not be read for that.
pub fn strip_located(bytes: &[u8], located: Option<Extent>) -> Result<Stripped, StripError> {
    let container = Container::of(bytes).ok_or(StripError::UnknownFormat)?;
    let orientation = orientation_in(bytes, container);
    let Mended { bytes, end_marker_added, mut animation_removed, is_whole } = mended(bytes, container, located);
    let (bytes, is_whole) = match container {
        Container::Gif => gif::strip(&bytes)?,
        Container::Png => {
            let is_complete = chunks(&bytes).all(|chunk| chunk.is_ok());
            match png_data::used(&bytes).filter(|_| is_complete) {
                Some(used) => (allowed(&used, container, orientation)?, true),
                None if !is_complete => (allowed(&bytes, container, orientation)?, false),
                // One of its frames may be cut.
                None => match png_data::used(&still(&bytes)) {
                    Some(used) => {
                        animation_removed = true;
                        (allowed(&used, container, orientation)?, true)
                    }
                    None => (allowed(&bytes, container, orientation)?, false),
                },
            }
        }
        Container::Jpeg | Container::Webp => (allowed(&bytes, container, orientation)?, is_whole),
    };
    Ok(Stripped { bytes, orientation, end_marker_added, animation_removed, is_whole })
}

/// EXIF orientation of a file, 1-8; 1 if it is absent or invalid.
pub fn orientation(bytes: &[u8]) -> u8 {
    Container::of(bytes).map_or(1, |container| orientation_in(bytes, container))
}

/// Whether a file is already stripped; otherwise the error names what remains.
///
/// Two independent readers must agree: the allow-list, byte for byte, and the reader of [`metadata`].
pub fn check(bytes: &[u8]) -> Result<(), StripError> {
    agree(bytes, &strip(bytes)?.bytes)
}

/// [`check`] of a file that this version or an earlier one stored. Earlier ones kept colour profiles as they were.
pub fn check_stored(bytes: &[u8]) -> Result<(), StripError> {
    let container = Container::of(bytes).ok_or(StripError::UnknownFormat)?;
    let is_bare = !metadata::read(bytes).names().any(|name| name != ORIENTATION);
    if is_bare && earlier::is_form(bytes, container) { Ok(()) } else { check(bytes) }
}

/// [`check`] of a file that [`strip`] has just made: that no byte is left which the picture does not use is known, so
/// picture data are not read again.
pub fn check_made(bytes: &[u8]) -> Result<(), StripError> {
    let container = Container::of(bytes).ok_or(StripError::UnknownFormat)?;
    // Another copy of a large file would need too much memory: of such a file the kinds of its parts are compared.
    if bytes.len() > COPIED_MAX {
        return check_stored(bytes);
    }
    agree(bytes, &allowed(bytes, container, orientation_in(bytes, container))?)
}

fn agree(bytes: &[u8], allowed: &[u8]) -> Result<(), StripError> {
    if let Some(name) = metadata::read(bytes).names().find(|name| name != ORIENTATION) {
        return Err(StripError::Leftover(name));
    }
    if allowed != bytes {
        let kept = allowed.len();
        let message = format!("{} bytes, of which the picture needs {kept}", bytes.len());
        return Err(StripError::Leftover(message));
    }
    Ok(())
}

fn orientation_in(bytes: &[u8], container: Container) -> u8 {
    match container {
        Container::Gif => 1,
        _ => metadata::orientation(bytes),
    }
}

/// What is on the allow-list, copied.
fn allowed(bytes: &[u8], container: Container, orientation: u8) -> Result<Vec<u8>, StripError> {
    let tag = (orientation != 1).then(|| orientation_tag(orientation));
    Ok(match container {
        Container::Jpeg => jpeg::strip(bytes, tag.as_ref())?,
        Container::Png => png::strip(bytes, tag.as_ref())?,
        Container::Webp => webp::strip(bytes, tag.as_ref())?,
        Container::Gif => gif::strip(bytes)?.0,
    })
}

/// A whole TIFF structure with one tag in it: 0x0112, SHORT, 1 value.
fn orientation_tag(orientation: u8) -> [u8; 26] {
    let mut tiff = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation;
    tiff
}
