//! PNG and APNG: keeps the image, its colours and its animation. Each chunk has its length, and only one of the ways to
//! describe colours is left.

use flate2::{Compression, write::ZlibEncoder};

use super::Malformed;
use crate::picture::container::png::{
    Chunk, SIGNATURE, SRGB_CHROMATICITIES, chromaticities, chunks, code_point, gamma, is_needed, is_srgb, numbers,
    profile, write,
};
use crate::picture::icc;

/// The colour type of a picture with a palette (PNG specification, section 11.2.1).
pub(super) const PALETTE: u8 = 3;

/// Largest number of pixels in a unit of length. More is text.
const DENSITY_MAX: u32 = 0x000F_FFFF;

/// The gamma of an sRGB picture, in units of 1/100,000 (section 11.3.2.5).
const SRGB_GAMMA: u32 = 45_455;

pub(super) fn strip(bytes: &[u8], orientation: Option<&[u8; 26]>) -> Result<Vec<u8>, Malformed> {
    let all = chunks(bytes).collect::<Result<Vec<_>, _>>()?;
    let header = match all.first() {
        Some(first) if &first.kind == b"IHDR" && first.data.len() == 13 => first,
        _ => return Err(Malformed("the PNG does not start with its one header")),
    };
    let is_unknown = |chunk: &Chunk<'_>| chunk.kind[0].is_ascii_uppercase() && !is_needed(chunk.kind);
    if all[1..].iter().any(|chunk| &chunk.kind == b"IHDR") {
        return Err(Malformed("the PNG does not start with its one header"));
    }
    if all.iter().any(is_unknown) {
        return Err(Malformed("the PNG needs an extension that is not known here"));
    }
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(SIGNATURE);
    write(*b"IHDR", header.data, &mut out);
    if let Some(tiff) = orientation {
        write(*b"eXIf", tiff, &mut out);
    }
    let start = all.iter().position(|chunk| &chunk.kind == b"IDAT").unwrap_or(all.len());
    let (before, after) = all.split_at(start);
    let (depth, colour) = (header.data[8], header.data[9]);
    write_colours(before, colour, &mut out);
    let first = |kind: &[u8; 4]| before.iter().find(|chunk| chunk.kind == *kind).map(|chunk| chunk.data);
    let palette = first(b"PLTE").filter(|_| colour == PALETTE).map(|data| palette(data, depth));
    if let Some(palette) = palette {
        write(*b"PLTE", palette, &mut out);
    }
    if let Some(transparent) = first(b"tRNS").and_then(|data| transparent(data, (depth, colour), palette)) {
        write(*b"tRNS", &transparent, &mut out);
    }
    if let Some(density) = first(b"pHYs").and_then(density) {
        write(*b"pHYs", density, &mut out);
    }
    for chunk in before.iter().filter(|chunk| matches!(&chunk.kind, b"acTL" | b"fcTL")) {
        write(chunk.kind, fixed(chunk), &mut out);
    }
    for chunk in after {
        match &chunk.kind {
            b"fcTL" => write(chunk.kind, fixed(chunk), &mut out),
            b"IDAT" | b"fdAT" => out.extend(chunk.whole),
            _ => {}
        }
    }
    write(*b"IEND", &[], &mut out);
    Ok(out)
}

/// The data of a chunk of fixed length.
fn fixed<'a>(chunk: &Chunk<'a>) -> &'a [u8] {
    let length = if &chunk.kind == b"acTL" { 8 } else { 26 };
    chunk.data.get(..length).unwrap_or(chunk.data)
}

/// The entries that a pixel can name.
fn palette(data: &[u8], depth: u8) -> &[u8] {
    let most = 1_usize << depth.min(8);
    &data[..(data.len() / 3).min(most) * 3]
}

/// Of a palette the opacities of its entries, of another picture the colour that is transparent. Bits that its depth lacks
/// mean nothing.
fn transparent(data: &[u8], (depth, colour): (u8, u8), palette: Option<&[u8]>) -> Option<Vec<u8>> {
    let samples = match colour {
        PALETTE => {
            let entries = palette.map_or(0, |palette| palette.len() / 3);
            return Some(data[..data.len().min(entries)].to_vec()).filter(|data| !data.is_empty());
        }
        0 => 1,
        2 => 3,
        _ => return None,
    };
    let mask = u16::MAX >> (16 - u32::from(depth.clamp(1, 16)));
    let sample = |pair: &[u8]| (u16::from_be_bytes([pair[0], pair[1]]) & mask).to_be_bytes();
    Some(data.get(..samples * 2)?.chunks_exact(2).flat_map(sample).collect())
}

/// The proportions of a pixel, or how many there are in a metre.
fn density(data: &[u8]) -> Option<&[u8]> {
    let [across, down] = numbers::<2>(data)?;
    let is_plausible = (1..=DENSITY_MAX).contains(&across) && (1..=DENSITY_MAX).contains(&down);
    data.get(..9).filter(|data| is_plausible && data[8] <= 1)
}

/// The code points of the colours, and of the older descriptions the first that programs use.
fn write_colours(before: &[Chunk<'_>], colour: u8, out: &mut Vec<u8>) {
    fn found<T>(before: &[Chunk<'_>], kind: [u8; 4], read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        before.iter().filter(|chunk| chunk.kind == kind).find_map(|chunk| read(chunk.data))
    }
    if let Some(code) = found(before, *b"cICP", code_point) {
        write(*b"cICP", &code, out);
    }
    let components = if matches!(colour, 0 | 4) { 1 } else { 3 };
    let described = found(before, *b"iCCP", profile);
    let is_described = described.is_some();
    if let Some(profile) = described.filter(|profile| icc::is_for(profile, components)) {
        write(*b"iCCP", &[b"icc\0\0", &compressed(&profile)[..]].concat(), out);
    }
    if is_described {
        return;
    }
    let (mut gamma, mut points) = (found(before, *b"gAMA", gamma), found(before, *b"cHRM", chromaticities));
    if let Some(intent) = found(before, *b"sRGB", |data| data.first().copied().filter(|_| is_srgb(data))) {
        write(*b"sRGB", &[intent], out);
        // For programs that do not know the chunk before.
        (gamma, points) = (gamma.map(|_| SRGB_GAMMA), points.map(|_| SRGB_CHROMATICITIES));
    }
    if let Some(gamma) = gamma {
        write(*b"gAMA", &gamma.to_be_bytes(), out);
    }
    if let Some(points) = points {
        write(*b"cHRM", &points.map(u32::to_be_bytes).concat(), out);
    }
}

fn compressed(profile: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut zlib, profile).and_then(|()| zlib.finish()).unwrap_or_default()
}
