//! PNG, the default image of an APNG included. All checksums count, and all data must be used up.

use std::io::Cursor;

use png::{ColorType, DecodeOptions, Decoder, DecodingError, Limits, Transformations};

use super::{Decoded, MAX_DECODE_BYTES, grey_to_rgb, on_white};
use crate::picture::Defect;
use crate::picture::format::Format::Png;

/// Decodes to 8 bits; palettes and greys are spread out, alpha is laid on white.
pub fn decode(bytes: &[u8]) -> Result<Decoded, Defect> {
    let mut options = DecodeOptions::default();
    options.set_ignore_adler32(false);
    options.set_skip_ancillary_crc_failures(false);
    // Compressed texts and profiles are not needed, and can be bombs.
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
    decoder.set_limits(Limits { bytes: MAX_DECODE_BYTES as usize });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|err| defect(&err))?;
    let size = reader.output_buffer_size().filter(|&size| size as u64 <= MAX_DECODE_BYTES);
    let size = size.ok_or_else(|| Defect::TooLarge("its pixels do not fit the limit".into()))?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).map_err(|err| defect(&err))?;
    reader.finish().map_err(|err| defect(&err))?;
    pixels.truncate(info.buffer_size());
    let rgb = match info.color_type {
        ColorType::Rgb => pixels,
        ColorType::Rgba => on_white(&pixels),
        ColorType::Grayscale => grey_to_rgb(&pixels),
        ColorType::GrayscaleAlpha => {
            on_white(&pixels.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect::<Vec<u8>>())
        }
        ColorType::Indexed => return Err(Defect::corrupt(Png, "its palette is missing")),
    };
    Ok(Decoded { width: info.width, height: info.height, rgb })
}

fn defect(err: &DecodingError) -> Defect {
    match err {
        DecodingError::IoError(err) if err.kind() == std::io::ErrorKind::UnexpectedEof => {
            Defect::truncated(Png, "the picture data ends too early")
        }
        DecodingError::LimitsExceeded => Defect::TooLarge("decoding takes more memory than the limit".into()),
        other => Defect::corrupt(Png, other.to_string()),
    }
}
