//! GIF: the first frame on its screen.

use std::borrow::Cow;

use gif::{ColorOutput, DecodeOptions, DecodingError};

use super::Decoded;
use super::reduced::Scattered;
use crate::photo::ImageFormat::Gif;
use crate::picture::Defect;
use crate::picture::complete::Dimensions;
use crate::picture::complete::gif::closed;
use crate::picture::container::gif::{Block, blocks, header};

const GRAPHIC_CONTROL: u8 = 0xf9;
const TRAILER: u8 = 0x3b;

/// Of the packed flags of a screen or frame: whether a colour table follows, and its largest size.
const HAS_TABLE: u8 = 0x80;
const TABLE_OF_256: u8 = 0x07;

/// The frame, a byte for each pixel, its part of the file, and the scaled picture. A frame that is given out row by row loses
/// pixels at its end in some files.
pub fn peak_bytes(bytes: &[u8], screen: Dimensions, min_long_edge_px: Option<u32>) -> u64 {
    let closed = closed(bytes);
    let copies = if matches!(closed, Cow::Owned(_)) { 2 } else { 1 };
    let pixels = header(&closed).ok().and_then(|header| {
        let frame = blocks(&closed, header.len()).map_while(Result::ok).find(|block| block.extension.is_none())?;
        let [w0, w1, h0, h1] = *frame.whole.get(5..)?.first_chunk()?;
        Some(u64::from(u16::from_le_bytes([w0, w1])) * u64::from(u16::from_le_bytes([h0, h1])))
    });
    let picture = Scattered::peak_bytes(screen, screen.shrink(min_long_edge_px));
    pixels.unwrap_or(0) + bytes.len() as u64 * copies + picture
}

/// Decodes the first frame. Uncovered and transparent pixels are white; pixels outside the screen are cut.
pub fn decode(bytes: &[u8], screen: Dimensions, min_long_edge_px: Option<u32>) -> Result<Decoded, Defect> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let no_frame = || Defect::corrupt(Gif, "it has no frame");
    let file = first_frame(&closed(bytes)).ok_or_else(no_frame)?;
    let mut decoder = options.read_info(file.as_slice()).map_err(|err| defect(&err))?;
    let frame = decoder.next_frame_info().map_err(|err| defect(&err))?.ok_or_else(no_frame)?;
    let (left, top, width) = (u32::from(frame.left), u32::from(frame.top), usize::from(frame.width));
    let transparent = frame.transparent;
    let mut indexes = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut indexes).map_err(|err| defect(&err))?;
    let palette = decoder.palette().map_err(|err| defect(&err))?;
    let colour = |index: u8| {
        let colour = palette.as_chunks::<3>().0.get(usize::from(index)).filter(|_| transparent != Some(index));
        colour.copied().unwrap_or([255; 3])
    };
    let mut picture = Scattered::new(screen, screen.shrink(min_long_edge_px));
    for (y, row) in (top..).zip(indexes.chunks_exact(width)) {
        let row: Vec<u8> = row.iter().flat_map(|&index| colour(index)).collect();
        picture.add(y, (left, 1), &row);
    }
    Ok(picture.finish())
}

/// A file with the first frame only. The decoder would refuse extensions that only other programs know.
fn first_frame(bytes: &[u8]) -> Option<Vec<u8>> {
    let header = header(bytes).ok()?;
    let mut kept = Vec::new();
    for block in blocks(bytes, header.len()) {
        let block = block.ok()?;
        if matches!(block.extension, None | Some(GRAPHIC_CONTROL)) {
            kept.extend(block.whole);
        }
        if block.extension.is_none() {
            let header = if has_colours(header, &block) { header.to_vec() } else { with_greys(header) };
            return Some([header, kept, vec![TRAILER]].concat());
        }
    }
    None
}

/// Whether the file or the frame has a colour table.
fn has_colours(header: &[u8], frame: &Block<'_>) -> bool {
    [header.get(10), frame.whole.get(9)].into_iter().flatten().any(|flags| flags & HAS_TABLE != 0)
}

/// The header with a colour table of greys: other programs show the indexes of a picture without colours so.
fn with_greys(header: &[u8]) -> Vec<u8> {
    let mut header = header.to_vec();
    header[10] |= HAS_TABLE | TABLE_OF_256;
    header.extend((0..=u8::MAX).flat_map(|level| [level; 3]));
    header
}

fn defect(err: &DecodingError) -> Defect {
    match err {
        DecodingError::UnexpectedEof => Defect::truncated(Gif, "the picture data ends too early"),
        DecodingError::MemoryLimit | DecodingError::OutOfMemory => {
            Defect::TooLarge("decoding takes more memory than the limit".into())
        }
        other => Defect::corrupt(Gif, other.to_string()),
    }
}
