//! WebP: keeps the image, its colour profile, transparency and animation.

use super::Malformed;
use crate::picture::container::webp::{body, chunks, write};

/// Flags of the VP8X chunk that announce EXIF and XMP.
const EXIF_FLAG: u8 = 0x08;
const XMP_FLAG: u8 = 0x04;

/// Size of an animation frame's header in bytes, before its chunks.
const FRAME_HEADER: usize = 16;

pub(super) fn strip(bytes: &[u8], orientation: Option<&[u8; 26]>) -> Result<Vec<u8>, Malformed> {
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    out.reserve(bytes.len());
    let mut seen: Vec<[u8; 4]> = Vec::new();
    for chunk in chunks(body(bytes)?) {
        let chunk = chunk?;
        let kind = if &chunk.kind == b"VP8L" { *b"VP8 " } else { chunk.kind };
        let repeated = &kind != b"ANMF" && seen.contains(&kind);
        match &chunk.kind {
            _ if repeated => {}
            b"VP8X" => write(chunk.kind, &header(chunk.data, orientation.is_some())?, &mut out),
            b"ANMF" => write(chunk.kind, &frame(chunk.data)?, &mut out),
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => write(chunk.kind, chunk.data, &mut out),
            _ => continue,
        }
        if !repeated {
            seen.push(kind);
        }
    }
    if !seen.iter().any(|kind| matches!(kind, b"VP8 " | b"ANMF")) {
        return Err(Malformed("the WebP holds no image data"));
    }
    if let Some(tiff) = orientation {
        write(*b"EXIF", tiff, &mut out);
    }
    let size = u32::try_from(out.len() - 8).map_err(|_| Malformed("the WebP is larger than its format allows"))?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(out)
}

fn header(data: &[u8], exif: bool) -> Result<[u8; 10], Malformed> {
    let mut header = *data.first_chunk::<10>().ok_or(Malformed("the WebP's header chunk is cut short"))?;
    header[0] &= !(EXIF_FLAG | XMP_FLAG);
    if exif {
        header[0] |= EXIF_FLAG;
    }
    Ok(header)
}

fn frame(data: &[u8]) -> Result<Vec<u8>, Malformed> {
    let (header, rest) = data.split_first_chunk::<FRAME_HEADER>().ok_or(Malformed("a WebP frame is cut short"))?;
    let mut out = header.to_vec();
    for chunk in chunks(rest) {
        let chunk = chunk?;
        if matches!(&chunk.kind, b"VP8 " | b"VP8L" | b"ALPH") {
            write(chunk.kind, chunk.data, &mut out);
        }
    }
    Ok(out)
}
