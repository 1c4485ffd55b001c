//! Whether a file is complete: parses the container, decodes nothing and allocates no pixels.
//!
//! Each format has its own file; all check the limits as soon as the size is known.

mod animation;
mod cursor;
pub(super) mod gif;
pub(super) mod jpeg;
pub(super) mod lzw;
pub(super) mod mended_png;
mod png;
mod webp;

use std::borrow::Cow;

use scaled_jpeg::Extent;

use super::Defect;
use super::container::Container;
use crate::photo::ImageFormat;

/// Most frames of an animation.
pub const MAX_FRAMES: u32 = 1_000;

/// What a picture may measure and cost. The defaults admit today's cameras and panoramas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Largest side, in pixels.
    pub side_px: u32,
    /// Largest picture, in pixels.
    pub pixels: u64,
    /// Most memory that one decode may use, in bytes.
    pub decode_bytes: u64,
}

impl Limits {
    /// The limits where the settings name no others.
    pub const DEFAULT: Self =
        Self { file_bytes: 100 << 20, side_px: 65_535, pixels: 500_000_000, decode_bytes: 256 << 20 };

    /// The most that settings may allow. It holds for pictures that were admitted before, under whatever settings.
    pub const LARGEST: Self =
        Self { file_bytes: 2048 << 20, side_px: 1_000_000, pixels: 2_000_000_000, decode_bytes: 2048 << 20 };

    /// An error that names the limit if the picture is larger.
    pub fn admit(&self, size: Dimensions) -> Result<(), Defect> {
        let Dimensions { width, height } = size;
        if size.long_edge() > self.side_px {
            let limit = self.side_px;
            return Err(Defect::TooLarge(format!(
                "{width} x {height} pixels, above the limit of {limit} for a side ([pictures] max_side_px)"
            )));
        }
        if size.pixels() > self.pixels {
            let million = self.pixels / 1_000_000;
            return Err(Defect::TooLarge(format!(
                "{width} x {height} pixels, above the limit of {million} million ([pictures] max_megapixels)"
            )));
        }
        Ok(())
    }

    /// An error that names the limit if the file is larger.
    pub fn admit_file(&self, bytes: u64) -> Result<(), Defect> {
        if bytes <= self.file_bytes {
            return Ok(());
        }
        let mebibytes = self.file_bytes >> 20;
        Err(Defect::TooLarge(format!("{bytes} bytes, above the limit of {mebibytes} MiB ([pictures] max_file_mib)")))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Size of the picture as encoded, before any orientation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl Dimensions {
    /// Width times height.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The longer edge in pixels.
    pub fn long_edge(self) -> u32 {
        self.width.max(self.height)
    }

    /// The divisor (8, 4, 2 or 1) of the sides that leaves the longer side at least this long.
    pub(super) fn shrink(self, min_long_edge_px: Option<u32>) -> u32 {
        let edge = min_long_edge_px.unwrap_or(u32::MAX);
        [8, 4, 2].into_iter().find(|&by| self.long_edge().div_ceil(by) >= edge).unwrap_or(1)
    }

    /// A size that is not empty.
    fn new(width: u32, height: u32, format: ImageFormat) -> Result<Self, Defect> {
        if width == 0 || height == 0 {
            return Err(Defect::corrupt(format, "it has no width or no height"));
        }
        Ok(Self { width, height })
    }
}

/// Parses the whole file and returns its size; an error if anything is missing, damaged or above the default limits.
/// Bytes after the end of the picture are accepted; stripping removes them.
pub fn check(bytes: &[u8], format: ImageFormat) -> Result<Dimensions, Defect> {
    check_within(bytes, format, &Limits::DEFAULT)
}

/// [`check`] with other limits.
pub fn check_within(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Dimensions, Defect> {
    match format {
        ImageFormat::Jpeg => jpeg::whole(bytes, limits).map(|frame| jpeg::size(&frame)),
        other => check_other(bytes, other, limits),
    }
}

/// [`check_within`] for a format other than JPEG.
pub(super) fn check_other(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Dimensions, Defect> {
    limits.admit_file(bytes.len() as u64)?;
    match format {
        ImageFormat::Png => png::walk(bytes, limits),
        ImageFormat::Webp => webp::walk(bytes, limits),
        ImageFormat::Gif => gif::walk(bytes, limits),
        ImageFormat::Jpeg => Err(Defect::corrupt(format, "it is a JPEG")),
    }
}

/// A file whose picture is whole, as it is stored.
pub(super) struct Mended<'a> {
    /// The file, with all pixels and an end marker.
    pub bytes: Cow<'a, [u8]>,
    /// Whether the end marker was missing.
    pub end_marker_added: bool,
    /// Whether an animation that is not in order was removed.
    pub animation_removed: bool,
    /// Of a JPEG whether all its picture data were found.
    pub is_whole: bool,
}

/// The file without the flaws that no pixel of its picture depends on. One whose picture is not whole is left as it is.
/// `located` is where the picture of a JPEG is in the file, if its data were read before.
pub(super) fn mended(bytes: &[u8], container: Container, located: Option<Extent>) -> Mended<'_> {
    let unchanged = |bytes| Mended { bytes, end_marker_added: false, animation_removed: false, is_whole: true };
    match container {
        Container::Jpeg => jpeg::without_stray_bytes(bytes, located),
        Container::Png => mended_png::mended(bytes).unwrap_or(unchanged(Cow::Borrowed(bytes))),
        Container::Gif => {
            let closed = gif::closed(bytes);
            Mended { end_marker_added: matches!(closed, Cow::Owned(_)), ..unchanged(closed) }
        }
        Container::Webp => unchanged(Cow::Borrowed(bytes)),
    }
}

fn count_frame(frames: &mut u32) -> Result<(), Defect> {
    *frames += 1;
    if *frames > MAX_FRAMES {
        return Err(Defect::TooLarge(format!("an animation of more than {MAX_FRAMES} frames")));
    }
    Ok(())
}
