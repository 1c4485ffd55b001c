//! PNGs and GIFs that are cut off: they are kept if every pixel is there, and get the end that they lack.

use gleaner::picture::strip::{self, Stripped};
use proptest::prelude::*;

use super::{admit, generated};

/// Pixels, none like its neighbours.
pub fn noise(count: usize, levels: u32) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) % levels) as u8
    };
    (0..count).map(|_| next()).collect()
}

/// A PNG whose picture data are in chunks of this many bytes.
pub fn split_png(png: &[u8], bytes_per_chunk: usize) -> Vec<u8> {
    let (start, data, end) = parts(png);
    let data = data.chunks(bytes_per_chunk).map(|part| generated::png_chunk(*b"IDAT", part));
    [start, data.collect::<Vec<_>>().concat(), end].concat()
}

/// What is before the picture data of a PNG, these data, and what is after them.
pub fn parts(png: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let (mut start, mut data, mut end) = (png[..8].to_vec(), Vec::new(), Vec::new());
    let mut rest = &png[8..];
    while let Some(length) = rest.first_chunk().map(|length| u32::from_be_bytes(*length) as usize) {
        let (chunk, after) = rest.split_at(length + 12);
        match &chunk[4..8] {
            b"IDAT" => data.extend(&chunk[8..length + 8]),
            _ if data.is_empty() => start.extend(chunk),
            _ => end.extend(chunk),
        }
        rest = after;
    }
    (start, data, end)
}

fn noisy_gif((width, height): (u16, u16), colours: u32, interlaced: bool) -> Vec<u8> {
    let palette: Vec<u8> = (0..colours).flat_map(|nth| [nth as u8, 255 - nth as u8, 90]).collect();
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width, height, &palette).expect("a screen");
    let buffer = noise(usize::from(width) * usize::from(height), colours).into();
    encoder.write_frame(&gif::Frame { width, height, interlaced, buffer, ..gif::Frame::default() }).expect("a frame");
    drop(encoder);
    file
}

/// PNGs and GIFs, each with the number of bytes at its end that no pixel of its first frame needs, if that is known.
fn files() -> Vec<(String, Vec<u8>, Option<usize>)> {
    let kinds = generated::all_kinds().into_iter().filter(|(name, _)| name.contains("png"));
    let mut files: Vec<_> = kinds.map(|(name, png)| (name.to_owned(), png, Some(16))).collect();
    let rgb = files[0].1.clone();
    files.push(("png in many chunks".into(), split_png(&rgb, 50), Some(16)));
    let text = generated::png_chunk(*b"tEXt", b"Comment\0after the picture");
    let (start, data, end) = parts(&rgb);
    let with_text = [start, generated::png_chunk(*b"IDAT", &data), text.clone(), end].concat();
    files.push(("png with a text".into(), with_text, Some(16 + text.len())));
    files.push(("gif of three frames".into(), generated::gif(40, 30, 3), None));
    for (size, colours, interlaced) in [((61, 40), 256, false), ((61, 40), 2, true), ((100, 80), 16, false)] {
        files.push((format!("gif of {colours} colours"), noisy_gif(size, colours, interlaced), None));
    }
    files
}

/// What is stored of a file with this picture; a cut one gets its end.
fn stored(name: &str, bytes: &[u8], picture: &[u8]) -> Stripped {
    let stripped = strip::strip(bytes).unwrap_or_else(|err| panic!("{name}: {err}"));
    strip::check(&stripped.bytes).unwrap_or_else(|err| panic!("{name}: {err}"));
    let again = strip::strip(&stripped.bytes).expect(name);
    assert!(again.bytes == stripped.bytes && !again.end_marker_added && !again.animation_removed, "{name}");
    assert!(admit(&stripped.bytes, None).expect(name).rgb == picture, "{name}: other pixels are stored");
    stripped
}

