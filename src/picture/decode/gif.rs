//! GIF: the first frame on its screen.

use gif::{ColorOutput, DecodeOptions, DecodingError};

use super::reduced::Scattered;
use super::{Decoded, on_white};
use crate::photo::ImageFormat::Gif;
use crate::picture::Defect;
use crate::picture::complete::Dimensions;

/// First row and step of the passes of an interlaced frame (GIF89a specification, appendix E).
const PASSES: [(u32, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];

/// The scaled picture, and a row of the frame.
pub fn peak_bytes(screen: Dimensions, min_long_edge_px: Option<u32>) -> u64 {
    Scattered::peak_bytes(screen, screen.shrink(min_long_edge_px)) + u64::from(u16::MAX) * 8
}

/// Decodes the first frame. Uncovered and transparent pixels are white; pixels outside the screen are cut.
pub fn decode(bytes: &[u8], screen: Dimensions, min_long_edge_px: Option<u32>) -> Result<Decoded, Defect> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).map_err(|err| defect(&err))?;
    let frame = decoder.next_frame_info().map_err(|err| defect(&err))?;
    let frame = frame.ok_or_else(|| Defect::corrupt(Gif, "it has no frame"))?;
    let (left, top, height) = (u32::from(frame.left), u32::from(frame.top), u32::from(frame.height));
    let passes = if frame.interlaced { &PASSES[..] } else { &[(0, 1)] };
    let mut picture = Scattered::new(screen, screen.shrink(min_long_edge_px));
    let mut row = vec![0; decoder.line_length()];
    for y in passes.iter().flat_map(|&(first, step)| (first..height).step_by(step)) {
        if !decoder.fill_buffer(&mut row).map_err(|err| defect(&err))? {
            return Err(Defect::truncated(Gif, "the picture data ends too early"));
        }
        picture.add(top + y, (left, 1), &on_white(row.clone()));
        // A colour that the palette lacks leaves what is there.
        row.fill(0);
    }
    Ok(picture.finish())
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
