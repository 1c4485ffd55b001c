//! APNGs whose animation is not in order: the photo is the default image, and the animation is not stored.

use gleaner::picture::strip;

use super::cut::parts;
use super::{admit, generated};

const SIZE: (u32, u32) = (12, 8);

type Chunk = ([u8; 4], Vec<u8>);

/// The default image, and what its data are.
fn still() -> (Vec<u8>, Vec<u8>) {
    let png = generated::png(png::ColorType::Rgb, png::BitDepth::Eight, &generated::pixels(SIZE.0, SIZE.1), SIZE);
    let data = parts(&png).1;
    (png, data)
}

fn announcement(frames: u32) -> Chunk {
    (*b"acTL", [frames.to_be_bytes(), [0; 4]].concat())
}

/// A frame's control: its number in the sequence, its width, height, left and top, how it is disposed of and blended.
fn control(sequence: u32, place: [u32; 4], [dispose, blend]: [u8; 2]) -> Chunk {
    let numbers = [[sequence].as_slice(), &place].concat().into_iter().flat_map(u32::to_be_bytes);
    (*b"fcTL", numbers.chain([0, 1, 0, 10, dispose, blend]).collect())
}

fn full(sequence: u32) -> Chunk {
    control(sequence, [SIZE.0, SIZE.1, 0, 0], [0, 0])
}

fn frame(sequence: u32, data: &[u8]) -> Chunk {
    (*b"fdAT", [&sequence.to_be_bytes(), data].concat())
}

fn apng(chunks: &[Chunk]) -> Vec<u8> {
    let (start, _, end) = parts(&still().0);
    let chunks = chunks.iter().map(|(kind, data)| generated::png_chunk(*kind, data));
    [start, chunks.collect::<Vec<_>>().concat(), end].concat()
}

/// The frames that a decoder of another project reads, all of them checked.
fn frames(png: &[u8]) -> usize {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a header");
    let count = reader.info().animation_control().map_or(1, |animation| animation.num_frames as usize);
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    for nth in 0..count {
        reader.next_frame(&mut pixels).unwrap_or_else(|err| panic!("frame {nth}: {err}"));
    }
    reader.finish().expect("an end");
    count
}

/// Animations in order, with the number of their frames.
fn in_order() -> Vec<(&'static str, Vec<u8>, usize)> {
    let (png, data) = still();
    let (picture, text): (Chunk, Chunk) = (picture(), (*b"tEXt", b"Comment\0Jane Example".to_vec()));
    let (first, second) = data.split_at(20);
    let halves = [(*b"IDAT", first.to_vec()), (*b"IDAT", second.to_vec())];
    let [half, other_half] = halves;
    vec![
        ("no animation", png, 1),
        ("a frame after the picture", apng(&[announcement(2), full(0), picture.clone(), full(1), frame(2, &data)]), 2),
        ("parts of a frame", apng(&[announcement(1), full(0), half, other_half]), 1),
        (
            "two parts of a frame, and a text between them",
            apng(&[announcement(2), full(0), picture, full(1), frame(2, first), text, frame(3, second)]),
            2,
        ),
    ]
}

/// The default image as a chunk.
fn picture() -> Chunk {
    (*b"IDAT", still().1)
}

/// An animation of the picture and a frame that is as large.
fn with_second(control: Chunk, announced: u32) -> Vec<u8> {
    apng(&[announcement(announced), full(0), picture(), control, frame(2, &still().1)])
}

fn short(mut chunk: Chunk) -> Chunk {
    chunk.1.pop();
    chunk
}

/// With a wrong checksum of the last chunk of this kind.
fn damaged(kind: [u8; 4]) -> Vec<u8> {
    let mut file = with_second(full(1), 2);
    let at = file.windows(4).rposition(|part| *part == kind).expect("it has one");
    file[at + 9] ^= 0x10;
    file
}

/// Animations whose chunks are in another order, too few or too many.
fn wrong_orders() -> Vec<(&'static str, Vec<u8>)> {
    let data = still().1;
    let (first, second) = data.split_at(20);
    let split = [(*b"IDAT", first.to_vec()), full(1), (*b"IDAT", second.to_vec())];
    let within = [&[announcement(2), full(0)], &split[..], &[frame(2, &data)]].concat();
    vec![
        ("a gap in the sequence", apng(&[announcement(2), full(0), picture(), full(1), frame(3, &data)])),
        ("a number twice", apng(&[announcement(2), full(0), picture(), full(0), frame(1, &data)])),
        ("a sequence that begins with 1", apng(&[announcement(2), full(1), picture(), full(2), frame(3, &data)])),
        ("frames exchanged", apng(&[announcement(2), full(0), picture(), frame(2, &data), full(1)])),
        ("no control", apng(&[announcement(2), full(0), picture(), frame(1, &data)])),
        ("no control at all", apng(&[announcement(1), picture(), frame(0, &data)])),
        ("no data of the last frame", apng(&[announcement(2), full(0), picture(), full(1)])),
        ("empty data of the last frame", apng(&[announcement(2), full(0), picture(), full(1), frame(2, b"")])),
        ("no data of a frame", apng(&[announcement(3), full(0), picture(), full(1), full(2), frame(3, &data)])),
        ("more frames announced", with_second(full(1), 3)),
        ("fewer frames announced", with_second(full(1), 1)),
        ("no frames announced", with_second(full(1), 0)),
        ("frames announced, none there", apng(&[announcement(2), picture()])),
        ("no announcement", apng(&[full(0), picture(), full(1), frame(2, &data)])),
        ("a late announcement", apng(&[full(0), picture(), announcement(2), full(1), frame(2, &data)])),
        ("two announcements", apng(&[announcement(1), announcement(1), full(0), picture()])),
        ("a short announcement", apng(&[short(announcement(1)), full(0), picture()])),
        ("a control within the picture", apng(&within)),
    ]
}

