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

/// Whether a day stands for the open end of an interval.
pub(super) fn is_open(day: i32) -> bool {
    day == days(Date::MIN) || day == days(Date::MAX)
}

/// Bins of a day, a month, a year or several years.
#[derive(Clone, Debug, Default)]
pub(super) struct DayBins {
    /// The first day of the first bin.
    first: i32,
    /// The code (number of the bin + 1) of each day from `first` on.
    codes: Vec<u16>,
    /// Edges in days, one more than bins.
    pub(super) edges: Vec<i32>,
}

impl DayBins {
    /// Bins for the first and last days of dates, in any order. If a few outliers (1970, from a clock that was never set)
    /// would widen all bins from months to years, they share the first or last bin. If most dates are less exact than
    /// the bins, the bins are wider.
    pub(super) fn over(mut dates: Vec<(i32, i32)>) -> Self {
        dates.retain(|(first, last)| *first != NO_DAY && !is_open(*first) && !is_open(*last));
        let ends = (dates.iter().map(|(first, _)| *first).min(), dates.iter().map(|(_, last)| *last).max());
        let (Some(first), Some(last)) = ends else { return Self::default() };
        let (start, end) = (date_of(first), date_of(last));
        let years = i64::from(end.year()) - i64::from(start.year()) + 1;
        let least = i16::try_from((years + MAX_BINS - 1) / MAX_BINS).unwrap_or(i16::MAX);
        let by_day =
            || (i64::from(last) - i64::from(first) < MAX_BINS).then(|| (first..=last + 1).collect::<Vec<i32>>());
        let by_month = || (months(start, end) <= MAX_MONTHS).then(|| months_from(start, last));
        let by_usual_month = || {
            let (low, high) = usual(&mut dates.iter().map(|(first, _)| *first).collect::<Vec<_>>())?;
            let inner = months_from(date_of(low), high);
            let before = (first < inner[0]).then_some(first);
            let after = inner.last().filter(|edge| **edge <= last).map(|_| last + 1);
            Some(before.into_iter().chain(inner.iter().copied()).chain(after).collect())
        };
        let by_years = |step: i16| (step >= least).then(|| years_from(start.year(), last, step));
        let widths: [&dyn Fn() -> Option<Vec<i32>>; 7] =
            [&by_day, &by_month, &by_usual_month, &|| by_years(1), &|| by_years(least), &|| by_years(10), &|| {
                by_years(100)
            }];
        let mut bins = widths.iter().filter_map(|width| width()).map(Self::between);
        let fits = |bins: &Self| {
            let exact = dates.iter().filter(|(first, last)| bins.code(*first, *last) < bins.less_exact()).count();
            exact * 2 >= dates.len()
        };
        bins.find(fits).or_else(|| by_years(least).map(Self::between)).unwrap_or_default()
    }

    fn between(edges: Vec<i32>) -> Self {
        let bins = edges.windows(2).enumerate();
        let codes = bins.flat_map(|(at, pair)| (pair[0]..pair[1]).map(move |_| at as u16 + 1)).collect();
        Self { first: edges[0], codes, edges }
    }

    /// The code of a date by the first and the last day of its period.
    pub(super) fn code(&self, first: i32, last: i32) -> usize {
        let code = |day: i32| {
            let at = usize::try_from(i64::from(day) - i64::from(self.first)).unwrap_or(usize::MAX);
            self.codes.get(at).map_or(0, |code| usize::from(*code))
        };
        if first == NO_DAY {
            return 0;
        }
        let bin = code(first);
        if bin > 0 && (first == last || bin == code(last)) { bin } else { self.less_exact() }
    }

    /// The code of dates that cover several bins, which comes after those of the bins.
    pub(super) fn less_exact(&self) -> usize {
        self.edges.len().max(1)
    }

    /// How many codes there are, 0 for "none" included.
    pub(super) fn size(&self) -> usize {
        self.less_exact() + 1
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
    // Decades and centuries start at round years.
    let mut year = if step == 10 || step == 100 { start - start.rem_euclid(step) } else { start };
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
    use jiff::civil::{Date, date};

    fn exact(days: impl IntoIterator<Item = i32>) -> Vec<(i32, i32)> {
        days.into_iter().map(|day| (day, day)).collect()
    }

    fn period(first: Date, last: Date) -> (i32, i32) {
        (days(first), days(last))
    }

    #[test]
    fn one_unset_clock_does_not_affect_the_months_of_other_photos() {
        let mut taken = exact((0..3000).map(|n| days(date(2010, 1, 1)) + n));
        assert_eq!(DayBins::over(taken.clone()).edges.len(), 100, "99 months and one more edge");
        taken.extend(exact([days(date(1902, 5, 4)), days(date(1970, 1, 1)), days(date(2106, 2, 7))]));
        let bins = DayBins::over(taken);
        assert_eq!(bins.edges[..2], [days(date(1902, 5, 4)), days(date(2010, 1, 1))]);
        assert_eq!(bins.edges[bins.edges.len() - 2..], [days(date(2018, 4, 1)), days(date(2106, 2, 8))]);
        let span = bins.edges[bins.edges.len() - 1] - bins.edges[0];
        assert_eq!(bins.codes.len(), span as usize, "each day has a bin");
    }

    #[test]
    fn bins_are_as_wide_as_most_dates_are_exact() {
        let year = |year: i16| period(date(year, 1, 1), date(year, 12, 31));
        for (dates, bins, edges) in [
            (exact([0, 9]), 10, (date(1970, 1, 1), date(1970, 1, 11))),
            (vec![period(date(2019, 5, 1), date(2019, 5, 31)); 3], 1, (date(2019, 5, 1), date(2019, 6, 1))),
            (vec![year(1990), year(1999)], 10, (date(1990, 1, 1), date(2000, 1, 1))),
            (vec![period(date(1880, 1, 1), date(1889, 12, 31))], 1, (date(1880, 1, 1), date(1890, 1, 1))),
            (vec![period(date(1801, 3, 1), date(1899, 12, 31))], 1, (date(1800, 1, 1), date(1900, 1, 1))),
        ] {
            let made = DayBins::over(dates.clone());
            assert_eq!(made.edges.len() - 1, bins, "{dates:?}");
            assert_eq!((made.edges[0], made.edges[bins]), (days(edges.0), days(edges.1)), "{dates:?}");
            assert!(dates.iter().all(|(first, last)| made.code(*first, *last) < made.less_exact()), "{dates:?}");
        }
    }

    #[test]
    fn a_date_that_covers_several_bins_is_in_none() {
        let open = (days(date(2019, 5, 1)), days(Date::MAX));
        let mut dates = exact((0..3000).map(|n| days(date(2010, 1, 1)) + n));
        dates.extend([period(date(2012, 6, 30), date(2012, 7, 1)), open, (days(Date::MIN), 0)]);
        let bins = DayBins::over(dates);
        let code = |(first, last)| bins.code(first, last);
        assert_eq!(code(period(date(2010, 2, 1), date(2010, 2, 28))), 2);
        for none in [period(date(2010, 2, 1), date(2010, 3, 1)), open, (days(Date::MIN), 0)] {
            assert_eq!(code(none), bins.less_exact());
        }
        let only_open = DayBins::over(vec![open]);
        assert_eq!((only_open.code(open.0, open.1), only_open.size()), (1, 2));
        assert_eq!(only_open.code(super::NO_DAY, super::NO_DAY), 0);
    }
}
