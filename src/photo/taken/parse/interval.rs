//! Intervals: `2006-07/2006-08`, with an end that leaves out what it shares with the start (`2006-07/08`), with a
//! duration (`2006-07/P2M`), or with an open end (`2006-07/..`).

use jiff::civil::{Date, DateTime};
use jiff::{Span, ToSpan};

use super::super::print::OPEN;
use super::super::{Granularity, Interval, Taken, period};
use super::clock::without_offset;
use super::{BETWEEN, Moment, day, divided, moment};

/// Only with this one an end may be left out.
const SLASH: &str = "/";

/// What stands between start and end: the slash and the double hyphen of ISO 8601, then what people write.
const SEPARATORS: [&str; 6] = [SLASH, "--", " - ", "\u{2013}", "\u{2014}", " to "];

pub(super) fn interval(text: &str) -> Option<Taken> {
    if day::week(text).is_some() {
        return joined(Some(start(text)?), Some(end(text)?));
    }
    SEPARATORS.iter().find_map(|separator| {
        let (from, to) = text.split_once(separator).map(|(from, to)| (from.trim(), to.trim()))?;
        let is_open = from.is_empty() || to.is_empty();
        if is_open && *separator != SLASH { None } else { between(from, to) }
    })
}

/// The moment at which an interval starts; a week starts on Monday.
fn start(text: &str) -> Option<Moment> {
    moment(text).or_else(|| Some(whole_day(day::week(text)?)))
}

/// The moment at which an interval ends; a week ends on Sunday.
fn end(text: &str) -> Option<Moment> {
    moment(text).or_else(|| Some(whole_day(day::week(text)?.checked_add(6.days()).ok()?)))
}

fn whole_day(date: Date) -> Moment {
    Moment { local: date.at(0, 0, 0, 0), granularity: Granularity::Day, utc_offset: None, time_zone: None }
}

fn between(from: &str, to: &str) -> Option<Taken> {
    let is_open = |text: &str| text.is_empty() || text == OPEN;
    match (is_open(from), is_open(to)) {
        (true, true) => None,
        (false, true) => joined(Some(start(from)?), None),
        (true, false) => joined(None, Some(end(to)?)),
        (false, false) if to.starts_with('P') => {
            let start = start(from)?;
            let end = end_after(&start, to)?;
            joined(Some(start), Some(end))
        }
        (false, false) if from.starts_with('P') => {
            let end = end(to)?;
            let start = start_before(&end, from)?;
            joined(Some(start), Some(end))
        }
        (false, false) => {
            let start = start(from)?;
            let mut end = completed(from, to).or_else(|| end(to))?;
            if has_time(&end) && end.utc_offset.is_none() {
                // ISO 8601: the zone of the start is that of the end, unless it has its own.
                end.utc_offset.clone_from(&start.utc_offset);
            }
            joined(Some(start), Some(end))
        }
    }
}

fn has_time(moment: &Moment) -> bool {
    matches!(moment.granularity, Granularity::Second | Granularity::Minute | Granularity::Hour)
}

/// An interval, or the one moment that both ends are. `None` if it ends before it starts.
fn joined(start: Option<Moment>, end: Option<Moment>) -> Option<Taken> {
    if let (Some(start), Some(end)) = (&start, &end) {
        if (start.local, start.granularity, &start.utc_offset) == (end.local, end.granularity, &end.utc_offset) {
            return Some(start.clone().into());
        }
        let first = by_one_clock(period::unit(start.granularity, start.local).first, start, end);
        let last = by_one_clock(period::unit(end.granularity, end.local).last, end, start);
        if last < first {
            return None;
        }
    }
    let interval = Interval {
        start_granularity: start.as_ref().map(|start| start.granularity.into()),
        end: end.as_ref().map(|end| end.local),
        end_granularity: end.as_ref().map(|end| end.granularity.into()),
        end_utc_offset: end.as_ref().and_then(|end| end.utc_offset.clone()),
    };
    let zone = |moment: Option<&Moment>| moment.and_then(|moment| moment.time_zone.clone());
    Some(Taken {
        local: start.as_ref().map(|start| start.local),
        granularity: Some(Granularity::Interval.into()),
        time_zone: zone(start.as_ref()).or_else(|| zone(end.as_ref())),
        utc_offset: start.and_then(|start| start.utc_offset),
        interval: Some(interval),
        ..Taken::default()
    })
}

/// A time in UTC if both moments have an offset, else by its own clock.
fn by_one_clock(at: DateTime, own: &Moment, other: &Moment) -> DateTime {
    let offset = period::offset_minutes(own.utc_offset.as_deref()).filter(|_| other.utc_offset.is_some());
    at.checked_sub(offset.unwrap_or(0).minutes()).unwrap_or(at)
}

/// The end of an interval whose end leaves out what it shares with the start: `2007-11-13/15`, `13:00/15:30`.
fn completed(from: &str, to: &str) -> Option<Moment> {
    let (start, end) = (without_offset(from), without_offset(to));
    let shared = start.get(..start.len().checked_sub(end.len()).filter(|shared| *shared > 0)?)?;
    let at_a_part = if start.contains(['-', ':']) {
        shared.ends_with(['-', ':']) || shared.ends_with(BETWEEN)
    } else {
        // Century, year, month, day, and what precedes the hour, the minute and the second.
        match shared.len() {
            2 => start.len() == 4,
            length => matches!(length, 4 | 6 | 8 | 9 | 11 | 13),
        }
    };
    let whole = at_a_part.then(|| self::end(&format!("{shared}{to}"))).flatten();
    whole.or_else(|| {
        // A time that is more or less exact than that of the start.
        let (day, clock) = divided(start);
        clock.filter(|_| end.contains(':') && end.find(':') <= Some(2))?;
        moment(&format!("{day}T{to}"))
    })
}

/// The end of `start/P3D`. Three days from the 1st are the 1st, 2nd and 3rd.
fn end_after(start: &Moment, duration: &str) -> Option<Moment> {
    let span: Span = positive(duration)?;
    let first = period::unit(start.granularity, start.local).first;
    let after = first.checked_add(span).ok()?;
    if has_time(start) {
        return Some(Moment { local: after, ..start.clone() });
    }
    let last = after.checked_sub(1.second()).ok()?.max(first);
    Some(Moment { local: period::unit(start.granularity, last).first, ..start.clone() })
}

/// The start of `P3D/end`.
fn start_before(end: &Moment, duration: &str) -> Option<Moment> {
    let span: Span = positive(duration)?;
    if has_time(end) {
        return Some(Moment { local: end.local.checked_sub(span).ok()?, ..end.clone() });
    }
    let after = period::unit(end.granularity, end.local).last.checked_add(1.second()).ok()?;
    let first = after.checked_sub(span).ok()?.min(end.local);
    Some(Moment { local: period::unit(end.granularity, first).first, ..end.clone() })
}

fn positive(duration: &str) -> Option<Span> {
    duration.parse().ok().filter(|span: &Span| span.is_positive())
}
