//! Completeness of a JPEG (ITU-T T.81 annex B): segments, scans with their restart markers, and EOI.
//!
//! A file without its end marker is complete if its scans hold every coefficient; only then is entropy-coded data read.

mod coverage;
mod entropy;
mod huffman;

use std::borrow::Cow;

use coverage::{Coverage, ScanHeader};

use super::cursor::Cursor;
use super::{Dimensions, Limits};
use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;

pub use entropy::{Means, means};

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
    /// The components in their order.
    pub components: Vec<Component>,
    /// Where the entropy-coded data of each scan ends: the offset of the next marker.
    pub scan_ends: Vec<usize>,
    /// Bytes that a strict decoder needs to have other values, with their offsets: identifiers that two components
    /// share, and parameters of sequential scans, which have one valid value and which libjpeg does not read.
    pub repairs: Vec<(usize, u8)>,
}

/// A component of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its identifier; two components may share one.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub across: u32,
    /// Vertical sampling factor, 1 to 4.
    pub down: u32,
    /// Identifier of its quantisation table.
    pub quantisation: u8,
}

/// Parses from SOI to EOI; an error if anything is missing or above the limits. A file without an end marker gets one
/// where its picture ends, if every coefficient is there: then the bytes are a copy.
pub fn whole<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(Cow<'a, [u8]>, Frame), Defect> {
    limits.admit_file(bytes.len() as u64)?;
    let (bytes, frame) = match headers(bytes) {
        Ok(frame) => (Cow::Borrowed(bytes), frame),
        Err(defect) => {
            let closed = close(bytes).ok_or(defect)?;
            let frame = headers(&closed)?;
            (Cow::Owned(closed), frame)
        }
    };
    limits.admit(frame.size)?;
    Ok((bytes, frame))
}

/// The file with an end marker, if it only lacks that. Other files are left as they are.
pub fn closed(bytes: &[u8]) -> Cow<'_, [u8]> {
    let closed = headers(bytes).is_err().then(|| close(bytes)).flatten();
    closed.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

fn close(bytes: &[u8]) -> Option<Vec<u8>> {
    entropy::end(bytes).map(|end| [&bytes[..end], &[0xff, EOI]].concat())
}

/// Parses segments and skips entropy-coded data.
fn headers(bytes: &[u8]) -> Result<Frame, Defect> {
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
                let (end, marker) = scan(&mut cursor, frame.as_mut())?;
                scan_ends.push(end);
                if scan_ends.len() > MAX_SCANS {
                    return Err(Defect::TooLarge(format!("a JPEG of more than {MAX_SCANS} scans")));
                }
                pending = Some(marker);
            }
            0xc0..=0xc2 if frame.is_some() => return Err(Defect::corrupt(Jpeg, "it has two frame headers")),
            0xc0..=0xc2 => {
                let header = segment(&mut cursor)?;
                let mut header_read = frame_header(header, marker == 0xc2)?;
                header_read.repairs = distinct_ids(&header_read.components, cursor.offset() - header.len());
                let coverage = Coverage::of(&header_read);
                frame = Some((header_read, coverage));
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
fn scan(cursor: &mut Cursor, frame: Option<&mut (Frame, Coverage)>) -> Result<(usize, u8), Defect> {
    let header = segment(cursor)?;
    let (frame, coverage) = frame.ok_or_else(|| Defect::corrupt(Jpeg, "a scan comes before the frame header"))?;
    let scan = ScanHeader::parse(header, frame)?;
    coverage.add(&scan);
    let repairs = scan.repairs(header, frame, cursor.offset() - header.len());
    frame.repairs.extend(repairs);
    skip_entropy_coded(cursor)
}

/// New identifiers where two components of a frame header share one: their positions, from 1.
fn distinct_ids(components: &[Component], header: usize) -> Vec<(usize, u8)> {
    if !has_shared_ids(components) {
        return Vec::new();
    }
    (0..components.len()).map(|nth| (header + 6 + nth * 3, nth as u8 + 1)).collect()
}

fn has_shared_ids(components: &[Component]) -> bool {
    components.iter().enumerate().any(|(nth, one)| components[..nth].iter().any(|other| other.id == one.id))
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
    let width = u32::from(u16::from_be_bytes([*w0, *w1]));
    let height = u32::from(u16::from_be_bytes([*h0, *h1]));
    let size = Dimensions::new(width, height, Jpeg)?;
    if *precision != 8 {
        return Err(Defect::unsupported(Jpeg, format!("{precision} bits per sample")));
    }
    if components.len() != usize::from(*count) * 3 || components.is_empty() {
        return Err(bad());
    }
    let component = |c: &[u8]| {
        let (across, down) = (u32::from(c[1] >> 4), u32::from(c[1] & 15));
        Component { id: c[0], across, down, quantisation: c[2] }
    };
    let components: Vec<Component> = components.chunks_exact(3).map(component).collect();
    if components.iter().any(|c| !(1..=4).contains(&c.across) || !(1..=4).contains(&c.down)) {
        return Err(bad());
    }
    let mut frame = Frame {
        size,
        progressive,
        samples: 0,
        components,
        jfif: false,
        adobe_transform: None,
        scan_ends: Vec::new(),
        repairs: Vec::new(),
    };
    let (columns, rows) = frame.mcus();
    let blocks: u64 = frame.components.iter().map(|c| u64::from(c.across * c.down)).sum();
    frame.samples = u64::from(columns) * u64::from(rows) * blocks * 64;
    Ok(frame)
}

impl Frame {
    /// Columns and rows of MCUs in a scan of all components.
    fn mcus(&self) -> (u32, u32) {
        let (across, down) = self.largest_factors();
        (self.size.width.div_ceil(8 * across), self.size.height.div_ceil(8 * down))
    }

    /// Columns and rows of a component's blocks in a scan of its own.
    fn blocks(&self, component: Component) -> (u32, u32) {
        let (across, down) = self.largest_factors();
        let side = |pixels: u32, own: u32, largest: u32| (pixels * own).div_ceil(8 * largest);
        (side(self.size.width, component.across, across), side(self.size.height, component.down, down))
    }

    /// The largest sampling factors of all components.
    pub fn largest_factors(&self) -> (u32, u32) {
        let fold = |factor: fn(&Component) -> u32| self.components.iter().map(factor).max().unwrap_or(1);
        (fold(|c| c.across), fold(|c| c.down))
    }
}
