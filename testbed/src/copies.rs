//! Derives many photos from few files. Each further copy contains its number outside the image data,
//! so that its bytes and digest differ while its pixels and EXIF are the same.

use flate2::Crc;

use crate::record::{Origin, Record};

/// The distance between ids of copies, larger than all ids of photos.
const ID_STEP: u64 = 100_000_000_000;

/// All records, followed by further copies, so that there are `times` of each. GIF and WebP are not copied.
pub fn repeat(records: Vec<Record>, times: u32) -> Vec<Record> {
    let mut all = records;
    let first = all.len();
    for copy in 1..times {
        for at in 0..first {
            let Origin::File { path, .. } = &all[at].origin else { continue };
            if !matches!(all[at].format, "jpg" | "png") {
                continue;
            }
            let origin = Origin::File { path: path.clone(), copy };
            let id = all[at].id + u64::from(copy) * ID_STEP;
            all.push(Record { id, origin, ..all[at].clone() });
        }
    }
    all
}

/// The bytes of a copy; the first one is the file itself.
pub fn marked(bytes: Vec<u8>, copy: u32) -> Vec<u8> {
    if copy == 0 {
        return bytes;
    }
    let text = format!("Comment\0copy {copy}");
    let place = if bytes.starts_with(b"\x89PNG") { png(text.as_bytes()) } else { jpeg(&bytes, text.as_bytes()) };
    let Some((at, piece)) = place.filter(|(at, _)| *at <= bytes.len()) else { return bytes };
    [&bytes[..at], &piece, &bytes[at..]].concat()
}

/// A comment after the APPn segments, where EXIF readers have already stopped.
fn jpeg(bytes: &[u8], text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let mut at = 2;
    while let [0xff, 0xe0..=0xef, high, low] = *bytes.get(at..at + 4)? {
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    let len = u16::try_from(text.len() + 2).ok()?.to_be_bytes();
    Some((at, [&[0xff, 0xfe], &len[..], text].concat()))
}

/// A `tEXt` chunk after the header: signature 8, length 4, type 4, header 13, checksum 4.
fn png(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let body = [b"tEXt", text].concat();
    let mut crc = Crc::new();
    crc.update(&body);
    let len = u32::try_from(text.len()).ok()?.to_be_bytes();
    Some((33, [&len[..], &body, &crc.sum().to_be_bytes()].concat()))
}
