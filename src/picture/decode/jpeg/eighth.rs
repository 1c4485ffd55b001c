//! A large progressive JPEG at 1/8 of its size, without holding its coefficients: the mean of each block is a pixel.

use super::super::Decoded;
use super::{Channels, in_srgb, reads_as_rgb};
use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;
use crate::picture::complete::jpeg::{Frame, Means, means};
use crate::picture::decode::colour::Space;

/// Bytes held for each block of 64 samples: which coefficients are not 0, and the mean.
const BLOCK_BYTES: u64 = 10;

/// The file, what is held of each block, and the pixels.
pub fn peak_bytes(bytes: &[u8], frame: &Frame) -> u64 {
    bytes.len() as u64 + frame.samples / 64 * BLOCK_BYTES + frame.size.pixels() / 64 * 8
}

/// Decodes a whole file; any missing or invalid data is an error.
pub fn decode(bytes: &[u8], frame: &Frame) -> Result<Decoded, Defect> {
    let damaged = || Defect::truncated(Jpeg, "a part of the picture data is missing");
    let means = means(bytes).ok_or_else(damaged)?;
    let channels = match frame.components.len() {
        1 => Channels::Grey,
        3 => Channels::Rgb,
        4 => Channels::Cmyk,
        count => return Err(Defect::unsupported(Jpeg, format!("{count} components"))),
    };
    let (width, height) = (frame.size.width.div_ceil(8), frame.size.height.div_ceil(8));
    let mut pixels = Vec::with_capacity(width as usize * height as usize * means.len());
    for y in 0..height {
        for x in 0..width {
            pixels.extend(means.iter().enumerate().map(|(nth, plane)| sample(frame, (nth, plane), (x, y))));
        }
    }
    drop(means);
    let is_mixed = match channels {
        Channels::Grey => false,
        Channels::Rgb => !reads_as_rgb(frame),
        Channels::Cmyk => frame.adobe_transform == Some(2),
    };
    if is_mixed {
        pixels.chunks_exact_mut(frame.components.len()).for_each(to_rgb);
    }
    if channels == Channels::Cmyk {
        // As the other decoder has it.
        pixels.chunks_exact_mut(4).for_each(|pixel| {
            let inverted = if is_mixed { 3 } else { 0 };
            pixel[inverted..].iter_mut().for_each(|value| *value = 255 - *value);
        });
    }
    let rgb = in_srgb(pixels, channels, frame, Space::of_jpeg(bytes));
    Ok(Decoded { width, height, rgb })
}

/// The value of one component at a pixel.
fn sample(frame: &Frame, (nth, plane): (usize, &Means), (x, y): (u32, u32)) -> u8 {
    let component = frame.components[nth];
    let (across, down) = frame.largest_factors();
    let (x, y) = (x * component.across / across, y * component.down / down);
    let mean = plane.values.get(y as usize * plane.stride + x as usize).copied().unwrap_or_default();
    let value = (i32::from(mean) * i32::from(plane.step) + 4) >> 3;
    (value + 128).clamp(0, 255) as u8
}

/// Luma and chroma to red, green and blue (ITU-T T.871, 7).
fn to_rgb(pixel: &mut [u8]) {
    let [luma, blue, red] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
    let (blue, red) = (blue - 128.0, red - 128.0);
    let level = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    pixel[0] = level(luma + 1.402 * red);
    pixel[1] = level(luma - 0.344_136 * blue - 0.714_136 * red);
    pixel[2] = level(luma + 1.772 * blue);
}
