//! GIF: the first frame on its screen.

use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};

use super::{Decoded, on_white};
use crate::photo::ImageFormat::Gif;
use crate::picture::Defect;
use crate::picture::complete::Dimensions;

/// Decodes the first frame. Uncovered and transparent pixels are white; pixels outside the screen are cut.
pub fn decode(bytes: &[u8], screen: Dimensions, max_bytes: usize) -> Result<Decoded, Defect> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.set_memory_limit(NonZeroU64::new(max_bytes as u64).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
    let mut decoder = options.read_info(bytes).map_err(|err| defect(&err))?;
    let frame = decoder.read_next_frame().map_err(|err| defect(&err))?;
    let frame = frame.ok_or_else(|| Defect::corrupt(Gif, "it has no frame"))?;

    let (screen_width, frame_width) = (screen.width as usize, usize::from(frame.width));
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let visible = frame_width.min(screen_width.saturating_sub(left));
    let mut rgb = vec![255; screen_width * screen.height as usize * 3];
    if visible > 0 {
        let rows = rgb.chunks_exact_mut(screen_width * 3).skip(top);
        for (row, pixels) in rows.zip(frame.buffer.chunks_exact(frame_width * 4)) {
            row[left * 3..(left + visible) * 3].copy_from_slice(&on_white(pixels[..visible * 4].to_vec()));
        }
    }
    Ok(Decoded { width: screen.width, height: screen.height, rgb })
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
