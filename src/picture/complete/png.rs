//! Completeness of a PNG: every chunk with its CRC, from IHDR to IEND. What no pixel of the picture needs may be missing
//! at its end, and its animation may be damaged.

use super::cursor::Cursor;
use super::{Dimensions, Limits, count_frame, mended_png};
use crate::photo::ImageFormat::Png;
use crate::picture::Defect;

/// Four channels of 16 bits, doubled for filter bytes and incompressible data.
const MAX_PIXEL_BYTES: u64 = 16;

/// Overhead of compression for the smallest picture; a generous bound.
const DATA_OVERHEAD_BYTES: u64 = 64 << 10;

/// Parses from the signature to IEND; an error if anything is missing or above the limits. The end and the animation may
/// have flaws if every pixel is there; only without the end are data read for that.
pub fn walk(bytes: &[u8], limits: &Limits) -> Result<Dimensions, Defect> {
    walk_strictly(bytes, limits).or_else(|error| match error {
        Defect::Truncated { .. } | Defect::Corrupt { .. } => match mended_png::mended(bytes) {
            Some(mended) => walk_strictly(&mended.bytes, limits),
            None => Err(error),
        },
        _ => Err(error),
    })
}

fn walk_strictly(bytes: &[u8], limits: &Limits) -> Result<Dimensions, Defect> {
    let mut cursor = Cursor::new(bytes, Png);
    cursor.take(8, "the signature")?;
    let (kind, header) = chunk(&mut cursor)?;
    if &kind != b"IHDR" || header.len() != 13 {
        return Err(Defect::corrupt(Png, "the first chunk is not a header"));
    }
    let width = u32::from_be_bytes([header[0], header[1], header[2], header[3]]);
    let height = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    let size = Dimensions::new(width, height, Png)?;
    limits.admit(size)?;
    let (mut data_bytes, mut frames, mut pixels) = (0, 0, size.pixels());
    loop {
        let (kind, data) = chunk(&mut cursor)?;
        match &kind {
            b"IDAT" => data_bytes += data.len() as u64,
            b"fcTL" => {
                count_frame(&mut frames)?;
                pixels += frame_pixels(data);
                if pixels > limits.pixels.max(size.pixels() * 2) {
                    return Err(Defect::TooLarge("its frames together have more pixels than a picture may".into()));
                }
            }
            b"IEND" => break,
            _ => {}
        }
    }
    if data_bytes == 0 {
        return Err(Defect::corrupt(Png, "it ends before any picture data"));
    }
    if data_bytes > size.pixels() * MAX_PIXEL_BYTES + DATA_OVERHEAD_BYTES {
        return Err(Defect::corrupt(Png, "it holds more data than its picture can need"));
    }
    Ok(size)
}

/// Pixels of a frame, from its control.
fn frame_pixels(control: &[u8]) -> u64 {
    let side =
        |at: usize| control.get(at..at + 4).map_or(0, |b| u64::from(u32::from_be_bytes([b[0], b[1], b[2], b[3]])));
    side(4).saturating_mul(side(8))
}

fn chunk<'a>(cursor: &mut Cursor<'a>) -> Result<([u8; 4], &'a [u8]), Defect> {
    let length = u32::from_be_bytes(cursor.array("a chunk")?);
    let kind = cursor.array("a chunk")?;
    let data = cursor.take(length as usize, "a chunk")?;
    let expected = u32::from_be_bytes(cursor.array("a chunk")?);
    let mut crc = flate2::Crc::new();
    crc.update(&kind);
    crc.update(data);
    if crc.sum() != expected {
        return Err(Defect::corrupt(Png, "a chunk's checksum does not match"));
    }
    Ok((kind, data))
}
