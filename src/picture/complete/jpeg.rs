//! Completeness of a JPEG: its segments up to the end marker, or all its picture data where that marker is missing.

use std::borrow::Cow;

use scaled_jpeg::{Error, Extent, Frame, extent, headers};

use super::{Dimensions, Limits, Mended};
use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;

const END_MARKER: [u8; 2] = [0xff, 0xd9];

/// Parses from SOI to EOI; an error if anything is missing or above the limits. A file may lack its end marker if every
/// coefficient is there; only then is entropy-coded data read for that.
pub fn whole(bytes: &[u8], limits: &Limits) -> Result<Frame, Defect> {
    limits.admit_file(bytes.len() as u64)?;
    let frame = headers(bytes).or_else(|error| match &error {
        Error::TooManyScans(_) => Err(error),
        _ => match extent(bytes) {
            Ok(extent) => headers(&closed(bytes, &extent)),
            Err(_) => Err(error),
        },
    });
    let frame = frame.map_err(defect)?;
    limits.admit(size(&frame))?;
    Ok(frame)
}

/// Size as encoded.
pub fn size(frame: &Frame) -> Dimensions {
    Dimensions { width: frame.width, height: frame.height }
}

/// The file without the bytes that its picture does not use. A file that is not whole is left as it is. Without `located`, where
/// the picture is in the file, all picture data are read.
pub fn without_stray_bytes(bytes: &[u8], located: Option<Extent>) -> Mended<'_> {
    let mended =
        |bytes, end_marker_added, is_whole| Mended { bytes, end_marker_added, animation_removed: false, is_whole };
    let Some(extent) = located.or_else(|| extent(bytes).ok()) else {
        return mended(Cow::Borrowed(bytes), false, false);
    };
    let ends_here = bytes[extent.end..].starts_with(&END_MARKER);
    if ends_here && extent.stray.is_empty() {
        return mended(Cow::Borrowed(&bytes[..extent.end + END_MARKER.len()]), false, true);
    }
    mended(Cow::Owned(closed(bytes, &extent)), !ends_here && headers(bytes).is_err(), true)
}

/// The picture with an end marker.
fn closed(bytes: &[u8], extent: &Extent) -> Vec<u8> {
    let mut closed = Vec::with_capacity(extent.end + END_MARKER.len());
    let mut from = 0;
    for stray in &extent.stray {
        closed.extend_from_slice(&bytes[from..stray.start]);
        from = stray.end;
    }
    closed.extend_from_slice(&bytes[from..extent.end]);
    closed.extend(END_MARKER);
    closed
}

fn defect(error: Error) -> Defect {
    match error {
        Error::Missing(what) => Defect::truncated(Jpeg, what),
        Error::Invalid(what) => Defect::corrupt(Jpeg, what),
        Error::Unsupported(what) => Defect::unsupported(Jpeg, what),
        Error::TooManyScans(most) => {
            Defect::TooLarge(format!("a JPEG of more than {most} scans, which take too long at its size"))
        }
    }
}
