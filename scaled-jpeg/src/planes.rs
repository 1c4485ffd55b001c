//! The samples of each component of a JPEG, and how they become pixels.

use rten_simd::{Isa, SimdOp};

use crate::block::COEFFICIENTS;
use crate::entropy::{Blocks, Coefficients};
use crate::headers::{Component, Frame};
use crate::idct::{Multipliers, used_coefficients};
use crate::upsampling::{Ratio, upsample};

/// The size of a component's plane.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Samples of a block in each direction.
    side: u32,
    /// Columns and rows of blocks, whole MCUs.
    columns: u32,
    rows: u32,
    /// Width and height of the samples that belong to the picture.
    size: (u32, u32),
    /// How many pixels a sample is wide and high.
    ratios: (Ratio, Ratio),
    /// Width and height of the picture.
    pub picture: (u32, u32),
}

impl Shape {
    /// The planes of all components for a picture at 1/`shrink` of its size. A component with fewer samples than others is
    /// transformed to more of them, so that they need not be made up.
    pub fn of_all(frame: &Frame, shrink: u32) -> Vec<Self> {
        let (most_across, most_down) = frame.largest_factors();
        let (columns, rows) = frame.mcus();
        let luma = 8 / shrink;
        let scaled = |pixels: u32, own: u32, side: u32, most: u32| {
            (u64::from(pixels) * u64::from(own * side)).div_ceil(u64::from(most * 8)) as u32
        };
        let shape = |c: &Component| {
            let fits = |side: u32| c.across * side <= most_across * luma && c.down * side <= most_down * luma;
            let side = [8, 4, 2].into_iter().find(|&side| fits(side)).unwrap_or(1);
            Self {
                side,
                columns: columns * c.across,
                rows: rows * c.down,
                size: (scaled(frame.width, c.across, side, most_across), scaled(frame.height, c.down, side, most_down)),
                ratios: (Ratio::new(most_across * luma, c.across * side), Ratio::new(most_down * luma, c.down * side)),
                picture: (frame.width.div_ceil(shrink), frame.height.div_ceil(shrink)),
            }
        };
        frame.components.iter().map(shape).collect()
    }

    /// Bytes of the plane.
    pub fn bytes(&self) -> u64 {
        self.blocks() * u64::from(self.side * self.side)
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.rows)
    }

    /// Coefficients of each block that are used.
    pub fn used(&self) -> usize {
        used_coefficients(self.side)
    }

    fn stride(&self) -> usize {
        (self.columns * self.side) as usize
    }
}

/// A component.
struct Plane {
    shape: Shape,
    multipliers: Option<Multipliers>,
    samples: Vec<u8>,
}

/// The planes of all components. They take blocks and give pixels.
pub struct Planes(Vec<Plane>);

impl Planes {
    /// Planes for a picture at 1/`shrink` of its size.
    pub fn of(frame: &Frame, shrink: u32) -> Self {
        let plane = |shape: Shape| Plane { samples: vec![0; shape.bytes() as usize], multipliers: None, shape };
        Self(Shape::of_all(frame, shrink).into_iter().map(plane).collect())
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        self.0.first().map_or((0, 0), |plane| plane.shape.picture)
    }

    /// The pixels, the components side by side. With `is_mixed` the first three are luma and chroma and become red,
    /// green and blue.
    pub fn into_pixels(self, is_mixed: bool) -> Vec<u8> {
        let (width, height) = self.size();
        let mut pixels = vec![0; width as usize * height as usize * self.0.len()];
        Rows { planes: &self.0, width: width as usize, is_mixed, pixels: &mut pixels }.dispatch();
        pixels
    }
}

/// The rows of a picture, compiled for the vector instructions that are there.
struct Rows<'a> {
    planes: &'a [Plane],
    width: usize,
    is_mixed: bool,
    pixels: &'a mut [u8],
}

impl SimdOp for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let mut rows = vec![vec![0; self.width]; self.planes.len()];
        for (y, pixels) in self.pixels.chunks_exact_mut(self.width * self.planes.len()).enumerate() {
            for (row, plane) in rows.iter_mut().zip(self.planes) {
                let Shape { ratios, size, .. } = plane.shape;
                upsample(&plane.samples, (plane.shape.stride(), size), ratios, (y, row));
            }
            match &rows[..] {
                [luma, blue, red] if self.is_mixed => mix(luma, blue, red, pixels),
                [luma, blue, red, black] if self.is_mixed => {
                    let mut mixed = vec![0; self.width * 3];
                    mix(luma, blue, red, &mut mixed);
                    for ((pixel, mixed), &black) in pixels.chunks_exact_mut(4).zip(mixed.chunks_exact(3)).zip(black) {
                        pixel[..3].copy_from_slice(mixed);
                        pixel[3] = black;
                    }
                }
                rows => interleave(rows, pixels),
            }
        }
    }
}

