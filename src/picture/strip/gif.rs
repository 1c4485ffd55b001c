//! GIF: keeps the images, their timing and the loop count.

use super::Malformed;
use crate::picture::container::gif::{Block, blocks, header};

const GRAPHIC_CONTROL: u8 = 0xF9;
const PLAIN_TEXT: u8 = 0x01;
const APPLICATION: u8 = 0xFF;

pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    let header = header(bytes)?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(header);
    // A control block applies to the next image: it is kept only if that image is.
    let mut control = Vec::new();
    let mut looped = false;
    for block in blocks(bytes, header.len()) {
        let block = block?;
        match block.extension {
            None => {
                out.append(&mut control);
                out.extend(block.whole);
            }
            Some(GRAPHIC_CONTROL) => control = control_block(&block),
            Some(PLAIN_TEXT) => control.clear(),
            Some(APPLICATION) if !looped => {
                let count = loop_block(&block);
                looped = count.is_some();
                out.extend(count.unwrap_or_default());
            }
            Some(_) => {}
        }
    }
    out.push(0x3B);
    Ok(out)
}

/// The block's four bytes and nothing after them; empty if they are missing.
fn control_block(block: &Block<'_>) -> Vec<u8> {
    match block.sub_blocks().next() {
        Some(data) if data.len() == 4 => [&[0x21, GRAPHIC_CONTROL, 4], data, &[0]].concat(),
        _ => Vec::new(),
    }
}

/// The loop count, written as a new block, if the block has one.
fn loop_block(block: &Block<'_>) -> Option<Vec<u8>> {
    let mut parts = block.sub_blocks();
    let name = parts.next().filter(|name| matches!(*name, b"NETSCAPE2.0" | b"ANIMEXTS1.0"))?;
    let count = parts.find(|part| part.len() == 3 && part[0] & 7 == 1)?;
    Some([&[0x21, APPLICATION, 11], name, &[3, 1], &count[1..], &[0]].concat())
}
