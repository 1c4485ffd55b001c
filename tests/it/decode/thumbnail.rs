//! Thumbnails have the right colours and orientation.

use gleaner::photo::ImageFormat;
use gleaner::picture::decode::{Decoded, Plan};
use gleaner::picture::thumbnail::{LONG_EDGE_PX, make};
use jpeg_encoder::ColorType;

use super::{admit, generated};

fn pixel(picture: &Decoded, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * picture.width + x) * 3) as usize;
    [picture.rgb[at], picture.rgb[at + 1], picture.rgb[at + 2]]
}

fn close(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 12)
}

#[test]
fn every_colour_type_is_converted_to_rgb() {
    let (rgb, size) = (generated::pixels(96, 64), (96, 64));
    let original = |x: usize, y: usize| rgb[(y * 96 + x) * 3..][..3].try_into().unwrap_or([0; 3]);
    for (name, bytes) in generated::all_kinds() {
        if ["baseline jpeg", "progressive jpeg", "jpeg with restarts", "rgb png", "16-bit png", "rgb webp"]
            .contains(&name)
        {
            let picture = admit(&bytes, None).expect(name);
            for (x, y) in [(5, 5), (60, 10), (90, 60), (10, 40)] {
                let (got, wanted) = (pixel(&picture, x, y), original(x as usize, y as usize));
                assert!(close(got, wanted), "{name} at {x},{y}: {got:?} for {wanted:?}");
            }
        }
    }
    let half_clear: Vec<u8> = [0, 0, 0, 128].repeat(96 * 64);
    let alpha = generated::png(png::ColorType::Rgba, png::BitDepth::Eight, &half_clear, (96, 64));
    assert_eq!(pixel(&admit(&alpha, None).expect("alpha"), 3, 3), [127; 3], "alpha lies on white");
    let grey = generated::jpeg(ColorType::Luma, &[90; 96 * 64], size, |_| {});
    assert!(close(pixel(&admit(&grey, None).expect("grey"), 3, 3), [90; 3]));
    let gif = admit(&generated::gif(8, 8, 1), None).expect("gif");
    assert_eq!([pixel(&gif, 0, 3), pixel(&gif, 4, 3)], [[220, 20, 20], [255; 3]]);
}

#[test]
fn cmyk_is_converted_to_rgb() {
    // Pure cyan ink at full strength, no black.
    let cyan: Vec<u8> = [255, 0, 0, 0].repeat(64 * 64);
    for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        // The encoder takes ink, and writes it inverted behind an Adobe segment.
        let file = generated::jpeg(kind, &cyan, (64, 64), |_| {});
        let adobe = file.windows(5).any(|w| w == b"Adobe");
        let got = pixel(&admit(&file, None).expect("cmyk"), 30, 30);
        assert!(adobe, "{kind:?} has no Adobe segment");
        assert!(close(got, [0, 255, 255]), "{kind:?}: {got:?}");
    }
}

#[test]
fn an_adobe_segment_without_a_transform_means_rgb() {
    let file = generated::jpeg(ColorType::Rgb, &[90; 64 * 64 * 3], (64, 64), |_| {});
    assert_eq!(&file[2..4], [0xff, 0xe0], "the encoder writes JFIF first");
    let jfif_bytes = 2 + usize::from(u16::from_be_bytes([file[4], file[5]]));
    let adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";
    let without_jfif = [&file[..2], adobe, &file[2 + jfif_bytes..]].concat();
    assert!(close(pixel(&admit(&file, None).expect("jfif"), 9, 9), [90; 3]));
    // Luma and both chromas of that grey, interpreted as RGB.
    assert!(close(pixel(&admit(&without_jfif, None).expect("rgb"), 9, 9), [90, 128, 128]));
}

#[test]
fn a_png_is_reduced_while_it_is_read_and_keeps_its_colours() {
    let (rgb, size) = (generated::pixels(96, 64), (96, 64));
    let file = generated::png(png::ColorType::Rgb, png::BitDepth::Eight, &rgb, size);
    let (whole, half) = (admit(&file, None).expect("whole"), admit(&file, Some(48)).expect("reduced"));
    assert_eq!(((whole.width, whole.height), (half.width, half.height)), ((96, 64), (48, 32)));
    assert!(whole.rgb == rgb);
    for (x, y) in [(2, 2), (30, 5), (45, 30)] {
        assert!(close(pixel(&half, x, y), pixel(&whole, x * 2, y * 2)), "{x},{y}");
    }
}

