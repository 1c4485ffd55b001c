//! Real photos: intact ones are accepted, truncated ones are rejected.

// The counts and skipped files are printed in the test's output.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use gleaner::picture::decode::decode;
use gleaner::picture::{complete, format};

use super::{admit, generated};

/// Real photos from outside the repository, if they exist.
fn real_photos() -> Vec<(String, Vec<u8>)> {
    let mut photos = Vec::new();
    for folder in ["seed-sample/images", "demo-photos/photos"].into_iter().filter_map(crate::pipeline::shared) {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            photos.push((name, std::fs::read(&path).expect("a readable photo")));
        }
    }
    photos
}

/// Twenty positions per photo with GLEANER_FULL=1, otherwise a few.
fn per_photo(few: usize) -> usize {
    if is_full() { 20 } else { few }
}

fn is_full() -> bool {
    std::env::var_os("GLEANER_FULL").is_some()
}

/// Generated photos and real ones: every tenth, or all with GLEANER_FULL=1.
fn some_photos() -> Vec<(String, Vec<u8>)> {
    let step = if is_full() { 1 } else { 10 };
    real_photos().into_iter().step_by(step).chain(made_photos()).collect()
}

/// A small seeded generator (SplitMix64), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

#[test]
fn every_intact_photo_is_accepted() {
    for (name, bytes) in real_photos().iter().chain(&made_photos()) {
        let format = format::sniff(bytes).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        let size = complete::check(bytes, format).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        let scaled = decode(bytes, format, Some(640)).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        assert_eq!(scaled.rgb.len(), scaled.width as usize * scaled.height as usize * 3, "{name}");
        assert!(scaled.width.max(scaled.height) >= size.long_edge().min(640), "{name}");
    }
}

#[test]
fn a_truncated_photo_is_accepted_only_if_its_picture_is_complete() {
    let mut random = Random(1);
    let (mut cuts, mut whole) = (0, 0);
    for (name, bytes) in &some_photos() {
        for _ in 0..per_photo(8) {
            let cut = &bytes[..random.below(bytes.len())];
            cuts += 1;
            if let Ok(picture) = admit(cut, None) {
                whole += 1;
                let intact = admit(bytes, None).expect("it is intact");
                assert!(picture.rgb == intact.rgb, "{name} cut to {} of {} bytes", cut.len(), bytes.len());
            }
        }
    }
    println!("{cuts} truncations, {whole} of them after the end of the picture, all others rejected");
    // Of the smallest pictures the end that no pixel needs is a tenth.
    assert!(whole * 20 <= cuts, "{whole} of {cuts} truncated photos were accepted");
}

#[test]
fn a_truncation_of_the_last_bytes_is_detected() {
    for (name, bytes) in &made_photos() {
        for missing in 1..=40 {
            let admitted = admit(&bytes[..bytes.len() - missing], None);
            // No pixel needs the pad byte of a lossless WebP, a JPEG's end marker, a PNG's end chunk with the checksum
            // before it, or a GIF's trailer with the end of the data before it.
            let needless = [("webp", 1), ("jpeg", 2), ("png", 16), ("gif", 4)];
            let is_needless = needless.iter().any(|&(format, bytes)| name.contains(format) && missing <= bytes);
            match admitted {
                Ok(picture) if is_needless => {
                    assert!(picture.rgb == admit(bytes, None).expect("it is intact").rgb, "{name}: other pixels");
                }
                admitted => assert!(admitted.is_err(), "{name} without its last {missing} bytes"),
            }
        }
    }
}

/// The range of a JPEG's scan data: after the first scan header, before the last marker.
fn scan_data(jpeg: &[u8]) -> std::ops::Range<usize> {
    let mut at = 2;
    while jpeg[at + 1] != 0xda {
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    let start = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    let end = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xd9]).expect("an end marker");
    start..end
}

