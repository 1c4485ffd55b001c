//! JPEGs that are unusual at their end or in their headers: they are kept if every pixel is there.

use gleaner::picture::strip;
use jpeg_encoder::ColorType;

use super::{admit, generated};
use crate::pipeline::shared;

fn jpegs() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    generated::all_kinds().into_iter().filter(|(name, _)| name.ends_with("jpeg") || name.starts_with("jpeg"))
}

/// A larger one, progressive, of noise: its scans refine many coefficients.
fn noisy(progressive: bool) -> Vec<u8> {
    let mut state = 1_u32;
    let noise = |state: &mut u32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*state >> 24) as u8
    };
    let pixels: Vec<u8> = (0..200 * 120 * 3).map(|_| noise(&mut state)).collect();
    let configure: fn(&mut jpeg_encoder::Encoder<&mut Vec<u8>>) =
        if progressive { |e| e.set_progressive(true) } else { |e| e.set_restart_interval(7) };
    generated::jpeg(ColorType::Rgb, &pixels, (200, 120), configure)
}

fn all_jpegs() -> Vec<(&'static str, Vec<u8>)> {
    jpegs().chain([("noisy progressive", noisy(true)), ("noisy with restarts", noisy(false))]).collect()
}

#[test]
fn a_jpeg_without_its_end_marker_is_kept_whatever_follows_its_picture() {
    let another = generated::all_kinds().swap_remove(0).1;
    let tails: [(&str, Vec<u8>); 8] = [
        ("nothing", Vec::new()),
        ("half a marker", vec![0xff]),
        ("zeros", vec![0; 5000]),
        ("fill bytes", vec![0xff; 40]),
        ("a trailer", b"SEFH\x01\0\0\0Image_UTC_Data1700000000000SEFT".to_vec()),
        ("markers by chance", b"dhav\xff\x01\xff\xe1\0\xff\x02\xff\xda\0\xff\xc0\0".repeat(9)),
        ("another picture", another.clone()),
        ("half of another picture", another[..another.len() / 2].to_vec()),
    ];
    for (name, jpeg) in all_jpegs() {
        let intact = admit(&jpeg, None).expect(name);
        for (what, tail) in &tails {
            let bytes = [&jpeg[..jpeg.len() - 2], tail].concat();
            let picture = admit(&bytes, None).unwrap_or_else(|defect| panic!("{name} and {what}: {defect}"));
            assert!(picture.rgb == intact.rgb, "{name} and {what}: other pixels");
            let stripped = strip::strip(&bytes).expect(name);
            assert!(stripped.end_marker_added, "{name} and {what}");
            strip::check(&stripped.bytes).expect(name);
            assert!(stripped.bytes.len() <= jpeg.len() + 1, "{name} and {what}: the tail is kept");
            assert!(admit(&stripped.bytes, None).expect(name).rgb == intact.rgb);
        }
    }
}

#[test]
fn one_byte_of_picture_data_less_is_too_little() {
    for (name, jpeg) in all_jpegs() {
        assert!(!strip::strip(&jpeg).expect(name).end_marker_added);
        for missing in 3..=60 {
            assert!(admit(&jpeg[..jpeg.len() - missing], None).is_err(), "{name} without {missing} bytes");
        }
    }
}

#[test]
fn zeros_in_place_of_picture_data_are_seen() {
    // A program that reserves space for a download leaves zeros. Few of them may pass for the end of the data.
    let (mut seen, mut cuts) = (0, 0);
    for (name, jpeg) in all_jpegs() {
        for missing in (3..jpeg.len() / 2).step_by(41) {
            let bytes = [&jpeg[..jpeg.len() - missing], &[0; 30_000]].concat();
            let is_rejected = admit(&bytes, None).is_err();
            (cuts, seen) = (cuts + 1, seen + usize::from(is_rejected));
            assert!(!name.contains("noisy") || missing < 2_000 || is_rejected, "{name} {missing}");
        }
    }
    println!("{seen} of {cuts} are seen");
    assert!(seen * 10 >= cuts * 8, "{seen} of {cuts}");
}

#[test]
fn shared_files_without_an_end_marker_are_kept() {
    let Some(folder) = shared("cases/jpeg-without-eoi/photos") else { return };
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        let picture = admit(&bytes, None).unwrap_or_else(|defect| panic!("{}: {defect}", path.display()));
        assert_eq!((picture.width, picture.height), (320, 240), "{}", path.display());
        assert!(strip::strip(&bytes).expect("it is whole").end_marker_added, "{}", path.display());
    }
}

/// Offsets of the first frame header's components and of all scan headers' contents.
fn headers(jpeg: &[u8]) -> (usize, Vec<usize>) {
    let find =
        |marker: u8| (2..jpeg.len() - 4).filter(move |&at| jpeg[at] == 0xff && jpeg[at + 1] == marker).map(|at| at + 4);
    let frame = find(0xc0).chain(find(0xc1)).chain(find(0xc2)).min().expect("a frame header");
    (frame + 6, find(0xda).collect())
}