impl Blocks for Planes {
    fn used(&self, component: usize) -> usize {
        self.0.get(component).map_or(0, |plane| plane.shape.used())
    }

    fn start(&mut self, component: usize, steps: &[u16; COEFFICIENTS]) {
        if let Some(plane) = self.0.get_mut(component) {
            plane.multipliers = Some(Multipliers::new(plane.shape.side, steps));
        }
    }

    #[inline]
    fn take(&mut self, component: usize, (x, y): (u32, u32), coefficients: &Coefficients) {
        let Some(Plane { shape, samples, multipliers: Some(multipliers) }) = self.0.get_mut(component) else { return };
        let (side, stride) = (shape.side, shape.stride());
        let at = (y * side) as usize * stride + (x * side) as usize;
        if let Some(samples) = samples.get_mut(at..) {
            multipliers.transform(coefficients, samples, stride);
        }
    }
}

/// The components of each pixel side by side.
#[inline(always)]
fn interleave(rows: &[Vec<u8>], pixels: &mut [u8]) {
    for (nth, row) in rows.iter().enumerate() {
        pixels.iter_mut().skip(nth).step_by(rows.len()).zip(row).for_each(|(to, &value)| *to = value);
    }
}

/// Luma and chroma to red, green and blue (ITU-T T.871, 7).
#[inline(always)]
fn mix(luma: &[u8], blue: &[u8], red: &[u8], pixels: &mut [u8]) {
    let in_chunks = |row: &[u8]| row.len() / AT_ONCE * AT_ONCE;
    let whole = in_chunks(luma);
    let chunks = luma.as_chunks().0.iter().zip(blue.as_chunks().0).zip(red.as_chunks().0);
    for (((luma, blue), red), pixels) in chunks.zip(pixels.chunks_exact_mut(AT_ONCE * 3)) {
        mix_chunk(luma, blue, red, pixels);
    }
    let (mut rest, mut mixed) = ([[0; AT_ONCE]; 3], [0; AT_ONCE * 3]);
    for (rest, row) in rest.iter_mut().zip([luma, blue, red]) {
        rest.iter_mut().zip(&row[whole..]).for_each(|(to, &value)| *to = value);
    }
    mix_chunk(&rest[0], &rest[1], &rest[2], &mut mixed);
    let rest = &mut pixels[whole * 3..];
    rest.copy_from_slice(&mixed[..rest.len()]);
}

/// Pixels converted at once.
const AT_ONCE: usize = 32;

/// Factors of colours have so many bits behind the point.
const FACTOR_BITS: i32 = 14;
const HALF: i32 = 1 << (FACTOR_BITS - 1);

const fn factor(value: f64) -> i32 {
    (value * (1 << FACTOR_BITS) as f64 + 0.5) as i32
}

#[inline(always)]
fn mix_chunk(luma: &[u8; AT_ONCE], blue: &[u8; AT_ONCE], red: &[u8; AT_ONCE], pixels: &mut [u8]) {
    let level = |value: i32| value.clamp(0, 255) as u8;
    let mut colours = [[0; AT_ONCE]; 3];
    let [reds, greens, blues] = &mut colours;
    for at in 0..AT_ONCE {
        let (luma, blue, red) = (i32::from(luma[at]), i32::from(blue[at]) - 128, i32::from(red[at]) - 128);
        reds[at] = level(luma + ((factor(1.402) * red + HALF) >> FACTOR_BITS));
        greens[at] = level(luma - ((factor(0.344_136) * blue + factor(0.714_136) * red + HALF) >> FACTOR_BITS));
        blues[at] = level(luma + ((factor(1.772) * blue + HALF) >> FACTOR_BITS));
    }
    for (at, pixel) in pixels.chunks_exact_mut(3).enumerate() {
        pixel.copy_from_slice(&[colours[0][at], colours[1][at], colours[2][at]]);
    }
}
