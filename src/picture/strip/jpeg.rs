//! JPEG: keeps frames, scans and the tables that they use, JFIF, the colour profile and Adobe's colour transform. Each segment
//! has its length.

use std::ops::Range;

use super::Malformed;
use crate::picture::container::jpeg::{EOI, ICC, SOS, Segment, profile, segments};
use crate::picture::icc;

const JFIF: &[u8] = b"JFIF\0";
const ADOBE: &[u8] = b"Adobe";

const DHT: u8 = 0xC4;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;

/// Most bytes of a profile in one segment (ICC.1:2022, B.4).
const PROFILE_PART: usize = 65_519;

pub(super) fn strip(bytes: &[u8], orientation: Option<&[u8; 26]>) -> Result<Vec<u8>, Malformed> {
    let all = segments(bytes).collect::<Result<Vec<_>, _>>()?;
    if !all.iter().any(|s| s.marker == SOS) {
        return Err(Malformed("the JPEG holds no image data"));
    }
    let mut out = Vec::with_capacity(bytes.len());
    out.extend([0xFF, 0xD8]);
    if let Some(jfif) = all.iter().find(|s| s.marker == 0xE0 && s.payload.starts_with(JFIF)) {
        write(0xE0, &plain_jfif(jfif.payload), &mut out);
    }
    if let Some(tiff) = orientation {
        write(0xE1, &[b"Exif\0\0".as_slice(), tiff].concat(), &mut out);
    }
    write_profile(&all, &mut out);
    // The version and the flags of the program that wrote it change no colour.
    if let Some(transform) = all.iter().rev().find_map(adobe_transform) {
        write(0xEE, &[ADOBE, &[0, 100, 0, 0, 0, 0, transform]].concat(), &mut out);
    }
    for (segment, used) in all.iter().zip(used_tables(&all)) {
        match segment.marker {
            DHT | DQT => {
                let tables: Vec<u8> = used.into_iter().flat_map(|table| &segment.payload[table]).copied().collect();
                if !tables.is_empty() {
                    write(segment.marker, &tables, &mut out);
                }
            }
            DRI => write(DRI, segment.payload.get(..2).unwrap_or_default(), &mut out),
            SOS => {
                write(SOS, &scan_header(segment.payload, &all), &mut out);
                out.extend(segment.scan);
            }
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let length = 6 + 3 * usize::from(segment.payload.get(5).copied().unwrap_or_default());
                write(segment.marker, segment.payload.get(..length).unwrap_or(segment.payload), &mut out);
            }
            _ => {}
        }
    }
    out.extend([0xFF, EOI]);
    Ok(out)
}

fn write_profile(all: &[Segment<'_>], out: &mut Vec<u8>) {
    let components = frame(all).and_then(|frame| frame.payload.get(5)).copied().unwrap_or_default();
    let Some(profile) = profile(all.iter().copied()).filter(|profile| icc::is_for(profile, components.into())) else {
        return;
    };
    let parts = profile.chunks(PROFILE_PART);
    let count = parts.len() as u8;
    for (number, part) in (1..).zip(parts) {
        write(0xE2, &[ICC, &[number, count], part].concat(), out);
    }
}

/// The first frame header, without which no table has a meaning.
fn frame<'a, 's>(all: &'a [Segment<'s>]) -> Option<&'a Segment<'s>> {
    all.iter().find(|s| matches!(s.marker, 0xC0..=0xC2))
}

/// JFIF's version 1.1 and its density; no thumbnail.
fn plain_jfif(payload: &[u8]) -> [u8; 14] {
    let mut jfif = *b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    if let Some(fields) = payload.get(7..12).filter(|fields| fields[0] <= 2) {
        jfif[7..12].copy_from_slice(fields);
    }
    jfif
}

/// The colour transform, if it is a known one (Adobe technical note 5116).
fn adobe_transform(segment: &Segment<'_>) -> Option<u8> {
    let fields = segment.payload.strip_prefix(ADOBE).filter(|_| segment.marker == 0xEE)?;
    fields.get(6).copied()
}

