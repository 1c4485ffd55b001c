//! The compressed data of a PNG, without what its pixels do not use: bytes after the end of a stream, inflated bytes after the
//! last row, colours of a palette that no pixel names, and a transparent colour that no pixel has.

use std::borrow::Cow;
use std::io::Write;
use std::mem::take;

use flate2::{Compression, Decompress, FlushDecompress, Status, write::ZlibEncoder};
use png::{Decoder, Transformations};

use super::png::PALETTE;
use crate::picture::container::png::{Chunk, PASSES, SIGNATURE, chunks, is_needed, write};

/// What a header says of its rows.
#[derive(Clone, Copy)]
struct Rows {
    depth: u8,
    colour: u8,
    is_interlaced: bool,
}

impl Rows {
    /// Bytes of a picture's rows with their filter types.
    fn bytes(self, (width, height): (u32, u32)) -> u64 {
        let channels = match self.colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        let rows = |width: u32, height: u32| match width {
            0 => 0,
            _ => u64::from(height) * (1 + (u64::from(width) * channels * u64::from(self.depth)).div_ceil(8)),
        };
        if !self.is_interlaced {
            return rows(width, height);
        }
        let passed = |((left, top), (right, down)): ((u32, u32), (u32, u32))| {
            rows(width.saturating_sub(left).div_ceil(right), height.saturating_sub(top).div_ceil(down))
        };
        PASSES.into_iter().map(passed).sum()
    }
}

/// The file with the data that its pixels use. `None` if a pixel is missing.
pub(super) fn used(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let all: Vec<Chunk<'_>> = chunks(bytes).collect::<Result<_, _>>().ok()?;
    let header = all.first().filter(|chunk| &chunk.kind == b"IHDR" && chunk.data.len() == 13)?.data;
    let number = |data: &[u8], at: usize| Some(u32::from_be_bytes(*data.get(at..)?.first_chunk()?));
    let rows = Rows { depth: header[8], colour: header[9], is_interlaced: header[12] == 1 };
    let mut size = (number(header, 0)?, number(header, 4)?);
    let picture_size = size;
    let mut out = Changed { bytes, same: SIGNATURE.len(), out: None };
    let mut stream = Stream::default();
    for chunk in &all {
        let part = match &chunk.kind {
            b"IDAT" => Some((chunk.data, picture_size)),
            b"fdAT" => Some((chunk.data.get(4..)?, size)),
            _ => None,
        };
        // Between the parts of a stream there may be chunks that no pixel needs.
        if !is_needed(chunk.kind) {
            if stream.parts.is_empty() {
                out.keep(chunk.whole);
            }
            continue;
        }
        if let Some((data, size)) = part {
            if stream.parts.first().is_some_and(|part| part.kind != chunk.kind) {
                take(&mut stream).write(rows, &mut out)?;
            }
            stream.size = size;
            let prefix = &chunk.data[..chunk.data.len() - data.len()];
            stream.parts.push(Part { kind: chunk.kind, prefix, data, whole: chunk.whole });
            continue;
        }
        take(&mut stream).write(rows, &mut out)?;
        if &chunk.kind == b"fcTL" {
            size = (number(chunk.data, 4)?, number(chunk.data, 8)?);
        }
        out.keep(chunk.whole);
    }
    take(&mut stream).write(rows, &mut out)?;
    let trimmed = out.out.map_or(Cow::Borrowed(bytes), Cow::Owned);
    let has_transparent = all.iter().any(|chunk| &chunk.kind == b"tRNS");
    if rows.colour == PALETTE || rows.depth == 16 && has_transparent && matches!(rows.colour, 0 | 2) {
        return Some(with_used_colours(trimmed));
    }
    Some(trimmed)
}

/// A file that is copied only from its first change on.
struct Changed<'a> {
    bytes: &'a [u8],
    /// Length of its beginning that is the same.
    same: usize,
    out: Option<Vec<u8>>,
}

impl Changed<'_> {
    /// The next part is as it was.
    fn keep(&mut self, part: &[u8]) {
        match &mut self.out {
            Some(out) => out.extend(part),
            None if self.bytes[self.same..].starts_with(part) => self.same += part.len(),
            None => self.out().extend(part),
        }
    }

    /// What is written, for the next part, which is not as it was.
    fn out(&mut self) -> &mut Vec<u8> {
        self.out.get_or_insert_with(|| self.bytes[..self.same].to_vec())
    }
}

/// The chunks of one compressed stream.
#[derive(Default)]
struct Stream<'a> {
    size: (u32, u32),
    parts: Vec<Part<'a>>,
}

/// A chunk: what is before its data (the number of a frame's chunk), and the data.
struct Part<'a> {
    kind: [u8; 4],
    prefix: &'a [u8],
    data: &'a [u8],
    whole: &'a [u8],
}