/// Animations with a chunk that makes no sense.
fn wrong_chunks() -> Vec<(&'static str, Vec<u8>)> {
    let at = |place: [u32; 4], how: [u8; 2]| with_second(control(1, place, how), 2);
    vec![
        ("a frame beside the picture", at([6, 8, 7, 0], [0, 0])),
        ("a frame below the picture", at([6, 8, 0, u32::MAX], [0, 0])),
        ("an empty frame", at([0, 8, 0, 0], [0, 0])),
        ("an unknown way to dispose", at([SIZE.0, SIZE.1, 0, 0], [3, 0])),
        ("an unknown way to blend", at([SIZE.0, SIZE.1, 0, 0], [0, 2])),
        ("a first frame of another size", apng(&[announcement(1), control(0, [6, 8, 0, 0], [0, 0]), picture()])),
        ("a short control", with_second(short(full(1)), 2)),
        ("too short data", apng(&[announcement(2), full(0), picture(), full(1), short(frame(2, b""))])),
        ("damaged data", damaged(*b"fdAT")),
        ("a damaged control", damaged(*b"fcTL")),
        ("a damaged announcement", damaged(*b"acTL")),
    ]
}

fn out_of_order() -> Vec<(&'static str, Vec<u8>)> {
    [wrong_orders(), wrong_chunks()].concat()
}

#[test]
fn an_animation_in_order_is_kept() {
    let picture = admit(&still().0, None).expect("whole").rgb;
    for (name, bytes, count) in in_order() {
        assert!(admit(&bytes, None).unwrap_or_else(|defect| panic!("{name}: {defect}")).rgb == picture, "{name}");
        let stripped = strip::strip(&bytes).expect(name);
        assert!(!stripped.animation_removed && !stripped.end_marker_added, "{name}");
        strip::check(&stripped.bytes).expect(name);
        assert_eq!(frames(&stripped.bytes), count, "{name}");
    }
}

#[test]
fn of_an_animation_out_of_order_the_default_image_is_kept() {
    let (png, _) = still();
    let picture = admit(&png, None).expect("whole").rgb;
    let clean = strip::strip(&png).expect("whole").bytes;
    for (name, bytes) in out_of_order() {
        let admitted = admit(&bytes, None).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        assert!(admitted.rgb == picture, "{name}");
        let stripped = strip::strip(&bytes).expect(name);
        assert!(stripped.animation_removed && !stripped.end_marker_added, "{name}");
        // The data of a picture may be in other chunks.
        assert!(parts(&stripped.bytes) == parts(&clean), "{name}");
        strip::check(&stripped.bytes).expect(name);
        assert!(strip::strip(&stripped.bytes).expect(name).bytes == stripped.bytes, "{name}");
        assert!(strip::check(&bytes).is_err(), "{name}");
        assert_eq!(frames(&stripped.bytes), 1, "{name}");
    }
}

#[test]
fn a_damaged_default_image_is_rejected_whatever_its_animation() {
    for (name, bytes) in out_of_order().into_iter().chain(in_order().into_iter().map(|(name, bytes, _)| (name, bytes)))
    {
        let at = bytes.windows(4).position(|part| part == b"IDAT").expect("a picture");
        for change in [4, 9, 15] {
            let mut damaged = bytes.clone();
            damaged[at + change] ^= 0x10;
            assert!(admit(&damaged, None).is_err(), "{name}");
        }
    }
}

#[test]
fn a_cut_animation_leaves_its_default_image() {
    let picture = admit(&still().0, None).expect("whole").rgb;
    for (name, bytes, count) in in_order().into_iter().skip(1) {
        let last_data = |kind: &[u8; 4]| {
            let at = bytes.windows(4).rposition(|part| part == kind)?;
            let length = u32::from_be_bytes(*bytes[at - 4..].first_chunk()?) as usize;
            Some(at + 4 + length)
        };
        let picture_end = last_data(b"IDAT").expect("a picture");
        let frames_end = last_data(b"fdAT").map_or(picture_end, |end| end + 4);
        for length in 0..bytes.len() {
            let (cut, name) = (&bytes[..length], format!("{name}, {length} of {} bytes", bytes.len()));
            let admitted = admit(cut, None);
            assert_eq!(admitted.is_ok(), length >= picture_end, "{name}: {:?}", admitted.err());
            if let Ok(admitted) = admitted {
                assert!(admitted.rgb == picture, "{name}");
                let stripped = strip::strip(cut).expect(&name);
                assert!(stripped.end_marker_added, "{name}");
                assert_eq!(stripped.animation_removed, length < frames_end, "{name}");
                strip::check(&stripped.bytes).expect(&name);
                let left = if stripped.animation_removed { 1 } else { count };
                assert_eq!(frames(&stripped.bytes), left, "{name}");
            }
        }
    }
}

/// The files of the tables, for a comparison with another program.
pub fn all() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    out_of_order().into_iter().chain(in_order().into_iter().map(|(name, bytes, _)| (name, bytes)))
}
