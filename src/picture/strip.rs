//! Removes what an image file says about itself, without touching a pixel.
//!
//! An allow-list: only what is needed to show the picture is copied, everything else stays behind.
//! Colour profiles (ICC) are kept, since colours depend on them. A profile holds text of its own
//! (description, copyright); that is the profile's maker, not the photographer, but nothing here
//! proves it for a profile that somebody made by hand.

mod gif;
mod jpeg;
mod png;
mod webp;

use super::container::{Broken, Container};
use super::metadata;

/// What is left of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stripped {
    /// The file without metadata. When it has to be turned it holds one EXIF tag: Orientation.
    pub bytes: Vec<u8>,
    /// EXIF orientation 1-8 (1 when none was given, or none that is valid).
    pub orientation: u8,
}

/// Why a file cannot be stripped, or is not as stripped as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripError {
    /// Nothing is known about the format, so nothing can be promised.
    #[error("neither JPEG, PNG, WebP nor GIF: its metadata cannot be removed with certainty, so it is not kept")]
    UnknownFormat,
    /// It ends too early or breaks its format's rules.
    #[error("{0}: what is metadata in it cannot be told for certain, so it is not kept")]
    Broken(#[from] Broken),
    /// [`check`] found something that stripping would have removed.
    #[error("it still holds {0}; strip it again before it is shown to anybody")]
    Leftover(String),
}

/// Copies what the picture needs and nothing else; ends at the image's own end marker.
/// Doing it twice changes nothing.
pub fn strip(bytes: &[u8]) -> Result<Stripped, StripError> {
    let container = Container::of(bytes).ok_or(StripError::UnknownFormat)?;
    let orientation = match container {
        Container::Gif => 1,
        _ => metadata::orientation(bytes),
    };
    let tag = (orientation != 1).then(|| orientation_tag(orientation));
    let bytes = match container {
        Container::Jpeg => jpeg::strip(bytes, tag.as_ref())?,
        Container::Png => png::strip(bytes, tag.as_ref())?,
        Container::Webp => webp::strip(bytes, tag.as_ref())?,
        Container::Gif => gif::strip(bytes)?,
    };
    Ok(Stripped { bytes, orientation })
}

/// Whether a file is as [`strip`] leaves it; anything else is an error that names what remains.
///
/// Two independent readers must agree: the allow-list, byte for byte, and the reader of [`metadata`].
pub fn check(bytes: &[u8]) -> Result<(), StripError> {
    let stripped = strip(bytes)?;
    if let Some(name) = metadata::read(bytes).names().find(|name| name != "IFD0:Orientation") {
        return Err(StripError::Leftover(name));
    }
    if stripped.bytes != bytes {
        let kept = stripped.bytes.len();
        let message = format!("{} bytes of which the picture needs {kept}", bytes.len());
        return Err(StripError::Leftover(message));
    }
    Ok(())
}

/// A whole TIFF structure with one tag in it: 0x0112, SHORT, 1 value.
fn orientation_tag(orientation: u8) -> [u8; 26] {
    let mut tiff = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation;
    tiff
}
