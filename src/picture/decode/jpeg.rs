//! JPEG. The decoder reads every scan to its end even when it scales, so missing data is detected either way, also
//! in a file that was closed with an end marker.

use jpeg_decoder::{ColorTransform, Decoder, Error, PixelFormat};

use super::{Decoded, MAX_DECODE_BYTES, grey_to_rgb};
use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;
use crate::picture::complete::jpeg::Frame;

/// Coefficient rows queued between the decoder's threads; measured 4-8 MiB for 24 and 50 megapixels.
const IN_FLIGHT_BYTES: u64 = 6 << 20;

/// The file, the coefficients of a progressive file (two bytes each), the planes, and the pixels.
pub fn peak_bytes(bytes: &[u8], frame: &Frame, min_long_edge_px: Option<u32>) -> u64 {
    let shrink = u64::from(frame.size.shrink(min_long_edge_px));
    let coefficients = if frame.progressive { frame.samples * 2 } else { 0 };
    let scaled = (frame.samples + frame.size.pixels() * 4) / (shrink * shrink);
    // A small picture queues fewer rows.
    bytes.len() as u64 + coefficients + scaled + IN_FLIGHT_BYTES.min(frame.samples)
}

/// Inserted after the data of each scan. The decoder reads up to eight bytes ahead, so a complete scan never reads
/// past the zeros. Where the decoder looks for a marker it skips the rest; where it needs data it reports an error.
/// Without this, the decoder would read missing data as zeros.
const STOP: [u8; 11] = [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0];

/// Decodes a file; `frame` is what its headers say.
pub fn decode(bytes: &[u8], frame: &Frame, min_long_edge_px: Option<u32>) -> Result<Decoded, Defect> {
    let guarded = guarded(bytes, &frame.scan_ends);
    let mut decoder = Decoder::new(guarded.as_slice());
    decoder.set_max_decoding_buffer_size(MAX_DECODE_BYTES as usize);
    if let Some(transform) = color_transform(frame) {
        decoder.set_color_transform(transform);
    }
    if let Some(edge) = min_long_edge_px {
        let edge = u16::try_from(edge).unwrap_or(u16::MAX);
        decoder.scale(edge, edge).map_err(defect)?;
    }
    let pixels = decoder.decode().map_err(defect)?;
    let info = decoder.info().ok_or_else(|| Defect::corrupt(Jpeg, "it has no frame header"))?;
    let rgb = match info.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => grey_to_rgb(&pixels),
        PixelFormat::CMYK32 => cmyk_to_rgb(pixels, frame.adobe_transform.is_some()),
        PixelFormat::L16 => return Err(Defect::unsupported(Jpeg, "16 bits per sample")),
    };
    Ok(Decoded { width: info.width.into(), height: info.height.into(), rgb })
}

fn guarded(bytes: &[u8], scan_ends: &[usize]) -> Vec<u8> {
    let mut guarded = Vec::with_capacity(bytes.len() + STOP.len() * scan_ends.len());
    let mut from = 0;
    for &end in scan_ends {
        guarded.extend_from_slice(&bytes[from..end]);
        guarded.extend(STOP);
        from = end;
    }
    guarded.extend_from_slice(&bytes[from..]);
    guarded
}

/// How the three components are to be read, in libjpeg's order: JFIF, then Adobe, then the component identifiers.
fn color_transform(frame: &Frame) -> Option<ColorTransform> {
    let &[first, second, third] = frame.components.as_slice() else { return None };
    let rgb = match frame.adobe_transform {
        _ if frame.jfif => false,
        Some(transform) => transform == 0,
        None => [first, second, third] == *b"RGB",
    };
    Some(if rgb { ColorTransform::RGB } else { ColorTransform::YCbCr })
}

/// The decoder inverts all ink values, as Adobe's files need. Other files need this undone.
fn cmyk_to_rgb(mut pixels: Vec<u8>, adobe: bool) -> Vec<u8> {
    let paper = |value: u8| u32::from(if adobe { 255 - value } else { value });
    let count = pixels.len() / 4;
    for i in 0..count {
        let black = paper(pixels[i * 4 + 3]);
        for channel in 0..3 {
            // Writing never overtakes reading: three bytes for every four.
            pixels[i * 3 + channel] = ((paper(pixels[i * 4 + channel]) * black + 127) / 255) as u8;
        }
    }
    pixels.truncate(count * 3);
    pixels
}

fn defect(err: Error) -> Defect {
    match err {
        Error::Io(err) if err.kind() == std::io::ErrorKind::UnexpectedEof => {
            Defect::truncated(Jpeg, "the picture data ends too early")
        }
        // The decoder's error for having read `STOP`.
        Error::Format(what) if what.starts_with("FF 00 found") => {
            Defect::truncated(Jpeg, "a part of the picture data is missing")
        }
        Error::Unsupported(feature) => Defect::unsupported(Jpeg, format!("{feature:?}")),
        Error::Format(what) => Defect::corrupt(Jpeg, what),
        other => Defect::corrupt(Jpeg, other.to_string()),
    }
}
