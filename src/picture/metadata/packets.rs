//! Finds IPTC records, XMP packets and comments in a container.

use std::io::Read;

use super::raw_profile::{self, JPEG_XMP, RawProfile};
use super::value::decode;
use crate::picture::container::{Container, gif, jpeg, png, webp};

/// Longest packet that is read, in bytes; longer ones hold edit histories and depth maps.
const PACKET_BYTES_MAX: usize = 1 << 20;

const JPEG_PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const PNG_XMP: &str = "XML:com.adobe.xmp";
const XMP_END: &[u8] = b"</x:xmpmeta>";
const GIF_XMP: &[u8] = b"XMP DataXMP";

/// Bytes after a GIF's XMP packet: a descending ramp that makes the packet parse as sub-blocks, and the terminator.
const GIF_XMP_RAMP: usize = 258;

#[derive(Default)]
pub(super) struct Packets {
    /// TIFF structures of EXIF that are stored as a text.
    pub exif: Vec<Vec<u8>>,
    /// IPTC-IIM records.
    pub iptc: Vec<Vec<u8>>,
    /// XMP packets, XML.
    pub xmp: Vec<Vec<u8>>,
    /// Name and text.
    pub comments: Vec<(String, String)>,
}

pub(super) fn find(bytes: &[u8]) -> Packets {
    let mut found = Packets::default();
    match Container::of(bytes) {
        Some(Container::Jpeg) => in_jpeg(bytes, &mut found),
        Some(Container::Png) => in_png(bytes, &mut found),
        Some(Container::Webp) => in_webp(bytes, &mut found),
        Some(Container::Gif) => in_gif(bytes, &mut found),
        None => found.xmp.extend(in_base_media(bytes)),
    }
    found
}

fn in_jpeg(bytes: &[u8], found: &mut Packets) {
    // A Photoshop block may continue over several segments.
    let mut photoshop = Vec::new();
    for segment in jpeg::segments(bytes).map_while(Result::ok) {
        match segment.marker {
            0xE1 => found.xmp.extend(segment.payload.strip_prefix(JPEG_XMP).map(<[u8]>::to_vec)),
            0xED => photoshop.extend(segment.payload.strip_prefix(JPEG_PHOTOSHOP).unwrap_or_default()),
            jpeg::COM => found.comments.push(("Comment".into(), decode(segment.payload))),
            _ => {}
        }
    }
    found.iptc.extend(iptc_resources(&photoshop).map(<[u8]>::to_vec));
}

/// The Photoshop image resources 0x0404: `8BIM`, id, padded Pascal string, length, padded data.
fn iptc_resources(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        loop {
            let (id, data, after) = resource(rest)?;
            rest = after;
            if id == 0x0404 {
                return Some(data);
            }
        }
    })
}

fn resource(rest: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let rest = rest.strip_prefix(b"8BIM")?;
    let (id, rest) = rest.split_first_chunk::<2>()?;
    let name = (usize::from(*rest.first()?) + 2) & !1;
    let (length, rest) = rest.get(name..)?.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let data = rest.get(..length)?;
    Some((u16::from_be_bytes(*id), data, rest.get(length + length % 2..).unwrap_or_default()))
}

fn in_png(bytes: &[u8], found: &mut Packets) {
    for chunk in png::chunks(bytes).map_while(Result::ok) {
        if &chunk.kind == b"tIME" {
            found.comments.push(("ModifyDate".into(), png_time(chunk.data)));
            continue;
        }
        let Some((name, text)) = png_text(chunk.kind, chunk.data) else { continue };
        if name == PNG_XMP {
            found.xmp.push(text);
        } else if let Some(profile) = raw_profile::read(&name, &text) {
            match profile {
                RawProfile::Exif(tiff) => found.exif.push(tiff),
                RawProfile::Xmp(packet) => found.xmp.push(packet),
                RawProfile::Iptc(records) => found.iptc.push(records),
                RawProfile::Photoshop(resources) => {
                    found.iptc.extend(iptc_resources(&resources).map(<[u8]>::to_vec));
                }
            }
        } else {
            found.comments.push((name, decode(&text)));
        }
    }
}

fn png_time(data: &[u8]) -> String {
    match data {
        [y1, y0, month, day, hour, minute, second] => {
            let year = u16::from_be_bytes([*y1, *y0]);
            format!("{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        _ => String::new(),
    }
}

/// Keyword and text of a `tEXt`, `zTXt` or `iTXt` chunk.
fn png_text(kind: [u8; 4], data: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut fields = data.splitn(2, |&b| b == 0);
    let (name, rest) = (decode(fields.next()?), fields.next()?);
    let text = match &kind {
        b"tEXt" => rest.to_vec(),
        b"zTXt" => inflate(rest.get(1..)?),
        b"iTXt" => {
            let compressed = *rest.first()? == 1;
            let text = rest.get(2..)?.splitn(3, |&b| b == 0).nth(2)?;
            if compressed { inflate(text) } else { text.to_vec() }
        }
        _ => return None,
    };
    Some((name, text))
}

/// Inflates up to the limit, or up to the first error.
fn inflate(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // After an error `out` keeps what was inflated before it.
    let _ = flate2::read::ZlibDecoder::new(data).take(PACKET_BYTES_MAX as u64).read_to_end(&mut out);
    out
}

/// The XMP packet of a HEIF or AVIF file. It is stored whole, and found by its own beginning and end.
fn in_base_media(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let start = memchr::memmem::find(bytes, b"<x:xmpmeta")?;
    let end = start + memchr::memmem::find(&bytes[start..], XMP_END)? + XMP_END.len();
    (end - start <= PACKET_BYTES_MAX).then(|| bytes[start..end].to_vec())
}

fn in_webp(bytes: &[u8], found: &mut Packets) {
    let body = webp::body(bytes).or_else(|_| bytes.get(webp::HEADER..).ok_or(())).unwrap_or_default();
    let xmp = webp::chunks(body).map_while(Result::ok).filter(|chunk| &chunk.kind == b"XMP ");
    found.xmp.extend(xmp.map(|chunk| chunk.data.to_vec()));
}

fn in_gif(bytes: &[u8], found: &mut Packets) {
    let Ok(header) = gif::header(bytes) else { return };
    for block in gif::blocks(bytes, header.len()).map_while(Result::ok) {
        match block.extension {
            Some(0xFE) => {
                let text: Vec<u8> = block.sub_blocks().flatten().copied().collect();
                found.comments.push(("Comment".into(), decode(&text)));
            }
            Some(0xFF) if block.sub_blocks().next() == Some(GIF_XMP) => {
                let end = block.whole.len().saturating_sub(GIF_XMP_RAMP);
                found.xmp.extend(block.whole.get(14..end).map(<[u8]>::to_vec));
            }
            _ => {}
        }
    }
}
