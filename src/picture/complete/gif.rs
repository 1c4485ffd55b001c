//! Completeness of a GIF: every block and sub-block, up to the trailer.

use super::cursor::Cursor;
use super::{Dimensions, Limits, count_frame};
use crate::photo::ImageFormat::Gif;
use crate::picture::Defect;

/// Parses from the signature to the trailer.
pub fn walk(bytes: &[u8], limits: &Limits) -> Result<Dimensions, Defect> {
    let mut cursor = Cursor::new(bytes, Gif);
    cursor.take(6, "the signature")?;
    let [w0, w1, h0, h1, flags, _, _] = cursor.array("the screen header")?;
    let size = rectangle([w0, w1, h0, h1])?;
    limits.admit(size)?;
    skip_palette(&mut cursor, flags)?;
    let mut frames = 0;
    loop {
        match cursor.byte("the blocks, before the trailer")? {
            0x21 => {
                cursor.byte("an extension")?;
                skip_sub_blocks(&mut cursor)?;
            }
            0x2c => {
                count_frame(&mut frames)?;
                let [_, _, _, _, w0, w1, h0, h1, flags] = cursor.array("a frame header")?;
                limits.admit(rectangle([w0, w1, h0, h1])?)?;
                skip_palette(&mut cursor, flags)?;
                cursor.byte("a frame")?;
                skip_sub_blocks(&mut cursor)?;
            }
            0x3b => break,
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
