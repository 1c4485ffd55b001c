//! WebP: keeps the image, its colour profile, transparency and animation, each as long as its format says. What the kind of file
//! does not use is left out: frames of a still picture, transparency without a picture behind it.

use super::Malformed;
use crate::picture::container::webp::{Chunk, body, chunks, write};
use crate::picture::icc;

/// Flags of the VP8X chunk (RFC 9649, section 2.7.1).
const ICC_FLAG: u8 = 0x20;
const ALPHA_FLAG: u8 = 0x10;
const EXIF_FLAG: u8 = 0x08;
const ANIMATION_FLAG: u8 = 0x02;

/// Size of an animation frame's header in bytes, before its chunks.
const FRAME_HEADER: usize = 16;

pub(super) fn strip(bytes: &[u8], orientation: Option<&[u8; 26]>) -> Result<Vec<u8>, Malformed> {
    let all = chunks(body(bytes)?).collect::<Result<Vec<_>, _>>()?;
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    out.reserve(bytes.len());
    match all.first().filter(|first| &first.kind == b"VP8X") {
        Some(header) => extended(header.data, &all[1..], orientation, &mut out)?,
        // A file of one picture, to which nothing else belongs.
        None => {
            let picture = all.first().filter(|chunk| is_picture(chunk)).ok_or(NO_PICTURE)?;
            write(picture.kind, picture.data, &mut out);
        }
    }
    if let Some(tiff) = orientation {
        write(*b"EXIF", tiff, &mut out);
    }
    let size = u32::try_from(out.len() - 8).map_err(|_| Malformed("the WebP is larger than its format allows"))?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(out)
}

const NO_PICTURE: Malformed = Malformed("the WebP holds no image data");

fn is_picture(chunk: &Chunk<'_>) -> bool {
    matches!(&chunk.kind, b"VP8 " | b"VP8L")
}

fn extended(
    header: &[u8],
    rest: &[Chunk<'_>],
    orientation: Option<&[u8; 26]>,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let header = header.first_chunk::<10>().ok_or(Malformed("the WebP's header chunk is cut short"))?;
    let is_animation = header[0] & ANIMATION_FLAG != 0;
    let profile = rest.iter().find(|chunk| &chunk.kind == b"ICCP").and_then(|chunk| icc::rewritten(chunk.data));
    let profile = profile.filter(|profile| icc::is_for(profile, 3));
    let flags = header[0] & (ALPHA_FLAG | ANIMATION_FLAG)
        | profile.as_ref().map_or(0, |_| ICC_FLAG)
        | orientation.map_or(0, |_| EXIF_FLAG);
    // Three bytes are reserved; the size of the canvas follows.
    write(*b"VP8X", &[&[flags, 0, 0, 0], &header[4..]].concat(), out);
    if let Some(profile) = profile {
        write(*b"ICCP", &profile, out);
    }
    if !is_animation {
        return still(rest, flags & ALPHA_FLAG != 0, out);
    }
    let loops = rest.iter().find(|chunk| &chunk.kind == b"ANIM").and_then(|chunk| chunk.data.get(4..6));
    // The colour of the canvas, which programs do not use, and how often it runs.
    write(*b"ANIM", &[&[0; 4], loops.unwrap_or(&[0, 0])].concat(), out);
    let mut frames = rest.iter().filter(|chunk| &chunk.kind == b"ANMF").peekable();
    frames.peek().ok_or(NO_PICTURE)?;
    for chunk in frames {
        write(chunk.kind, &frame(chunk.data, flags & ALPHA_FLAG != 0)?, out);
    }
    Ok(())
}

/// The first picture, and before it its transparency if it is lossy.
fn still(chunks: &[Chunk<'_>], has_alpha: bool, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let at = chunks.iter().position(is_picture).ok_or(NO_PICTURE)?;
    let picture = &chunks[at];
    if &picture.kind == b"VP8 "
        && has_alpha
        && let Some(data) = chunks[..at].iter().find(|chunk| &chunk.kind == b"ALPH").map(|chunk| chunk.data)
    {
        write(*b"ALPH", &alpha(data, picture.data), out);
    }
    write(picture.kind, picture.data, out);
    Ok(())
}

/// The opacities of a lossy picture: without compression one byte for each pixel.
fn alpha(data: &[u8], picture: &[u8]) -> Vec<u8> {
    let side =
        |at: usize| picture.get(at..at + 2).map_or(0, |b| usize::from(u16::from_le_bytes([b[0], b[1]]) & 0x3FFF));
    let mut alpha = data.to_vec();
    if let Some(first) = alpha.first_mut() {
        // Two bits are reserved.
        *first &= 0x3F;
        if (*first).trailing_zeros() >= 2 {
            alpha.truncate(1 + side(6) * side(8));
        }
    }
    alpha
}

fn frame(data: &[u8], has_alpha: bool) -> Result<Vec<u8>, Malformed> {
    let (header, rest) = data.split_first_chunk::<FRAME_HEADER>().ok_or(Malformed("a WebP frame is cut short"))?;
    let mut out = header.to_vec();
    // Six bits are reserved.
    out[FRAME_HEADER - 1] &= 3;
    still(&chunks(rest).collect::<Result<Vec<_>, _>>()?, has_alpha, &mut out)?;
    Ok(out)
}
