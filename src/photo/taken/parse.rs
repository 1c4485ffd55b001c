//! Reads dates and intervals of ISO 8601-1, of ISO 8601-2 (EDTF) and of EXIF.

mod clock;
mod day;
mod interval;

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::{Granularity, Taken, period};

/// Where a text has the one, the other is meant: hyphens and a minus of typography.
const HYPHENS: [char; 3] = ['\u{2010}', '\u{2011}', '\u{2212}'];

/// What stands between a date and its time.
const BETWEEN: [char; 5] = ['T', 't', ' ', ',', '_'];

/// Words before a year that is approximate.
const ABOUT: [&str; 6] = ["circa", "about", "ca.", "ca", "c.", "c"];

/// Marks after a date that is uncertain, approximate, or both (EDTF).
const DOUBTS: [char; 3] = ['~', '?', '%'];

/// A date, or a date and a time.
#[derive(Clone, Debug, PartialEq)]
struct Moment {
    local: DateTime,
    granularity: Granularity,
    utc_offset: Option<String>,
    time_zone: Option<String>,
}

pub(super) fn taken(text: &str) -> Option<Taken> {
    let text = text.trim().replace(HYPHENS, "-");
    if says_unknown(&text) {
        return Some(Taken::unknown());
    }
    moment(&text).map(Taken::from).or_else(|| interval::interval(&text))
}

/// `0000:00:00 00:00:00`, or EXIF's blanks between colons.
fn says_unknown(text: &str) -> bool {
    let of = |allowed: &str| text.chars().all(|c| allowed.contains(c));
    text.starts_with("0000") && of("0-:/. TZ") || text.matches(':').count() >= 4 && of(": ")
}

/// Reads a date that is no interval.
fn moment(text: &str) -> Option<Moment> {
    let (text, time_zone) = without_zone(text.trim());
    if let Some(year) = about(text) {
        return Some(Moment { time_zone, ..year });
    }
    if let Some(slots) = exif(text) {
        return moment(&slots);
    }
    let (day, clock) = divided(text);
    let (date, granularity) = match (day::day(day), clock) {
        (Some(found), _) => found,
        // XML Schema has days with an offset.
        (None, None) => day::day(clock::without_offset(text)).filter(|(_, found)| *found == Granularity::Day)?,
        (None, Some(_)) => return None,
    };
    let whole_day = Moment { local: date.at(0, 0, 0, 0), granularity, utc_offset: None, time_zone };
    let Some(clock) = clock else { return Some(whole_day) };
    let read = clock::clock(clock)?;
    if granularity != Granularity::Day {
        // MySQL's and Flickr's `2019-05-00 00:00:00`: a time of a day that is not known.
        return (day.len() >= 8 && day.contains("00")).then_some(whole_day);
    }
    let date = if read.is_next_day { date.checked_add(1.day()).ok()? } else { date };
    let local = DateTime::from_parts(date, read.time);
    Some(Moment { local, granularity: read.granularity, utc_offset: read.utc_offset, ..whole_day })
}

/// The date and the time of a text. `20240501061200` is both without anything between them.
fn divided(text: &str) -> (&str, Option<&str>) {
    if matches!(text.len(), 12 | 14) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return (&text[..8], Some(&text[8..]));
    }
    match text.split_once(BETWEEN) {
        Some((day, clock)) => (day, Some(clock.trim_start_matches(BETWEEN))),
        None => (text, None),
    }
}

/// `2024-05-01T06:12+02:00[Europe/Paris]` (RFC 9557) without the zone, and the zone.
fn without_zone(text: &str) -> (&str, Option<String>) {
    let zoned = text.strip_suffix(']').and_then(|rest| rest.split_once('['));
    let is_name = |zone: &str| zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
    match zoned {
        Some((text, zone)) if !zone.is_empty() && is_name(zone) => (text.trim_end(), Some(zone.to_owned())),
        _ => (text, None),
    }
}

/// `1998~`, `circa 1998`: about that year.
fn about(text: &str) -> Option<Moment> {
    let lower = text.to_ascii_lowercase();
    let named = ABOUT.iter().find_map(|word| lower.strip_prefix(word)).map(|rest| &text[text.len() - rest.len()..]);
    let date = named.or_else(|| text.strip_suffix(DOUBTS))?;
    let (date, granularity) = day::day(date.trim())?;
    let is_longer = matches!(granularity, Granularity::Decade | Granularity::Century);
    let granularity = if is_longer { granularity } else { Granularity::Circa };
    Some(Moment {
        local: period::unit(granularity, date.at(0, 0, 0, 0)).first,
        granularity,
        utc_offset: None,
        time_zone: None,
    })
}

/// EXIF's date whose end is blank, without the blanks: `2024:05:  ` is `2024:05`. `None` if nothing is.
fn exif(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b':') || !text.is_ascii() || !text.contains(": ") && !text.ends_with(':') {
        return None;
    }
    let slots = [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)];
    let filled = |(from, to): &(usize, usize)| {
        let slot = text.get(*from..*to)?;
        slot.bytes().all(|byte| byte.is_ascii_digit()).then_some(*to)
    };
    let end = slots.iter().map_while(filled).last()?;
    let is_blank = text[end..].chars().all(|c| c == ':' || c == ' ');
    is_blank.then(|| text[..end].to_owned())
}

impl From<Moment> for Taken {
    fn from(moment: Moment) -> Self {
        Self {
            local: Some(moment.local),
            granularity: Some(moment.granularity.into()),
            utc_offset: moment.utc_offset,
            time_zone: moment.time_zone,
            ..Self::default()
        }
    }
}
