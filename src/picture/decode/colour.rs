//! Converts decoded pixels to sRGB from the colour space that their file describes: an ICC profile, or a PNG's cICP or
//! gAMA and cHRM.
//!
//! The result is that of lcms2 with the perceptual intent, which is the default of Pillow's ImageCms: black points are
//! compensated. A profile that cannot be read, or that is for other channels than the file has, is not used.

mod space;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, InterpolationMethod, Layout, Transform8BitExecutor, Transform16BitExecutor,
    TransformOptions,
};
use parking_lot::Mutex;

pub use space::Space;

use super::grey_to_rgb;

/// The channels of decoded pixels, 8 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// One: 0 is black.
    Grey,
    /// Three.
    Rgb,
    /// Four: 0 is no ink.
    Cmyk,
}

impl Channels {
    fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }

    fn layout(self) -> Layout {
        match self {
            Self::Grey => Layout::Gray,
            Self::Rgb => Layout::Rgb,
            // moxcms has no layout of its own for four inks.
            Self::Cmyk => Layout::Rgba,
        }
    }
}

/// Luminance of the black point of a perceptual table of version 4 (ICC.1:2022, 6.3.4.3).
const PERCEPTUAL_BLACK: f64 = 0.003_473_1;

/// Levels by which a conversion may differ from none and is left out.
const UNSEEN: u8 = 1;

/// Pixels converted at once where the values are 16 bits wide.
const DEEP_PIXELS: usize = 4096;

/// Conversions kept for the next picture: most photos of a dataset come from a few cameras.
const KEPT: usize = 8;

/// A conversion by what it converts; `None` where there is nothing to convert.
type CachedConversion = (Space, Channels, Option<Arc<Conversion>>);

/// The conversions used last, the latest first.
static RECENT: Mutex<VecDeque<CachedConversion>> = Mutex::new(VecDeque::new());

/// Converts pixels to 8-bit sRGB. `Err` gives them back unchanged if there is nothing to convert.
pub fn to_srgb(pixels: Vec<u8>, channels: Channels, space: Option<Space>) -> Result<Vec<u8>, Vec<u8>> {
    let Some(conversion) = space.and_then(|space| conversion(space, channels)) else { return Err(pixels) };
    let is_expanded = (channels, conversion.from) == (Channels::Grey, Channels::Rgb);
    let source = if is_expanded { Cow::Owned(grey_to_rgb(&pixels)) } else { Cow::Borrowed(&pixels[..]) };
    let mut rgb = vec![0; source.len() / conversion.from.count() * 3];
    match conversion.run(&source, &mut rgb) {
        Some(()) => Ok(rgb),
        None => Err(pixels),
    }
}

fn conversion(space: Space, channels: Channels) -> Option<Arc<Conversion>> {
    let mut recent = RECENT.lock();
    if let Some(at) = recent.iter().position(|(known, of, _)| (known, *of) == (&space, channels)) {
        let found = recent.remove(at)?;
        recent.push_front(found.clone());
        return found.2;
    }
    drop(recent);
    // A hostile profile must not cost the photo.
    let made = catch_unwind(AssertUnwindSafe(|| Conversion::new(&space, channels))).ok().flatten().map(Arc::new);
    let mut recent = RECENT.lock();
    recent.truncate(KEPT - 1);
    recent.push_front((space, channels, made.clone()));
    made
}

/// A conversion to sRGB.
struct Conversion {
    from: Channels,
    steps: Steps,
}

enum Steps {
    /// The colour of each level of grey.
    Greys(Vec<[u8; 3]>),
    Direct(Arc<Transform8BitExecutor>),
    /// With 16 bits, then to 8 bits with the black point compensated.
    Deep(Arc<Transform16BitExecutor>, Vec<u8>),
}

