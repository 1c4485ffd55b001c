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
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Err(base_media(brand)),
        _ => Err(Defect::Refused(refused(bytes))),
    }
}

/// ISO base media files by brand (ISO/IEC 14496-12, 23008-12).
fn base_media(brand: &[u8]) -> Defect {
    let lists_avif = || brand.get(8..64).unwrap_or(brand).chunks_exact(4).any(|compatible| compatible == b"avif");
    match brand.get(..4) {
        Some(b"avif" | b"avis") => Defect::Undecodable("an AVIF image"),
        Some(b"mif1" | b"msf1" | b"miaf") if lists_avif() => Defect::Undecodable("an AVIF image"),
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" | b"miaf") => {
            Defect::Undecodable("a HEIC image")
        }
        _ => Defect::Refused("a video"),
    }
}

/// How a file begins that stands for one kept elsewhere.
const POINTERS: [(&str, &str); 3] = [
    ("/annex/objects/", "a git-annex pointer without its file (git annex get)"),
    ("version https://git-lfs.github.com/spec/", "a Git LFS pointer without its file (git lfs pull)"),
    ("version https://git-annex.", "a git-annex pointer without its file (git annex get)"),
];

/// Longest path that is taken for a link stored as a text, in bytes.
const LINK_BYTES_MAX: usize = 1024;

/// A small text that stands for a file: a pointer, or the link that a checkout without links writes as a text.
fn pointer(bytes: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(bytes.get(..TEXT_PROBE_BYTES).unwrap_or(bytes)).ok()?;
    if let Some((_, name)) = POINTERS.iter().find(|(start, _)| text.starts_with(start)) {
        return Some(name);
    }
    let path = text.trim_end_matches(['\r', '\n']);
    let is_path = bytes.len() <= LINK_BYTES_MAX
        && path.contains('/')
        && !path.contains(|c: char| c.is_control() || "<>{}\"".contains(c));
    match path.rsplit_once('.') {
        Some((_, suffix)) if is_path && matches!(suffix.len(), 3..=4) && suffix.chars().all(char::is_alphanumeric) => {
            Some(if path.contains("annex/") {
                "a link into a git-annex, stored as a text"
            } else {
                "a link, stored as a text"
            })
        }
        _ => None,
    }
}

fn refused(bytes: &[u8]) -> &'static str {
    if let Some((_, name)) = REFUSED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return name;
    }
    if let Some(name) = pointer(bytes) {
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
            "plain text"
        }
        Some(_) => "a file of unknown type",
    }
}
