//! Strict decoding of the first picture to 8-bit sRGB. An incomplete or inconsistent file is an error.
//!
//! Each format has its decoder in its own file. Limits are checked before memory is allocated, and a panic in a
//! decoder is reported as a damaged file.

mod colour;
mod gif;
mod jpeg;
mod png;
mod reduced;
mod webp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use scaled_jpeg::Extent;

use super::Defect;
use super::complete::{self, Dimensions, Limits};
use crate::photo::ImageFormat;

/// A decoded picture: 8-bit sRGB, rows from the top, orientation not applied.
pub struct Decoded {
    /// Width of `rgb` in pixels; smaller than the file's if it was decoded at a fraction of its size.
    pub width: u32,
    /// Pixels of `rgb`.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

/// A checked file whose decoding fits the limits.
#[derive(Clone, Debug)]
pub struct Plan {
    format: ImageFormat,
    size: Dimensions,
    jpeg: Option<scaled_jpeg::Frame>,
    min_long_edge_px: Option<u32>,
    peak_bytes: u64,
    max_bytes: usize,
}

impl Plan {
    /// Checks the container and computes the memory that decoding needs; decodes nothing.
    /// With `min_long_edge_px` a JPEG, PNG or GIF may be decoded at 1/2, 1/4 or 1/8 of its size, its long edge not below that.
    pub fn new(bytes: &[u8], format: ImageFormat, min_long_edge_px: Option<u32>) -> Result<Self, Defect> {
        Self::within(bytes, format, min_long_edge_px, &Limits::DEFAULT)
    }

    /// [`Plan::new`] with other limits.
    pub fn within(
        bytes: &[u8],
        format: ImageFormat,
        min_long_edge_px: Option<u32>,
        limits: &Limits,
    ) -> Result<Self, Defect> {
        Self::checked(bytes, format, |_| min_long_edge_px, limits)
    }

    /// [`Plan::new`] for a stored picture, which was admitted before, and a minimum long edge, in pixels, that depends on
    /// its size.
    pub fn for_size(
        bytes: &[u8],
        format: ImageFormat,
        long_edge_px: impl Fn(Dimensions) -> u32,
    ) -> Result<Self, Defect> {
        Self::checked(bytes, format, |size| Some(long_edge_px(size)), &Limits::LARGEST)
    }

    fn checked(
        bytes: &[u8],
        format: ImageFormat,
        min_long_edge_px: impl Fn(Dimensions) -> Option<u32>,
        limits: &Limits,
    ) -> Result<Self, Defect> {
        let (size, jpeg) = if format == ImageFormat::Jpeg {
            let frame = complete::jpeg::whole(bytes, limits)?;
            (complete::jpeg::size(&frame), Some(frame))
        } else {
            (complete::check_other(bytes, format, limits)?, None)
        };
        let min_long_edge_px = min_long_edge_px(size);
        let peak_bytes = match (format, &jpeg) {
            (ImageFormat::Png, _) => png::peak_bytes(bytes, size, min_long_edge_px),
            (ImageFormat::Webp, _) => webp::peak_bytes(bytes, size),
            (_, Some(frame)) => jpeg::peak_bytes(bytes, frame, min_long_edge_px),
            (ImageFormat::Gif | ImageFormat::Jpeg, _) => gif::peak_bytes(bytes, size, min_long_edge_px),
        };
        if peak_bytes > limits.decode_bytes {
            let (needed, limit) = (peak_bytes >> 20, limits.decode_bytes >> 20);
            return Err(Defect::TooCostly(format!(
                "decoding takes {needed} MiB, above the limit of {limit} MiB ([pictures] max_decode_mib)"
            )));
        }
        let max_bytes = usize::try_from(limits.decode_bytes).unwrap_or(usize::MAX);
        Ok(Self { format, size, jpeg, min_long_edge_px, peak_bytes, max_bytes })
    }

    /// Memory that decoding needs at its peak, in bytes, approximately.
    pub fn peak_bytes(&self) -> u64 {
        self.peak_bytes
    }

    /// Size of the picture as encoded.
    pub fn size(&self) -> Dimensions {
        self.size
    }

    /// Decodes the bytes that the plan was made for.
    pub fn decode(&self, bytes: &[u8]) -> Result<Decoded, Defect> {
        self.decode_and_locate(bytes).map(|(decoded, _)| decoded)
    }

    /// [`Plan::decode`]; of a JPEG also where its picture is in the file, for [`super::strip::strip_located`].
    pub fn decode_and_locate(&self, bytes: &[u8]) -> Result<(Decoded, Option<Extent>), Defect> {
        let attempt = || {
            let decoded = match (self.format, &self.jpeg) {
                (ImageFormat::Jpeg, Some(frame)) => {
                    let (decoded, extent) = jpeg::decode(bytes, frame, self.min_long_edge_px)?;
                    return Ok((decoded, Some(extent)));
                }
                (ImageFormat::Jpeg, None) => Err(Defect::corrupt(ImageFormat::Jpeg, "it has no frame header")),
                (ImageFormat::Png, _) => png::decode(bytes, self.size, self.min_long_edge_px, self.max_bytes),
                (ImageFormat::Webp, _) => webp::decode(bytes, self.max_bytes),
                (ImageFormat::Gif, _) => gif::decode(bytes, self.size, self.min_long_edge_px),
            };
            Ok((decoded?, None))
        };
        // The decoders borrow nothing that is used after a panic.
        catch_unwind(AssertUnwindSafe(attempt))
            .unwrap_or_else(|_| Err(Defect::corrupt(self.format, "its data makes no sense to the decoder")))
    }
}

/// Checks and decodes: [`Plan::new`], then [`Plan::decode`].
pub fn decode(bytes: &[u8], format: ImageFormat, min_long_edge_px: Option<u32>) -> Result<Decoded, Defect> {
    Plan::new(bytes, format, min_long_edge_px)?.decode(bytes)
}

/// Blends RGBA pixels with white, in place.
fn on_white(mut pixels: Vec<u8>) -> Vec<u8> {
    let count = pixels.len() / 4;
    for i in 0..count {
        let alpha = u32::from(pixels[i * 4 + 3]);
        for channel in 0..3 {
            // Writing never overtakes reading: three bytes for every four.
            let value = u32::from(pixels[i * 4 + channel]);
            pixels[i * 3 + channel] = ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
    pixels.truncate(count * 3);
    pixels
}

/// Expands grey pixels to three channels.
fn grey_to_rgb(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|&g| [g, g, g]).collect()
}
