//! Generated files for the tests: a small picture in each format, with chosen metadata.

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};

use crate::decode::generated as pictures;

/// The prefix of every planted text. Stripping must remove all of them.
pub const CANARY: &str = "canary";

/// A field of the first directory.
pub fn field(tag: Tag, value: Value) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value }
}

/// An EXIF text.
pub fn text(text: &str) -> Value {
    Value::Ascii(vec![text.into()])
}

/// EXIF rationals.
pub fn rationals(pairs: &[(u32, u32)]) -> Value {
    Value::Rational(pairs.iter().map(|&(num, denom)| Rational { num, denom }).collect())
}

/// The TIFF structure of EXIF.
pub fn tiff(fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in fields {
        writer.push_field(field);
    }
    let mut out = std::io::Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

/// The name of a person, a place, and a rotated picture.
pub fn telling(orientation: u16) -> Vec<u8> {
    tiff(&[
        field(Tag::Artist, text("canary artist")),
        field(Tag::Orientation, Value::Short(vec![orientation])),
        field(Tag::BodySerialNumber, text("canary serial")),
        field(Tag::GPSLatitudeRef, text("S")),
        field(Tag::GPSLatitude, rationals(&[(33, 1), (30, 1), (36, 1)])),
        field(Tag::GPSLongitudeRef, text("E")),
        field(Tag::GPSLongitude, rationals(&[(151, 1), (15, 1), (0, 1)])),
    ])
}

/// An XMP packet around the inside of its one description.
pub fn xmp(attributes: &str, inside: &str) -> String {
    format!(
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>\
         <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' \
         xmlns:Iptc4xmpCore='http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/' rdf:about='' {attributes}>{inside}\
         </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    )
}

/// One planted name.
pub fn named_xmp() -> String {
    xmp("", "<dc:creator><rdf:Seq><rdf:li>canary creator</rdf:li></rdf:Seq></dc:creator>")
}

/// A JPEG with application segments and comments after its start marker.
pub fn jpeg(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let picture = pictures::all_kinds().swap_remove(0).1;
    let mut out = picture[..2].to_vec();
    for (marker, payload) in segments {
        out.extend([0xff, *marker]);
        out.extend((payload.len() as u16 + 2).to_be_bytes());
        out.extend(payload);
    }
    out.extend(&picture[2..]);
    out
}

/// The payload of an APP1 that holds EXIF.
pub fn app1_exif(tiff: &[u8]) -> (u8, Vec<u8>) {
    (0xe1, [b"Exif\0\0", tiff].concat())
}

/// The payload of an APP1 that holds XMP.
pub fn app1_xmp(packet: &str) -> (u8, Vec<u8>) {
    (0xe1, [b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat())
}

/// An APP13 with IPTC records among other Photoshop resources.
pub fn app13(records: &[(u8, u8, &[u8])]) -> (u8, Vec<u8>) {
    let mut iptc = Vec::new();
    for (record, set, data) in records {
        iptc.extend([0x1c, *record, *set]);
        iptc.extend((data.len() as u16).to_be_bytes());
        iptc.extend(*data);
    }
    let resource = |id: u16, data: &[u8]| {
        let mut out = [&b"8BIM"[..], &id.to_be_bytes(), &[0, 0], &(data.len() as u32).to_be_bytes(), data].concat();
        out.resize(out.len().next_multiple_of(2), 0);
        out
    };
    (0xed, [b"Photoshop 3.0\0".to_vec(), resource(0x0425, b"digest"), resource(0x0404, &iptc)].concat())
}

/// A PNG with chunks after its header.
pub fn png(chunks: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let picture = pictures::png(png::ColorType::Rgb, png::BitDepth::Eight, &pictures::pixels(8, 6), (8, 6));
    let (header, rest) = picture.split_at(33);
    let chunks = chunks.iter().flat_map(|(kind, data)| pictures::png_chunk(*kind, data));
    [header.to_vec(), chunks.collect(), rest.to_vec()].concat()
}

/// An uncompressed iTXt with an XMP packet.
pub fn itxt_xmp(packet: &str) -> ([u8; 4], Vec<u8>) {
    (*b"iTXt", [b"XML:com.adobe.xmp\0\0\0\0\0", packet.as_bytes()].concat())
}

fn riff_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = [&kind[..], &(data.len() as u32).to_le_bytes(), data].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// An extended WebP with EXIF and XMP.
pub fn webp(tiff: &[u8], packet: &str) -> Vec<u8> {
    let picture = pictures::webp(image_webp::ColorType::Rgb8, &pictures::pixels(8, 6), (8, 6));
    let chunks = [
        riff_chunk(*b"VP8X", &[0x0c, 0, 0, 0, 7, 0, 0, 5, 0, 0]),
        picture[12..].to_vec(),
        riff_chunk(*b"EXIF", tiff),
        riff_chunk(*b"XMP ", packet.as_bytes()),
    ]
    .concat();
    [&b"RIFF"[..], &(chunks.len() as u32 + 4).to_le_bytes(), b"WEBP", &chunks].concat()
}

/// An animated GIF that loops for ever, with a comment and an XMP packet.
pub fn gif(comment: &str, packet: &str) -> Vec<u8> {
    let picture = pictures::gif(8, 6, 2);
    // Header, screen, and a palette of two colours.
    let (head, rest) = picture.split_at(13 + 6);
    let ramp: Vec<u8> = std::iter::once(1).chain((0..=255).rev()).chain([0]).collect();
    let extensions = [
        &b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"[..],
        b"\x21\xfe",
        &[comment.len() as u8],
        comment.as_bytes(),
        b"\0\x21\xff\x0bXMP DataXMP",
        packet.as_bytes(),
        &ramp,
    ]
    .concat();
    [head, &extensions, rest].concat()
}

/// Whether the bytes contain a text.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
