//! Decompression bombs, wrong types, and random bytes.

use std::io::Write;

use gleaner::photo::ImageFormat;
use gleaner::picture::{Defect, complete, format};
use proptest::prelude::*;

use super::{admit, generated};

fn too_large(bytes: &[u8]) -> bool {
    // Only the check runs: it allocates no pixels, not even for a decompression bomb.
    let format = format::sniff(bytes).expect("a known format");
    let planned = gleaner::picture::decode::Plan::new(bytes, format, Some(640));
    matches!(planned, Err(Defect::TooLarge(_) | Defect::TooCostly(_)))
}

fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = generated::all_kinds().remove(0).1;
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).expect("a frame header");
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn gif_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut gif = generated::gif(4, 4, 1);
    gif[6..8].copy_from_slice(&width.to_le_bytes());
    gif[8..10].copy_from_slice(&height.to_le_bytes());
    gif
}

fn webp_claiming(width: u32, height: u32) -> Vec<u8> {
    let size = |edge: u32| (edge - 1).to_le_bytes()[..3].to_vec();
    let canvas = [&b"VP8X\x0a\0\0\0\0\0\0\0"[..], &size(width), &size(height)].concat();
    [&b"RIFF"[..], &(4 + canvas.len() as u32).to_le_bytes(), b"WEBP", &canvas].concat()
}

#[test]
fn a_picture_that_claims_to_be_huge_is_rejected_before_its_pixels_are_allocated() {
    assert!(too_large(&generated::png_claiming(60_000, 60_000, b"")));
    assert!(too_large(&generated::png_claiming(1, 65_536, b"")));
    assert!(too_large(&generated::png_claiming(25_000, 25_000, b"")));
    assert!(too_large(&jpeg_claiming(65_500, 65_500)));
    assert!(too_large(&jpeg_claiming(25_000, 25_000)));
    assert!(too_large(&webp_claiming(1 << 24, 1 << 24)));
    assert!(too_large(&webp_claiming(65_536, 1)));
    assert!(too_large(&gif_claiming(60_000, 60_000)));
    // A small frame on a large screen is a picture.
    let picture = admit(&gif_claiming(16_000, 16_000), Some(640)).expect("it is reduced while it is read");
    assert_eq!((picture.width, picture.rgb.last()), (2_000, Some(&255)));
}

#[test]
fn an_animation_of_ten_thousand_frames_is_rejected() {
    assert!(too_large(&generated::gif(4, 4, 10_000)));
    assert!(admit(&generated::gif(4, 4, 1_000), None).is_ok());
}

#[test]
fn a_png_with_too_much_data_is_not_inflated_to_the_end() {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        zlib.write_all(&vec![0; 1 << 20]).expect("memory");
    }
    let bomb = generated::png_claiming(10, 10, &zlib.finish().expect("memory"));
    // 64 MiB of pixels for a picture of 310 bytes: accepted or not, memory use stays small.
    if let Ok(picture) = admit(&bomb, None) {
        assert_eq!(picture.rgb.len(), 300);
    }
    let stuffed = generated::png_claiming(10, 10, &vec![0; 1 << 20]);
    assert!(admit(&stuffed, None).is_err(), "a PNG with far too much data");
    let short = generated::png_claiming(10, 10, b"\x78\x9c\x03\x00\x00\x00\x00\x01");
    assert!(admit(&short, None).is_err(), "a PNG with too little data");
}

