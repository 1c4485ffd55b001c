//! The format of an image file, detected from its bytes alone; file names and HTTP headers are not used.

use super::Defect;
use crate::photo::ImageFormat;

/// How many bytes of a text are searched for the tag of a page or a drawing.
const TEXT_PROBE_BYTES: usize = 1024;

/// Magic numbers of known unsupported files, with a name for messages.
const REFUSED: [(&[u8], &str); 12] = [
    (b"II*\0", "a TIFF or camera-raw file"),
    (b"MM\0*", "a TIFF or camera-raw file"),
    (b"II+\0", "a BigTIFF file"),
    (b"MM\0+", "a BigTIFF file"),
    (b"%PDF", "a PDF document"),
    (b"BM", "a BMP bitmap"),
    (b"8BPS", "a Photoshop file"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\0\0\x01\0", "an icon"),
    (b"\xff\x0a", "a JPEG XL image"),
];

/// Detects the format; the error says what the file is instead.
pub fn sniff(bytes: &[u8]) -> Result<ImageFormat, Defect> {
    match bytes {
        [] => Err(Defect::Empty),
        [0xff, 0xd8, 0xff, ..] => Ok(ImageFormat::Jpeg),
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Ok(ImageFormat::Png),
        _ if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Ok(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] => match kind {
            _ if kind.starts_with(b"WEBP") => Ok(ImageFormat::Webp),
            _ if kind.starts_with(b"AVI ") => Err(Defect::Refused("a video")),
            _ => Err(Defect::Refused("a RIFF file without a picture")),
        },
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Err(Defect::Refused(base_media(brand))),
        _ => Err(Defect::Refused(refused(bytes))),
    }
}

/// ISO base media files by brand (ISO/IEC 14496-12, 23008-12).
fn base_media(brand: &[u8]) -> &'static str {
    match brand.get(..4) {
        Some(b"avif" | b"avis") => "an AVIF image",
        Some(b"heic" | b"heix" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => "a HEIC image",
        _ => "a video",
    }
}

fn refused(bytes: &[u8]) -> &'static str {
    if let Some((_, name)) = REFUSED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return name;
    }
    let probe = &bytes[..bytes.len().min(TEXT_PROBE_BYTES)];
    if probe.contains(&0) {
        return "a file of unknown type";
    }
    let text = String::from_utf8_lossy(probe).to_ascii_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    match text.as_bytes().first() {
        None => "an empty text",
        Some(b'<') if text.contains("<svg") => "an SVG drawing",
        Some(b'<') if text.contains("<html") || text.starts_with("<!doctype html") => "an HTML page",
        Some(b'<') => "an XML or HTML text",
        Some(b'{' | b'[') => "a JSON text",
        Some(_) if text.contains("<html") => "an HTML page",
        Some(_) if !text.contains('\u{fffd}') && !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => {
            "a plain text"
        }
        Some(_) => "a file of unknown type",
    }
}
