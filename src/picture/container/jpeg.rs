//! JPEG: marker segments and entropy-coded data, up to the end marker (ITU-T T.81 annex B).

use super::Malformed;
use crate::picture::icc;

pub const COM: u8 = 0xFE;
pub const EOI: u8 = 0xD9;
pub const SOS: u8 = 0xDA;

/// How the payload of a segment begins that holds a part of a profile.
pub const ICC: &[u8] = b"ICC_PROFILE\0";

/// One marker segment; a scan header includes the entropy-coded data that follows it.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The second byte of the marker (`0xE1` for APP1).
    pub marker: u8,
    /// The bytes after the length field.
    pub payload: &'a [u8],
    /// Entropy-coded data with its restart markers; empty unless `marker` is `SOS`.
    pub scan: &'a [u8],
}

/// The segments between the start marker and the first end marker; an error ends the iteration.
pub fn segments(bytes: &[u8]) -> Segments<'_> {
    Segments { bytes, at: 2, done: false }
}

/// See [`segments`].
pub struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    done: bool,
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let segment = self.step().transpose();
        self.done = !matches!(segment, Some(Ok(_)));
        segment
    }
}

impl<'a> Segments<'a> {
    /// `None` at the end marker.
    fn step(&mut self) -> Result<Option<Segment<'a>>, Malformed> {
        let marker = self.marker()?;
        if marker == EOI {
            return Ok(None);
        }
        if marker == 0xD8 {
            return Err(Malformed("a second JPEG starts before the first one ended"));
        }
        let payload = self.payload()?;
        let scan = if marker == SOS { self.scan()? } else { &[] };
        Ok(Some(Segment { marker, payload, scan }))
    }

    /// The next marker that has a length. Stray bytes before it are skipped, as decoders do; they belong to no segment
    /// and are not copied.
    fn marker(&mut self) -> Result<u8, Malformed> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let skipped = memchr::memchr(0xFF, rest).ok_or(Malformed("the JPEG has no end marker"))?;
            let fill = rest[skipped..].iter().take_while(|&&b| b == 0xFF).count();
            let marker = *rest.get(skipped + fill).ok_or(Malformed("the JPEG has no end marker"))?;
            self.at += skipped + fill + 1;
            if !matches!(marker, 0x00 | 0x01 | 0xD0..=0xD7) {
                return Ok(marker);
            }
        }
    }

    fn payload(&mut self) -> Result<&'a [u8], Malformed> {
        let cut = Malformed("a JPEG segment is cut short");
        let length = self.bytes.get(self.at..self.at + 2).ok_or(cut)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let payload = self.bytes.get(self.at + 2..self.at + length.max(2)).ok_or(cut)?;
        if length < 2 {
            return Err(Malformed("a JPEG segment has an impossible length"));
        }
        self.at += length;
        Ok(payload)
    }

    /// Stuffed zeros, restart markers and fill bytes belong to the scan; any other marker ends it.
    fn scan(&mut self) -> Result<&'a [u8], Malformed> {
        let rest = &self.bytes[self.at..];
        let mut end = 0;
        loop {
            end += memchr::memchr(0xFF, &rest[end..]).ok_or(Malformed("the JPEG has no end marker"))?;
            match rest.get(end + 1) {
                None => return Err(Malformed("the JPEG has no end marker")),
                Some(0x00 | 0xD0..=0xD7) => end += 2,
                Some(0xFF) => end += 1,
                Some(_) => break,
            }
        }
        self.at += end;
        Ok(&rest[..end])
    }
}

/// The profile before the first scan, rewritten, from its numbered parts.
pub fn profile<'a>(segments: impl Iterator<Item = Segment<'a>>) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, &[u8])> = Vec::new();
    for segment in segments.take_while(|segment| segment.marker != SOS) {
        let part = segment.payload.strip_prefix(ICC).filter(|_| segment.marker == 0xE2);
        parts.extend(part.and_then(|part| Some((*part.first()?, part.get(2..)?))));
    }
    parts.sort_by_key(|&(number, _)| number);
    let is_whole = !parts.is_empty() && (1..).zip(&parts).all(|(nth, &(number, _))| nth == i32::from(number));
    let profile: Vec<u8> = parts.into_iter().flat_map(|(_, part)| part).copied().collect();
    icc::rewritten(&profile).filter(|_| is_whole)
}
