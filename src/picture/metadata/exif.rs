//! EXIF, read by kamadak-exif; by nom-exif if that finds nothing.

use std::io::Cursor;

use exif::{Context, Field, Reader, Tag};
use nom_exif::{EntryValue, IfdKind, MediaParser, MediaSource};
use serde_json::Value;

use super::{Metadata, tags, value};

/// Pointers to other directories. They are offsets, not metadata.
const POINTERS: [u16; 3] = [0x8769, 0x8825, 0xA005];

pub(super) fn read(bytes: &[u8], found: &mut Metadata) {
    primary(bytes, found);
    if found.is_empty() {
        fallback(bytes, found);
    }
}

fn primary(bytes: &[u8], found: &mut Metadata) {
    let read = Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_| {}));
    for field in read.iter().flat_map(exif::Exif::fields) {
        put(found, usize::from(field.ifd_num.index()), field.tag, from_field(field));
    }
}

fn fallback(bytes: &[u8], found: &mut Metadata) {
    let Ok(source) = MediaSource::from_memory(bytes.to_vec()) else { return };
    let Ok(entries) = MediaParser::new().parse_exif(source) else { return };
    let read: nom_exif::Exif = entries.into();
    for entry in read.entries() {
        let context = match entry.ifd_kind() {
            IfdKind::Exif => Context::Exif,
            IfdKind::Gps => Context::Gps,
            IfdKind::Interop => Context::Interop,
            _ => Context::Tiff,
        };
        let tag = Tag(context, entry.tag().code());
        put(found, entry.ifd().as_usize(), tag, from_entry(tag, entry.value()));
    }
}

fn put(found: &mut Metadata, ifd: usize, tag: Tag, value: Value) {
    if POINTERS.contains(&tag.number()) {
        return;
    }
    let group = match tag.context() {
        Context::Exif => "Exif",
        Context::Gps => "GPS",
        Context::Interop => "Interop",
        _ => return found.put(&format!("IFD{ifd}"), tags::name(tag), value),
    };
    if ifd == 0 {
        found.put(group, tags::name(tag), value);
    } else {
        found.put(&format!("IFD{ifd}:{group}"), tags::name(tag), value);
    }
}

fn from_field(field: &Field) -> Value {
    use exif::Value as V;
    match &field.value {
        V::Byte(v) if tags::is_utf16(field.tag) => utf16(v, u16::from_le_bytes),
        V::Byte(v) => value::numbers(v.iter().copied(), 1),
        V::SByte(v) => value::numbers(v.iter().copied(), 1),
        V::Short(v) => value::numbers(v.iter().copied(), 2),
        V::SShort(v) => value::numbers(v.iter().copied(), 2),
        V::Long(v) => value::numbers(v.iter().copied(), 4),
        V::SLong(v) => value::numbers(v.iter().copied(), 4),
        V::Rational(v) => value::numbers(v.iter().map(|r| value::rational(r.num, r.denom)), 8),
        V::SRational(v) => value::numbers(v.iter().map(|r| value::rational(r.num, r.denom)), 8),
        V::Float(v) => value::numbers(v.iter().map(|&f| value::float(f.into())), 4),
        V::Double(v) => value::numbers(v.iter().map(|&f| value::float(f)), 8),
        V::Ascii(v) => ascii(v),
        V::Undefined(v, _) => undefined(field.tag, v),
        V::Unknown(kind, count, _) => serde_json::json!({"type": kind, "count": count}),
    }
}

fn from_entry(tag: Tag, entry: &EntryValue) -> Value {
    use EntryValue as V;
    match entry {
        V::Text(v) => value::text(v),
        V::U8(v) => (*v).into(),
        V::U16(v) => (*v).into(),
        V::U32(v) => (*v).into(),
        V::U64(v) => (*v).into(),
        V::I8(v) => (*v).into(),
        V::I16(v) => (*v).into(),
        V::I32(v) => (*v).into(),
        V::I64(v) => (*v).into(),
        V::F32(v) => value::float((*v).into()),
        V::F64(v) => value::float(*v),
        V::DateTime(v) => v.format("%Y:%m:%d %H:%M:%S").to_string().into(),
        V::NaiveDateTime(v) => v.format("%Y:%m:%d %H:%M:%S").to_string().into(),
        V::URational(v) => value::rational(v.numerator(), v.denominator()),
        V::IRational(v) => value::rational(v.numerator(), v.denominator()),
        V::URationalArray(v) => value::numbers(v.iter().map(|r| value::rational(r.numerator(), r.denominator())), 8),
        V::IRationalArray(v) => value::numbers(v.iter().map(|r| value::rational(r.numerator(), r.denominator())), 8),
        V::U8Array(v) if tags::is_utf16(tag) => utf16(v, u16::from_le_bytes),
        V::U8Array(v) => value::numbers(v.iter().copied(), 1),
        V::U16Array(v) => value::numbers(v.iter().copied(), 2),
        V::U32Array(v) => value::numbers(v.iter().copied(), 4),
        V::Undefined(v) => undefined(tag, v),
        _ => Value::Null,
    }
}

/// A text, or a list of texts if NULs separate several, as in Copyright. Empty texts at the end are padding.
fn ascii(parts: &[Vec<u8>]) -> Value {
    let used = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
    match &parts[..used] {
        [] => "".into(),
        [one] => value::text(&value::decode(one)),
        several => value::numbers(several.iter().map(|part| value::text(&value::decode(part))), 1),
    }
}

/// Decodes EXIF type UNDEFINED, whose meaning depends on the tag.
fn undefined(tag: Tag, bytes: &[u8]) -> Value {
    match tag {
        Tag::ExifVersion | Tag::FlashpixVersion | Tag::InteroperabilityVersion => value::text(&value::decode(bytes)),
        Tag::UserComment | Tag::GPSProcessingMethod | Tag::GPSAreaInformation => with_charset(bytes),
        Tag::MakerNote => value::opaque(bytes),
        Tag::ComponentsConfiguration => value::numbers(bytes.iter().copied(), 1),
        _ if bytes.len() == 1 => bytes[0].into(),
        _ => value::opaque(bytes),
    }
}

/// The first eight bytes name the character set (EXIF 3.0, table 9). EXIF does not define the byte order of UTF-16
/// here; the order that yields Latin text is used.
fn with_charset(bytes: &[u8]) -> Value {
    let Some((charset, body)) = bytes.split_first_chunk::<8>() else { return value::text(&value::decode(bytes)) };
    match charset {
        b"ASCII\0\0\0" | b"\0\0\0\0\0\0\0\0" => value::text(&value::decode(body)),
        b"UNICODE\0" => {
            let zeros_first = body.iter().step_by(2).filter(|&&b| b == 0).count();
            let zeros_second = body.iter().skip(1).step_by(2).filter(|&&b| b == 0).count();
            let little = body.starts_with(&[0xFF, 0xFE]) || zeros_second > zeros_first;
            utf16(body, if little { u16::from_le_bytes } else { u16::from_be_bytes })
        }
        b"JIS\0\0\0\0\0" => value::opaque(bytes),
        _ => value::text(&value::decode(bytes)),
    }
}

fn utf16(bytes: &[u8], order: fn([u8; 2]) -> u16) -> Value {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
    value::text(String::from_utf16_lossy(&units).trim_start_matches('\u{feff}'))
}
