//! Whether the animation of an APNG is in order (PNG specification, third edition, sections 4.9 and 11.3.5). Programs
//! refuse one that is not, or show only a part of it.

use super::Dimensions;
use crate::picture::container::png::Chunk;

/// Whether a chunk belongs to the animation.
pub fn is_animation(kind: [u8; 4]) -> bool {
    matches!(&kind, b"acTL" | b"fcTL" | b"fdAT")
}

/// Follows the chunks of a file.
pub struct Animation {
    canvas: Dimensions,
    /// The number of frames that `acTL` announces.
    announced: Option<u32>,
    frames: u32,
    next_sequence: u32,
    has_picture: bool,
    /// Whether a frame other than the picture has begun.
    is_in_frame: bool,
    /// Whether the last `fcTL` lacks the data of its frame.
    lacks_data: bool,
    is_wrong: bool,
}

impl Animation {
    /// The canvas is the size of the picture.
    pub fn new(canvas: Dimensions) -> Self {
        Self {
            canvas,
            announced: None,
            frames: 0,
            next_sequence: 0,
            has_picture: false,
            is_in_frame: false,
            lacks_data: false,
            is_wrong: false,
        }
    }

    /// Takes the next chunk.
    pub fn add(&mut self, chunk: &Chunk<'_>) {
        let is_right = match &chunk.kind {
            b"IDAT" => self.picture(),
            b"acTL" => chunk.is_intact() && self.announcement(chunk.data),
            b"fcTL" => chunk.is_intact() && self.control(chunk.data),
            b"fdAT" => chunk.is_intact() && self.frame(chunk.data),
            _ => true,
        };
        self.is_wrong |= !is_right;
    }

    /// Whether every announced frame is there; true without an animation.
    pub fn is_in_order(&self) -> bool {
        !self.is_wrong && !self.lacks_data && self.announced.unwrap_or(0) == self.frames
    }

    /// The default image; it is the first frame if one was begun.
    fn picture(&mut self) -> bool {
        (self.has_picture, self.lacks_data) = (true, false);
        !self.is_in_frame
    }

    fn announcement(&mut self, data: &[u8]) -> bool {
        let frames = data.first_chunk().map_or(0, |count| u32::from_be_bytes(*count));
        let is_first = self.announced.replace(frames).is_none() && !self.has_picture;
        is_first && data.len() == 8 && frames > 0
    }

    /// The size, place and timing of the next frame.
    fn control(&mut self, data: &[u8]) -> bool {
        let Some((sequence, data)) = data.split_first_chunk() else { return false };
        let Some(([width, height, left, top], rest)) = four_numbers(data) else { return false };
        let Dimensions { width: full_width, height: full_height } = self.canvas;
        let fits =
            |start: u32, length: u32, full: u32| length > 0 && start.checked_add(length).is_some_and(|end| end <= full);
        let is_full = (width, height, left, top) == (full_width, full_height, 0, 0);
        let is_right = self.is_next(*sequence)
            && self.announced.is_some()
            && !self.lacks_data
            && fits(left, width, full_width)
            && fits(top, height, full_height)
            && (self.has_picture || is_full && self.frames == 0)
            // Two times, and how the frame is disposed of and blended.
            && matches!(rest, [_, _, _, _, 0..=2, 0..=1]);
        self.frames = self.frames.saturating_add(1);
        (self.lacks_data, self.is_in_frame) = (true, self.has_picture);
        is_right
    }

    fn frame(&mut self, data: &[u8]) -> bool {
        let Some((sequence, data)) = data.split_first_chunk() else { return false };
        let is_right = self.is_next(*sequence) && self.is_in_frame;
        self.lacks_data &= data.is_empty();
        is_right
    }

    fn is_next(&mut self, sequence: [u8; 4]) -> bool {
        let is_next = u32::from_be_bytes(sequence) == self.next_sequence;
        self.next_sequence = self.next_sequence.saturating_add(1);
        is_next
    }
}

fn four_numbers(data: &[u8]) -> Option<([u32; 4], &[u8])> {
    let (numbers, rest) = data.split_first_chunk::<16>()?;
    let (numbers, _) = numbers.as_chunks::<4>();
    Some(([numbers[0], numbers[1], numbers[2], numbers[3]].map(u32::from_be_bytes), rest))
}
