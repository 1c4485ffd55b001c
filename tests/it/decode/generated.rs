//! Generated pictures for the tests: a smooth ramp with one red corner, in every accepted format.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// RGB pixels: red at the top left, else a ramp from dark to light blue-green.
pub fn pixels(width: u32, height: u32) -> Vec<u8> {
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let corner = x < width / 4 && y < height / 4;
            rgb.extend(if corner {
                [220, 20, 20]
            } else {
                [40, (x * 150 / width) as u8, (y * 150 / height) as u8 + 60]
            });
        }
    }
    rgb
}

/// One colour type of JPEG, optionally progressive, optionally with restart markers.
pub fn jpeg(
    kind: ColorType,
    data: &[u8],
    (width, height): (u16, u16),
    configure: fn(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    configure(&mut encoder);
    encoder.encode(data, width, height, kind).expect("it encodes");
    file
}

pub fn png(kind: png::ColorType, depth: png::BitDepth, data: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(kind);
    encoder.set_depth(depth);
    if kind == png::ColorType::Indexed {
        encoder.set_palette(vec![0, 0, 0, 200, 100, 50, 255, 255, 255]);
    }
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(data).expect("pixels");
    writer.finish().expect("an end");
    file
}

pub fn webp(kind: image_webp::ColorType, data: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let mut file = Vec::new();
    image_webp::WebPEncoder::new(&mut file).encode(data, width, height, kind).expect("it encodes");
    file
}

/// A GIF of `frames` equal frames: the left column red, the rest transparent.
pub fn gif(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width, height, &[220, 20, 20, 0, 0, 0]).expect("a screen");
    let indexes = (0..usize::from(width) * usize::from(height)).map(|i| u8::from(i % usize::from(width) != 0));
    let mut frame = gif::Frame::from_indexed_pixels(width, height, indexes.collect::<Vec<_>>(), Some(1));
    frame.make_lzw_pre_encoded();
    for _ in 0..frames {
        encoder.write_lzw_pre_encoded_frame(&frame).expect("a frame");
    }
    drop(encoder);
    file
}

/// A PNG chunk with its checksum.
pub fn png_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(&kind);
    crc.update(data);
    [&(data.len() as u32).to_be_bytes()[..], &kind, data, &crc.sum().to_be_bytes()].concat()
}

/// A PNG with this declared size and these compressed data.
pub fn png_claiming(width: u32, height: u32, idat: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &png_chunk(*b"IHDR", &header), &png_chunk(*b"IDAT", idat), &png_chunk(*b"IEND", b"")]
        .concat()
}

/// One complete file of every format, with its name.
pub fn all_kinds() -> Vec<(&'static str, Vec<u8>)> {
    let (rgb, size) = (pixels(96, 64), (96, 64));
    let grey: Vec<u8> = rgb.chunks_exact(3).map(|p| p[1]).collect();
    let rgba: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], p[2]]).collect();
    let deep: Vec<u8> = rgb.iter().flat_map(|&v| [v, 7]).collect();
    let wide = (96, 64);
    vec![
        ("baseline jpeg", jpeg(ColorType::Rgb, &rgb, size, |_| {})),
        ("progressive jpeg", jpeg(ColorType::Rgb, &rgb, size, |e| e.set_progressive(true))),
        ("jpeg with restarts", jpeg(ColorType::Rgb, &rgb, size, |e| e.set_restart_interval(2))),
        ("grey jpeg", jpeg(ColorType::Luma, &grey, size, |_| {})),
        ("cmyk jpeg", jpeg(ColorType::Cmyk, &rgba, size, |_| {})),
        ("ycck jpeg", jpeg(ColorType::CmykAsYcck, &rgba, size, |_| {})),
        ("rgb png", png(png::ColorType::Rgb, png::BitDepth::Eight, &rgb, wide)),
        ("16-bit png", png(png::ColorType::Rgb, png::BitDepth::Sixteen, &deep, wide)),
        ("grey png", png(png::ColorType::Grayscale, png::BitDepth::Eight, &grey, wide)),
        ("palette png", png(png::ColorType::Indexed, png::BitDepth::Eight, &[1; 96 * 64], wide)),
        ("alpha png", png(png::ColorType::Rgba, png::BitDepth::Eight, &rgba, wide)),
        ("rgb webp", webp(image_webp::ColorType::Rgb8, &rgb, wide)),
        ("alpha webp", webp(image_webp::ColorType::Rgba8, &rgba, wide)),
        ("gif", gif(96, 64, 3)),
    ]
}