#[test]
fn a_png_or_gif_cut_at_any_byte_is_kept_only_with_every_pixel() {
    for (name, bytes, unneeded) in &files() {
        let intact = admit(bytes, None).expect(name).rgb;
        let whole = strip::strip(bytes).expect(name);
        assert!(!whole.end_marker_added, "{name}");
        let mut kept = 0;
        for length in 0..bytes.len() {
            let (cut, name) = (&bytes[..length], format!("{name} cut to {length} of {} bytes", bytes.len()));
            match admit(cut, None) {
                Ok(picture) => {
                    assert!(picture.rgb == intact, "{name}: other pixels");
                    assert!(stored(&name, cut, &intact).end_marker_added, "{name}");
                    kept += 1;
                }
                Err(defect) => {
                    assert!(defect.to_string().contains("cut off") || length < 8, "{name}: {defect}");
                    assert!(strip::strip(cut).is_err(), "{name}: it may be stored");
                }
            }
        }
        println!("{name}: {kept} of {} cuts are kept", bytes.len());
        assert_eq!(kept, unneeded.unwrap_or(kept), "{name}");
        assert!(kept > 0, "{name}");
        let almost = &bytes[..bytes.len() - 1];
        assert!(stored(name, almost, &intact).bytes == whole.bytes, "{name} without its last byte");
    }
}

#[test]
fn a_png_without_its_end_chunk_is_kept_whatever_else_is_missing() {
    let text = generated::png_chunk(*b"tEXt", b"Comment\0Jane Example");
    let mut wrong_text = text.clone();
    *wrong_text.last_mut().unwrap() ^= 1;
    for (name, png) in generated::all_kinds().into_iter().filter(|(name, _)| name.contains("png")) {
        let intact = admit(&png, None).expect(name).rgb;
        let clean = strip::strip(&png).expect(name).bytes;
        let picture = &png[..png.len() - 12];
        for (what, tail, is_kept) in [
            ("nothing", Vec::new(), true),
            ("half an end chunk", b"\0\0\0\0IEN".to_vec(), true),
            ("an end chunk without its checksum", b"\0\0\0\0IEND".to_vec(), true),
            ("a text", text.clone(), true),
            ("half a text", text[..20].to_vec(), true),
            ("zeros", vec![0; 5000], true),
            ("seven zeros", vec![0; 7], true),
            ("a text and zeros", [&text[..], &[0; 90]].concat(), true),
            ("a damaged end chunk", b"\0\0\0\0IEND\xae\x42\x60\x83".to_vec(), false),
            ("an end chunk with a length", b"\x01\0\0\0IEND\xae\x42\x60\x82".to_vec(), true),
            ("half a text and zeros", [&text[..20], &[0; 90]].concat(), true),
            ("no chunk", vec![0x20; 40], true),
            ("a text with a wrong checksum", wrong_text.clone(), true),
            ("an unknown chunk that decoders may not skip", generated::png_chunk(*b"NEED", b"data"), false),
            ("half a chunk of picture data", b"\0\0\0\x09IDATdata".to_vec(), false),
        ] {
            let bytes = [picture, &tail].concat();
            let (name, admitted) = (format!("{name} and {what}"), admit(&bytes, None));
            assert_eq!(admitted.is_ok(), is_kept, "{name}: {:?}", admitted.err());
            if is_kept {
                assert!(admitted.expect(&name).rgb == intact, "{name}: other pixels");
                let stripped = stored(&name, &bytes, &intact);
                assert!(stripped.end_marker_added && stripped.bytes == clean, "{name}");
            }
        }
    }
}

#[test]
fn a_png_with_a_damaged_text_is_kept_and_one_with_damaged_transparency_is_not() {
    for (kind, is_kept) in [(*b"tEXt", true), (*b"eXIf", true), (*b"vpAg", true), (*b"tRNS", false), (*b"gAMA", false)]
    {
        let (name, png) = generated::all_kinds().into_iter().find(|(name, _)| name.contains("png")).unwrap();
        let intact = admit(&png, None).expect(name).rgb;
        let mut damaged = generated::png_chunk(kind, b"some data");
        *damaged.last_mut().unwrap() ^= 1;
        // After the header of 8 + 25 bytes.
        let bytes = [&png[..33], &damaged, &png[33..]].concat();
        let admitted = admit(&bytes, None);
        assert_eq!(admitted.is_ok(), is_kept, "{kind:?}: {:?}", admitted.err());
        if is_kept {
            assert!(admitted.unwrap().rgb == intact);
            assert!(!stored(name, &bytes, &intact).end_marker_added);
        }
    }
}

