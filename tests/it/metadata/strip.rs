//! Strips generated files of each format.

use gleaner::picture::strip::{check, strip};
use gleaner::picture::{decode, format, metadata};

use super::generated::{self, CANARY, holds};

fn picture(bytes: &[u8]) -> Vec<u8> {
    let format = format::sniff(bytes).unwrap();
    decode::decode(bytes, format, None).unwrap().rgb
}

/// Strips a file that contains canaries, checks the result, and returns it.
fn cleaned(bytes: &[u8], orientation: u8) -> Vec<u8> {
    assert!(holds(bytes, CANARY), "nothing is planted");
    assert!(check(bytes).is_err(), "a file with metadata passes the check");
    let stripped = strip(bytes).unwrap();
    assert_eq!(stripped.orientation, orientation);
    check(&stripped.bytes).unwrap();
    assert!(!holds(&stripped.bytes, CANARY), "a canary is left");
    assert!(picture(bytes) == picture(&stripped.bytes), "the picture changed");
    let left: Vec<String> = metadata::read(&stripped.bytes).names().collect();
    if orientation == 1 {
        assert!(left.is_empty(), "{left:?}");
    } else {
        assert_eq!(left, ["IFD0:Orientation"]);
        assert_eq!(metadata::read(&stripped.bytes).orientation(), orientation);
    }
    stripped.bytes
}

#[test]
fn a_stripped_webp_loses_exif_and_xmp_and_their_flags() {
    let upright = cleaned(&generated::webp(&generated::telling(1), &generated::named_xmp()), 1);
    assert_eq!((&upright[12..16], upright[20]), (&b"VP8X"[..], 0));
    assert_eq!(upright.len() as u32 - 8, u32::from_le_bytes(upright[4..8].try_into().unwrap()));
    let turned = cleaned(&generated::webp(&generated::telling(6), &generated::named_xmp()), 6);
    assert_eq!(turned[20], 0x08, "only EXIF, for the orientation");
}

#[test]
fn a_stripped_png_loses_its_metadata_but_keeps_its_orientation() {
    let mut compressed = b"Comment\0\0".to_vec();
    let mut zlib = flate2::write::ZlibEncoder::new(&mut compressed, flate2::Compression::fast());
    std::io::Write::write_all(&mut zlib, b"compressed name").unwrap();
    zlib.finish().unwrap();
    for orientation in [1_u8, 6] {
        let file = generated::png(&[
            (*b"eXIf", generated::telling(orientation.into())),
            (*b"tEXt", b"Author\0canary author".to_vec()),
            (*b"iTXt", b"Title\0\0\0en\0Titel\0canary title".to_vec()),
            (*b"zTXt", compressed.clone()),
            (*b"tIME", vec![0x07, 0xe8, 2, 29, 23, 59, 60]),
            generated::itxt_xmp(&generated::named_xmp()),
            (*b"prVt", b"canary of a private chunk".to_vec()),
        ]);
        let found = metadata::read(&file);
        assert_eq!(found.value("File", "Author"), Some(&"canary author".into()));
        assert_eq!(found.value("File", "Title"), Some(&"canary title".into()));
        assert_eq!(found.value("File", "Comment"), Some(&"compressed name".into()));
        assert_eq!(found.value("File", "ModifyDate"), Some(&"2024:02:29 23:59:60".into()));
        assert_eq!(found.value("IFD0", "Artist"), Some(&"canary artist".into()));
        assert_eq!(found.value("XMP", "dc:creator"), Some(&serde_json::json!(["canary creator"])));
        cleaned(&file, orientation);
    }
}

#[test]
fn a_stripped_jpeg_loses_its_metadata_but_keeps_its_orientation() {
    let extended = [&b"http://ns.adobe.com/xmp/extension/\0"[..], &[b'0'; 40], b"<canary extended/>"].concat();
    let file = generated::jpeg(&[
        generated::app1_exif(&generated::telling(6)),
        generated::app1_xmp(&generated::named_xmp()),
        (0xe1, extended),
        generated::app13(&[(2, 80, b"canary by-line")]),
        (0xe2, b"MPF\0MM\0*\0\0\0\x08canary".to_vec()),
        (0xe4, b"canary of an unknown segment".to_vec()),
        (0xec, b"Ducky\0canary".to_vec()),
        (0xfe, b"canary comment".to_vec()),
    ]);
    let names: Vec<String> = metadata::read(&file).names().collect();
    assert!(names.contains(&"XMP:dc:creator".into()) && names.contains(&"IPTC:By-line".into()), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("extended")), "extended XMP is not read");
    cleaned(&file, 6);
}

#[test]
fn a_second_picture_and_a_trailer_after_a_jpeg_are_removed() {
    let plain = generated::jpeg(&[]);
    let second = generated::jpeg(&[(0xfe, b"canary of the second".to_vec())]);
    let file = [&generated::jpeg(&[(0xe2, b"MPF\0MM\0*".to_vec())]), &second[..], b"canary trailer"].concat();
    let left = cleaned(&file, 1);
    assert_eq!(left.len(), strip(&plain).unwrap().bytes.len());
}

#[test]
fn a_stripped_gif_loses_comment_and_xmp_but_still_loops() {
    let file = generated::gif("canary comment", &generated::named_xmp());
    let found = metadata::read(&file);
    assert_eq!(found.value("File", "Comment"), Some(&"canary comment".into()));
    assert_eq!(found.value("XMP", "dc:creator"), Some(&serde_json::json!(["canary creator"])));
    let left = cleaned(&file, 1);
    assert!(holds(&left, "NETSCAPE2.0") && !holds(&left, "XMP Data"));
    let mut decoder = gif::DecodeOptions::new().read_info(&left[..]).unwrap();
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
    assert!(decoder.next_frame_info().unwrap().is_some() && decoder.next_frame_info().unwrap().is_some());
}

#[test]
fn a_file_that_is_no_image_fails_the_metadata_check() {
    for bytes in [&b""[..], b"text", b"\xff\xd8\xff", b"RIFF\x04\0\0\0WEBP", b"GIF89a", b"\x89PNG\r\n\x1a\n"] {
        assert!(strip(bytes).is_err() && check(bytes).is_err());
    }
}
