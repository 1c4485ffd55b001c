//! WebP: lossy, lossless, and the first frame of an animation.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::colour::{Channels, Space, to_srgb};
use super::{Decoded, on_white};
use crate::photo::ImageFormat::Webp;
use crate::picture::Defect;
use crate::picture::complete::Dimensions;
use crate::picture::container::webp as container;

/// A lossy still image without alpha takes its planes and the pixels (4.6 bytes a pixel, measured); any other may
/// hold its pixels twice, with alpha (6.4 to 9).
pub fn peak_bytes(bytes: &[u8], size: Dimensions) -> u64 {
    let mut chunks = container::body(bytes).into_iter().flat_map(container::chunks).map_while(Result::ok);
    let picture = chunks.find(|chunk| matches!(&chunk.kind, b"VP8 " | b"VP8L" | b"ALPH" | b"ANMF"));
    let is_plain = picture.is_some_and(|chunk| &chunk.kind == b"VP8 ");
    size.pixels() * if is_plain { 5 } else { 9 }
}

/// Decodes; alpha is blended with white.
pub fn decode(bytes: &[u8], max_bytes: usize) -> Result<Decoded, Defect> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|err| defect(&err))?;
    decoder.set_memory_limit(max_bytes);
    let size = decoder.output_buffer_size().filter(|&size| size <= max_bytes);
    let size = size.ok_or_else(|| Defect::TooLarge("its pixels do not fit the limit".into()))?;
    let mut pixels = vec![0; size];
    decoder.read_image(&mut pixels).map_err(|err| defect(&err))?;
    let (width, height) = decoder.dimensions();
    let rgb = if decoder.has_alpha() { on_white(pixels) } else { pixels };
    let rgb = to_srgb(rgb, Channels::Rgb, Space::of_webp(bytes)).unwrap_or_else(|unchanged| unchanged);
    Ok(Decoded { width, height, rgb })
}

fn defect(err: &DecodingError) -> Defect {
    match err {
        DecodingError::IoError(err) if err.kind() == std::io::ErrorKind::UnexpectedEof => {
            Defect::truncated(Webp, "the picture data ends too early")
        }
        DecodingError::MemoryLimitExceeded | DecodingError::ImageTooLarge => {
            Defect::TooLarge("decoding takes more memory than the limit".into())
        }
        other => Defect::corrupt(Webp, other.to_string()),
    }
}
