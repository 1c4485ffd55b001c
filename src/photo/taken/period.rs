//! The time within which a photo was taken, from how exact its date is.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::{Granularity, Taken, exactness};

/// From one second to another, both included, by the clock of the start. A day has 86,400 seconds, a moment one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first second; [`DateTime::MIN`] if nothing is known.
    pub first: DateTime,
    /// The last second; [`DateTime::MAX`] if nothing is known.
    pub last: DateTime,
}

impl Period {
    pub(super) fn of(taken: &Taken) -> Option<Self> {
        if taken.unknown {
            return None;
        }
        let Some(interval) = &taken.interval else {
            let local = taken.local?;
            return Some(unit(exactness(local, taken.granularity.as_ref()), local));
        };
        if taken.local.is_none() && interval.end.is_none() {
            return None;
        }
        let start = taken.local.map(|at| unit(exactness(at, interval.start_granularity.as_ref()), at).first);
        let offsets = (offset_minutes(taken.utc_offset.as_deref()), offset_minutes(interval.end_utc_offset.as_deref()));
        let later = if let (Some(start), Some(end)) = offsets { start - end } else { 0 };
        let end = interval.end.map(|at| {
            let last = unit(exactness(at, interval.end_granularity.as_ref()), at).last;
            last.checked_add(later.minutes()).unwrap_or(last)
        });
        let first = start.unwrap_or(DateTime::MIN);
        Some(Self { first, last: end.unwrap_or(DateTime::MAX).max(first) })
    }

    /// The day, if it is known.
    pub fn day(&self) -> Option<Date> {
        Some(self.first.date()).filter(|day| *day == self.last.date())
    }

    /// The month, 1-12, if it is known.
    pub fn month(&self) -> Option<u8> {
        let month = |at: DateTime| (at.year(), at.month());
        (month(self.first) == month(self.last)).then(|| self.first.month().unsigned_abs())
    }

    /// The hour, 0-23, if it is known.
    pub fn hour(&self) -> Option<u8> {
        let hour = |at: DateTime| (at.date(), at.hour());
        (hour(self.first) == hour(self.last)).then(|| self.first.hour().unsigned_abs())
    }

    /// Where the photo stands among others: the start of the period, or its end if the start is open.
    pub fn sorted_at(&self) -> DateTime {
        if self.first == DateTime::MIN { self.last } else { self.first }
    }
}

/// The first and the last second of the hour, the day, the month, ... that contains a time.
pub(super) fn unit(granularity: Granularity, at: DateTime) -> Period {
    let date = at.date();
    let clock = |minutes: (i8, i8), seconds: (i8, i8)| Period {
        first: date.at(at.hour(), minutes.0, seconds.0, 0),
        last: date.at(at.hour(), minutes.1, seconds.1, 0),
    };
    let (minute, second) = (at.minute(), at.second());
    match granularity {
        Granularity::Second => clock((minute, minute), (second, second)),
        Granularity::Minute => clock((minute, minute), (0, 59)),
        Granularity::Hour => clock((0, 59), (0, 59)),
        Granularity::Day => days(date, date),
        Granularity::Month => days(date.first_of_month(), date.last_of_month()),
        Granularity::Year | Granularity::Circa | Granularity::Interval => years(date, 1),
        Granularity::Decade => years(date, 10),
        Granularity::Century => years(date, 100),
    }
}

/// The minutes of `+02:00`.
pub(super) fn offset_minutes(offset: Option<&str>) -> Option<i32> {
    let offset = offset?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let total = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    Some(if offset.starts_with('-') { -total } else { total })
}

fn days(first: Date, last: Date) -> Period {
    Period { first: first.at(0, 0, 0, 0), last: last.at(23, 59, 59, 0) }
}

/// So many years, from one that can be divided by their number.
fn years(date: Date, count: i16) -> Period {
    let first = date.year() - date.year().rem_euclid(count);
    let last = Date::new(first + count - 1, 12, 31).unwrap_or(Date::MAX);
    days(Date::new(first, 1, 1).unwrap_or(Date::MIN), last)
}
