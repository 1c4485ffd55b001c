//! From the bytes of an image file to a model's input.

use anyhow::Result;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use super::description::{Colors, Input, Layout, Resize};
use super::preprocessing::{Placement, place};
use crate::picture::decode::{Decoded, Plan};
use crate::picture::{Defect, format, metadata, thumbnail};

/// A model's input for one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The shape in the description's layout; the first axis is 1.
    pub shape: [usize; 4],
    /// The values, row-major.
    pub values: Vec<f32>,
}

/// Decodes a JPEG, PNG, WebP or GIF (at a fraction of its size if that suffices), rotates it upright, blends alpha with
/// white, scales it (bicubic) and normalises it. An error is a [`Defect`] of the file.
pub fn prepare(bytes: &[u8], input: &Input) -> Result<Prepared, Defect> {
    let format = format::sniff(bytes)?;
    let orientation = metadata::orientation(bytes);
    let plan = Plan::for_size(bytes, format, |size| place(size, input, orientation).decode_long_edge_px(size))?;
    let placement = place(plan.size(), input, orientation);
    let picture = plan.decode(bytes)?;
    let scaled = scale(&picture, &placement).map_err(|err| Defect::Corrupt { format, what: err.to_string() })?;
    let upright = thumbnail::turn(scaled, orientation);
    Ok(normalise(&upright, input))
}

/// Scales the part of the picture that the model sees, before rotation.
fn scale(picture: &Decoded, placement: &Placement) -> Result<Decoded> {
    let [left, top, width, height] = placement.part;
    let (full_width, full_height) = (f64::from(picture.width), f64::from(picture.height));
    let source = TypedImageRef::<U8x3>::from_buffer(picture.width, picture.height, &picture.rgb)?;
    let mut rgb = vec![0; placement.width as usize * placement.height as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(placement.width, placement.height, &mut rgb)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom)).crop(
        left * full_width,
        top * full_height,
        width * full_width,
        height * full_height,
    );
    // Typed: `Resizer::resize` would link the code of all pixel types, 2.6 MB.
    Resizer::new().resize_typed(&source, &mut target, &options)?;
    Ok(Decoded { width: placement.width, height: placement.height, rgb })
}

/// Pixels to values; padding is 0.
fn normalise(picture: &Decoded, input: &Input) -> Prepared {
    let (width, height) = (input.width as usize, input.height as usize);
    let left = (width - picture.width as usize) / 2;
    let top = (height - picture.height as usize) / 2;
    let tables = [0, 1, 2].map(|channel| table(input, channel));
    let (shape, pixel_step, channel_step) = match input.layout {
        Layout::Nchw => ([1, 3, height, width], 1, width * height),
        Layout::Nhwc => ([1, height, width, 3], 3, 1),
    };
    let mut values = vec![0.0; width * height * 3];
    for (channel, table) in tables.iter().enumerate() {
        let from = if input.colors == Colors::Bgr { 2 - channel } else { channel };
        for (y, row) in picture.rgb.chunks_exact(picture.width as usize * 3).enumerate() {
            let start = ((top + y) * width + left) * pixel_step + channel * channel_step;
            let targets = values[start..].iter_mut().step_by(pixel_step);
            for (target, pixel) in targets.zip(row.chunks_exact(3)) {
                *target = table[usize::from(pixel[from])];
            }
        }
    }
    Prepared { shape, values }
}

/// The value of each of the 256 brightness levels.
fn table(input: &Input, channel: usize) -> [f32; 256] {
    let [scale, mean, std] = [input.scale, input.mean, input.std].map(|values| values.0[channel]);
    std::array::from_fn(|x| (x as f32 * scale - mean) / std)
}

impl Prepared {
    /// A picture whose values are all 0.
    pub(super) fn zero(input: &Input) -> Self {
        let (width, height) = (input.width as usize, input.height as usize);
        let shape = match input.layout {
            Layout::Nchw => [1, 3, height, width],
            Layout::Nhwc => [1, height, width, 3],
        };
        Self { shape, values: vec![0.0; width * height * 3] }
    }
}

impl Resize {
    /// The name in a description.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crop => "crop",
            Self::Cover => "cover",
            Self::Squash => "squash",
            Self::Letterbox => "letterbox",
        }
    }
}
