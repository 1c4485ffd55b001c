//! A JPEG decoder that knows whether every pixel is there, and decodes at the file's size or at 1/2, 1/4 or 1/8 of it.
//!
//! [`headers`] parses the segments and reads no entropy-coded data. [`extent`] reads all of them, to see where the picture ends
//! and which bytes it does not use. [`decode`] gives the components' samples as pixels. Baseline, extended and progressive
//! Huffman-coded files with 8 bits a sample are read. It is a separate package so that debug builds can optimise it.

#![allow(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the vector instructions that are there"
)]

mod block;
mod coverage;
mod cursor;
mod entropy;
mod error;
mod headers;
mod huffman;
mod idct;
mod planes;
mod standard_tables;
mod upsampling;

pub use entropy::Extent;
pub use error::{Broken, Error};
pub use headers::{Component, Frame, headers};
use planes::{Planes, Shape};

/// Bytes that a block of a progressive file takes beside its coefficients.
const BLOCK_BYTES: u64 = 8;

/// A decoded picture, before any conversion of colours but one.
pub struct Pixels {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Rows from the top; the components of a pixel side by side.
    pub values: Vec<u8>,
    /// Where the picture is in the file, as of [`extent`].
    pub extent: Extent,
}

/// Where the picture is in a file. An error if any coefficient is missing or makes no sense.
pub fn extent(bytes: &[u8]) -> Result<Extent, Broken> {
    entropy::read(bytes, &mut ())
}

/// Decodes a file at 1/`shrink` of its size; `shrink` is 1, 2, 4 or 8, `frame` what its headers say. With `is_mixed` the
/// first three components are luma and chroma, and become red, green and blue. An error if any coefficient is missing or makes
/// no sense.
pub fn decode(bytes: &[u8], frame: &Frame, shrink: u32, is_mixed: bool) -> Result<Pixels, Broken> {
    let mut planes = Planes::of(frame, shrink);
    let extent = entropy::read(bytes, &mut planes)?;
    let (width, height) = planes.size();
    Ok(Pixels { width, height, values: planes.into_pixels(is_mixed), extent })
}

/// Memory that [`decode`] needs at its peak, in bytes: the planes, and beside them either the coefficients of a progressive file
/// or the pixels.
pub fn peak_bytes(frame: &Frame, shrink: u32) -> u64 {
    let shapes = Shape::of_all(frame, shrink);
    let planes: u64 = shapes.iter().map(Shape::bytes).sum();
    let coefficients: u64 = if frame.progressive {
        shapes.iter().map(|shape| shape.blocks() * (BLOCK_BYTES + 2 * shape.used() as u64)).sum()
    } else {
        0
    };
    let (width, height) = shapes.first().map_or((0, 0), |shape| shape.picture);
    planes + coefficients.max(u64::from(width) * u64::from(height) * shapes.len() as u64)
}
