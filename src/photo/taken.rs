//! When a photo was taken: a time of the camera's clock or an interval, as exact as the source says.

mod month;
mod parse;
mod period;
mod print;

use canonical::Canonical;
use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

use super::vocabulary::{OrUnknown, vocabulary};

pub use month::month_named;
pub use period::Period;

vocabulary! {
    /// The precision of a date.
    pub enum Granularity {
        /// Exact to the second.
        Second = "second",
        /// Exact to the minute.
        Minute = "minute",
        /// Exact to the hour.
        Hour = "hour",
        /// Exact to the day.
        Day = "day",
        /// Exact to the month.
        Month = "month",
        /// Exact to the year.
        Year = "year",
        /// Exact to the decade: ten years, from one that ends in 0.
        Decade = "decade",
        /// Exact to the hundred years from one that ends in 00.
        Century = "century",
        /// About that year.
        Circa = "circa",
        /// Some time between the two ends of an interval.
        Interval = "interval",
    }
}

/// When a photo was taken. Cameras record no time zone: `local` is the camera's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct Taken {
    /// Of an interval its start. Absent if the source states that the date is unknown (it then repeats the upload date),
    /// and of an interval without a start.
    pub local: Option<DateTime>,
    /// Absent if the source does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granularity: Option<OrUnknown<Granularity>>,
    /// Whether the source states that the date is unknown.
    #[serde(default)]
    pub unknown: bool,
    /// The offset of `local` from UTC in ISO 8601: `+08:00`. Absent for a camera's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
    /// The time zone of `local`, if the source gives it: `Asia/Kuala_Lumpur`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The rest of an interval, whose granularity is `interval`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// What an interval has besides its start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct Interval {
    /// The precision of the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_granularity: Option<OrUnknown<Granularity>>,
    /// The end, which is included as far as it is exact: an end in August includes 31 August. Absent if it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTime>,
    /// The precision of the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_granularity: Option<OrUnknown<Granularity>>,
    /// The offset of `end` from UTC: `+08:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_utc_offset: Option<String>,
}

/// How a date is said: `4 May 2019`, or `4 May 2019, 13:22`.
#[derive(Clone, Copy)]
enum Style {
    Short,
    Long,
}

impl Taken {
    /// The source states that the date is unknown.
    pub fn unknown() -> Self {
        Self { unknown: true, ..Self::default() }
    }

    /// Reads a date or an interval of ISO 8601 (also of its part 2, EDTF) or EXIF; `None` for any other text. Zeros
    /// alone are an unknown date.
    ///
    /// ```
    /// use gleaner::photo::Taken;
    ///
    /// let taken = Taken::parse("2007-11-13/15").unwrap();
    /// assert_eq!(taken.edtf().as_deref(), Some("2007-11-13/2007-11-15"));
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        parse::taken(text)
    }

    /// The date as ISO 8601 and EDTF write it: `2019-05`, `1998~`, `2006-07/2006-08`; `None` if it is unknown.
    pub fn edtf(&self) -> Option<String> {
        print::edtf(self)
    }

    /// The first and the last second at which it may have been taken; `None` if the date is unknown.
    pub fn period(&self) -> Option<Period> {
        Period::of(self)
    }

    /// The date for a caption, as exactly as known: `4 May 2019`, `May 2019`, `about 1998`.
    pub fn short(&self) -> Option<String> {
        self.said(Style::Short)
    }

    /// The date and, where it is known, the time: `4 May 2019, 13:22`.
    pub fn long(&self) -> Option<String> {
        self.said(Style::Long)
    }

    /// The stated offset of the clock from UTC, minutes.
    pub fn offset_minutes(&self) -> Option<i32> {
        period::offset_minutes(self.utc_offset.as_deref())
    }

    fn said(&self, style: Style) -> Option<String> {
        if self.unknown {
            return None;
        }
        let Some(interval) = &self.interval else {
            return Some(said(exactness(self.local?, self.granularity.as_ref()), self.local?, style));
        };
        let start = self.local.map(|at| said(exactness(at, interval.start_granularity.as_ref()), at, style));
        let end = interval.end.map(|at| said(exactness(at, interval.end_granularity.as_ref()), at, style));
        match (start, end) {
            (Some(start), Some(end)) => Some(format!("{start} – {end}")),
            (Some(start), None) => Some(format!("since {start}")),
            (None, Some(end)) => Some(format!("until {end}")),
            (None, None) => None,
        }
    }

    /// The same date without what is more exact than `granularity`.
    pub fn at_most(mut self, granularity: Granularity) -> Self {
        let rank = |one: Granularity| Granularity::ALL.iter().position(|other| *other == one);
        if let (Some(local), None) = (self.local, &self.interval)
            && granularity != Granularity::Interval
            && rank(granularity) > rank(exactness(local, self.granularity.as_ref()))
        {
            self.granularity = Some(granularity.into());
        }
        self
    }
}

/// How exact a time is. Where the source does not state it, midnight is a day without a time. A name that this program
/// does not know says nothing but a year.
fn exactness(local: DateTime, stated: Option<&OrUnknown<Granularity>>) -> Granularity {
    match stated {
        Some(OrUnknown::Known(granularity)) => *granularity,
        Some(OrUnknown::Unknown(_)) => Granularity::Circa,
        None if local.time() == Time::midnight() => Granularity::Day,
        None => Granularity::Second,
    }
}

fn said(exactness: Granularity, at: DateTime, style: Style) -> String {
    let form = match (exactness, style) {
        (Granularity::Second | Granularity::Minute, Style::Long) => "%-d %B %Y, %H:%M",
        (Granularity::Hour, Style::Long) => "%-d %B %Y, %-H h",
        (Granularity::Day, Style::Long) => "%-d %B %Y",
        (Granularity::Second | Granularity::Minute | Granularity::Hour | Granularity::Day, Style::Short) => "%-d %b %Y",
        (Granularity::Month, Style::Long) => "%B %Y",
        (Granularity::Month, Style::Short) => "%b %Y",
        (Granularity::Year, _) => "%Y",
        (Granularity::Circa | Granularity::Interval, _) => "about %Y",
        (Granularity::Decade | Granularity::Century, _) => {
            let Period { first, last } = period::unit(exactness, at);
            return format!("{}–{}", first.year(), last.year());
        }
    };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests;