#[test]
fn a_truncated_jpeg_with_an_end_marker_is_rejected() {
    let mut random = Random(3);
    let (mut cuts, mut seen, mut gaps, mut gaps_seen) = (0, 0, 0, 0);
    for (name, bytes) in some_photos().iter().filter(|(_, bytes)| bytes.starts_with(b"\xff\xd8")) {
        let data = scan_data(bytes);
        let intact = admit(bytes, Some(640)).expect("it is intact");
        for _ in 0..per_photo(8) {
            let cut = data.start + random.below(data.len());
            let closed = [&bytes[..cut], &[0xff, 0xd9]].concat();
            cuts += 1;
            match admit(&closed, Some(640)) {
                Err(_) => seen += 1,
                Ok(picture) if picture.rgb == intact.rgb => seen += 1,
                Ok(_) => println!("{name}: truncation at {cut} of {data:?} is not detected"),
            }
            let until = cut + (1 + random.below(4096)).min(data.end - cut);
            let with_gap = [&bytes[..cut], &bytes[until..]].concat();
            gaps += 1;
            gaps_seen += usize::from(admit(&with_gap, Some(640)).is_err());
        }
    }
    println!("{seen} of {cuts} truncations and {gaps_seen} of {gaps} gaps are detected");
    assert!(seen * 1000 >= cuts * 995, "{seen} of {cuts} truncations are detected");
    assert!(gaps_seen * 100 >= gaps * 80, "{gaps_seen} of {gaps} gaps are detected");
}

/// Whole, cut, with a gap, with a flipped bit: what strip reads and what the decoder reads must be the same picture.
#[test]
fn a_jpeg_whose_data_are_only_passed_over_ends_where_the_decoded_one_does() {
    let mut random = Random(4);
    let (mut whole, mut broken) = (0, 0);
    for (name, bytes) in some_photos().iter().filter(|(_, bytes)| bytes.starts_with(b"\xff\xd8")) {
        let data = scan_data(bytes);
        let mut variants = vec![bytes.clone(), bytes[..data.end].to_vec()];
        for _ in 0..per_photo(8) {
            let at = data.start + random.below(data.len());
            let until = at + random.below(64).min(data.end - at);
            variants.push(bytes[..at].to_vec());
            variants.push([&bytes[..at], &bytes[until..]].concat());
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << random.below(8);
            variants.push(flipped);
        }
        for variant in variants {
            let Ok(frame) = scaled_jpeg::headers(bytes) else { panic!("{name}: no headers") };
            let passed_over = scaled_jpeg::extent(&variant);
            let decoded = scaled_jpeg::decode(&variant, &frame, 8, false).map(|pixels| pixels.extent);
            assert_eq!(passed_over, decoded, "{name}, {} of {} bytes", variant.len(), bytes.len());
            *if decoded.is_ok() { &mut whole } else { &mut broken } += 1;
        }
    }
    assert!(whole > 20 && broken > 20, "{whole} whole, {broken} broken");
}

#[test]
fn a_progressive_jpeg_without_its_last_scan_is_rejected() {
    let (_, jpeg) = &made_photos()[1];
    let last = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xda]).expect("a scan");
    let shorter = [&jpeg[..last], &[0xff, 0xd9]].concat();
    let defect = admit(&shorter, None).err().expect("it is not whole");
    assert!(defect.to_string().contains("cut off"), "{defect}");
}

#[test]
fn a_jpeg_without_a_scan_is_rejected() {
    let (_, jpeg) = &made_photos()[0];
    let scan = jpeg.windows(2).position(|w| w == [0xff, 0xda]).expect("a scan");
    let empty = [&jpeg[..scan], &[0xff, 0xd9]].concat();
    assert!(admit(&empty, None).is_err());
}

#[test]
fn a_flipped_bit_never_panics_and_changes_no_pixel_of_a_png_that_is_kept() {
    let mut random = Random(2);
    let (mut flips, mut rejected) = (0, 0);
    for (name, bytes) in &some_photos() {
        for _ in 0..per_photo(2) {
            let mut flipped = bytes.clone();
            flipped[random.below(bytes.len())] ^= 1 << random.below(8);
            let admitted = admit(&flipped, Some(640));
            flips += 1;
            rejected += usize::from(admitted.is_err());
            // A PNG is kept only if the bit is in a chunk that no pixel needs.
            if let (Ok(admitted), true) = (&admitted, bytes.starts_with(b"\x89PNG")) {
                assert!(admitted.rgb == admit(bytes, Some(640)).unwrap().rgb, "{name}");
            }
        }
    }
    println!("{rejected} of {flips} flipped bits rejected");
}

fn made_photos() -> Vec<(String, Vec<u8>)> {
    generated::all_kinds().into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}
