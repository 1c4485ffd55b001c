//! Bins of days, as wide as the dataset's span asks for; days as dates.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::columns::NO_DAY;
use super::row::days;

/// No histogram of days has more bins of a day or of years.
const MOST_BINS: i64 = 200;
/// Nor more bins of a month.
const MOST_MONTHS: i64 = 400;

/// The date of a day since 1970-01-01.
pub(super) fn date_of(day: i32) -> Date {
    date(1970, 1, 1).checked_add(day.days()).unwrap_or(if day < 0 { Date::MIN } else { Date::MAX })
}

/// Bins of days: by day, month, year, or several years.
#[derive(Clone, Debug, Default)]
pub(super) struct DayBins {
    /// The first day of the first bin.
    pub(super) first: i32,
    /// Code of each day from `first` on: its bin's number + 1.
    pub(super) codes: Vec<u16>,
    /// Edges, days; one more than bins.
    pub(super) edges: Vec<i32>,
}

impl DayBins {
    /// Bins for days from `first` to `last`.
    pub(super) fn over(first: i32, last: i32) -> Self {
        if first == NO_DAY || last < first {
            return Self::default();
        }
        let (start, end) = (date_of(first), date_of(last));
        let years = i64::from(end.year()) - i64::from(start.year()) + 1;
        let months = years * 12 + i64::from(end.month()) - i64::from(start.month()) - 11;
        let edges = if i64::from(last) - i64::from(first) < MOST_BINS {
            (first..=last + 1).collect()
        } else if months <= MOST_MONTHS {
            months_from(start, last)
        } else {
            years_from(start.year(), last, i16::try_from((years + MOST_BINS - 1) / MOST_BINS).unwrap_or(i16::MAX))
        };
        Self::between(edges)
    }

    fn between(edges: Vec<i32>) -> Self {
        let bins = edges.windows(2).enumerate();
        let codes = bins.flat_map(|(at, pair)| (pair[0]..pair[1]).map(move |_| at as u16 + 1)).collect();
        Self { first: edges[0], codes, edges }
    }

    /// How many codes there are, 0 for "none" included.
    pub(super) fn size(&self) -> usize {
        self.edges.len().max(1)
    }
}

fn months_from(start: Date, last: i32) -> Vec<i32> {
    let mut edges = vec![days(start.first_of_month())];
    let mut month = start.first_of_month();
    while edges.last().is_some_and(|edge| *edge <= last) {
        let Ok(next) = month.checked_add(1.month()) else { break };
        month = next;
        edges.push(days(month));
    }
    edges
}

fn years_from(start: i16, last: i32, step: i16) -> Vec<i32> {
    let begin = |year: i16| Date::new(year, 1, 1).map_or_else(|_| days(Date::MAX) + 1, days);
    let mut year = start;
    let mut edges = vec![begin(year)];
    while edges.last().is_some_and(|edge| *edge <= last) {
        year = year.saturating_add(step);
        edges.push(begin(year));
    }
    edges
}
