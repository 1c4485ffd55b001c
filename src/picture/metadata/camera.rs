//! The few tags that are stored unsealed: the camera model and the position.

use serde_json::Value;

use super::{Metadata, value::first_number};
use crate::photo::Camera;

/// Longest make, model or lens name, in characters. EXIF sets no limit; real names are far shorter.
const NAME_CHARS_MAX: usize = 100;

/// The camera's make, model, lens and exposure. Serial numbers and owner names are left out.
pub fn camera(found: &Metadata) -> Camera {
    let number = |name| found.value("Exif", name).and_then(first_number);
    let positive = |name| number(name).filter(|&n| n > 0.0);
    let whole = |name| positive(name).filter(|&n| n <= f64::from(u32::MAX)).map(|n| n as u32);
    Camera {
        make: name(found.value("IFD0", "Make")),
        model: name(found.value("IFD0", "Model")),
        lens: name(found.value("Exif", "LensModel")),
        exposure_time_s: positive("ExposureTime"),
        f_number: positive("FNumber"),
        iso: iso(found),
        exposure_bias_ev: number("ExposureBiasValue"),
        focal_length_mm: positive("FocalLength"),
        focal_length_35mm: whole("FocalLengthIn35mmFilm"),
        flash_fired: number("Flash").map(|bits| bits as u32 & 1 == 1),
    }
}

/// The ISO speed. The tag holds at most 65,535, which then means "or more": another tag has the number (EXIF 3.0, annex G).
fn iso(found: &Metadata) -> Option<u32> {
    let number = |name| found.value("Exif", name).and_then(first_number);
    let whole = |name| number(name).filter(|&n| n > 0.0 && n <= f64::from(u32::MAX)).map(|n| n as u32);
    let short = whole("PhotographicSensitivity");
    if short.is_some_and(|iso| iso != u32::from(u16::MAX)) {
        return short;
    }
    let [standard_output, recommended, speed] = ["StandardOutputSensitivity", "RecommendedExposureIndex", "ISOSpeed"];
    // SensitivityType says which of them the tag would repeat.
    let in_order = match number("SensitivityType").map(|kind| kind as u8) {
        Some(1) => [standard_output, recommended, speed],
        Some(3) => [speed, recommended, standard_output],
        _ => [recommended, speed, standard_output],
    };
    in_order.into_iter().find_map(whole)
}

/// The first line of a text, trimmed; `None` if it has no letter or digit.
fn name(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::Array(parts) => parts.first()?.as_str()?,
        single => single.as_str()?,
    };
    let line = text.trim().split(char::is_control).next().unwrap_or_default().trim();
    let readable = line.chars().any(char::is_alphanumeric);
    readable.then(|| line.chars().take(NAME_CHARS_MAX).collect())
}

/// Latitude and longitude in degrees (WGS 84 unless GPSMapDatum says otherwise). `None` if they are incomplete,
/// out of range, or both exactly 0, which receivers write when they have no fix.
pub fn gps(found: &Metadata) -> Option<(f64, f64)> {
    let latitude = angle(found, "GPSLatitude", 'S', 90.0)?;
    let longitude = angle(found, "GPSLongitude", 'W', 180.0)?;
    let unknown = latitude.abs() + longitude.abs() == 0.0;
    (!unknown).then_some((latitude, longitude))
}

/// Degrees, minutes and seconds; minutes and seconds may be missing. Negative towards `negative`.
fn angle(found: &Metadata, name: &str, negative: char, limit: f64) -> Option<f64> {
    let parts = match found.value("GPS", name)? {
        Value::Array(parts) if parts.len() <= 3 => parts.iter().map(Value::as_f64).collect::<Option<Vec<_>>>()?,
        single => vec![single.as_f64()?],
    };
    let reference = found.value("GPS", &format!("{name}Ref"))?.as_str()?.trim().chars().next()?;
    let degrees = parts.iter().rev().fold(0.0, |sum, part| sum / 60.0 + part);
    let sign = if reference.eq_ignore_ascii_case(&negative) { -1.0 } else { 1.0 };
    (0.0..=limit).contains(&degrees).then_some(sign * degrees)
}
