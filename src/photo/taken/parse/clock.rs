//! Times of the day with their offset from UTC.

use jiff::civil::Time;

use super::super::Granularity;

/// A time of the day.
pub(super) struct Clock {
    pub(super) time: Time,
    pub(super) granularity: Granularity,
    /// `24:00`: midnight at the end of the day.
    pub(super) is_next_day: bool,
    pub(super) utc_offset: Option<String>,
}

/// The largest difference from UTC in hours: 14 in use, one more in history.
const MAX_OFFSET_HOURS: u8 = 15;

/// The time is in UTC, and the local offset is not known (RFC 3339).
const NOT_KNOWN: &str = "-00:00";

/// `06`, `06:12`, `0612`, `06:12:00.5+02:00`, `06:12:00Z`, `06:12 UTC`. Fractions of a second are dropped.
pub(super) fn clock(text: &str) -> Option<Clock> {
    let (digits, utc_offset) = parted(text)?;
    let (whole, fraction) = digits.split_once(['.', ',']).map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    if fraction.is_some_and(|rest| rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let parts: Vec<&str> = match (whole.contains(':'), whole.len()) {
        (true, _) => whole.split(':').collect(),
        (false, 2) => vec![whole],
        (false, 4) => vec![whole.get(..2)?, whole.get(2..)?],
        (false, 6) => vec![whole.get(..2)?, whole.get(2..4)?, whole.get(4..)?],
        _ => return None,
    };
    let granularity = match parts.len() {
        1 => Granularity::Hour,
        2 => Granularity::Minute,
        3 => Granularity::Second,
        _ => return None,
    };
    let numbers: Vec<i8> = parts.iter().map(|part| two_digits(part)).collect::<Option<_>>()?;
    let [hour, minute, second] = [0, 1, 2].map(|nth| numbers.get(nth).copied().unwrap_or(0));
    let is_next_day = (hour, minute, second) == (24, 0, 0);
    // A leap second belongs to the last minute of the day.
    let time = Time::new(if is_next_day { 0 } else { hour }, minute, if second == 60 { 59 } else { second }, 0).ok()?;
    Some(Clock { time, granularity, is_next_day, utc_offset })
}

fn two_digits(part: &str) -> Option<i8> {
    let digits = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
    part.parse().ok().filter(|_| digits)
}

/// A date or time without the offset at its end. An offset of a date has a colon: `2024-05-01-05:00`.
pub(super) fn without_offset(text: &str) -> &str {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return rest.trim_end();
    }
    let Some(at) = text.rfind(['+', '-']) else { return text };
    let is_offset = text[at..].contains(':') || text.starts_with('+') || text[..at].contains(':');
    if is_offset && offset(&text[at..]).is_some() { text[..at].trim_end() } else { text }
}

/// A time's digits and its offset. `None` if something else follows the digits.
fn parted(text: &str) -> Option<(&str, Option<String>)> {
    let text = text.trim();
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return Some((rest.trim_end(), Some("+00:00".to_owned())));
    }
    let end = text.find(|c: char| c == '+' || c == '-' || c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (digits, rest) = (text[..end].trim_end(), &text[end..]);
    let utc_offset = match rest {
        "" => None,
        "UTC" | "GMT" => Some("+00:00".to_owned()),
        "AM" | "PM" => return None,
        // An abbreviation such as CST names several zones.
        name if (2..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase()) => None,
        offset => Some(self::offset(offset)?).filter(|offset| offset != NOT_KNOWN),
    };
    Some((digits, utc_offset))
}

/// `+02:00`, `-0330`, `+2`, in the first of these forms.
fn offset(text: &str) -> Option<String> {
    let sign = text.get(..1).filter(|sign| matches!(*sign, "+" | "-"))?;
    let digits = &text[1..];
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 1 | 2) => (digits, "00"),
        (None, 4) => digits.split_at_checked(2)?,
        _ => return None,
    };
    let number = |part: &str| two_digits(part).map(i8::unsigned_abs);
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|_| minutes.len() == 2)?);
    if hours > MAX_OFFSET_HOURS || minutes > 59 {
        return None;
    }
    Some(format!("{sign}{hours:02}:{minutes:02}"))
}