#[test]
fn an_interlaced_png_has_its_pixels_in_order() {
    let value = |x: usize, y: usize| (x * 20 + y * 3) as u8;
    // Adam7: where each pass begins, and its steps (PNG specification, section 8.2).
    let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut rows = Vec::new();
    for (left, top, right, down) in passes {
        for y in (top..9).step_by(down) {
            rows.push(0);
            rows.extend((left..11).step_by(right).map(|x| value(x, y)));
        }
    }
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut zlib, &rows).expect("memory");
    let header = [&11_u32.to_be_bytes()[..], &9_u32.to_be_bytes(), &[8, 0, 0, 0, 1]].concat();
    let file = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        generated::png_chunk(*b"IHDR", &header),
        generated::png_chunk(*b"IDAT", &zlib.finish().expect("memory")),
        generated::png_chunk(*b"IEND", b""),
    ]
    .concat();
    let picture = admit(&file, None).expect("whole");
    let wanted: Vec<u8> = (0..9).flat_map(|y| (0..11).flat_map(move |x| [value(x, y); 3])).collect();
    assert!(picture.rgb == wanted);
}

#[test]
fn a_large_png_is_planned_in_little_memory() {
    for (width, height) in [(8_660, 5_773), (12_000, 8_000)] {
        let file = generated::png_claiming(width, height, b"data");
        let plan = Plan::new(&file, ImageFormat::Png, Some(640)).expect("it is not too large");
        assert!(plan.peak_bytes() < 32 << 20, "{} bytes for {width} x {height}", plan.peak_bytes());
    }
}

#[test]
fn a_thumbnail_keeps_proportions_and_is_never_larger_than_its_picture() {
    for ((width, height), wanted) in [
        ((1000, 500), (320, 160)),
        ((500, 1000), (160, 320)),
        ((200, 100), (200, 100)),
        ((320, 320), (320, 320)),
        ((3000, 1), (320, 1)),
    ] {
        let picture = Decoded { width, height, rgb: generated::pixels(width, height) };
        let thumb = make(&picture, 1).expect("a thumbnail");
        assert_eq!((thumb.width, thumb.height), wanted);
        let again = admit(&thumb.jpeg, None).expect("the thumbnail is itself whole");
        assert_eq!((again.width, again.height), wanted);
        assert!(thumb.width.max(thumb.height) <= LONG_EDGE_PX);
        assert!((20..=40).contains(&thumb.thumbhash.len()), "{}", thumb.thumbhash);
    }
}

#[test]
fn all_eight_orientations_are_applied() {
    let picture = Decoded { width: 400, height: 200, rgb: generated::pixels(400, 200) };
    // Where the red top-left corner of the encoded picture goes (EXIF 2.32, 0x0112), and whether sides swap.
    for (orientation, (right, bottom), swapped) in [
        (1, (false, false), false),
        (2, (true, false), false),
        (3, (true, true), false),
        (4, (false, true), false),
        (5, (false, false), true),
        (6, (true, false), true),
        (7, (true, true), true),
        (8, (false, true), true),
        (0, (false, false), false),
        (9, (false, false), false),
    ] {
        let thumb = make(&picture, orientation).expect("a thumbnail");
        assert_eq!((thumb.width, thumb.height), if swapped { (160, 320) } else { (320, 160) }, "{orientation}");
        let upright = admit(&thumb.jpeg, None).expect("whole");
        for (is_right, is_bottom) in [(false, false), (true, false), (false, true), (true, true)] {
            let x = if is_right { thumb.width - 5 } else { 4 };
            let y = if is_bottom { thumb.height - 5 } else { 4 };
            let red = close(pixel(&upright, x, y), [220, 20, 20]);
            assert_eq!(red, (is_right, is_bottom) == (right, bottom), "orientation {orientation} at {x},{y}");
        }
    }
}

#[test]
fn a_thumbnail_carries_no_metadata() {
    let picture = Decoded { width: 400, height: 200, rgb: generated::pixels(400, 200) };
    let jpeg = make(&picture, 6).expect("a thumbnail").jpeg;
    for marker in 0xe1..=0xef_u8 {
        assert!(!jpeg[..200].windows(2).any(|w| w == [0xff, marker]), "APP{}", marker - 0xe0);
    }
}
