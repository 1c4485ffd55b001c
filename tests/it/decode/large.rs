//! Pictures of the size of today's cameras and panoramas are decoded in little memory; limits can be set.

use gleaner::photo::ImageFormat;
use gleaner::picture::complete::{Dimensions, Limits, check_within};
use gleaner::picture::decode::Plan;
use gleaner::picture::{Defect, format};
use jpeg_encoder::ColorType;

use super::generated;
use crate::pipeline::shared;

/// The most memory that decoding for a thumbnail may plan, beside the file.
const PLANNED_MAX: u64 = 96 << 20;

/// The data of equal grey blocks. Of the encoder's tables `00` is a DC difference of 0 and `1010` the end of a block.
fn blocks(count: usize, pattern: [u8; 3], blocks_in_pattern: usize) -> Vec<u8> {
    pattern.repeat(count.div_ceil(blocks_in_pattern))
}

/// A middle grey JPEG of any size, made without an encoder's memory.
fn grey_jpeg(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let small = generated::jpeg(ColorType::Luma, &[128; 64], (8, 8), |_| {});
    let frame = small.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame header");
    let scan = small.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan header");
    let mut jpeg = small[..scan].to_vec();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    let count = usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8);
    let id = small[frame + 10];
    let scan = |first: u8, last: u8| [0xff, 0xda, 0, 8, 1, id, 0, first, last, 0];
    if progressive {
        jpeg[frame + 1] = 0xc2;
        jpeg.extend(scan(0, 0));
        jpeg.extend(blocks(count, [0; 3], 12));
        jpeg.extend(scan(1, 63));
        jpeg.extend(blocks(count, [0xaa; 3], 6));
    } else {
        jpeg.extend(scan(0, 63));
        jpeg.extend(blocks(count, [0x28, 0xa2, 0x8a], 4));
    }
    jpeg.extend([0xff, 0xd9]);
    jpeg
}

#[test]
fn two_hundred_megapixels_and_long_panoramas_are_decoded_in_bounded_memory() {
    for (width, height, progressive) in
        [(16_320, 12_240, false), (16_320, 12_240, true), (50_000, 9_000, false), (65_500, 500, true)]
    {
        let jpeg = grey_jpeg(width, height, progressive);
        let plan = Plan::new(&jpeg, ImageFormat::Jpeg, Some(512)).expect("it is within the limits");
        let (name, planned) = (format!("{width} x {height}, progressive: {progressive}"), plan.peak_bytes());
        assert!(planned < PLANNED_MAX + jpeg.len() as u64, "{name} takes {} MiB", planned >> 20);
        let picture = plan.decode(&jpeg).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        assert_eq!((picture.width, picture.height), (u32::from(width).div_ceil(8), u32::from(height).div_ceil(8)));
        assert!(picture.rgb.iter().all(|&value| value == 128), "{name}");
    }
}

#[test]
fn a_large_progressive_jpeg_is_as_strict_and_as_exact_as_a_small_one() {
    let size = (4_800, 3_600);
    let colours = generated::pixels(size.0.into(), size.1.into());
    let jpeg = generated::jpeg(ColorType::Rgb, &colours, size, |encoder| encoder.set_progressive(true));
    let eighth = Plan::new(&jpeg, ImageFormat::Jpeg, Some(512)).expect("it fits");
    let half = Plan::new(&jpeg, ImageFormat::Jpeg, Some(2_400)).expect("it fits");
    let (eighth, half) = (eighth.decode(&jpeg).expect("whole"), half.decode(&jpeg).expect("whole"));
    assert_eq!((eighth.width, eighth.height), (600, 450));
    for (x, y) in [(20, 20), (400, 100), (590, 440), (100, 300)] {
        let small = &eighth.rgb[(y * 600 + x) * 3..][..3];
        let large = &half.rgb[(y * 4 * 2_400 + x * 4) * 3..][..3];
        assert!(small.iter().zip(large).all(|(a, b)| a.abs_diff(*b) <= 4), "{x},{y}: {small:?} {large:?}");
    }
    for missing in [3, 50, 5_000] {
        let cut = [&jpeg[..jpeg.len() - missing], &[0xff, 0xd9]].concat();
        let plan = Plan::new(&cut, ImageFormat::Jpeg, Some(512));
        assert!(plan.and_then(|plan| plan.decode(&cut)).is_err(), "{missing} bytes are missing");
    }
}

#[test]
fn the_shared_large_pictures_are_decoded() {
    let Some(folder) = shared("cases/picture-limits/photos") else { return };
    for (name, size) in [("108mp.png", (12_000, 9_000)), ("panorama.jpg", (0, 0))] {
        let bytes = std::fs::read(folder.join(name)).expect("a file");
        let format = format::sniff(&bytes).expect("a picture");
        let plan = Plan::new(&bytes, format, Some(512)).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        let Dimensions { width, height } = plan.size();
        assert!(size == (0, 0) || size == (width, height), "{name}: {width} x {height}");
        assert!(plan.peak_bytes() < PLANNED_MAX, "{name}");
        // Without optimisation a hundred megapixels of a PNG take a minute.
        if name.ends_with("jpg") {
            plan.decode(&bytes).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        }
    }
}

