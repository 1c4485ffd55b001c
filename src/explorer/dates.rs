//! Bins of days, whose width depends on the range of the dataset's days; days as dates.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::row::days;
use super::values::NO_DAY;

/// Maximum number of bins with the width of a day or of years.
const MAX_BINS: i64 = 200;
/// Maximum number of bins with the width of a month.
const MAX_MONTHS: i64 = 400;
/// At either end, one in this number of days may be an outlier, which does not affect the width of the bins.
const DAYS_PER_OUTLIER: usize = 1000;

/// The date of a day since 1970-01-01.
pub(super) fn date_of(day: i32) -> Date {
    date(1970, 1, 1).checked_add(day.days()).unwrap_or(if day < 0 { Date::MIN } else { Date::MAX })
}

/// Bins of a day, a month, a year or several years.
#[derive(Clone, Debug, Default)]
pub(super) struct DayBins {
    /// The first day of the first bin.
    pub(super) first: i32,
    /// The code (number of the bin + 1) of each day from `first` on.
    pub(super) codes: Vec<u16>,
    /// Edges in days, one more than bins.
    pub(super) edges: Vec<i32>,
}

impl DayBins {
    /// Bins for these days, in any order. If a few outliers (1970, from a clock that was never set) would widen all
    /// bins from months to years, they share the first or last bin.
    pub(super) fn over(mut days: Vec<i32>) -> Self {
        days.retain(|day| *day != NO_DAY);
        let (Some(first), Some(last)) = (days.iter().min().copied(), days.iter().max().copied()) else {
            return Self::default();
        };
        let (start, end) = (date_of(first), date_of(last));
        let years = i64::from(end.year()) - i64::from(start.year()) + 1;
        let edges = if i64::from(last) - i64::from(first) < MAX_BINS {
            (first..=last + 1).collect()
        } else if months(start, end) <= MAX_MONTHS {
            months_from(start, last)
        } else if let Some((low, high)) = usual(&mut days) {
            let inner = months_from(date_of(low), high);
            let before = (first < inner[0]).then_some(first);
            let after = inner.last().filter(|edge| **edge <= last).map(|_| last + 1);
            before.into_iter().chain(inner.iter().copied()).chain(after).collect()
        } else {
            years_from(start.year(), last, i16::try_from((years + MAX_BINS - 1) / MAX_BINS).unwrap_or(i16::MAX))
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

/// The number of months from one date to another, both included.
fn months(start: Date, end: Date) -> i64 {
    let number = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    number(end) - number(start) + 1
}

/// The first and the last day without outliers, if their range is not too long for bins of a month.
fn usual(days: &mut [i32]) -> Option<(i32, i32)> {
    let most = days.len() - 1;
    let few = (days.len() / DAYS_PER_OUTLIER).max(1).min(most);
    let low = *days.select_nth_unstable(few).1;
    let high = *days.select_nth_unstable(most - few).1;
    (low < high && months(date_of(low), date_of(high)) <= MAX_MONTHS).then_some((low, high))
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

#[cfg(test)]
mod tests {
    use super::DayBins;
    use crate::explorer::row::days;
    use jiff::civil::date;

    #[test]
    fn one_unset_clock_does_not_affect_the_months_of_other_photos() {
        let mut taken: Vec<i32> = (0..3000).map(|n| days(date(2010, 1, 1)) + n).collect();
        assert_eq!(DayBins::over(taken.clone()).edges.len(), 100, "99 months and one more edge");
        taken.extend([days(date(1902, 5, 4)), days(date(1970, 1, 1)), days(date(2106, 2, 7))]);
        let bins = DayBins::over(taken);
        assert_eq!(bins.edges[..2], [days(date(1902, 5, 4)), days(date(2010, 1, 1))]);
        assert_eq!(bins.edges[bins.edges.len() - 2..], [days(date(2018, 4, 1)), days(date(2106, 2, 8))]);
        let span = bins.edges[bins.edges.len() - 1] - bins.edges[0];
        assert_eq!(bins.codes.len(), span as usize, "each day has a bin");
    }
}