#[test]
fn the_message_names_the_format_of_a_refused_file() {
    for (bytes, name) in [
        (&b"<!DOCTYPE html><html><body>gone</body></html>"[..], "an HTML page"),
        (b"\n\n  <HTML>", "an HTML page"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"<svg onload='alert(1)'/>", "an SVG drawing"),
        (b"%PDF-1.7\n\xff\xd8\xff", "a PDF document"),
        (b"II*\0\x08\0\0\0", "a TIFF or camera-raw file"),
        (b"MM\0*\0\0\0\x08", "a TIFF or camera-raw file"),
        (br#"{"stat":"fail"}"#, "a JSON text"),
        (b"404 not found", "plain text"),
        (b"BM\x36\0\0\0", "a BMP bitmap"),
        (b"/annex/objects/SHA256E-s9--0a.jpg\n", "a git-annex pointer without its file (git annex get)"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer without its file (git lfs pull)"),
        (b"../.git/annex/objects/x1/SHA256E-s9--0a.jpg", "a link into a git-annex, stored as a text"),
        (b"../2019/heron.jpg", "a link, stored as a text"),
        (b"\0\0\0\x18ftypisom", "a video"),
        (b"\x1a\x45\xdf\xa3\x01", "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"\x01\x02\x03\xff", "a file of unknown type"),
    ] {
        assert_eq!(format::sniff(bytes), Err(Defect::Refused(name)), "{}", String::from_utf8_lossy(bytes));
    }
    for (brand, name) in [
        (&b"heic\0\0\0\0mif1heic"[..], "a HEIC image"),
        (b"avif\0\0\0\0avifmif1", "an AVIF image"),
        (b"mif1\0\0\0\0mif1avif", "an AVIF image"),
        (b"mif1\0\0\0\0mif1heic", "a HEIC image"),
    ] {
        let bytes = [b"\0\0\0\x18ftyp", brand].concat();
        assert_eq!(format::sniff(&bytes), Err(Defect::Undecodable(name)));
    }
    assert_eq!(format::sniff(b""), Err(Defect::Empty));
    let message = format::sniff(b"<html>").expect_err("it is a page").to_string();
    assert_eq!(message, "this is an HTML page, not a photo in JPEG, PNG, WebP or GIF");
}

#[test]
fn every_format_is_recognised_by_its_content() {
    for (name, bytes) in generated::all_kinds() {
        let format = format::sniff(&bytes).expect("a known format");
        assert!(name.ends_with(format.as_str()) || name.contains(format.as_str()), "{name}");
        assert_eq!(format.as_str().parse(), Ok(format));
    }
}

/// A progressive JPEG that claims a size and has this many scans without data.
fn many_scans(side: u16, scans: usize) -> Vec<u8> {
    let [high, low] = side.to_be_bytes();
    let frame = [0xff, 0xc2, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0];
    let scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
    [b"\xff\xd8", &frame[..], &scan.repeat(scans), b"\xff\xd9"].concat()
}

#[test]
fn a_jpeg_of_more_scans_than_its_size_allows_is_refused_before_it_is_decoded() {
    for (side, scans, is_refused) in [
        (64, 20, false),
        (64, 200, false),
        (64, 201, true),
        (3_000, 190, false),
        (10_000, 20, false),
        (10_000, 21, true),
        (4_000, 190, true),
    ] {
        let (bytes, start) = (many_scans(side, scans), std::time::Instant::now());
        let defect = complete::check(&bytes, ImageFormat::Jpeg).err();
        assert_eq!(matches!(defect, Some(Defect::TooLarge(_))), is_refused, "{scans} scans of {side}: {defect:?}");
        // Also where the end is missing, and all data are read to see whether they are whole.
        let cut = complete::check(&bytes[..bytes.len() - 2], ImageFormat::Jpeg);
        assert!(cut.is_err(), "{scans} scans of {side}");
        assert!(start.elapsed().as_secs() < 20, "{scans} scans of {side} take {:?}", start.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_after_any_magic_number_never_panic(
        magic in 0..4usize, tail in prop::collection::vec(any::<u8>(), 0..600)
    ) {
        let magic: &[u8] = [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"GIF89a"][magic];
        let bytes = [magic, &tail].concat();
        if let Ok(picture) = admit(&bytes, None) {
            prop_assert_eq!(picture.rgb.len() as u64, u64::from(picture.width) * u64::from(picture.height) * 3);
        }
        let _ = format::sniff(&tail);
    }

    #[test]
    fn a_mutated_picture_never_panics(
        kind in 0..14usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        keep in 0.5..1.2f64
    ) {
        let mut bytes = generated::all_kinds().swap_remove(kind).1;
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate((bytes.len() as f64 * keep) as usize);
        if let Ok(picture) = admit(&bytes, Some(40)) {
            prop_assert_eq!(picture.rgb.len() as u64, u64::from(picture.width) * u64::from(picture.height) * 3);
        }
    }
}