impl Conversion {
    /// `None` if there is nothing to convert, or no way to.
    fn new(space: &Space, channels: Channels) -> Option<Self> {
        let profile = space.profile()?;
        let from = match (profile.color_space, channels) {
            (DataColorSpace::Gray, Channels::Grey) => Channels::Grey,
            (DataColorSpace::Rgb, Channels::Grey | Channels::Rgb) => Channels::Rgb,
            (DataColorSpace::Cmyk, Channels::Cmyk) => Channels::Cmyk,
            _ => return None,
        };
        let srgb = ColorProfile::new_srgb();
        // As lcms2 interpolates between the points of a table.
        let options =
            TransformOptions { interpolation_method: InterpolationMethod::Tetrahedral, ..TransformOptions::default() };
        let conversion = match from {
            Channels::Grey => {
                let transform = profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, options).ok()?;
                let mut colours = vec![0; 256 * 3];
                transform.transform(&(0..=255).collect::<Vec<u8>>(), &mut colours).ok()?;
                Self { from, steps: Steps::Greys(colours.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect()) }
            }
            Channels::Rgb if !has_table(&profile) => {
                let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options).ok()?;
                Self { from, steps: Steps::Direct(transform) }
            }
            Channels::Rgb | Channels::Cmyk => {
                let transform = profile.create_transform_16bit(from.layout(), &srgb, Layout::Rgb, options).ok()?;
                let black = black_luminance(&profile, from, transform.as_ref())?;
                Self { from, steps: Steps::Deep(transform, compensated(black)) }
            }
        };
        conversion.changes_anything().then_some(conversion)
    }

    /// Converts all pixels; `None` if the library refuses them.
    fn run(&self, pixels: &[u8], rgb: &mut [u8]) -> Option<()> {
        match &self.steps {
            Steps::Greys(colours) => {
                rgb.chunks_exact_mut(3)
                    .zip(pixels)
                    .for_each(|(to, &grey)| to.copy_from_slice(&colours[usize::from(grey)]));
                Some(())
            }
            Steps::Direct(transform) => transform.transform(pixels, rgb).ok(),
            Steps::Deep(transform, curve) => {
                let channels = self.from.count();
                for (pixels, rgb) in pixels.chunks(DEEP_PIXELS * channels).zip(rgb.chunks_mut(DEEP_PIXELS * 3)) {
                    let wide: Vec<u16> = pixels.iter().map(|&value| u16::from(value) * 257).collect();
                    let mut wide_rgb = vec![0; rgb.len()];
                    transform.transform(&wide, &mut wide_rgb).ok()?;
                    rgb.iter_mut().zip(wide_rgb).for_each(|(to, value)| *to = curve[usize::from(value)]);
                }
                Some(())
            }
        }
    }

    /// Whether any of some colours comes out visibly different. Ink always does.
    fn changes_anything(&self) -> bool {
        let levels = (0..=255_u8).step_by(17);
        let colours: Vec<u8> = match self.from {
            Channels::Cmyk => return true,
            Channels::Grey => levels.collect(),
            Channels::Rgb => {
                let pairs = levels.clone().flat_map(|a| levels.clone().map(move |b| (a, b)));
                pairs.flat_map(|(a, b)| [[a, a, a], [a, b, 255 - a], [b, a, 0], [0, a, b]]).flatten().collect()
            }
        };
        let before = if self.from == Channels::Grey { grey_to_rgb(&colours) } else { colours.clone() };
        let mut after = vec![0; before.len()];
        self.run(&colours, &mut after).is_some_and(|()| before.iter().zip(after).any(|(a, b)| a.abs_diff(b) > UNSEEN))
    }
}

fn has_table(profile: &ColorProfile) -> bool {
    let tables = [&profile.lut_a_to_b_perceptual, &profile.lut_a_to_b_colorimetric, &profile.lut_a_to_b_saturation];
    tables.into_iter().any(Option::is_some)
}

/// The luminance, 0 to 1, of the darkest colour of a profile with a table.
fn black_luminance(profile: &ColorProfile, from: Channels, transform: &Transform16BitExecutor) -> Option<f64> {
    if profile.version() as u32 >= 0x0400_0000 {
        return Some(PERCEPTUAL_BLACK);
    }
    let darkest: &[u16] = if from == Channels::Cmyk { &[u16::MAX; 4] } else { &[0; 3] };
    let mut rgb = [0; 3];
    transform.transform(darkest, &mut rgb).ok()?;
    let [red, green, blue] = rgb.map(|value| linear(f64::from(value) / 65_535.0));
    let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    // lcms2 takes nothing above L* = 50 for black.
    Some(luminance.min(0.184_2))
}

/// 16-bit sRGB to 8 bits; what has the luminance `black` becomes black, and white stays white.
fn compensated(black: f64) -> Vec<u8> {
    let level = |value: u32| {
        let light = (linear(f64::from(value) / 65_535.0) - black) / (1.0 - black);
        (encoded(light.clamp(0.0, 1.0)) * 255.0).round() as u8
    };
    (0..=65_535).map(level).collect()
}

/// sRGB's value to light (IEC 61966-2-1).
fn linear(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// Light to sRGB's value.
fn encoded(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}
