//! PNG, of an APNG the default image. All checksums are verified, and all data must be consumed.

use std::borrow::Cow;
use std::io::Cursor;

use png::{ColorType, DecodeOptions, Decoder, DecodingError, Limits, Transformations};

use super::colour::{Channels, Space, to_srgb};
use super::reduced::{Reduced, Scattered};
use super::{Decoded, grey_to_rgb, on_white};
use crate::photo::ImageFormat::Png;
use crate::picture::Defect;
use crate::picture::complete::Dimensions;
use crate::picture::complete::mended_png::{differs_from_still, still};
use crate::picture::container::png::PASSES;

/// Offset of the interlace method in the header (PNG specification, section 11.2.1).
const INTERLACE_OFFSET: usize = 28;

/// The scaled picture, plus a moment of growth. An interlaced one is held as sums. The file once more, if it has an animation
/// or lacks its end.
pub fn peak_bytes(bytes: &[u8], size: Dimensions, min_long_edge_px: Option<u32>) -> u64 {
    let shrink = size.shrink(min_long_edge_px);
    let is_interlaced = bytes.get(INTERLACE_OFFSET) == Some(&1);
    let picture = if is_interlaced {
        Scattered::peak_bytes(size, shrink)
    } else {
        size.pixels() * 3 / u64::from(shrink * shrink)
    };
    let copy = if differs_from_still(bytes) { bytes.len() as u64 } else { 0 };
    picture + u64::from(size.width) * 32 + copy
}

/// Decodes to 8 bits. Palettes and grey are expanded, alpha is blended with white.
pub fn decode(
    bytes: &[u8],
    size: Dimensions,
    min_long_edge_px: Option<u32>,
    max_bytes: usize,
) -> Result<Decoded, Defect> {
    // The decoder would also check the animation.
    let (picture, is_grey) = pixels(&still(bytes), size, min_long_edge_px, max_bytes)?;
    Ok(in_srgb(picture, is_grey, Space::of_png(bytes)))
}

/// A grey picture keeps its three equal channels unless its profile is one for grey.
fn in_srgb(picture: Decoded, is_grey: bool, space: Option<Space>) -> Decoded {
    let Decoded { width, height, rgb } = picture;
    if space.is_none() {
        return Decoded { width, height, rgb };
    }
    let (pixels, channels) =
        if is_grey { (rgb.iter().step_by(3).copied().collect(), Channels::Grey) } else { (rgb, Channels::Rgb) };
    let rgb = to_srgb(pixels, channels, space)
        .unwrap_or_else(|unchanged| if is_grey { grey_to_rgb(&unchanged) } else { unchanged });
    Decoded { width, height, rgb }
}

/// The picture, and whether it is grey.
fn pixels(
    bytes: &[u8],
    size: Dimensions,
    min_long_edge_px: Option<u32>,
    max_bytes: usize,
) -> Result<(Decoded, bool), Defect> {
    let mut options = DecodeOptions::default();
    options.set_ignore_adler32(false);
    options.set_skip_ancillary_crc_failures(false);
    // Compressed texts and profiles can be decompression bombs; `Space` reads profiles.
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
    decoder.set_limits(Limits { bytes: max_bytes });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|err| defect(&err))?;
    let color = reader.output_color_type().0;
    let shrink = size.shrink(min_long_edge_px);
    let missing = || Defect::truncated(Png, "the picture data ends too early");
    let picture = if reader.info().interlaced {
        let mut scattered = Scattered::new(size, shrink);
        for ((left, top), (right, down)) in PASSES {
            // A pass without pixels has no rows.
            for y in (top..size.height).step_by(down as usize).take_while(|_| left < size.width) {
                let row = reader.next_interlaced_row().map_err(|err| defect(&err))?.ok_or_else(missing)?;
                scattered.add(y, (left, right), &to_rgb(row.data(), color)?);
            }
        }
        scattered.finish()
    } else {
        let mut reduced = Reduced::new(size, shrink);
        for _ in 0..size.height {
            let row = reader.next_row().map_err(|err| defect(&err))?.ok_or_else(missing)?;
            reduced.add(&to_rgb(row.data(), color)?);
        }
        reduced.finish()
    };
    reader.finish().map_err(|err| defect(&err))?;
    Ok((picture, matches!(color, ColorType::Grayscale | ColorType::GrayscaleAlpha)))
}

fn to_rgb(row: &[u8], color: ColorType) -> Result<Cow<'_, [u8]>, Defect> {
    Ok(match color {
        ColorType::Rgb => Cow::Borrowed(row),
        ColorType::Rgba => Cow::Owned(on_white(row.to_vec())),
        ColorType::Grayscale => Cow::Owned(grey_to_rgb(row)),
        ColorType::GrayscaleAlpha => {
            Cow::Owned(on_white(row.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect()))
        }
        ColorType::Indexed => return Err(Defect::corrupt(Png, "its palette is missing")),
    })
}

fn defect(err: &DecodingError) -> Defect {
    match err {
        DecodingError::IoError(err) if err.kind() == std::io::ErrorKind::UnexpectedEof => {
            Defect::truncated(Png, "the picture data ends too early")
        }
        DecodingError::LimitsExceeded => Defect::TooLarge("decoding takes more memory than the limit".into()),
        other => Defect::corrupt(Png, other.to_string()),
    }
}