#[test]
fn each_limit_is_named_with_its_setting() {
    let jpeg = generated::all_kinds().swap_remove(0).1;
    let defaults = Limits::DEFAULT;
    for (limits, setting) in [
        (
            Limits { side_px: 95, ..defaults },
            "96 x 64 pixels, above the limit of 95 for a side ([pictures] max_side_px)",
        ),
        (Limits { pixels: 6_000, ..defaults }, "([pictures] max_megapixels)"),
        (Limits { file_bytes: 900, ..defaults }, "([pictures] max_file_mib)"),
        (Limits { decode_bytes: 1_000, ..defaults }, "([pictures] max_decode_mib)"),
    ] {
        let judged = Plan::within(&jpeg, ImageFormat::Jpeg, None, &limits).map(|_| ());
        let Err(Defect::TooLarge(what) | Defect::TooCostly(what)) = judged else { panic!("{setting}: {judged:?}") };
        assert!(what.contains(setting), "{what}");
        if !setting.contains("decode") {
            assert!(check_within(&jpeg, ImageFormat::Jpeg, &limits).is_err(), "{setting}");
        }
    }
}

/// A GIF of one colour but for a red pixel at the left of each row, its rows in the order in which they are stored.
fn large_gif(width: u16, height: u16, interlaced: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width, height, &[220, 20, 20, 0, 0, 200]).expect("a screen");
    let indexes: Vec<u8> =
        (0..usize::from(width) * usize::from(height)).map(|at| u8::from(at % usize::from(width) > 7)).collect();
    let frame = gif::Frame { width, height, interlaced, buffer: indexes.into(), ..gif::Frame::default() };
    encoder.write_frame(&frame).expect("a frame");
    drop(encoder);
    file
}

/// An interlaced PNG, dark on the left half and light on the right.
fn large_interlaced_png(width: u32, height: u32) -> Vec<u8> {
    let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for (left, top, right, down) in passes {
        let value = |x: u32| if x < width / 2 { 40 } else { 200 };
        let row: Vec<u8> = std::iter::once(0).chain((left..width).step_by(right).map(value)).collect();
        for _ in (top..height).step_by(down) {
            std::io::Write::write_all(&mut zlib, &row).expect("memory");
        }
    }
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 1]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        generated::png_chunk(*b"IHDR", &header),
        generated::png_chunk(*b"IDAT", &zlib.finish().expect("memory")),
        generated::png_chunk(*b"IEND", b""),
    ]
    .concat()
}

#[test]
fn large_gifs_and_interlaced_pngs_are_reduced_while_they_are_read() {
    for (name, file) in [
        ("gif", large_gif(2_400, 2_000, false)),
        ("interlaced gif", large_gif(2_400, 2_000, true)),
        ("interlaced png", large_interlaced_png(2_400, 2_000)),
    ] {
        let format = format::sniff(&file).expect("a picture");
        let plan = Plan::new(&file, format, Some(300)).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        // Whole in memory they would take 14 to 33 MiB. A GIF's frame is held with a byte for each pixel.
        assert!(plan.peak_bytes() < 7 << 20, "{name} takes {} bytes", plan.peak_bytes());
        let picture = plan.decode(&file).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        assert_eq!((picture.width, picture.height), (300, 250), "{name}");
        let (left, right) = if name.ends_with("gif") { ([220, 20, 20], [0, 0, 200]) } else { ([40; 3], [200; 3]) };
        for row in picture.rgb.chunks_exact(300 * 3) {
            assert_eq!((&row[..3], &row[299 * 3..]), (&left[..], &right[..]), "{name}");
        }
        let cut = &file[..file.len() - 40];
        assert!(Plan::new(cut, format, Some(300)).and_then(|plan| plan.decode(cut)).is_err(), "{name}");
    }
}

#[test]
fn two_hundred_million_pixels_of_any_format_but_webp_fit_the_default_limit() {
    let interlaced = |mut png: Vec<u8>| {
        png[28] = 1;
        let crc = crc32fast_of(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        png
    };
    let png = generated::png_claiming(16_320, 12_240, b"data");
    let mut gif = generated::gif(4, 4, 1);
    gif[6..10].copy_from_slice(&[0xc0, 0x3f, 0xd0, 0x2f]);
    for (name, file) in [("png", png.clone()), ("interlaced png", interlaced(png)), ("gif", gif)] {
        let format = format::sniff(&file).expect("a picture");
        let plan = Plan::new(&file, format, Some(512)).unwrap_or_else(|defect| panic!("{name}: {defect}"));
        assert_eq!(plan.size(), Dimensions { width: 16_320, height: 12_240 }, "{name}");
        assert!(plan.peak_bytes() < 64 << 20, "{name}");
    }
}

fn crc32fast_of(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
