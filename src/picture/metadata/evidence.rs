//! What a file says about itself that a record holds too: date, position, title and caption.
//!
//! EXIF comes first for date and position, XMP and IPTC, which people edit, for texts.

use jiff::civil::{Date, DateTime, Time};
use serde_json::Value;

use super::camera::{date_time, gps};
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
    let exif = [("DateTimeOriginal", "OffsetTimeOriginal"), ("DateTimeDigitized", "OffsetTimeDigitized")];
    for (name, offset) in exif {
        if let Some(local) = text("Exif", name).and_then(date_time) {
            let utc_offset = text("Exif", offset).and_then(utc_offset);
            return Some(Taken {
                local: Some(local),
                granularity: Some(Granularity::Second.into()),
                utc_offset,
                ..Taken::default()
            });
        }
    }
    let xmp = ["exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"];
    xmp.into_iter().find_map(|name| iso_8601(text("XMP", name)?)).or_else(|| {
        let (date, time) = (text("IPTC", "DateCreated")?, text("IPTC", "TimeCreated").unwrap_or_default());
        iso_8601(&extended(date, time)?)
    })
}

/// IPTC's `20240501` and `061200+0200` as ISO 8601; months and days of 0 are not known.
fn extended(date: &str, time: &str) -> Option<String> {
    if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    Some(match (month, day, time.get(..6)) {
        ("00", ..) => year.to_owned(),
        (_, "00", _) => format!("{year}-{month}"),
        (_, _, Some(clock)) if clock.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{year}-{month}-{day}T{}:{}:{}", &clock[..2], &clock[2..4], &clock[4..])
        }
        _ => format!("{year}-{month}-{day}"),
    })
}

/// A date of XMP: a year, a month, a day, or a moment with an offset or without.
fn iso_8601(text: &str) -> Option<Taken> {
    let (day, clock) =
        text.trim().split_once(['T', ' ']).map_or((text.trim(), None), |(day, clock)| (day, Some(clock)));
    let mut parts = day.split(['-', ':']);
    let year = parts.next().filter(|year| year.len() == 4)?.parse::<i16>().ok().filter(|&year| year > 0)?;
    let rest: Vec<i8> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (month, of_month) = (rest.first().copied().unwrap_or(1), rest.get(1).copied().unwrap_or(1));
    let date = Date::new(year, month, of_month).ok()?;
    let (time, utc_offset) = match clock {
        Some(clock) if rest.len() == 2 => {
            let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
            (Some(time(&clock[..end])?), utc_offset(&clock[end..]))
        }
        _ => (None, None),
    };
    let granularity = match rest.len() {
        0 => Some(Granularity::Year),
        1 => Some(Granularity::Month),
        2 => time.map(|_| Granularity::Second),
        _ => return None,
    };
    let local = DateTime::from_parts(date, time.unwrap_or_else(Time::midnight));
    Some(Taken { local: Some(local), granularity: granularity.map(Into::into), utc_offset, ..Taken::default() })
}

/// `06:12`, `06:12:00`, `06:12:00.5`.
fn time(text: &str) -> Option<Time> {
    let whole = text.split('.').next()?;
    let parts: Vec<i8> = whole.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [hour, minute] => Time::new(hour, minute, 0, 0).ok(),
        [hour, minute, second] => Time::new(hour, minute, second, 0).ok(),
        _ => None,
    }
}

/// `+02:00`, `-0330`, `Z`.
fn utc_offset(text: &str) -> Option<String> {
    let text = text.trim();
    if text == "Z" {
        return Some("+00:00".to_owned());
    }
    let digits: String = text.get(1..)?.chars().filter(|&c| c != ':').collect();
    let is_offset =
        text.starts_with(['+', '-']) && digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_offset.then(|| format!("{}{}:{}", &text[..1], &digits[..2], &digits[2..]))
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
