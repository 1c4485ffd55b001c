//! Which part of a picture a model sees, and at what size.

use super::description::{Input, Resize};
use crate::picture::complete::Dimensions;

/// The share of each side that `crop` keeps: 224 of 256.
const CROP_KEEPS: f64 = 0.875;

/// Decode at no less than this many times the target size. Measured on real photos: above it values differ by 1 to 4 of
/// 255 from a full decode, below it by 5; above 2 the usual photo of 1024 px gains nothing.
const DECODE_MARGIN: f64 = 1.25;

/// Increase this when the same file may give other values.
pub const PREPARATION_VERSION: u32 = 1;

/// How a picture is placed in the input, before rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Left, top, width and height of the visible part, as fractions of the picture's sides.
    pub part: [f64; 4],
    /// Width of the scaled part in pixels, before rotation.
    pub width: u32,
    /// Height of the scaled part in pixels, before rotation.
    pub height: u32,
}

/// The placement of a picture of this size and EXIF orientation.
pub fn place(size: Dimensions, input: &Input, orientation: u8) -> Placement {
    let is_rotated = (5..=8).contains(&orientation);
    let (want_width, want_height) = if is_rotated { (input.height, input.width) } else { (input.width, input.height) };
    let across = f64::from(want_width) / f64::from(size.width);
    let down = f64::from(want_height) / f64::from(size.height);
    match input.resize {
        Resize::Squash => Placement { part: [0.0, 0.0, 1.0, 1.0], width: want_width, height: want_height },
        Resize::Crop | Resize::Cover => {
            let factor = across.max(down) / if input.resize == Resize::Crop { CROP_KEEPS } else { 1.0 };
            let (left, width) = kept(want_width, size.width, factor, matches!(orientation, 2 | 3 | 7 | 8));
            let (top, height) = kept(want_height, size.height, factor, matches!(orientation, 3 | 4 | 6 | 7));
            Placement { part: [left, top, width, height], width: want_width, height: want_height }
        }
        Resize::Letterbox => {
            let factor = across.min(down);
            let scaled = |side: u32, want: u32| ((f64::from(side) * factor).round() as u32).clamp(1, want);
            Placement {
                part: [0.0, 0.0, 1.0, 1.0],
                width: scaled(size.width, want_width),
                height: scaled(size.height, want_height),
            }
        }
    }
}

/// Start and length of the centre of a scaled side, as fractions. An odd pixel goes after the centre of the upright
/// picture, as in other programs.
fn kept(want: u32, side: u32, factor: f64, is_flipped: bool) -> (f64, f64) {
    let scaled = (f64::from(side) * factor).round().max(f64::from(want));
    let slack = scaled - f64::from(want);
    let before = if is_flipped { (slack / 2.0).ceil() } else { (slack / 2.0).floor() };
    (before / scaled, f64::from(want) / scaled)
}

impl Placement {
    /// The smallest long edge to decode, in pixels.
    pub fn decode_long_edge_px(&self, size: Dimensions) -> u32 {
        let [_, _, width, height] = self.part;
        let across = f64::from(self.width) / (width * f64::from(size.width));
        let down = f64::from(self.height) / (height * f64::from(size.height));
        (across.max(down) * DECODE_MARGIN * f64::from(size.long_edge())).ceil() as u32
    }
}
