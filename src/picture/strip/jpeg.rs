//! JPEG: keeps frames, tables, scans, JFIF, ICC and Adobe's colour transform.

use super::Malformed;
use crate::picture::container::jpeg::{COM, EOI, SOS, Segment, segments};

const JFIF: &[u8] = b"JFIF\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";

pub(super) fn strip(bytes: &[u8], orientation: Option<&[u8; 26]>) -> Result<Vec<u8>, Malformed> {
    let kept = segments(bytes).filter(|s| s.as_ref().map_or(true, keeps)).collect::<Result<Vec<_>, _>>()?;
    if !kept.iter().any(|s| s.marker == SOS) {
        return Err(Malformed("the JPEG holds no image data"));
    }
    let mut out = Vec::with_capacity(bytes.len());
    out.extend([0xFF, 0xD8]);
    if let Some(jfif) = kept.iter().find(|s| s.marker == 0xE0) {
        write(0xE0, &without_thumbnail(jfif.payload), &mut out);
    }
    if let Some(tiff) = orientation {
        write(0xE1, &[b"Exif\0\0".as_slice(), tiff].concat(), &mut out);
    }
    for segment in kept.iter().filter(|s| s.marker != 0xE0) {
        let length = if segment.marker == 0xEE { 12 } else { segment.payload.len() };
        write(segment.marker, &segment.payload[..length], &mut out);
        out.extend(segment.scan);
    }
    out.extend([0xFF, EOI]);
    Ok(out)
}

/// Three of the application segments; of the others those that T.81 table B.1 defines, except comments.
fn keeps(segment: &Segment<'_>) -> bool {
    let payload = segment.payload;
    match segment.marker {
        0xE0 => payload.starts_with(JFIF) && payload.len() >= 14,
        0xE2 => payload.starts_with(ICC),
        0xEE => payload.starts_with(ADOBE) && payload.len() >= 12,
        0xC8 | COM => false,
        0xC0..=0xCF | 0xDA..=0xDF => true,
        _ => false,
    }
}

/// JFIF's own fields; the last two are the size of the thumbnail that follows.
fn without_thumbnail(payload: &[u8]) -> Vec<u8> {
    let mut jfif = payload[..14].to_vec();
    jfif[12..].fill(0);
    jfif
}

fn write(marker: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
}
