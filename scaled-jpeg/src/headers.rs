//! The segments of a JPEG (ITU-T T.81 annex B): frame and scan headers, scans with their restart markers, and EOI.

use crate::Error;
use crate::coverage::{Coverage, ScanHeader};
use crate::cursor::Cursor;

/// Most scans; no encoder writes as many, and each costs a pass over all coefficients.
pub const MAX_SCANS: usize = 200;

/// Scans that a picture of any size may have. Encoders write up to 18.
const FREE_SCANS: usize = 20;

/// Samples that more scans may pass over, all together: less than a second.
const MAX_PASSED_SAMPLES: u64 = 2_000_000_000;

const SOI: u8 = 0xd8;
pub const EOI: u8 = 0xd9;
pub const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP14: u8 = 0xee;

/// What the headers of a complete JPEG say.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Pixels as encoded.
    pub width: u32,
    /// Pixels as encoded.
    pub height: u32,
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

/// Parses from SOI to EOI; an error if anything is missing. Entropy-coded data are skipped.
pub fn headers(bytes: &[u8]) -> Result<Frame, Error> {
    let mut cursor = Cursor::new(bytes);
    if cursor.pair("the start marker")? != [0xff, SOI] {
        return Err(Error::Invalid("it does not begin with a start marker"));
    }
    let mut frame: Option<(Frame, Coverage)> = None;
    let (mut jfif, mut adobe_transform, mut scans, mut passed) = (false, None, 0, 0);
    let mut pending = None;
    loop {
        let marker = match pending.take() {
            Some(marker) => marker,
            None => next_marker(&mut cursor)?,
        };
        match marker {
            EOI => break,
            SOS => {
                let (marker, samples) = scan(&mut cursor, frame.as_mut())?;
                pending = Some(marker);
                scans += 1;
                passed += samples;
                if takes_too_long(scans, passed) {
                    return Err(Error::TooManyScans(FREE_SCANS));
                }
                if scans > MAX_SCANS {
                    return Err(Error::TooManyScans(MAX_SCANS));
                }
            }
            0xc0..=0xc2 if frame.is_some() => return Err(Error::Invalid("it has two frame headers")),
            0xc0..=0xc2 => {
                let header = frame_header(segment(&mut cursor)?, marker == 0xc2)?;
                let coverage = Coverage::of(&header);
                frame = Some((header, coverage));
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(Error::Unsupported("lossless, hierarchical or arithmetic coding".into()));
            }
            APP0 => jfif |= segment(&mut cursor)?.starts_with(b"JFIF\0"),
            APP14 => adobe_transform = adobe(segment(&mut cursor)?).or(adobe_transform),
            0xc4 | 0xcc | 0xdb..=0xdf | 0xe1..=0xef | 0xfe => {
                segment(&mut cursor)?;
            }
            // A marker that does not belong here; the decoder reports it if it matters.
            0xd0..=0xd7 => {}
            _ => return Err(Error::Invalid("an unknown marker where a segment should begin")),
        }
    }
    match frame {
        Some((_, coverage)) if scans > 0 && !coverage.is_complete() => {
            Err(Error::Missing("some of its scans are missing".into()))
        }
        Some((frame, _)) if scans > 0 => Ok(Frame { jfif, adobe_transform, ..frame }),
        _ => Err(Error::Invalid("it ends before any picture data")),
    }
}

/// Whether so many scans that pass over so many samples are more work than any picture needs.
pub fn takes_too_long(scans: usize, passed_samples: u64) -> bool {
    scans > FREE_SCANS && passed_samples > MAX_PASSED_SAMPLES
}

/// Skips a scan; returns the next marker, and how many samples the scan passes over.
fn scan(cursor: &mut Cursor, frame: Option<&mut (Frame, Coverage)>) -> Result<(u8, u64), Error> {
    let header = segment(cursor)?;
    let (frame, coverage) = frame.ok_or(Error::Invalid("a scan comes before the frame header"))?;
    let header = ScanHeader::parse(header, frame)?;
    coverage.add(&header);
    Ok((skip_entropy_coded(cursor)?, header.samples(frame)))
}

/// The colour transform of an Adobe segment (Adobe technical note 5116).
fn adobe(segment: &[u8]) -> Option<u8> {
    segment.strip_prefix(b"Adobe").and_then(|fields| fields.get(6)).copied()
}

/// The next marker; stray bytes before it are skipped, as in libjpeg.
pub fn next_marker(cursor: &mut Cursor) -> Result<u8, Error> {
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

pub fn segment<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], Error> {
    let length = usize::from(u16::from_be_bytes(cursor.pair("a segment")?));
    let length = length.checked_sub(2).ok_or(Error::Invalid("a segment has an impossible length"))?;
    cursor.take(length, "a segment")
}

/// Skips entropy-coded data up to the marker that ends it, which is returned.
fn skip_entropy_coded(cursor: &mut Cursor) -> Result<u8, Error> {
    const WHAT: &str = "the picture data, before the end marker";
    loop {
        let data = cursor.rest();
        let until_marker = memchr::memchr(0xff, data).unwrap_or(data.len());
        cursor.take(until_marker + 1, WHAT)?;
        let mut byte = cursor.byte(WHAT)?;
        while byte == 0xff {
            byte = cursor.byte(WHAT)?;
        }
        // A stuffed zero or a restart marker does not end the scan.
        if !matches!(byte, 0 | 0xd0..=0xd7) {
            return Ok(byte);
        }
    }
}

pub fn frame_header(header: &[u8], progressive: bool) -> Result<Frame, Error> {
    let bad = || Error::Invalid("the frame header is malformed");
    let [precision, h0, h1, w0, w1, count, components @ ..] = header else { return Err(bad()) };
    let width = u32::from(u16::from_be_bytes([*w0, *w1]));
    let height = u32::from(u16::from_be_bytes([*h0, *h1]));
    if width == 0 || height == 0 {
        return Err(Error::Invalid("it has no width or no height"));
    }
    if *precision != 8 {
        return Err(Error::Unsupported(format!("{precision} bits per sample")));
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
    let mut frame = Frame { width, height, progressive, samples: 0, components, jfif: false, adobe_transform: None };
    let (columns, rows) = frame.mcus();
    let blocks: u64 = frame.components.iter().map(|c| u64::from(c.across * c.down)).sum();
    frame.samples = u64::from(columns) * u64::from(rows) * blocks * 64;
    Ok(frame)
}

impl Frame {
    /// Columns and rows of MCUs in a scan of all components.
    pub fn mcus(&self) -> (u32, u32) {
        let (across, down) = self.largest_factors();
        (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down))
    }

    /// Columns and rows of a component's blocks in a scan of its own.
    pub fn blocks(&self, component: Component) -> (u32, u32) {
        let (across, down) = self.largest_factors();
        let side = |pixels: u32, own: u32, largest: u32| (pixels * own).div_ceil(8 * largest);
        (side(self.width, component.across, across), side(self.height, component.down, down))
    }

    /// The largest sampling factors of all components.
    pub fn largest_factors(&self) -> (u32, u32) {
        let fold = |factor: fn(&Component) -> u32| self.components.iter().map(factor).max().unwrap_or(1);
        (fold(|c| c.across), fold(|c| c.down))
    }
}
