//! Generates small pictures: a valid JPEG with different pixels and bytes for each photo, and the placeholder.

use jpeg_encoder::{ColorType, Encoder};

use crate::random;
use crate::record::Record;

/// A picture of `width` x `height` px with a pattern from `subject`. The original also has EXIF canaries.
pub fn draw(subject: u64, (width, height): (u32, u32), exif: Option<&[u8]>) -> Vec<u8> {
    let at = |n: u64, span: f64| random::unit(subject, n, "pattern") * span;
    let (fx, fy, cx, cy) = (1.0 + at(1, 4.0), 1.0 + at(2, 4.0), at(3, 1.0), at(4, 1.0));
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
            let wave = ((u * fx * 6.0 + at(5, 6.0)).sin() + (v * fy * 6.0).cos()) * 60.0;
            let site = if (u - cx).powi(2) + (v - cy).powi(2) < 0.03 { 70.0 } else { 0.0 };
            pixels.extend(
                [110.0 + wave + site, 120.0 - wave * cx, 90.0 + wave * cy + site]
                    .map(|c: f64| c.clamp(0.0, 255.0) as u8),
            );
        }
    }
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 80);
    if let Some(exif) = exif {
        encoder.add_app_segment(1, exif.to_vec()).expect("the segment is far below 64 KiB");
    }
    encoder
        .encode(&pixels, width as u16, height as u16, ColorType::Rgb)
        .expect("dimensions are below 65,536 and match");
    out
}

/// The "photo unavailable" picture, the same bytes for every photo.
pub fn placeholder() -> Vec<u8> {
    draw(0, (500, 374), None)
}

/// An APP1 body with values that must be removed: artist, camera serial number, GPS position.
pub fn canaries(record: &Record) -> Vec<u8> {
    canaries_of(record.id, record.place)
}

/// The same for a photo with this number, latitude and longitude.
pub fn canaries_of(id: u64, place: Option<(f64, f64)>) -> Vec<u8> {
    let artist = format!("CANARY Artist {id}\0");
    let serial = format!("CANARY-SN-{id}\0");
    let mut heap = Vec::new();
    // IFD0 at 8 (4 entries), Exif IFD (1), GPS IFD (4), then the values.
    let (exif_at, gps_at) = (8 + 2 + 4 * 12 + 4, 8 + 2 + 4 * 12 + 4 + 2 + 12 + 4);
    let heap_at = gps_at + 2 + 4 * 12 + 4;
    let mut keep = |bytes: &[u8]| {
        let at = heap_at + heap.len() as u32;
        heap.extend_from_slice(bytes);
        heap.resize(heap.len().next_multiple_of(2), 0);
        at
    };
    let (lat, lon) = place.unwrap_or((12.345_678, -98.765_432));
    let (make, artist_at, serial_at) = (keep(b"Canon\0"), keep(artist.as_bytes()), keep(serial.as_bytes()));
    let (lat_at, lon_at) = (keep(&degrees(lat)), keep(&degrees(lon)));
    let side = |value: f64, names: &[u8; 2]| u32::from(names[usize::from(value < 0.0)]);
    let mut out = b"Exif\0\0II\x2a\0\x08\0\0\0".to_vec();
    out.extend(directory(&[
        (0x010f, 2, 6, make),
        (0x013b, 2, artist.len() as u32, artist_at),
        (0x8769, 4, 1, exif_at),
        (0x8825, 4, 1, gps_at),
    ]));
    out.extend(directory(&[(0xa431, 2, serial.len() as u32, serial_at)]));
    out.extend(directory(&[
        (1, 2, 2, side(lat, b"NS")),
        (2, 5, 3, lat_at),
        (3, 2, 2, side(lon, b"EW")),
        (4, 5, 3, lon_at),
    ]));
    out.extend(heap);
    out
}

fn directory(entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut out = (entries.len() as u16).to_le_bytes().to_vec();
    for (tag, kind, count, value) in entries {
        out.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        out.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    out.extend([0; 4]);
    out
}

/// Degrees, minutes and seconds as three unsigned rationals.
fn degrees(value: f64) -> Vec<u8> {
    let value = value.abs();
    let minutes = value.fract() * 60.0;
    let parts = [value as u32, 1, minutes as u32, 1, (minutes.fract() * 60_000.0).round() as u32, 1000];
    parts.iter().flat_map(|n| n.to_le_bytes()).collect()
}
