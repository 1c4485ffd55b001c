//! What a file says about itself that a record holds too: date, position, title and caption.
//!
//! EXIF comes first for date and position, XMP and IPTC, which people edit, for texts.

use serde_json::Value;

use super::camera::gps;
use super::{Metadata, value::first_number};
use crate::photo::{Granularity, Location, LocationOrigin, Taken};

/// Captions that cameras and programs write into every file.
const NO_CAPTIONS: [&str; 16] = [
    "OLYMPUS DIGITAL CAMERA",
    "SONY DSC",
    "MINOLTA DIGITAL CAMERA",
    "KONICA MINOLTA DIGITAL CAMERA",
    "KODAK DIGITAL STILL CAMERA",
    "SAMSUNG DIGITAL CAMERA",
    "SAMSUNG CAMERA PICTURES",
    "DIGITAL STILLCAMERA",
    "DIGITAL CAMERA",
    "EXIF_JPEG_T422",
    "CREATED WITH GIMP",
    "SCREENSHOT",
    "DEFAULT",
    "OZNOR",
    "DAV",
    "RBT",
];

/// What cameras with a card write: the file's path.
const CARD_FOLDER: &str = "DCIM";

/// What a file says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// When it was taken.
    pub taken: Option<Taken>,
    /// Where it was taken; its origin is `exif`.
    pub location: Option<Location>,
    /// Its title.
    pub title: Option<String>,
    /// Its caption.
    pub description: Option<String>,
}

/// Reads date, position, title and caption.
pub fn evidence(found: &Metadata) -> Evidence {
    let text = |names: &[(&str, &str)]| names.iter().find_map(|(group, name)| caption(found.value(group, name)?));
    Evidence {
        taken: taken(found),
        location: location(found),
        title: text(&[("XMP", "dc:title"), ("IPTC", "ObjectName"), ("IFD0", "XPTitle")]),
        description: text(&[
            ("XMP", "dc:description"),
            ("IPTC", "Caption-Abstract"),
            ("IFD0", "ImageDescription"),
            ("IFD0", "XPComment"),
        ]),
    }
}

/// A text, the first of a list, or the one in the default language.
fn caption(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(list) => return list.iter().find_map(caption),
        Value::Object(languages) => {
            languages.get("x-default").or_else(|| languages.get("text")).or(languages.values().next())?.as_str()?
        }
        single => single.as_str()?,
    };
    let text = text.trim();
    let upper = text.to_uppercase();
    let is_written_by_people = !NO_CAPTIONS.contains(&upper.as_str()) && !upper.starts_with(CARD_FOLDER);
    (is_written_by_people && text.chars().any(char::is_alphanumeric)).then(|| text.to_owned())
}

fn taken(found: &Metadata) -> Option<Taken> {
    let text = |group, name| found.value(group, name).and_then(Value::as_str);
    let known = |text: &str| Taken::parse(text).filter(|taken| !taken.unknown);
    let exif = [("DateTimeOriginal", "OffsetTimeOriginal"), ("DateTimeDigitized", "OffsetTimeDigitized")];
    let of_exif = exif.into_iter().find_map(|(name, offset)| {
        let said = text("Exif", name)?;
        let taken = known(said).or_else(|| date_time(said))?;
        let is_exact = taken.granularity.as_ref().is_some_and(|exact| *exact == Granularity::Second);
        let offset = text("Exif", offset).filter(|_| is_exact && taken.utc_offset.is_none());
        Some(Taken { utc_offset: offset.and_then(utc_offset).or(taken.utc_offset.clone()), ..taken })
    });
    let xmp = ["exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"];
    of_exif.or_else(|| xmp.into_iter().find_map(|name| known(text("XMP", name)?))).or_else(|| {
        let (date, time) = (text("IPTC", "DateCreated")?, text("IPTC", "TimeCreated"));
        time.and_then(|time| known(&format!("{date}T{time}"))).or_else(|| known(date))
    })
}

/// `YYYY:MM:DD HH:MM:SS`, with any separators.
fn date_time(text: &str) -> Option<Taken> {
    let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let [year, month, day, hour, minute, second, ..] = numbers[..] else { return None };
    Taken::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}"))
}

/// `+02:00`, `-0330`, `Z`.
fn utc_offset(text: &str) -> Option<String> {
    Taken::parse(&format!("2000-01-01T00:00{}", text.trim()))?.utc_offset
}

fn location(found: &Metadata) -> Option<Location> {
    let (latitude, longitude) = gps(found).or_else(|| xmp_position(found))?;
    let number = |name| found.value("GPS", name).and_then(first_number);
    let is_below_sea = matches!(number("GPSAltitudeRef").map(|side| side as u8), Some(1 | 3));
    let altitude_m = number("GPSAltitude").map(|metres| if is_below_sea { -metres } else { metres });
    // Only true north says something without a model of the magnetic field.
    let is_true_north =
        found.value("GPS", "GPSImgDirectionRef").and_then(Value::as_str).is_none_or(|north| north != "M");
    let direction_deg = number("GPSImgDirection").filter(|degrees| is_true_north && (0.0..=360.0).contains(degrees));
    let error_m = number("GPSHPositioningError").filter(|&metres| metres > 0.0 && metres < 1e7);
    Some(Location {
        uncertainty_m: error_m.map(|metres| metres.ceil() as u32),
        altitude_m,
        direction_deg,
        origin: LocationOrigin::Exif.into(),
        ..Location::new(latitude, longitude)?
    })
}

/// The position in XMP: `47,30.25N` or `47,30,15N` (degrees, minutes, seconds).
fn xmp_position(found: &Metadata) -> Option<(f64, f64)> {
    let angle = |name: &str, negative: char, limit: f64| {
        let text = found.value("XMP", name)?.as_str()?.trim();
        let reference = text.chars().last().filter(char::is_ascii_alphabetic)?;
        let parts: Vec<f64> = text[..text.len() - 1].split(',').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let degrees = parts.iter().rev().fold(0.0, |sum, part| sum / 60.0 + part);
        let sign = if reference.eq_ignore_ascii_case(&negative) { -1.0 } else { 1.0 };
        (parts.len() <= 3 && (0.0..=limit).contains(&degrees)).then_some(sign * degrees)
    };
    Some((angle("exif:GPSLatitude", 'S', 90.0)?, angle("exif:GPSLongitude", 'W', 180.0)?))
}
