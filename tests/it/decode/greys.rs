//! GIFs without colours are grey, and other programs read what is stored of unusual PNGs and GIFs.

use std::path::Path;
use std::process::Command;

use gleaner::picture::strip;

use super::colour::python;
use super::cut::{noise, parts};
use super::{admit, animation, generated};

/// A GIF without a colour table: the picture's indexes, and which of them is transparent.
fn colourless((width, height): (u16, u16), colours: u32, transparent: Option<u8>, interlaced: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let palette = vec![9; colours as usize * 3];
    let mut encoder = gif::Encoder::new(&mut file, width, height, &palette).expect("a screen");
    let buffer = noise(usize::from(width) * usize::from(height), colours).into();
    let frame = gif::Frame { width, height, interlaced, transparent, buffer, ..gif::Frame::default() };
    encoder.write_frame(&frame).expect("a frame");
    drop(encoder);
    file[10] &= 0x7f;
    file.drain(13..13 + palette.len());
    file
}

fn all_colourless() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (colours, transparent, interlaced) in
        [(256, None, false), (256, None, true), (256, Some(77), false), (4, None, false), (2, Some(1), true)]
    {
        let name = format!("gif of {colours} greys, transparent {transparent:?}, interlaced {interlaced}");
        files.push((name, colourless((40, 30), colours, transparent, interlaced)));
    }
    files
}

#[test]
fn the_indexes_of_a_gif_without_colours_are_greys() {
    for (colours, transparent) in [(256, None), (256, Some(77)), (4, None)] {
        let gif = colourless((40, 30), colours, transparent, false);
        let picture = admit(&gif, None).expect("it has every pixel");
        let indexes = noise(40 * 30, colours).into_iter();
        let greys = indexes.flat_map(|index| [if transparent == Some(index) { 255 } else { index }; 3]);
        assert!(picture.rgb == greys.collect::<Vec<_>>(), "{colours} {transparent:?}");
        let stripped = strip::strip(&gif).expect("it has every pixel");
        strip::check(&stripped.bytes).expect("it is stripped");
        assert!(admit(&stripped.bytes, None).expect("it is whole").rgb == picture.rgb);
    }
    // The colours of the frame are its own.
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, 4, 4, &[]).expect("a screen");
    let palette = Some(vec![1, 2, 3, 200, 100, 50]);
    let frame = gif::Frame { width: 4, height: 4, palette, buffer: vec![1; 16].into(), ..gif::Frame::default() };
    encoder.write_frame(&frame).expect("a frame");
    drop(encoder);
    assert!(admit(&file, None).expect("whole").rgb == [200, 100, 50].repeat(16));
}

#[test]
fn a_gif_without_colours_that_lacks_a_pixel_is_rejected() {
    let gif = colourless((40, 30), 256, None, false);
    for missing in 3..200 {
        let cut = &gif[..gif.len() - missing];
        assert!(admit(cut, None).is_err() || missing < 5, "{missing}");
    }
}

/// What is stored of every unusual file that is kept, and its pixels.
fn stored() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let mut received = all_colourless();
    received.extend(animation::all().map(|(name, bytes)| (format!("apng with {name}"), bytes)));
    for (name, bytes) in generated::all_kinds().into_iter().filter(|(name, _)| name.contains("png")) {
        received.push((format!("{name} without its end"), bytes[..bytes.len() - 13].to_vec()));
    }
    for frames in [1, 3] {
        let gif = generated::gif(40, 30, frames);
        received.push((format!("gif of {frames} frames without its end"), gif[..gif.len() - 2].to_vec()));
    }
    let (start, data, _) = parts(&generated::all_kinds()[6].1);
    received.push(("png without an end chunk".into(), [start, generated::png_chunk(*b"IDAT", &data)].concat()));
    let stored = received.into_iter().map(|(name, bytes)| {
        let picture = admit(&bytes, None).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        let stripped = strip::strip(&bytes).unwrap_or_else(|err| panic!("{name}: {err}"));
        (name, stripped.bytes, picture.rgb)
    });
    stored.collect()
}

#[test]
fn pillow_reads_what_is_stored_and_sees_the_same_pixels() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let stored = stored();
    for (nth, (_, bytes, _)) in stored.iter().enumerate() {
        std::fs::write(folder.path().join(nth.to_string()), bytes).expect("a disk");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/picture_reference.py");
    let answer = Command::new(python).arg(script).arg(folder.path()).output().expect("Python runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    for (nth, (name, _, rgb)) in stored.iter().enumerate() {
        let wanted = std::fs::read(folder.path().join(format!("{nth}.rgb"))).expect("its pixels");
        assert_eq!(rgb.len(), wanted.len(), "{name}");
        // Blending with white is rounded.
        assert!(rgb.iter().zip(&wanted).all(|(a, b)| a.abs_diff(*b) <= 1), "{name}: other pixels");
    }
    println!("{} files", stored.len());
}