/// The components and their tables; of a sequential frame the other three numbers mean nothing.
fn scan_header(payload: &[u8], all: &[Segment<'_>]) -> Vec<u8> {
    let length = payload.first().map_or(0, |&count| 1 + 2 * usize::from(count));
    let mut header = payload.get(..length + 3).unwrap_or(payload).to_vec();
    let is_progressive = frame(all).is_some_and(|frame| frame.marker == 0xC2);
    if let Some(rest) = header.get_mut(length..).filter(|rest| rest.len() == 3 && !is_progressive) {
        rest.copy_from_slice(&[0, 63, 0]);
    }
    header
}

/// A table by its kind and number: 0 and 1 are Huffman's for DC and AC, 2 is for quantisation.
type Name = (u8, u8);

/// Of each segment: where its tables are that a scan uses. One that is replaced before is not used.
fn used_tables(all: &[Segment<'_>]) -> Vec<Vec<Range<usize>>> {
    let mut tables: Vec<Vec<(Name, Range<usize>, bool)>> = Vec::with_capacity(all.len());
    let mut current: Vec<(Name, (usize, usize))> = Vec::new();
    let mut quantised = Vec::new();
    let frame = frame(all);
    for (nth, segment) in all.iter().enumerate() {
        let found = match segment.marker {
            DHT => huffman_tables(segment.payload),
            DQT => quantisation_tables(segment.payload),
            _ => Vec::new(),
        };
        for (at, (name, _)) in found.iter().enumerate() {
            current.retain(|(other, _)| other != name);
            current.push((*name, (nth, at)));
        }
        tables.push(found.into_iter().map(|(name, range)| (name, range, false)).collect());
        if segment.marker == SOS {
            for wanted in wanted_tables(segment.payload, frame, &mut quantised) {
                if let Some((_, (segment, at))) = current.iter().find(|(name, _)| *name == wanted) {
                    tables[*segment][*at].2 = true;
                }
            }
        }
    }
    let used = |(_, range, is_used): (Name, Range<usize>, bool)| is_used.then_some(range);
    tables.into_iter().map(|tables| tables.into_iter().filter_map(used).collect()).collect()
}

/// The tables that a scan uses; those of quantisation are settled by the first scan of a component.
fn wanted_tables(payload: &[u8], frame: Option<&Segment<'_>>, quantised: &mut Vec<usize>) -> Vec<Name> {
    let Some((&count, rest)) = payload.split_first() else { return Vec::new() };
    let Some((selectors, rest)) = rest.split_at_checked(2 * usize::from(count)) else { return Vec::new() };
    let (is_progressive, components) = match frame {
        Some(frame) => (frame.marker == 0xC2, frame.payload.get(6..).unwrap_or_default()),
        None => (false, &[][..]),
    };
    let [first, _, approximation] = rest.first_chunk().copied().unwrap_or([0, 63, 0]);
    let (uses_dc, uses_ac) =
        if is_progressive { (first == 0 && approximation >> 4 == 0, first > 0) } else { (true, true) };
    let mut wanted = Vec::new();
    for selector in selectors.chunks_exact(2) {
        wanted.extend(uses_dc.then_some((0, selector[1] >> 4)));
        wanted.extend(uses_ac.then_some((1, selector[1] & 15)));
        // Two components may share an identifier.
        for (nth, component) in components.chunks_exact(3).enumerate().filter(|(_, c)| c[0] == selector[0]) {
            if !quantised.contains(&nth) {
                quantised.push(nth);
                wanted.push((2, component[2]));
            }
        }
    }
    wanted
}

/// T.81, B.2.4.2.
fn huffman_tables(payload: &[u8]) -> Vec<(Name, Range<usize>)> {
    tables(payload, |rest| {
        let (&kind, rest) = rest.split_first()?;
        let symbols: usize = rest.first_chunk::<16>()?.iter().map(|&count| usize::from(count)).sum();
        Some(((kind >> 4, kind & 15), 17 + symbols))
    })
}

/// T.81, B.2.4.1.
fn quantisation_tables(payload: &[u8]) -> Vec<(Name, Range<usize>)> {
    tables(payload, |rest| {
        let kind = rest.first()?;
        Some(((2, kind & 15), if kind >> 4 == 0 { 65 } else { 129 }))
    })
}

/// The whole tables of a segment.
fn tables(payload: &[u8], next: impl Fn(&[u8]) -> Option<(Name, usize)>) -> Vec<(Name, Range<usize>)> {
    let (mut at, mut found) = (0, Vec::new());
    while let Some((name, length)) = next(&payload[at..]).filter(|(_, length)| at + length <= payload.len()) {
        found.push((name, at..at + length));
        at += length;
    }
    found
}

fn write(marker: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
}
