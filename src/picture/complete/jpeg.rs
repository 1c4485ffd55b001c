//! Completeness of a JPEG (ITU-T T.81 annex B): segments, scans with their restart markers, and EOI.

mod coverage;

use coverage::Coverage;

use super::Dimensions;
use super::cursor::Cursor;
use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;

/// Most scans; no encoder writes as many, and each costs a pass over all coefficients.
const MAX_SCANS: usize = 200;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP14: u8 = 0xee;

/// What the headers of a complete JPEG say.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Size as encoded.
    pub size: Dimensions,
    /// Whether all coefficients must be held at once.
    pub progressive: bool,
    /// Samples of all components together, whole MCUs.
    pub samples: u64,
    /// Whether there is a JFIF segment: three components are then luma and chroma.
    pub jfif: bool,
    /// The colour transform of the Adobe segment, if there is one. Four-component files with it hold inverted ink.
    pub adobe_transform: Option<u8>,
    /// Identifiers of the components.
    pub components: Vec<u8>,
    /// Where the entropy-coded data of each scan ends: the offset of the next marker.
    pub scan_ends: Vec<usize>,
}

/// Parses from SOI to EOI.
pub fn walk(bytes: &[u8]) -> Result<Frame, Defect> {
    let mut cursor = Cursor::new(bytes, Jpeg);
    if cursor.array("the start marker")? != [0xff, SOI] {
        return Err(Defect::corrupt(Jpeg, "it does not begin with a start marker"));
    }
    let mut frame: Option<(Frame, Coverage)> = None;
    let (mut jfif, mut adobe_transform, mut scan_ends) = (false, None, Vec::new());
    let mut pending = None;
    loop {
        let marker = match pending.take() {
            Some(marker) => marker,
            None => next_marker(&mut cursor)?,
        };
        match marker {
            EOI => break,
            SOS => {
                let (end, marker) = scan(&mut cursor, frame.as_mut().map(|(_, coverage)| coverage))?;
                scan_ends.push(end);
                if scan_ends.len() > MAX_SCANS {
                    return Err(Defect::TooLarge(format!("a JPEG of more than {MAX_SCANS} scans")));
                }
                pending = Some(marker);
            }
            0xc0..=0xc2 if frame.is_some() => return Err(Defect::corrupt(Jpeg, "it has two frame headers")),
            0xc0..=0xc2 => {
                let header = frame_header(segment(&mut cursor)?, marker == 0xc2)?;
                let coverage = Coverage::of(&header.components, header.progressive);
                frame = Some((header, coverage));
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(Defect::unsupported(Jpeg, "lossless, hierarchical or arithmetic coding"));
            }
            APP0 => jfif |= segment(&mut cursor)?.starts_with(b"JFIF\0"),
            APP14 => adobe_transform = adobe(segment(&mut cursor)?).or(adobe_transform),
            0xc4 | 0xcc | 0xdb..=0xdf | 0xe1..=0xef | 0xfe => {
                segment(&mut cursor)?;
            }
            // A marker that does not belong here; the decoder reports it if it matters.
            0xd0..=0xd7 => {}
            _ => return Err(Defect::corrupt(Jpeg, "an unknown marker where a segment should begin")),
        }
    }
    match frame {
        Some((_, coverage)) if !scan_ends.is_empty() && !coverage.is_complete() => {
            Err(Defect::truncated(Jpeg, "some of its scans are missing"))
        }
        Some((frame, _)) if !scan_ends.is_empty() => Ok(Frame { jfif, adobe_transform, scan_ends, ..frame }),
        _ => Err(Defect::corrupt(Jpeg, "it ends before any picture data")),
    }
}

/// Skips a scan; returns the offset where its data ends, and the next marker.
fn scan(cursor: &mut Cursor, coverage: Option<&mut Coverage>) -> Result<(usize, u8), Defect> {
    let header = segment(cursor)?;
    let coverage = coverage.ok_or_else(|| Defect::corrupt(Jpeg, "a scan comes before the frame header"))?;
    coverage.add(header)?;
    skip_entropy_coded(cursor)
}

/// The colour transform of an Adobe segment (Adobe technical note 5116).
fn adobe(segment: &[u8]) -> Option<u8> {
    segment.strip_prefix(b"Adobe").and_then(|fields| fields.get(6)).copied()
}

/// The next marker; stray bytes before it are skipped, as in libjpeg.
fn next_marker(cursor: &mut Cursor) -> Result<u8, Defect> {
    const WHAT: &str = "the headers, before the end marker";
    loop {
        while cursor.byte(WHAT)? != 0xff {}
        let mut byte = cursor.byte(WHAT)?;
        while byte == 0xff {
            byte = cursor.byte(WHAT)?;
        }
        if byte != 0 {
            return Ok(byte);
        }
    }
}

fn segment<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], Defect> {
    let length = usize::from(u16::from_be_bytes(cursor.array("a segment")?));
    let length = length.checked_sub(2).ok_or_else(|| Defect::corrupt(Jpeg, "a segment has an impossible length"))?;
    cursor.take(length, "a segment")
}

/// Skips entropy-coded data up to the marker that ends it.
fn skip_entropy_coded(cursor: &mut Cursor) -> Result<(usize, u8), Defect> {
    const WHAT: &str = "the picture data, before the end marker";
    loop {
        let data = cursor.rest();
        let until_marker = memchr::memchr(0xff, data).unwrap_or(data.len());
        let end = cursor.offset() + until_marker;
        cursor.take(until_marker + 1, WHAT)?;
        let mut byte = cursor.byte(WHAT)?;
        while byte == 0xff {
            byte = cursor.byte(WHAT)?;
        }
        // A stuffed zero or a restart marker does not end the scan.
        if !matches!(byte, 0 | 0xd0..=0xd7) {
            return Ok((end, byte));
        }
    }
}

fn frame_header(header: &[u8], progressive: bool) -> Result<Frame, Defect> {
    let bad = || Defect::corrupt(Jpeg, "the frame header is malformed");
    let [precision, h0, h1, w0, w1, count, components @ ..] = header else { return Err(bad()) };
    let size = Dimensions::within_limits(
        u32::from(u16::from_be_bytes([*w0, *w1])),
        u32::from(u16::from_be_bytes([*h0, *h1])),
        Jpeg,
    )?;
    if *precision != 8 {
        return Err(Defect::unsupported(Jpeg, format!("{precision} bits per sample")));
    }
    if components.len() != usize::from(*count) * 3 || components.is_empty() {
        return Err(bad());
    }
    let factors: Vec<(u64, u64)> =
        components.chunks_exact(3).map(|c| (u64::from(c[1] >> 4), u64::from(c[1] & 15))).collect();
    if factors.iter().any(|&(h, v)| !(1..=4).contains(&h) || !(1..=4).contains(&v)) {
        return Err(bad());
    }
    let widest = factors.iter().map(|f| f.0).max().ok_or_else(bad)?;
    let tallest = factors.iter().map(|f| f.1).max().ok_or_else(bad)?;
    let mcus = u64::from(size.width).div_ceil(8 * widest) * u64::from(size.height).div_ceil(8 * tallest);
    let samples = factors.iter().map(|(h, v)| mcus * h * v * 64).sum();
    let components = components.chunks_exact(3).map(|c| c[0]).collect();
    Ok(Frame { size, progressive, samples, components, jfif: false, adobe_transform: None, scan_ends: Vec::new() })
}
