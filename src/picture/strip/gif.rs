//! GIF: keeps the images, their timing and the loop count. Each frame's data end with its last pixel, and a colour table has only
//! the colours that a pixel has.

use super::Malformed;
use crate::picture::complete::lzw;
use crate::picture::container::gif::{Block, blocks, colour_table, header};

const GRAPHIC_CONTROL: u8 = 0xF9;
const PLAIN_TEXT: u8 = 0x01;
const APPLICATION: u8 = 0xFF;

/// Bytes of the signature and the screen before the colour table.
const SCREEN: usize = 13;

/// Bytes of an image's descriptor, with its introducer.
const DESCRIPTOR: usize = 10;

/// Most bytes of a part of a block.
const PART_MAX: u8 = 255;

/// Strips, and returns whether every frame has all its pixels.
pub(super) fn strip(bytes: &[u8]) -> Result<(Vec<u8>, bool), Malformed> {
    let header = header(bytes)?;
    let mut body = Vec::with_capacity(bytes.len());
    body.extend(header);
    // A control block applies to the next image: it is kept only if that image is.
    let mut control = Vec::new();
    let (mut looped, mut is_whole, mut global) = (false, true, [false; 256]);
    for block in blocks(bytes, header.len()) {
        let block = block?;
        match block.extension {
            None => {
                let Some(frame) = frame(block.whole, &mut global) else {
                    // No program can show it.
                    control.clear();
                    is_whole = false;
                    continue;
                };
                is_whole &= frame.is_whole;
                body.append(&mut control);
                body.extend(frame.bytes);
            }
            Some(GRAPHIC_CONTROL) => control = control_block(&block).unwrap_or(control),
            Some(PLAIN_TEXT) => control.clear(),
            Some(APPLICATION) if !looped => {
                let count = loop_block(&block);
                looped = count.is_some();
                body.extend(count.unwrap_or_default());
            }
            Some(_) => {}
        }
    }
    // Some programs fill the screen with it.
    global[usize::from(header[11])] = true;
    // The shape of a pixel, which no program uses.
    body[12] = 0;
    let table = used_colours(&header[SCREEN..], &global);
    body[SCREEN..header.len()].copy_from_slice(&table);
    body.push(0x3B);
    Ok((body, is_whole))
}

/// A colour table with black where no pixel has the colour.
fn used_colours(table: &[u8], used: &[bool; 256]) -> Vec<u8> {
    let colour = |(colour, &used): (&[u8], &bool)| if used { [colour[0], colour[1], colour[2]] } else { [0; 3] };
    table.chunks_exact(3).zip(used).flat_map(colour).collect()
}

struct Frame {
    bytes: Vec<u8>,
    is_whole: bool,
}

/// A frame with the codes of its pixels and the end code. `None` if its data have no codes.
fn frame(whole: &[u8], global: &mut [bool; 256]) -> Option<Frame> {
    let descriptor = whole.get(..DESCRIPTOR)?;
    let side = |at: usize| u64::from(u16::from_le_bytes([descriptor[at], descriptor[at + 1]]));
    let wanted = side(5) * side(7);
    let table = whole.get(DESCRIPTOR..DESCRIPTOR + colour_table(descriptor[9]))?;
    let (&min_code_size, parts) = whole.get(DESCRIPTOR + table.len()..)?.split_first()?;
    let read = lzw::read(min_code_size, data(parts), wanted)?;
    let is_whole = read.pixels >= wanted;
    let mut out = descriptor.to_vec();
    // Two bits are reserved.
    out[9] &= 0xE7;
    if table.is_empty() {
        global.iter_mut().zip(read.colours).for_each(|(used, colour)| *used |= colour);
    } else {
        out.extend(used_colours(table, &read.colours));
    }
    out.push(min_code_size);
    let end = (is_whole || read.is_ended).then_some((1_u32 << min_code_size) + 1);
    write_codes(data(parts), read.bits, end.map(|end| (end, read.next_code_bits)), &mut out);
    Some(Frame { bytes: out, is_whole })
}

/// The bytes in the parts of a block.
fn data(mut rest: &[u8]) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let (&length, after) = rest.split_first()?;
        let part = after.get(..usize::from(length)).filter(|part| !part.is_empty())?;
        rest = &after[part.len()..];
        Some(part)
    })
    .flatten()
    .copied()
}

/// Writes the first bits, and a code behind them with its length, as parts of a block.
fn write_codes(data: impl Iterator<Item = u8>, bits: u64, code: Option<(u32, u32)>, out: &mut Vec<u8>) {
    let (whole, part) = ((bits / 8) as usize, (bits % 8) as u32);
    let mut data = data.take(whole + 1);
    let mut start = out.len();
    let mut push = |byte: u8, out: &mut Vec<u8>| {
        if out.len() == start {
            out.push(0);
        }
        out.push(byte);
        out[start] = (out.len() - start - 1) as u8;
        if out[start] == PART_MAX {
            start = out.len();
        }
    };
    for byte in data.by_ref().take(whole) {
        push(byte, out);
    }
    let last = data.next().filter(|_| part > 0).map_or(0, |byte| u32::from(byte) & ((1 << part) - 1));
    let (code, length) = code.unwrap_or_default();
    let rest = (last | code << part).to_le_bytes();
    for &byte in &rest[..(part + length).div_ceil(8) as usize] {
        push(byte, out);
    }
    out.push(0);
}

/// The block's four bytes and nothing after them.
fn control_block(block: &Block<'_>) -> Option<Vec<u8>> {
    match block.sub_blocks().next() {
        Some(&[flags, d0, d1, transparent]) => {
            let transparent = if flags & 1 == 0 { 0 } else { transparent };
            Some(vec![0x21, GRAPHIC_CONTROL, 4, flags & 0x1F, d0, d1, transparent, 0])
        }
        _ => None,
    }
}

/// The loop count, written as a new block, if the block has one.
fn loop_block(block: &Block<'_>) -> Option<Vec<u8>> {
    let mut parts = block.sub_blocks();
    let name = parts.next().filter(|name| matches!(*name, b"NETSCAPE2.0" | b"ANIMEXTS1.0"))?;
    let count = parts.find(|part| part.len() == 3 && part[0] & 7 == 1)?;
    Some([&[0x21, APPLICATION, 11], name, &[3, 1], &count[1..], &[0]].concat())
}
