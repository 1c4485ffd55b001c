//! JPEG. The decoder reads every scan to its end even when it scales, so missing data is detected either way, also
//! in a file that was closed with an end marker.

mod eighth;

use jpeg_decoder::{ColorTransform, Decoder, Error, PixelFormat};

use super::colour::{Channels, Space, to_srgb};
use super::{Decoded, grey_to_rgb};
use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;
use crate::picture::complete::jpeg::Frame;

/// Coefficient rows queued between the decoder's threads; measured 4-8 MiB for 24 and 50 megapixels.
const IN_FLIGHT_BYTES: u64 = 6 << 20;

/// Most bytes of coefficients that are held where they need not be.
const COEFFICIENTS_MAX: u64 = 64 << 20;

/// Whether a file is decoded from the means of its blocks.
fn is_from_means(frame: &Frame, min_long_edge_px: Option<u32>) -> bool {
    frame.progressive && frame.samples * 2 > COEFFICIENTS_MAX && frame.size.shrink(min_long_edge_px) == 8
}

/// The file, the coefficients of a progressive file (two bytes each), the planes, and the pixels.
pub fn peak_bytes(bytes: &[u8], frame: &Frame, min_long_edge_px: Option<u32>) -> u64 {
    if is_from_means(frame, min_long_edge_px) {
        return eighth::peak_bytes(bytes, frame);
    }
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
pub fn decode(bytes: &[u8], frame: &Frame, min_long_edge_px: Option<u32>, max_bytes: usize) -> Result<Decoded, Defect> {
    if is_from_means(frame, min_long_edge_px) {
        return eighth::decode(bytes, frame);
    }
    let guarded = guarded(bytes, frame);
    let mut decoder = Decoder::new(guarded.as_slice());
    decoder.set_max_decoding_buffer_size(max_bytes);
    if let Some(transform) = color_transform(frame) {
        decoder.set_color_transform(transform);
    }
    if let Some(edge) = min_long_edge_px {
        let edge = u16::try_from(edge).unwrap_or(u16::MAX);
        decoder.scale(edge, edge).map_err(defect)?;
    }
    let pixels = decoder.decode().map_err(defect)?;
    let info = decoder.info().ok_or_else(|| Defect::corrupt(Jpeg, "it has no frame header"))?;
    let channels = match info.pixel_format {
        PixelFormat::RGB24 => Channels::Rgb,
        PixelFormat::L8 => Channels::Grey,
        PixelFormat::CMYK32 => Channels::Cmyk,
        PixelFormat::L16 => return Err(Defect::unsupported(Jpeg, "16 bits per sample")),
    };
    let rgb = in_srgb(pixels, channels, frame, decoder.icc_profile().map(Space::Icc));
    Ok(Decoded { width: info.width.into(), height: info.height.into(), rgb })
}

fn in_srgb(pixels: Vec<u8>, channels: Channels, frame: &Frame, space: Option<Space>) -> Vec<u8> {
    match channels {
        Channels::Rgb => to_srgb(pixels, channels, space).unwrap_or_else(|unchanged| unchanged),
        Channels::Grey => to_srgb(pixels, channels, space).unwrap_or_else(|grey| grey_to_rgb(&grey)),
        Channels::Cmyk => {
            let ink = ink(pixels, frame.adobe_transform.is_some());
            to_srgb(ink, channels, space).unwrap_or_else(ink_to_rgb)
        }
    }
}

/// The file with [`STOP`] behind each scan, and with its repairs.
fn guarded(bytes: &[u8], frame: &Frame) -> Vec<u8> {
    let mut guarded = Vec::with_capacity(bytes.len() + STOP.len() * frame.scan_ends.len());
    let mut from = 0;
    for &end in &frame.scan_ends {
        guarded.extend_from_slice(&bytes[from..end]);
        guarded.extend(STOP);
        from = end;
    }
    guarded.extend_from_slice(&bytes[from..]);
    for &(at, value) in &frame.repairs {
        let scans_before = frame.scan_ends.iter().take_while(|&&end| end <= at).count();
        guarded[at + scans_before * STOP.len()] = value;
    }
    guarded
}

fn color_transform(frame: &Frame) -> Option<ColorTransform> {
    let is_rgb = || if reads_as_rgb(frame) { ColorTransform::RGB } else { ColorTransform::YCbCr };
    (frame.components.len() == 3).then(is_rgb)
}

/// How three components are to be read, in libjpeg's order: JFIF, then Adobe, then the component identifiers.
fn reads_as_rgb(frame: &Frame) -> bool {
    match frame.adobe_transform {
        _ if frame.jfif => false,
        Some(transform) => transform == 0,
        None => frame.components.iter().map(|component| component.id).eq(*b"RGB"),
    }
}

/// Amounts of ink, 0 for none. The decoder inverts all values, as Adobe's files need. Other files need this undone.
fn ink(mut pixels: Vec<u8>, adobe: bool) -> Vec<u8> {
    if !adobe {
        pixels.iter_mut().for_each(|value| *value = 255 - *value);
    }
    pixels
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
