//! From image files to a model's input: sizes, orientations, colours, limits.

use gleaner::models::{Description, Input, Prepared, prepare};
use gleaner::photo::ImageFormat;
use gleaner::picture::Defect;
use gleaner::picture::decode::decode;
use jpeg_encoder::ColorType;

use crate::decode::generated;

fn input(resize: &str, (width, height): (u32, u32)) -> Input {
    let text = format!(
        "name = \"m\"\nfile = \"m\"\n[input]\ntensor = \"x\"\nwidth = {width}\nheight = {height}\nlayout = \"nhwc\"\n\
         resize = \"{resize}\"\n[outputs]\nlogits = \"y\"\n"
    );
    Description::parse(&text, std::path::Path::new("")).unwrap().input
}

fn rgb(width: u32, height: u32) -> Vec<u8> {
    generated::png(png::ColorType::Rgb, png::BitDepth::Eight, &generated::pixels(width, height), (width, height))
}

/// The pixel at a position in fractions of the sides.
fn pixel(picture: &Prepared, x: f64, y: f64) -> [f32; 3] {
    let [_, height, width, _] = picture.shape;
    let at = ((y * height as f64) as usize * width + (x * width as f64) as usize) * 3;
    picture.values[at..at + 3].try_into().unwrap()
}

fn is_red(pixel: [f32; 3]) -> bool {
    pixel[0] > 150.0 && pixel[1] < 90.0
}

fn is_nothing(pixel: [f32; 3]) -> bool {
    pixel.iter().all(|value| value.abs() < 1e-6)
}

#[test]
fn each_resize_rule_shows_the_expected_part() {
    // The top left quarter of each side is red.
    let wide = rgb(400, 200);
    let crop = prepare(&wide, &input("crop", (64, 64))).unwrap();
    // The middle 175 columns of 400: from 112 on, all right of the red.
    assert!(!is_red(pixel(&crop, 0.02, 0.02)));
    // The middle 200 columns of 400, whole in height: all right of the red too, and nothing of a square is lost.
    assert!(!is_red(pixel(&prepare(&wide, &input("cover", (64, 64))).unwrap(), 0.02, 0.02)));
    let square = prepare(&rgb(64, 64), &input("cover", (64, 64))).unwrap();
    assert!(
        square.values.iter().zip(generated::pixels(64, 64)).all(|(value, byte)| (value - f32::from(byte)).abs() < 1e-3)
    );
    let squash = prepare(&wide, &input("squash", (64, 64))).unwrap();
    assert!(
        is_red(pixel(&squash, 0.02, 0.02)) && is_red(pixel(&squash, 0.2, 0.2)) && !is_red(pixel(&squash, 0.3, 0.3))
    );
    let letterbox = prepare(&wide, &input("letterbox", (64, 64))).unwrap();
    assert!(is_nothing(pixel(&letterbox, 0.5, 0.2)));
    assert!(is_red(pixel(&letterbox, 0.02, 0.27)) && !is_red(pixel(&letterbox, 0.5, 0.5)));
    assert!(!is_nothing(pixel(&letterbox, 0.98, 0.7)));
}

#[test]
fn every_picture_is_resized_to_the_input_of_the_model() {
    for size in [(1, 1), (1, 900), (900, 1), (2, 3), (63, 65), (500, 333), (2_000, 90)] {
        for rule in ["crop", "cover", "squash", "letterbox"] {
            for wanted in [(64, 64), (96, 32), (1, 1)] {
                let picture = prepare(&rgb(size.0, size.1), &input(rule, wanted)).unwrap();
                assert_eq!(picture.shape, [1, wanted.1 as usize, wanted.0 as usize, 3]);
                assert_eq!(picture.values.len(), picture.shape.iter().product::<usize>());
                assert!(picture.values.iter().all(|value| (0.0..=255.0).contains(value)));
            }
        }
    }
}

