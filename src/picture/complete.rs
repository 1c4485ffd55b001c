//! Whether a file is complete: parses the container, decodes nothing and allocates no pixels.
//!
//! Each format has its own file; all check the limits as soon as the size is known.

mod cursor;
mod gif;
pub(super) mod jpeg;
mod png;
mod webp;

use super::Defect;
use crate::photo::ImageFormat;

/// Largest file, in bytes.
pub const MAX_BODY_BYTES: usize = 100 << 20;
/// Largest side, in pixels.
pub const MAX_SIDE_PX: u32 = 16_384;
/// Largest picture, in pixels.
pub const MAX_PIXELS: u64 = 100_000_000;
/// Most frames of an animation.
pub const MAX_FRAMES: u32 = 1_000;

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

    /// The size, if it is within the limits.
    fn within_limits(width: u32, height: u32, format: ImageFormat) -> Result<Self, Defect> {
        let size = Self { width, height };
        if width == 0 || height == 0 {
            return Err(Defect::corrupt(format, "it has no width or no height"));
        }
        if size.long_edge() > MAX_SIDE_PX {
            let edge = size.long_edge();
            return Err(Defect::TooLarge(format!("a side of {edge} pixels, above the limit of {MAX_SIDE_PX}")));
        }
        if size.pixels() > MAX_PIXELS {
            let million = MAX_PIXELS / 1_000_000;
            return Err(Defect::TooLarge(format!("{width} x {height} pixels, above the limit of {million} million")));
        }
        Ok(size)
    }
}

/// Parses the whole file and returns its size; an error if anything is missing, damaged or too large.
/// Bytes after the end of the picture are accepted; stripping removes them.
pub fn check(bytes: &[u8], format: ImageFormat) -> Result<Dimensions, Defect> {
    match format {
        ImageFormat::Jpeg => check_jpeg(bytes).map(|frame| frame.size),
        _ if bytes.len() > MAX_BODY_BYTES => Err(body_too_large(bytes)),
        ImageFormat::Png => png::walk(bytes),
        ImageFormat::Webp => webp::walk(bytes),
        ImageFormat::Gif => gif::walk(bytes),
    }
}

/// [`check`] for a JPEG, with what its decoder needs to know.
pub(super) fn check_jpeg(bytes: &[u8]) -> Result<jpeg::Frame, Defect> {
    if bytes.len() > MAX_BODY_BYTES { Err(body_too_large(bytes)) } else { jpeg::walk(bytes) }
}

fn body_too_large(bytes: &[u8]) -> Defect {
    let mebibytes = MAX_BODY_BYTES >> 20;
    Defect::TooLarge(format!("{} bytes, above the limit of {mebibytes} MiB", bytes.len()))
}

fn count_frame(frames: &mut u32) -> Result<(), Defect> {
    *frames += 1;
    if *frames > MAX_FRAMES {
        return Err(Defect::TooLarge(format!("an animation of more than {MAX_FRAMES} frames")));
    }
    Ok(())
}
