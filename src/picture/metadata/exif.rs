//! EXIF, read by kamadak-exif; by nom-exif if that finds nothing.

use std::io::Cursor;

use exif::{Context, Field, Reader, Tag};
use nom_exif::{EntryValue, IfdKind, MediaParser, MediaSource};
use serde_json::Value;

use super::charset::{self, ByteOrder};
use super::{Metadata, tags, value};

/// The type of a UTF-8 text (EXIF 3.0, table 3).
const UTF8: u16 = 129;

/// Pointers to other directories. They are offsets, not metadata.
const POINTERS: [u16; 3] = [0x8769, 0x8825, 0xA005];

pub(super) fn read(bytes: &[u8], found: &mut Metadata) {
    primary(bytes, found);
    if found.is_empty() {
        fallback(bytes, found);
    }
}

/// Reads a TIFF structure.
pub(super) fn read_tiff(tiff: Vec<u8>, found: &mut Metadata) {
    keep(Reader::new().continue_on_error(true).read_raw(tiff), found);
}

fn primary(bytes: &[u8], found: &mut Metadata) {
    keep(Reader::new().continue_on_error(true).read_from_container(&mut Cursor::new(bytes)), found);
}

fn keep(read: Result<exif::Exif, exif::Error>, found: &mut Metadata) {
    let Ok(read) = read.or_else(|error| error.distill_partial_result(|_| {})) else { return };
    for field in read.fields() {
        put(found, usize::from(field.ifd_num.index()), field.tag, from_field(field, &read));
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

fn from_field(field: &Field, read: &exif::Exif) -> Value {
    use exif::Value as V;
    let order = if read.little_endian() { ByteOrder::Little } else { ByteOrder::Big };
    match &field.value {
        V::Byte(v) if tags::is_utf16(field.tag) => value::text(&charset::utf16(v, ByteOrder::Little)),
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
        V::Undefined(v, _) => undefined(field.tag, v, order),
        &V::Unknown(UTF8, count, at) => {
            let text = read.buf().get(at as usize..).and_then(|rest| rest.get(..count as usize)).unwrap_or_default();
            value::text(&value::decode(text))
        }
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
        V::U8Array(v) if tags::is_utf16(tag) => value::text(&charset::utf16(v, ByteOrder::Little)),
        V::U8Array(v) => value::numbers(v.iter().copied(), 1),
        V::U16Array(v) => value::numbers(v.iter().copied(), 2),
        V::U32Array(v) => value::numbers(v.iter().copied(), 4),
        V::Undefined(v) => undefined(tag, v, ByteOrder::Big),
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
fn undefined(tag: Tag, bytes: &[u8], order: ByteOrder) -> Value {
    match tag {
        Tag::ExifVersion | Tag::FlashpixVersion | Tag::InteroperabilityVersion => value::text(&value::decode(bytes)),
        Tag::UserComment | Tag::GPSProcessingMethod | Tag::GPSAreaInformation => match charset::decode(bytes, order) {
            Some(text) => value::text(&text),
            None => value::opaque(bytes),
        },
        Tag::MakerNote => value::opaque(bytes),
        Tag::ComponentsConfiguration => value::numbers(bytes.iter().copied(), 1),
        _ if bytes.len() == 1 => bytes[0].into(),
        _ => value::opaque(bytes),
    }
}
