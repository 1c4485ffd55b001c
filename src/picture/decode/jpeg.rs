//! JPEG, sequential and progressive, at its size or at 1/2, 1/4 or 1/8 of it. Every bit of every coefficient must be there.
//!
//! The package `scaled-jpeg` decodes. Here its components become sRGB.

use scaled_jpeg::{Broken, Extent, Frame};

use super::colour::{Channels, Space, to_srgb};
use super::{Decoded, grey_to_rgb};
use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;
use crate::picture::complete::jpeg::size;

/// The file, what decoding needs, and the pixels once more if they are converted to sRGB.
pub fn peak_bytes(bytes: &[u8], frame: &Frame, min_long_edge_px: Option<u32>) -> u64 {
    let shrink = size(frame).shrink(min_long_edge_px);
    let pixels = u64::from(frame.width.div_ceil(shrink)) * u64::from(frame.height.div_ceil(shrink));
    let converted = pixels * (frame.components.len() as u64 + 3);
    bytes.len() as u64 + scaled_jpeg::peak_bytes(frame, shrink).max(converted)
}

/// Decodes a file; `frame` is what its headers say. Also returns where the picture is in the file.
pub fn decode(bytes: &[u8], frame: &Frame, min_long_edge_px: Option<u32>) -> Result<(Decoded, Extent), Defect> {
    let channels = match frame.components.len() {
        1 => Channels::Grey,
        3 => Channels::Rgb,
        4 => Channels::Cmyk,
        count => return Err(Defect::unsupported(Jpeg, format!("{count} components"))),
    };
    let is_mixed = match channels {
        Channels::Grey => false,
        Channels::Rgb => !reads_as_rgb(frame),
        Channels::Cmyk => frame.adobe_transform == Some(2),
    };
    let decoded = scaled_jpeg::decode(bytes, frame, size(frame).shrink(min_long_edge_px), is_mixed);
    let mut pixels = decoded.map_err(|broken| match broken {
        Broken::Missing => Defect::truncated(Jpeg, "a part of the picture data is missing"),
        Broken::Invalid => Defect::corrupt(Jpeg, "its picture data make no sense"),
    })?;
    if channels == Channels::Cmyk {
        as_ink(&mut pixels.values, is_mixed);
    }
    let rgb = in_srgb(pixels.values, channels, Space::of_jpeg(bytes));
    Ok((Decoded { width: pixels.width, height: pixels.height, rgb }, pixels.extent))
}

fn in_srgb(pixels: Vec<u8>, channels: Channels, space: Option<Space>) -> Vec<u8> {
    match channels {
        Channels::Rgb => to_srgb(pixels, channels, space).unwrap_or_else(|unchanged| unchanged),
        Channels::Grey => to_srgb(pixels, channels, space).unwrap_or_else(|grey| grey_to_rgb(&grey)),
        Channels::Cmyk => to_srgb(pixels, channels, space).unwrap_or_else(ink_to_rgb),
    }
}

/// How three components are to be read, in libjpeg's order: JFIF, then Adobe, then the component identifiers.
fn reads_as_rgb(frame: &Frame) -> bool {
    match frame.adobe_transform {
        _ if frame.jfif => false,
        Some(transform) => transform == 0,
        None => frame.components.iter().map(|component| component.id).eq(*b"RGB"),
    }
}

/// Amounts of ink, 0 for none. Files hold them inverted, as Adobe's do; Pillow and ImageMagick assume it also of files without
/// Adobe's segment. Luma and chroma stand for the inverse of three of them.
fn as_ink(pixels: &mut [u8], is_mixed: bool) {
    for pixel in pixels.chunks_exact_mut(4) {
        let (colours, black) = pixel.split_at_mut(3);
        if !is_mixed {
            colours.iter_mut().for_each(|value| *value = 255 - *value);
        }
        black[0] = 255 - black[0];
    }
}

/// For a file without a profile.
fn ink_to_rgb(mut ink: Vec<u8>) -> Vec<u8> {
    let paper = |value: u8| u32::from(255 - value);
    let count = ink.len() / 4;
    for i in 0..count {
        let black = paper(ink[i * 4 + 3]);
        for channel in 0..3 {
            // Writing never overtakes reading: three bytes for every four.
            ink[i * 3 + channel] = ((paper(ink[i * 4 + channel]) * black + 127) / 255) as u8;
        }
    }
    ink.truncate(count * 3);
    ink
}
