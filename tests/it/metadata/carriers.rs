//! Metadata in places where other programs write it: raw profiles of PNG, comments in any character set, HEIC and AVIF.

use exif::{Tag, Value as Exif};
use flate2::{Compression, write::ZlibEncoder};
use gleaner::picture::Defect;
use gleaner::picture::format;
use gleaner::picture::metadata::{camera, evidence, orientation, read};
use gleaner::picture::strip;
use serde_json::json;

use super::generated::{app1_exif, app13, field, jpeg, png, telling, text, tiff, xmp};
use crate::pipeline::shared;

/// A raw profile as ImageMagick writes it.
fn raw_profile(kind: &str, bytes: &[u8], compressed: bool) -> ([u8; 4], Vec<u8>) {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<String> = digits.chunks(36).map(<[String]>::concat).collect();
    let body = format!("\n{kind}\n{:8}\n{}\n", bytes.len(), lines.join("\n"));
    let name = format!("Raw profile type {kind}\0");
    if !compressed {
        return (*b"tEXt", [name.as_bytes(), body.as_bytes()].concat());
    }
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut zlib, body.as_bytes()).unwrap();
    (*b"zTXt", [name.as_bytes(), &[0], &zlib.finish().unwrap()].concat())
}

#[test]
fn raw_profiles_of_png_are_read_and_removed() {
    let tiff_6 = telling(6);
    let packet = xmp("xmp:Rating='4'", "");
    let (_, photoshop) = app13(&[(2, 90, b"Paris")]);
    let iptc = [0x1c, 2, 90, 0, 5, b'P', b'a', b'r', b'i', b's'];
    let with_xmp = [b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat();
    for (kind, bytes, found) in [
        ("exif", [b"Exif\0\0", &tiff_6[..]].concat(), ("IFD0", "Artist", json!("canary artist"))),
        ("exif", tiff_6.clone(), ("Exif", "BodySerialNumber", json!("canary serial"))),
        ("APP1", [b"Exif\0\0", &tiff_6[..]].concat(), ("IFD0", "Orientation", json!(6))),
        ("APP1", with_xmp, ("XMP", "xmp:Rating", json!("4"))),
        ("xmp", packet.clone().into_bytes(), ("XMP", "xmp:Rating", json!("4"))),
        ("iptc", photoshop["Photoshop 3.0\0".len()..].to_vec(), ("IPTC", "City", json!("Paris"))),
        ("iptc", iptc.to_vec(), ("IPTC", "City", json!("Paris"))),
        ("8bim", photoshop.clone(), ("IPTC", "City", json!("Paris"))),
    ] {
        for compressed in [false, true] {
            let file = png(&[raw_profile(kind, &bytes, compressed)]);
            let (group, name, value) = &found;
            assert_eq!(read(&file).value(group, name), Some(value), "{kind} {name}, compressed: {compressed}");
            let stripped = strip::strip(&file).unwrap();
            strip::check(&stripped.bytes).unwrap();
            let wanted = if bytes.windows(5).any(|part| part == b"canar") { 6 } else { 1 };
            assert_eq!((orientation(&file), stripped.orientation), (wanted, wanted), "{kind}");
        }
    }
    let damaged = png(&[(*b"tEXt", b"Raw profile type exif\0\nexif\n  900\n4949zz".to_vec())]);
    assert_eq!(read(&damaged).names().collect::<Vec<_>>(), ["File:Raw profile type exif"], "it is kept as a text");
}

#[test]
fn the_shared_raw_profiles_turn_the_picture() {
    let Some(folder) = shared("cases/png-raw-profile/photos") else { return };
    for name in ["png_rawprofile_exif.png", "png_rawprofile_app1.png"] {
        assert_eq!(orientation(&std::fs::read(folder.join(name)).unwrap()), 6, "{name}");
    }
}

/// EXIF in the byte order of the machine that wrote it.
fn comment(charset: [u8; 8], body: &[u8], little: bool) -> Option<serde_json::Value> {
    let mut writer = exif::experimental::Writer::new();
    let value = Exif::Undefined([&charset[..], body].concat(), 0);
    let comment = field(Tag::UserComment, value);
    writer.push_field(&comment);
    let mut out = std::io::Cursor::new(Vec::new());
    writer.write(&mut out, little).unwrap();
    read(&jpeg(&[app1_exif(&out.into_inner())])).value("Exif", "UserComment").cloned()
}

#[test]
fn a_comment_is_read_in_any_character_set_and_byte_order() {
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for text in [
        "京都の日本猿",
        "Ελληνικά",
        "Серая цапля, утро",
        "Grey heron",
        "नेपाल",
        "猿、木の上。",
        "东京",
        "שלום",
        "Zürich 🐒",
    ] {
        for tiff_is_little in [false, true] {
            for body in [big(text), little(text), [b"\xfe\xff", &big(text)[..]].concat(), text.as_bytes().to_vec()] {
                // Two ideographs are too few to tell the order: then that of the file counts.
                let is_other_order = body == if tiff_is_little { big(text) } else { little(text) };
                if is_other_order && text.chars().count() < 3 {
                    continue;
                }
                let found = comment(*b"UNICODE\0", &body, tiff_is_little);
                assert_eq!(found, Some(json!(text)), "{text}, little: {tiff_is_little}, {body:02x?}");
            }
        }
    }
    let jis = b"F|K\\1n";
    let escaped = [b"\x1b$B", &jis[..], b"\x1b(B"].concat();
    for body in [&escaped[..], jis, &[&escaped[..], b"\0\0"].concat()] {
        assert_eq!(comment(*b"JIS\0\0\0\0\0", body, true), Some(json!("日本猿")));
    }
    assert_eq!(comment(*b"ASCII\0\0\0", b"heron\0\0", true), Some(json!("heron")));
    assert_eq!(comment(*b"JIS\0\0\0\0\0", b"\x80\x81", true).unwrap()["bytes"], 10, "what cannot be decoded is kept");
}

#[test]
fn the_shared_comments_and_speed_are_read() {
    let Some(folder) = shared("cases/exif-usercomment-utf16le/photos") else { return };
    let file = |name: &str| read(&std::fs::read(folder.join(name)).unwrap());
    for (name, text) in [
        ("cjk_le.jpg", "京都の日本猿"),
        ("greek_le.jpg", "Ελληνικά"),
        ("utf8_exif3.jpg", "Grauer Reiher am Zürichsee, früh"),
        ("jis.jpg", "日本猿"),
    ] {
        assert_eq!(file(name).value("Exif", "UserComment"), Some(&json!(text)), "{name}");
    }
    assert_eq!(camera(&file("iso65535.jpg")).iso, Some(102_400));
}

#[test]
fn a_speed_above_65534_is_read_where_exif_puts_it() {
    let speed = |fields: &[(Tag, u32)]| {
        let short = |tag| matches!(tag, Tag::PhotographicSensitivity | Tag::SensitivityType);
        let value = |tag, n: u32| if short(tag) { Exif::Short(vec![n as u16]) } else { Exif::Long(vec![n]) };
        let fields: Vec<_> = fields.iter().map(|&(tag, number)| field(tag, value(tag, number))).collect();
        camera(&read(&jpeg(&[app1_exif(&tiff(&fields))]))).iso
    };
    let full = (Tag::PhotographicSensitivity, 65_535);
    assert_eq!(speed(&[full, (Tag::RecommendedExposureIndex, 102_400)]), Some(102_400));
    let both = [(Tag::RecommendedExposureIndex, 80_000), (Tag::ISOSpeed, 204_800)];
    assert_eq!(speed(&[full, (Tag::SensitivityType, 3), both[0], both[1]]), Some(204_800));
    assert_eq!(speed(&[full, (Tag::SensitivityType, 2), both[0], both[1]]), Some(80_000));
    assert_eq!(speed(&[full, (Tag::SensitivityType, 1), (Tag::StandardOutputSensitivity, 409_600)]), Some(409_600));
    assert_eq!(speed(&[(Tag::PhotographicSensitivity, 400), both[0]]), Some(400), "a speed that fits stands");
    assert_eq!(speed(&[full]), None, "65535 alone is no speed");
}

/// A file of ISO base media with one item: EXIF. It has no picture.
fn heif(brand: [u8; 4], tiff: &[u8], packet: &str) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], body: &[u8]| [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat();
    let start = boxed(b"ftyp", &[&brand[..], b"\0\0\0\0mif1", &brand].concat());
    let meta = |offset: u32| {
        let handler = boxed(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
        let entry = boxed(b"infe", b"\x02\0\0\0\0\x01\0\0Exif\0");
        let items = boxed(b"iinf", &[b"\0\0\0\0\0\x01", &entry[..]].concat());
        let length = (tiff.len() as u32 + 4).to_be_bytes();
        let place = [b"\0\0\0\0\x44\0\0\x01\0\x01\0\0\0\x01", &offset.to_be_bytes()[..], &length].concat();
        let places = boxed(b"iloc", &place);
        boxed(b"meta", &[&[0; 4][..], &handler, &items, &places].concat())
    };
    let offset = (start.len() + meta(0).len() + 8) as u32;
    let data = boxed(b"mdat", &[&[0; 4][..], tiff, packet.as_bytes()].concat());
    [start, meta(offset), data].concat()
}

#[test]
fn heic_and_avif_are_not_decodable_and_their_metadata_are_read() {
    let fields = [
        field(Tag::Make, text("Maker")),
        field(Tag::DateTimeOriginal, text("2024:05:01 06:12:00")),
        field(Tag::Orientation, Exif::Short(vec![6])),
    ];
    for (brand, name) in [(*b"heic", "a HEIC image"), (*b"avif", "an AVIF image"), (*b"heix", "a HEIC image")] {
        let file =
            heif(brand, &tiff(&fields), &xmp("", "<dc:title><rdf:Alt><rdf:li>Heron</rdf:li></rdf:Alt></dc:title>"));
        assert_eq!(format::sniff(&file), Err(Defect::Undecodable(name)));
        let found = read(&file);
        assert_eq!(camera(&found).make.as_deref(), Some("Maker"), "{name}");
        let evidence = evidence(&found);
        assert_eq!(evidence.title.as_deref(), Some("Heron"), "{name}");
        assert_eq!(evidence.taken.unwrap().local.unwrap().to_string(), "2024-05-01T06:12:00", "{name}");
        for cut in [20, 60, file.len() / 2] {
            assert!(read(&file[..cut]).names().count() < 9, "a cut file never panics");
        }
    }
    let message = Defect::Undecodable("a HEIC image").to_string();
    assert_eq!(message, "this is a HEIC image, which cannot be decoded here; its metadata are kept");
}