#[test]
fn the_exif_orientation_is_applied_before_the_model_runs() {
    // For each orientation, where the file's top left corner is to be seen (CIPA DC-008).
    let corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1), (0, 1)];
    for (orientation, (right, below)) in (1_u8..).zip(corners) {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        let mut file = generated::jpeg(ColorType::Rgb, &generated::pixels(160, 120), (160, 120), |_| {});
        let mut segment = vec![0xff, 0xe1];
        segment.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        segment.extend(exif);
        file.splice(2..2, segment);
        for rule in ["squash", "letterbox"] {
            let wanted = if orientation < 5 { (64, 48) } else { (48, 64) };
            let picture = prepare(&file, &input(rule, wanted)).unwrap();
            for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let seen = is_red(pixel(&picture, f64::from(x) * 0.8 + 0.1, f64::from(y) * 0.8 + 0.1));
                assert_eq!(seen, (x, y) == (right, below), "{rule}, orientation {orientation} at {x}, {y}");
            }
        }
    }
}

#[test]
fn greys_inks_palettes_and_alpha_become_colours() {
    let size = (40_u16, 30_u16);
    let count = 40 * 30;
    let wide = (40, 30);
    let input = input("squash", (8, 6));
    let middle = |bytes: &[u8]| pixel(&prepare(bytes, &input).unwrap(), 0.5, 0.5);
    let near = |got: [f32; 3], want: [f32; 3]| got.iter().zip(want).all(|(a, b)| (a - b).abs() < 4.0);
    let grey = middle(&generated::jpeg(ColorType::Luma, &vec![90; count], size, |_| {}));
    assert!(near(grey, [90.0; 3]), "{grey:?}");
    let file = generated::jpeg(ColorType::Cmyk, &[0, 55, 255, 5].repeat(count), size, |_| {});
    let decoded = decode(&file, ImageFormat::Jpeg, None).unwrap();
    let colour: Vec<f32> = decoded.rgb[..3].iter().map(|&value| f32::from(value)).collect();
    let inks = middle(&file);
    assert!(near(inks, colour.clone().try_into().unwrap()) && colour[0] - colour[2] > 100.0, "{inks:?} {colour:?}");
    let eight = png::BitDepth::Eight;
    let half = middle(&generated::png(png::ColorType::Rgba, eight, &[0, 0, 255, 128].repeat(count), wide));
    assert!(near(half, [127.0, 127.0, 255.0]), "{half:?}");
    let palette = middle(&generated::png(png::ColorType::Indexed, eight, &vec![1; count], wide));
    assert!(near(palette, [200.0, 100.0, 50.0]), "{palette:?}");
    let webp = middle(&generated::webp(image_webp::ColorType::L8, &vec![33; count], wide));
    assert!(near(webp, [33.0; 3]), "{webp:?}");
    let gif = middle(&generated::gif(40, 30, 1));
    assert!(near(gif, [255.0; 3]), "{gif:?}");
}

#[test]
fn a_picture_decoded_at_reduced_size_equals_the_full_decoding() {
    let input = input("crop", (224, 224));
    for (width, height) in [(2_100, 1_400), (1_024, 683), (700, 2_048)] {
        let pixels = generated::pixels(width, height);
        let small = generated::jpeg(ColorType::Rgb, &pixels, (width as u16, height as u16), |_| {});
        let whole = generated::webp(image_webp::ColorType::Rgb8, &pixels, (width, height));
        let (small, whole) = (prepare(&small, &input).unwrap(), prepare(&whole, &input).unwrap());
        let apart: f32 = small.values.iter().zip(&whole.values).map(|(a, b)| (a - b).abs()).sum();
        let mean = apart / small.values.len() as f32;
        assert!(mean < 1.5, "{width} x {height}: {mean}");
    }
}

#[test]
fn truncated_and_oversized_pictures_are_defects() {
    let input = input("crop", (32, 32));
    assert_eq!(prepare(b"", &input), Err(Defect::Empty));
    assert!(matches!(prepare(b"%PDF-1.7 and so on", &input), Err(Defect::Refused(_))));
    let file = generated::jpeg(ColorType::Rgb, &generated::pixels(160, 120), (160, 120), |_| {});
    assert!(matches!(prepare(&file[..file.len() / 2], &input), Err(Defect::Truncated { .. })));
    // The size in the frame header (the only one after 0xffc0) says 65,535 rows.
    let header = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let mut huge = file.clone();
    huge[header + 5..header + 9].copy_from_slice(&[0xff; 4]);
    assert!(matches!(prepare(&huge, &input), Err(Defect::TooLarge(_))));
}