#[test]
fn a_png_that_ends_with_a_chunk_before_its_last_data_is_rejected() {
    let png = split_png(&generated::all_kinds().swap_remove(6).1, 40);
    let (start, data, _) = parts(&png);
    let ends = (0..data.len().div_ceil(40)).map(|chunks| start.len() + chunks * 52);
    for end in ends {
        for tail in [&b""[..], b"\0\0\0\0IEND", &[0; 30], &generated::png_chunk(*b"IEND", b"")] {
            let cut = [&png[..end], tail].concat();
            assert!(admit(&cut, None).is_err(), "{end} and {} bytes", tail.len());
            let is_closed = tail.len() == 12;
            assert!(is_closed || strip::strip(&cut).is_err(), "{end} and {} bytes", tail.len());
        }
    }
    // Without their checksum the picture data are not known to be right.
    let unproven = [start, generated::png_chunk(*b"IDAT", &data[..data.len() - 4])].concat();
    assert!(admit(&unproven, None).is_err());
}

#[test]
fn a_gif_without_its_trailer_is_kept_whatever_else_is_missing() {
    let comment = b"!\xfe\x0cJane Example\0";
    let control = b"!\xf9\x04\x01\0\0\0\0";
    for (name, gif) in [("one frame", generated::gif(40, 30, 1)), ("noise", noisy_gif((61, 40), 256, true))] {
        let intact = admit(&gif, None).expect(name).rgb;
        let clean = strip::strip(&gif).expect(name).bytes;
        let picture = &gif[..gif.len() - 1];
        let frame = [&b","[..], &[0; 8], &[0, 2, 1, 0x44, 0]].concat();
        for (what, tail, is_kept) in [
            ("nothing", Vec::new(), true),
            ("zeros", vec![0; 500], true),
            ("a comment", comment.to_vec(), true),
            ("half a comment", comment[..9].to_vec(), true),
            ("the control of another frame", control.to_vec(), true),
            ("the beginning of another frame", frame[..6].to_vec(), false),
            ("half a control", control[..5].to_vec(), true),
            ("no block", b"text".to_vec(), false),
        ] {
            let bytes = [picture, &tail].concat();
            let (name, admitted) = (format!("{name} and {what}"), admit(&bytes, None));
            assert_eq!(admitted.is_ok(), is_kept, "{name}: {:?}", admitted.err());
            if is_kept {
                assert!(admitted.expect(&name).rgb == intact, "{name}: other pixels");
                let stripped = stored(&name, &bytes, &intact);
                assert!(stripped.end_marker_added && stripped.bytes == clean, "{name}");
            }
        }
    }
}

#[test]
fn a_gif_that_ends_within_its_second_frame_is_rejected() {
    let (one, three) = (generated::gif(40, 30, 1), generated::gif(40, 30, 3));
    let frame = (three.len() - one.len()) / 2;
    let intact = admit(&one, None).expect("whole").rgb;
    for nth in 1..=3 {
        let end = one.len() - 1 + (nth - 1) * frame;
        let stripped = stored("whole frames", &three[..end], &intact);
        let decoder = gif::DecodeOptions::new().read_info(&stripped.bytes[..]).expect("a screen");
        let frames: Result<Vec<_>, _> = decoder.into_iter().collect();
        assert_eq!(frames.expect("whole").len(), nth);
        let within_next = end + 8 + 20;
        assert!(nth == 3 || admit(&three[..within_next], None).is_err(), "{nth}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_cut_off_no_pixel_of_what_is_kept_is_missing(
        (width, height) in (1..90_u16, 1..90_u16), colours in 1..=256_u32, interlaced: bool, png: bool,
        missing in 1..40_usize
    ) {
        let bytes = if png {
            let size = (u32::from(width), u32::from(height));
            let pixels = noise(usize::from(width) * usize::from(height), colours);
            split_png(&generated::png(png::ColorType::Grayscale, png::BitDepth::Eight, &pixels, size), 999)
        } else {
            noisy_gif((width, height), colours, interlaced)
        };
        let intact = admit(&bytes, None).expect("whole").rgb;
        let is_needless = missing <= if png { 16 } else { 2 };
        for cut in [&bytes[..bytes.len().saturating_sub(missing)], &bytes[..bytes.len() / missing]] {
            let admitted = admit(cut, None);
            prop_assert!(admitted.is_ok() || !is_needless || cut.len() + missing < bytes.len());
            if let Ok(picture) = admitted {
                prop_assert!(picture.rgb == intact);
                stored("cut", cut, &intact);
            }
        }
    }
}
