//! A PNG whose picture is whole, without its other flaws: an end chunk that is missing, an animation that is not in
//! order, texts with a wrong checksum.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};

use super::animation::{Animation, is_animation};
use super::{Dimensions, Limits, Mended};
use crate::picture::container::png::{Chunk, SIGNATURE, chunks, is_needed, write};

/// The whole end chunk.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// Most bytes of one pixel, inflated: four channels of 16 bits.
const PIXEL_BYTES_MAX: u64 = 8;

/// Most bytes of one row beside its pixels, in all passes: filter types and incomplete bytes.
const ROW_BYTES_MAX: u64 = 32;

/// The file with an end chunk, and without an animation that is not in order and damaged chunks that no pixel needs. `None`
/// if it has no such flaw, or lacks a pixel.
pub fn mended(bytes: &[u8]) -> Option<Mended<'_>> {
    let mut survey = survey(bytes)?;
    if survey.is_closed && survey.is_in_order && !survey.has_damaged_text {
        return None;
    }
    let mut mended = survey.written(bytes, survey.is_in_order);
    if !survey.is_closed {
        let (picture, last_frame) = picture_data(&mended);
        if !is_whole(&picture, survey.size) {
            return None;
        }
        if last_frame.is_some_and(|frame| !is_whole(&frame, survey.size)) {
            survey.is_in_order = false;
            mended = survey.written(bytes, false);
        }
    }
    let bytes = Cow::Owned(mended);
    Some(Mended { bytes, end_marker_added: !survey.is_closed, animation_removed: !survey.is_in_order, is_whole: true })
}

/// The file with its default image only and with an end chunk, whether all of the picture's data are there or not.
pub fn still(bytes: &[u8]) -> Cow<'_, [u8]> {
    match survey(bytes) {
        Some(survey) if survey.differs_from_still() => Cow::Owned(survey.written(bytes, false)),
        _ => Cow::Borrowed(bytes),
    }
}

/// Whether [`still`] makes another file.
pub fn differs_from_still(bytes: &[u8]) -> bool {
    survey(bytes).is_some_and(|survey| survey.differs_from_still())
}

/// What a file consists of.
struct Survey {
    size: Dimensions,
    /// Length of the whole chunks, with the signature.
    end: usize,
    /// The last chunk, where the file ends inside its checksum.
    last_data: Vec<u8>,
    is_closed: bool,
    has_animation: bool,
    /// Whether it has no animation, or one in order.
    is_in_order: bool,
    /// Whether a chunk that no pixel needs has a wrong checksum.
    has_damaged_text: bool,
}

/// Whether a chunk is damaged and no pixel needs it.
fn is_damaged_text(chunk: &Chunk<'_>) -> bool {
    chunk.kind[0].is_ascii_lowercase() && !is_needed(chunk.kind) && !chunk.is_intact()
}

impl Survey {
    fn differs_from_still(&self) -> bool {
        self.has_animation || !self.is_closed || self.has_damaged_text
    }

    /// The file with an end chunk.
    fn written(&self, bytes: &[u8], with_animation: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.end + self.last_data.len() + END.len());
        out.extend(SIGNATURE);
        for chunk in chunks(&bytes[..self.end]).map_while(Result::ok).filter(|chunk| &chunk.kind != b"IEND") {
            if (with_animation || !is_animation(chunk.kind)) && !is_damaged_text(&chunk) {
                out.extend(chunk.whole);
            }
        }
        out.extend(&self.last_data);
        out.extend(END);
        out
    }
}