impl Stream<'_> {
    /// Writes the chunks. `None` if the stream is not whole.
    fn write(self, rows: Rows, out: &mut Changed<'_>) -> Option<()> {
        if self.parts.is_empty() {
            return Some(());
        }
        let wanted = rows.bytes(self.size);
        let (read, made) = inflated(self.parts.iter().map(|part| part.data), |_| ())?;
        if made < wanted {
            return None;
        }
        if made == wanted {
            let mut left = read;
            for Part { kind, prefix, data, whole } in self.parts {
                let kept = data.len().min(left);
                left -= kept;
                if kept == data.len() {
                    out.keep(whole);
                } else if kept > 0 {
                    write(kind, &[prefix, &data[..kept]].concat(), out.out());
                } else {
                    out.out();
                }
            }
            return Some(());
        }
        // More rows than the picture has: those that it has are compressed again, into one chunk.
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        let mut left = wanted as usize;
        inflated(self.parts.iter().map(|part| part.data), |bytes| {
            let kept = &bytes[..bytes.len().min(left)];
            left -= kept.len();
            // Writing into memory cannot fail.
            let _ = zlib.write_all(kept);
        })?;
        let Part { kind, prefix, .. } = self.parts.first()?;
        write(*kind, &[*prefix, &zlib.finish().ok()?].concat(), out.out());
        Some(())
    }
}

/// Inflates parts of a stream; returns how many bytes were read up to its end and made. `None` if it does not end, or is
/// damaged.
fn inflated<'a>(parts: impl Iterator<Item = &'a [u8]>, mut take: impl FnMut(&[u8])) -> Option<(usize, u64)> {
    let mut zlib = Decompress::new(true);
    let mut buffer = vec![0; 64 << 10];
    for mut part in parts {
        while !part.is_empty() {
            let (read, made) = (zlib.total_in(), zlib.total_out());
            let status = zlib.decompress(part, &mut buffer, FlushDecompress::None).ok()?;
            let (read, made) = ((zlib.total_in() - read) as usize, (zlib.total_out() - made) as usize);
            take(&buffer[..made]);
            part = &part[read..];
            match status {
                Status::StreamEnd => return Some((zlib.total_in() as usize, zlib.total_out())),
                _ if read == 0 && made == 0 => return None,
                _ => {}
            }
        }
    }
    // The end may need no further byte.
    let made = zlib.total_out();
    let status = zlib.decompress(&[], &mut buffer, FlushDecompress::Finish).ok()?;
    take(&buffer[..(zlib.total_out() - made) as usize]);
    (status == Status::StreamEnd).then(|| (zlib.total_in() as usize, zlib.total_out()))
}

/// The file with black for colours of its palette that no pixel has, and without a transparent colour that none has. A file that
/// does not decode is left as it is.
fn with_used_colours(file: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let Some(used) = used_colours(&file) else { return file };
    let Ok(all) = chunks(&file).collect::<Result<Vec<_>, _>>() else { return file };
    let mut out = SIGNATURE.to_vec();
    let mut is_changed = false;
    for chunk in all {
        let data = match (&chunk.kind, &used) {
            (b"PLTE", Used::Entries(used)) => {
                let entry = |(nth, entry): (usize, &[u8])| if used[nth.min(255)] { entry.to_vec() } else { vec![0; 3] };
                chunk.data.chunks_exact(3).enumerate().flat_map(entry).collect()
            }
            (b"tRNS", Used::Entries(used)) => {
                let opacity = |(nth, &value): (usize, &u8)| if used[nth.min(255)] { value } else { 255 };
                chunk.data.iter().enumerate().map(opacity).collect()
            }
            (b"tRNS", Used::Transparent(false)) => {
                is_changed = true;
                continue;
            }
            _ => chunk.data.to_vec(),
        };
        is_changed |= data != chunk.data;
        write(chunk.kind, &data, &mut out);
    }
    if is_changed { Cow::Owned(out) } else { file }
}

/// What the pixels of all frames use.
enum Used {
    /// Which entries of the palette.
    Entries(Box<[bool; 256]>),
    /// Whether any pixel has the transparent colour.
    Transparent(bool),
}

fn used_colours(file: &[u8]) -> Option<Used> {
    let mut decoder = Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let (is_palette, depth) = (reader.info().color_type == png::ColorType::Indexed, reader.info().bit_depth as u32);
    let transparent = reader.info().trns.as_deref().map(<[u8]>::to_vec);
    let (mut entries, mut is_transparent) = ([false; 256], false);
    let frames = reader.info().animation_control().map_or(1, |animation| animation.num_frames + 1);
    let mut pixels = vec![0; reader.output_buffer_size()?];
    for _ in 0..frames {
        // With an animation the default image may be the first frame.
        let Ok(frame) = reader.next_frame(&mut pixels) else { break };
        for row in pixels[..frame.buffer_size()].chunks_exact(frame.line_size) {
            match &transparent {
                _ if is_palette => {
                    let width = frame.width as usize;
                    let index = |nth: usize| {
                        let bit = nth as u32 * depth;
                        row[(bit / 8) as usize] >> (8 - depth - bit % 8) & (u8::MAX >> (8 - depth))
                    };
                    (0..width).for_each(|nth| entries[usize::from(index(nth))] = true);
                }
                Some(colour) => is_transparent |= row.chunks_exact(colour.len().max(1)).any(|pixel| pixel == colour),
                None => return None,
            }
        }
    }
    Some(if is_palette { Used::Entries(Box::new(entries)) } else { Used::Transparent(is_transparent) })
}