#[test]
fn components_may_share_an_identifier() {
    for (name, jpeg) in
        all_jpegs().into_iter().filter(|(name, _)| !name.contains("grey") && !name.contains("progressive"))
    {
        let intact = admit(&jpeg, None).expect(name).rgb;
        let mut shared = jpeg.clone();
        let (components, scans) = headers(&jpeg);
        let count = usize::from(jpeg[components - 1]);
        (0..count).for_each(|nth| shared[components + nth * 3] = 1);
        for scan in scans {
            (0..usize::from(jpeg[scan])).for_each(|nth| shared[scan + 1 + nth * 2] = 1);
        }
        let picture = admit(&shared, None).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        // Four components: only the order counts.
        assert!(picture.rgb == intact, "{name}");
    }
}

#[test]
fn parameters_that_a_sequential_scan_does_not_use_may_have_any_value() {
    for (name, jpeg) in all_jpegs().into_iter().filter(|(name, _)| !name.contains("progressive")) {
        let intact = admit(&jpeg, None).expect(name).rgb;
        for parameters in [[0, 0, 0], [1, 2, 0x11], [63, 0, 0], [0, 255, 0]] {
            let mut odd = jpeg.clone();
            for scan in headers(&jpeg).1 {
                let at = scan + 1 + usize::from(jpeg[scan]) * 2;
                odd[at..at + 3].copy_from_slice(&parameters);
            }
            let picture = admit(&odd, None).unwrap_or_else(|defect| panic!("{name} {parameters:?}: {defect}"));
            assert!(picture.rgb == intact, "{name} {parameters:?}");
        }
    }
}

#[test]
fn bytes_that_no_pixel_needs_are_not_stored() {
    const HIDDEN: &[u8] = b"Jane Example, 47.3769 N 8.5417 E";
    for (name, jpeg) in all_jpegs() {
        let intact = admit(&jpeg, None).expect(name).rgb;
        let clean = strip::strip(&jpeg).expect(name).bytes;
        let before_end = jpeg.len() - 2;
        let restart = (0..before_end).rev().find(|&at| jpeg[at] == 0xff && (0xd0..=0xd7).contains(&jpeg[at + 1]));
        let scan_header = (0..before_end).rev().find(|&at| jpeg[at..].starts_with(&[0xff, 0xda]));
        for at in [Some(before_end), restart, scan_header].into_iter().flatten() {
            for hidden in [HIDDEN, b"\0", &[b"\xff\0", HIDDEN].concat()] {
                let bytes = [&jpeg[..at], hidden, &jpeg[at..]].concat();
                let stripped = strip::strip(&bytes).expect(name);
                assert_eq!(stripped.bytes, clean, "{name}, {} bytes at {at}", hidden.len());
                assert!(!stripped.end_marker_added, "{name}");
                assert!(strip::check(&bytes).is_err(), "{name}");
                strip::check(&stripped.bytes).expect(name);
            }
        }
        // A scan of what is there already.
        let scan = &jpeg[scan_header.expect("a scan")..before_end];
        let twice = [&jpeg[..before_end], scan, HIDDEN, &jpeg[before_end..]].concat();
        let stripped = strip::strip(&twice).expect(name);
        assert_eq!(stripped.bytes, clean, "{name}");
        assert!(admit(&stripped.bytes, None).expect(name).rgb == intact, "{name}");
    }
}

#[test]
fn a_jpeg_without_code_tables_uses_the_standard_ones() {
    for name in ["baseline jpeg", "jpeg with restarts", "grey jpeg"] {
        let (_, jpeg) = jpegs().find(|(kind, _)| *kind == name).expect("it is generated");
        let mut without = jpeg[..2].to_vec();
        let mut at = 2;
        while jpeg[at + 1] != 0xda {
            let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
            if jpeg[at + 1] != 0xc4 {
                without.extend(&jpeg[at..end]);
            }
            at = end;
        }
        without.extend(&jpeg[at..]);
        assert!(without.len() + 100 < jpeg.len(), "{name}");
        assert!(admit(&without, None).expect(name).rgb == admit(&jpeg, None).expect(name).rgb, "{name}");
    }
}

#[test]
fn a_gif_may_end_a_block_twice_and_hold_extensions_that_nobody_knows() {
    let gif = generated::gif(9, 5, 2);
    let intact = admit(&gif, None).expect("whole").rgb;
    let clean = strip::strip(&gif).expect("whole").bytes;
    let first_block = 13 + 6;
    let extension = b"!\x2a\x05hello\x02ab\0";
    for (what, inserted) in [
        ("a zero", &b"\0"[..]),
        ("zeros", &[0; 9]),
        ("an extension", extension),
        ("both", &[extension, &b"\0"[..]].concat()),
    ] {
        for at in [first_block, gif.len() - 1] {
            let odd = [&gif[..at], inserted, &gif[at..]].concat();
            let picture = admit(&odd, None).unwrap_or_else(|defect| panic!("{what} at {at}: {defect}"));
            assert!(picture.rgb == intact, "{what} at {at}");
            assert_eq!(strip::strip(&odd).expect(what).bytes, clean, "{what} at {at}");
        }
    }
}