/// `None` if the file does not begin as a PNG, or if it does not end as one that was cut off after its picture.
fn survey(bytes: &[u8]) -> Option<Survey> {
    let size = size(bytes)?;
    let mut animation = Animation::new(size);
    let mut survey = Survey {
        size,
        end: SIGNATURE.len(),
        last_data: Vec::new(),
        is_closed: false,
        has_animation: false,
        is_in_order: true,
        has_damaged_text: false,
    };
    let mut has_data = false;
    // A program that reserves space for a download leaves zeros.
    for chunk in chunks(bytes).map_while(Result::ok).take_while(|chunk| chunk.kind != [0; 4]) {
        animation.add(&chunk);
        survey.end += chunk.whole.len();
        survey.is_closed = &chunk.kind == b"IEND";
        survey.has_animation |= is_animation(chunk.kind);
        survey.has_damaged_text |= is_damaged_text(&chunk);
        has_data |= &chunk.kind == b"IDAT";
    }
    survey.is_in_order = animation.is_in_order();
    if !survey.is_closed {
        let rest = &bytes[survey.end..];
        let is_of_animation = rest.get(4..8).and_then(<[u8]>::first_chunk).is_some_and(|&kind| is_animation(kind));
        survey.has_animation |= is_of_animation;
        survey.is_in_order &= !is_of_animation;
        survey.last_data = last_data(rest, has_data)?;
    }
    Some(survey)
}

/// The size in the header, if it is within the largest limits.
fn size(bytes: &[u8]) -> Option<Dimensions> {
    let (width, rest) = bytes.get(16..)?.split_first_chunk()?;
    let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*rest.first_chunk()?));
    let size = Dimensions { width, height };
    Limits::LARGEST.admit(size).is_ok().then_some(size)
}

/// The last chunk of picture data, if that is what is cut off: its data have to be whole. Whatever else follows picture data is
/// left out. `None` if the file is cut off before any.
fn last_data(rest: &[u8], has_data: bool) -> Option<Vec<u8>> {
    let is_reserved = rest.iter().all(|&byte| byte == 0);
    let Some(([length, kind], data)) = two_words(rest).filter(|_| !is_reserved && !END.starts_with(rest)) else {
        return Some(Vec::new());
    };
    if &kind == b"IDAT" {
        let data = data.get(..u32::from_be_bytes(length) as usize)?;
        let mut chunk = Vec::with_capacity(rest.len() + 4);
        write(kind, data, &mut chunk);
        return chunk.starts_with(rest).then_some(chunk);
    }
    let is_ancillary = kind[0].is_ascii_lowercase() && kind.iter().all(u8::is_ascii_alphabetic);
    (has_data || is_ancillary).then(Vec::new)
}

fn two_words(bytes: &[u8]) -> Option<([[u8; 4]; 2], &[u8])> {
    let (first, rest) = bytes.split_first_chunk()?;
    let (second, rest) = rest.split_first_chunk()?;
    Some(([*first, *second], rest))
}

/// The compressed data of the default image, and of the last frame if that is another picture.
fn picture_data(bytes: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    let (mut picture, mut last_frame) = (Vec::new(), None);
    for chunk in chunks(bytes).map_while(Result::ok) {
        match &chunk.kind {
            b"IDAT" => picture.extend(chunk.data),
            b"fcTL" => last_frame = None,
            b"fdAT" => last_frame.get_or_insert_with(Vec::new).extend(chunk.data.iter().skip(4)),
            _ => {}
        }
    }
    (picture, last_frame)
}

/// Whether the data inflate to their end, with their checksum. Nothing is kept of them.
fn is_whole(data: &[u8], size: Dimensions) -> bool {
    let most = size.pixels() * PIXEL_BYTES_MAX + u64::from(size.height) * ROW_BYTES_MAX;
    let mut zlib = Decompress::new(true);
    let mut inflated = vec![0; 64 << 10];
    let mut rest = data;
    loop {
        let (read, made) = (zlib.total_in(), zlib.total_out());
        let status = zlib.decompress(rest, &mut inflated, FlushDecompress::None);
        let (read, made) = ((zlib.total_in() - read) as usize, zlib.total_out() - made);
        rest = &rest[read..];
        match status {
            Ok(Status::StreamEnd) => return true,
            Ok(_) if zlib.total_out() <= most && (read > 0 || made > 0) => {}
            _ => return false,
        }
    }
}
