//! Completeness of a GIF: every block and sub-block, up to the trailer. It may be missing if every pixel is there.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::{Dimensions, Limits, count_frame, lzw};
use crate::photo::ImageFormat::Gif;
use crate::picture::Defect;
use crate::picture::container::gif::{block_at, colour_table, header, zeros};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

/// Length of an image's descriptor, with its introducer.
const DESCRIPTOR: usize = 10;

/// Parses from the signature to the trailer; an error if anything is missing or above the limits. The trailer, and what
/// follows the pixels of the last frame, may be missing; only then are that frame's data read.
pub fn walk(bytes: &[u8], limits: &Limits) -> Result<Dimensions, Defect> {
    walk_strictly(bytes, limits).or_else(|error| match (closed(bytes), &error) {
        (Cow::Owned(closed), Defect::Truncated { .. }) => walk_strictly(&closed, limits),
        _ => Err(error),
    })
}

/// The file with a trailer. A file that has one, or whose last frame lacks a pixel, is left as it is.
pub fn closed(bytes: &[u8]) -> Cow<'_, [u8]> {
    match picture(bytes) {
        Some((blocks, frame)) => Cow::Owned([blocks, &frame, &[TRAILER]].concat()),
        None => Cow::Borrowed(bytes),
    }
}

/// Of a file without its trailer the header and the whole blocks, and the last frame if it is not one of them.
fn picture(bytes: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let mut end = header(bytes).ok()?.len();
    let mut last_frame = None;
    let rest = loop {
        let rest = &bytes[end + zeros(&bytes[end..])..];
        let Ok(block) = block_at(rest) else { break rest };
        let block = block?;
        end = bytes.len() - rest.len() + block.whole.len();
        if block.extension.is_none() {
            last_frame = Some(block.whole);
        }
    };
    match rest.first() {
        // What is left of an extension shows nothing.
        None | Some(&EXTENSION) => completed(last_frame?).map(|_| (&bytes[..end], Vec::new())),
        Some(&IMAGE) => completed(rest).map(|frame| (&bytes[..end], frame)),
        Some(_) => None,
    }
}

/// The frame with the end of its data, which may be missing; `None` if it lacks a pixel.
fn completed(frame: &[u8]) -> Option<Vec<u8>> {
    let [_, _, _, _, _, w0, w1, h0, h1, flags] = *frame.first_chunk()?;
    let data = DESCRIPTOR + colour_table(flags);
    let (&min_code_size, mut rest) = frame.get(data..)?.split_first()?;
    let mut parts = Vec::new();
    while let Some((&length, after)) = rest.split_first()
        && length > 0
        && !after.is_empty()
    {
        let part = after.get(..length.into()).unwrap_or(after);
        rest = &after[part.len()..];
        parts.push(part);
    }
    let pixels = lzw::pixels(min_code_size, parts.iter().copied().flatten().copied());
    if pixels < rectangle([w0, w1, h0, h1]).ok()?.pixels() {
        return None;
    }
    let mut completed = frame[..=data].to_vec();
    for part in parts {
        completed.push(part.len() as u8);
        completed.extend(part);
    }
    completed.push(0);
    Some(completed)
}

fn walk_strictly(bytes: &[u8], limits: &Limits) -> Result<Dimensions, Defect> {
    let mut cursor = Cursor::new(bytes, Gif);
    cursor.take(6, "the signature")?;
    let [w0, w1, h0, h1, flags, _, _] = cursor.array("the screen header")?;
    let size = rectangle([w0, w1, h0, h1])?;
    limits.admit(size)?;
    skip_palette(&mut cursor, flags)?;
    let mut frames = 0;
    loop {
        match cursor.byte("the blocks, before the trailer")? {
            EXTENSION => {
                cursor.byte("an extension")?;
                skip_sub_blocks(&mut cursor)?;
            }
            IMAGE => {
                count_frame(&mut frames)?;
                let [_, _, _, _, w0, w1, h0, h1, flags] = cursor.array("a frame header")?;
                limits.admit(rectangle([w0, w1, h0, h1])?)?;
                skip_palette(&mut cursor, flags)?;
                cursor.byte("a frame")?;
                skip_sub_blocks(&mut cursor)?;
            }
            TRAILER => break,
            // Some programs end a block twice.
            0 => {}
            _ => return Err(Defect::corrupt(Gif, "an unknown block")),
        }
    }
    if frames > 0 { Ok(size) } else { Err(Defect::corrupt(Gif, "it ends before any picture data")) }
}

fn rectangle([w0, w1, h0, h1]: [u8; 4]) -> Result<Dimensions, Defect> {
    let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
    Dimensions::new(width.into(), height.into(), Gif)
}

fn skip_palette(cursor: &mut Cursor, flags: u8) -> Result<(), Defect> {
    if flags & 0x80 != 0 {
        cursor.take(3 << ((flags & 7) + 1), "a palette")?;
    }
    Ok(())
}

fn skip_sub_blocks(cursor: &mut Cursor) -> Result<(), Defect> {
    loop {
        match cursor.byte("a block")? {
            0 => return Ok(()),
            length => cursor.take(length.into(), "a block")?,
        };
    }
}
