//! Dates of a metadata file.

use jiff::civil::{Date, DateTime, Time};

use crate::photo::{Granularity, Taken};

/// EXIF's `2026:05:01 12:00:00`, ISO 8601, or a prefix of them. A time zone is dropped: cameras record none.
/// `0000:00:00 00:00:00` is EXIF's "unknown".
pub fn taken(text: &str) -> Option<Taken> {
    let text = text.trim();
    let (day, time) = text.split_once(['T', 't', ' ']).map_or((text, None), |(day, time)| (day, Some(time.trim())));
    let parts: Vec<&str> = day.split(['-', ':', '/']).collect();
    if parts.len() > 3 || parts.iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    if day.bytes().all(|byte| matches!(byte, b'0' | b':' | b'-')) {
        return Some(Taken { unknown: true, ..Taken::default() });
    }
    if parts[0].len() != 4 || parts.len() < 3 && time.is_some() {
        return None;
    }
    let number = |nth: usize| parts.get(nth).map_or(Some(1), |part| part.parse::<i8>().ok());
    let date = Date::new(parts[0].parse().ok()?, number(1)?, number(2)?).ok()?;
    let granularity = match (parts.len(), time) {
        (1, _) => Some(Granularity::Year),
        (2, _) => Some(Granularity::Month),
        (_, Some(_)) => Some(Granularity::Second),
        (_, None) => None,
    };
    let time = time.map_or(Some(Time::midnight()), clock)?;
    let (local, granularity) = (Some(DateTime::from_parts(date, time)), granularity.map(Into::into));
    Some(Taken { local, granularity, ..Taken::default() })
}

/// `12:00`, `12:00:00`, `12:00:00.5+02:00`, `12:00:00Z`.
fn clock(text: &str) -> Option<Time> {
    let end = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let whole = text[..end].split('.').next().unwrap_or_default().trim();
    let parts: Vec<i8> = whole.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [hour, minute] => Time::new(hour, minute, 0, 0).ok(),
        [hour, minute, second] => Time::new(hour, minute, second, 0).ok(),
        _ => None,
    }
}
