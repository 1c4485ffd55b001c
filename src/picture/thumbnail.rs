//! Thumbnails: rotated upright, scaled down, and encoded from pixels, so they contain none of the file's metadata.

use base64::{Engine, engine::general_purpose::STANDARD};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::decode::Decoded;
use super::pdq::{Pdq, SAMPLES};

/// The longer edge of a thumbnail in pixels; a smaller picture keeps its size.
pub const LONG_EDGE_PX: u32 = 320;

/// Minimum long edge, in pixels, to decode for a thumbnail. 1.6 times the thumbnail's size stays sharp, and the usual
/// photo of 1024 px can be decoded at half its size, which is a quarter of the work.
pub const DECODE_LONG_EDGE_PX: u32 = LONG_EDGE_PX * 8 / 5;

/// libjpeg's quality scale, 0-100.
const JPEG_QUALITY: u8 = 80;

/// The largest edge that ThumbHash accepts, in pixels.
const THUMBHASH_EDGE_PX: u32 = 100;

/// A thumbnail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumb {
    /// The file's bytes: baseline JPEG, 4:2:0, no metadata.
    pub jpeg: Vec<u8>,
    /// Pixels, after rotation.
    pub width: u32,
    /// Pixels, after rotation.
    pub height: u32,
    /// ThumbHash, standard base64.
    pub thumbhash: String,
    /// PDQ of the upright picture.
    pub pdq: Pdq,
}

/// Makes the thumbnail of a picture. `orientation` is EXIF's, 1-8; any other value counts as 1.
pub fn make(picture: &Decoded, orientation: u8) -> anyhow::Result<Thumb> {
    let upright = upright(picture, orientation, LONG_EDGE_PX)?;
    let thumbhash = thumbhash(&upright)?;
    // The mean of each of 64 x 64 parts takes the place of PDQ's own filter: a tenth of the time, and no further from the
    // hash of the whole picture.
    let pdq = Pdq::of(&resize_by(FilterType::Box, &upright, SAMPLES, SAMPLES)?);
    Ok(Thumb { jpeg: encode(&upright)?, width: upright.width, height: upright.height, thumbhash, pdq })
}

/// A small copy of a picture: upright, longer edge at most `edge_px`, baseline JPEG, 4:2:0, no metadata.
pub fn small_jpeg(picture: &Decoded, orientation: u8, edge_px: u32) -> anyhow::Result<Vec<u8>> {
    encode(&upright(picture, orientation, edge_px)?)
}

fn upright(picture: &Decoded, orientation: u8, edge_px: u32) -> anyhow::Result<Decoded> {
    let (width, height) = fit(picture.width, picture.height, edge_px);
    Ok(turn(resize(picture, width, height)?, orientation))
}

fn encode(picture: &Decoded) -> anyhow::Result<Vec<u8>> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, JPEG_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(&picture.rgb, u16::try_from(picture.width)?, u16::try_from(picture.height)?, ColorType::Rgb)?;
    Ok(jpeg)
}

/// The size scaled to a longer edge of at most `edge_px`, same proportions, no side below 1.
fn fit(width: u32, height: u32, edge_px: u32) -> (u32, u32) {
    let long = u64::from(width.max(height));
    if long <= u64::from(edge_px) {
        return (width, height);
    }
    let scaled = |side: u32| ((u64::from(side) * u64::from(edge_px) + long / 2) / long).max(1) as u32;
    (scaled(width), scaled(height))
}

fn resize(picture: &Decoded, width: u32, height: u32) -> anyhow::Result<Decoded> {
    resize_by(FilterType::Lanczos3, picture, width, height)
}

fn resize_by(filter: FilterType, picture: &Decoded, width: u32, height: u32) -> anyhow::Result<Decoded> {
    if (width, height) == (picture.width, picture.height) {
        return Ok(Decoded { width, height, rgb: picture.rgb.clone() });
    }
    let source = TypedImageRef::<U8x3>::from_buffer(picture.width, picture.height, &picture.rgb)?;
    let mut rgb = vec![0; width as usize * height as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut rgb)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    // Typed: `Resizer::resize` would link the code of all pixel types, 2.6 MB.
    Resizer::new().resize_typed(&source, &mut target, &options)?;
    Ok(Decoded { width, height, rgb })
}

/// Applies an EXIF orientation (CIPA DC-008, tag 0x0112).
pub(crate) fn turn(picture: Decoded, orientation: u8) -> Decoded {
    if !(2..=8).contains(&orientation) {
        return picture;
    }
    let (source_width, source_height) = (picture.width as usize, picture.height as usize);
    let swaps = orientation >= 5;
    let (width, height) = if swaps { (source_height, source_width) } else { (source_width, source_height) };
    let mut rgb = Vec::with_capacity(picture.rgb.len());
    for y in 0..height {
        for x in 0..width {
            let (from_x, from_y) = match orientation {
                2 => (width - 1 - x, y),
                3 => (width - 1 - x, height - 1 - y),
                4 => (x, height - 1 - y),
                5 => (y, x),
                6 => (y, width - 1 - x),
                7 => (height - 1 - y, width - 1 - x),
                _ => (height - 1 - y, x),
            };
            let at = (from_y * source_width + from_x) * 3;
            rgb.extend_from_slice(&picture.rgb[at..at + 3]);
        }
    }
    Decoded { width: width as u32, height: height as u32, rgb }
}

fn thumbhash(picture: &Decoded) -> anyhow::Result<String> {
    let (width, height) = fit(picture.width, picture.height, THUMBHASH_EDGE_PX);
    let tiny = resize(picture, width, height)?;
    let rgba: Vec<u8> = tiny.rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    Ok(STANDARD.encode(thumbhash::rgba_to_thumb_hash(width as usize, height as usize, &rgba)))
}
