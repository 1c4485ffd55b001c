//! Completeness of a WebP: the RIFF size, and every chunk, including those inside frames.

use super::cursor::Cursor;
use super::{Dimensions, Limits, count_frame};
use crate::photo::ImageFormat::Webp;
use crate::picture::Defect;

/// Parses from `RIFF` to the end that its size states.
pub fn walk(bytes: &[u8], limits: &Limits) -> Result<Dimensions, Defect> {
    let mut file = Cursor::new(bytes, Webp);
    file.take(4, "the RIFF header")?;
    let riff_bytes = u32::from_le_bytes(file.array("the RIFF header")?) as usize;
    if bytes.len() - 8 < riff_bytes && !only_padding_is_missing(bytes, riff_bytes) {
        let came = bytes.len();
        return Err(Defect::truncated(Webp, format!("{came} of {} bytes are present", riff_bytes + 8)));
    }
    let body = file.take(riff_bytes.min(bytes.len() - 8), "the RIFF body")?;
    let chunks = body.get(4..).ok_or_else(|| Defect::corrupt(Webp, "it has no chunks"))?;
    let (mut canvas, mut pictures, mut frames) = (None, 0, 0);
    for_each_chunk(chunks, |kind, data| {
        match kind {
            b"VP8X" if canvas.is_none() => {
                let size = canvas_size(data)?;
                limits.admit(size)?;
                canvas = Some(size);
            }
            b"VP8 " | b"VP8L" => {
                let size = picture_size(*kind, data)?;
                limits.admit(size)?;
                if *canvas.get_or_insert(size) != size {
                    return Err(Defect::corrupt(Webp, "the picture and its canvas differ in size"));
                }
                pictures += 1;
            }
            b"ANMF" => {
                count_frame(&mut frames)?;
                let canvas = canvas.ok_or_else(|| Defect::corrupt(Webp, "a frame comes before the canvas"))?;
                frame(data, canvas)?;
            }
            _ => {}
        }
        Ok(())
    })?;
    match canvas {
        Some(size) if pictures + frames > 0 => Ok(size),
        _ => Err(Defect::corrupt(Webp, "it ends before any picture data")),
    }
}

/// Some writers count the last chunk's padding byte but do not write it.
fn only_padding_is_missing(bytes: &[u8], riff_bytes: usize) -> bool {
    let Some(chunks) = bytes.get(12..) else { return false };
    let mut last_is_odd = false;
    let walked = for_each_chunk(chunks, |_, data| {
        last_is_odd = data.len() % 2 == 1;
        Ok(())
    });
    bytes.len() - 8 + 1 == riff_bytes && last_is_odd && walked.is_ok()
}

fn for_each_chunk(chunks: &[u8], mut visit: impl FnMut(&[u8; 4], &[u8]) -> Result<(), Defect>) -> Result<(), Defect> {
    let mut cursor = Cursor::new(chunks, Webp);
    while !cursor.rest().is_empty() {
        let kind = cursor.array("a chunk header")?;
        let length = u32::from_le_bytes(cursor.array("a chunk header")?) as usize;
        visit(&kind, cursor.take(length, "a chunk")?)?;
        if length % 2 == 1 && !cursor.rest().is_empty() {
            cursor.byte("padding")?;
        }
    }
    Ok(())
}

fn canvas_size(data: &[u8]) -> Result<Dimensions, Defect> {
    let mut cursor = Cursor::new(data, Webp);
    cursor.take(4, "the canvas header")?;
    let (width, height) = (u24(&mut cursor)? + 1, u24(&mut cursor)? + 1);
    Dimensions::new(width, height, Webp)
}

/// The size in the first bytes of a bitstream (RFC 6386 section 9.1; WebP lossless section 3).
fn picture_size(kind: [u8; 4], data: &[u8]) -> Result<Dimensions, Defect> {
    let mut cursor = Cursor::new(data, Webp);
    let bad = || Defect::corrupt(Webp, "the picture header is malformed");
    if &kind == b"VP8L" {
        let [signature, b0, b1, b2, b3] = cursor.array("the picture header")?;
        let bits = u32::from_le_bytes([b0, b1, b2, b3]);
        if signature != 0x2f || bits >> 29 != 0 {
            return Err(bad());
        }
        return Dimensions::new((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, Webp);
    }
    let [_, _, _, m0, m1, m2, w0, w1, h0, h1] = cursor.array("the picture header")?;
    if [m0, m1, m2] != [0x9d, 0x01, 0x2a] {
        return Err(bad());
    }
    let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
    Dimensions::new(u32::from(width & 0x3fff), u32::from(height & 0x3fff), Webp)
}

fn frame(data: &[u8], canvas: Dimensions) -> Result<(), Defect> {
    let mut cursor = Cursor::new(data, Webp);
    let (x, y) = (u24(&mut cursor)? * 2, u24(&mut cursor)? * 2);
    let (width, height) = (u24(&mut cursor)? + 1, u24(&mut cursor)? + 1);
    cursor.take(4, "a frame header")?;
    if x + width > canvas.width || y + height > canvas.height {
        return Err(Defect::corrupt(Webp, "a frame is outside the canvas"));
    }
    let mut pictures = 0;
    for_each_chunk(cursor.rest(), |kind, data| {
        if matches!(kind, b"VP8 " | b"VP8L") {
            pictures += 1;
            if picture_size(*kind, data)? != (Dimensions { width, height }) {
                return Err(Defect::corrupt(Webp, "a frame and its picture differ in size"));
            }
        }
        Ok(())
    })?;
    if pictures == 1 { Ok(()) } else { Err(Defect::corrupt(Webp, "a frame does not hold one picture")) }
}

fn u24(cursor: &mut Cursor) -> Result<u32, Defect> {
    let [low, middle, high] = cursor.array("a frame header")?;
    Ok(u32::from_le_bytes([low, middle, high, 0]))
}
