//! The bins of a histogram: their labels, and the clauses that select their photos.

use jiff::civil::Date;

use super::marks;
use crate::explorer::{Histogram, Scale, date_of_day};
use crate::photo::fields::{self, Kind, Unit};
use crate::photo::filter::{NumberField, Span, Test};
use crate::photo::text::grouped;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The short name of a month, 1-12.
pub fn month_name(month: i8) -> &'static str {
    MONTHS[usize::from(month.clamp(1, 12).unsigned_abs()) - 1]
}

/// A number with no more decimals than it needs, at most four.
pub fn plain(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A bin of a histogram.
pub struct Bin<'a> {
    histogram: &'a Histogram,
    at: usize,
}

/// The bins of a histogram in ascending order.
pub fn bins(histogram: &Histogram) -> impl Iterator<Item = Bin<'_>> {
    (0..histogram.counts.len()).map(move |at| Bin { histogram, at })
}

impl Bin<'_> {
    fn is_last(&self) -> bool {
        self.at + 1 == self.histogram.counts.len()
    }

    /// The smallest and the largest whole number in the bin.
    fn whole(&self) -> (f64, f64) {
        let (low, high) = (self.histogram.edges[self.at].ceil(), self.histogram.edges[self.at + 1]);
        let cyclic = NumberField::named(&self.histogram.name).is_some_and(|field| field.is_cycle());
        let top = if self.is_last() && !cyclic { high.floor() } else { high.ceil() - 1.0 };
        (low, top.max(low))
    }

    /// The first and the last day in the bin.
    fn days(&self) -> (Date, Date) {
        let (low, high) = (self.histogram.edges[self.at] as i32, self.histogram.edges[self.at + 1] as i32);
        // The last edge is the first day after all others.
        (date_of_day(low), date_of_day((high - 1).max(low)))
    }

    /// The label to display: `May 2019`, `6:00–6:59`, `100–499`.
    pub fn label(&self) -> String {
        let name = self.histogram.name.as_str();
        if self.histogram.scale == Scale::Days {
            let (from, to) = self.days();
            return day_label(from, to);
        }
        if !is_whole(name) {
            let (low, high) = (self.histogram.edges[self.at], self.histogram.edges[self.at + 1]);
            return format!("{}–{}", plain(low), plain(high));
        }
        let (low, high) = self.whole();
        match fields::named(name).and_then(|field| field.unit) {
            Some(Unit::Hour) => format!("{low}:00–{high}:59"),
            Some(Unit::Month) => month_name(low as i8).to_owned(),
            _ if low >= high => grouped(low as u64),
            _ => format!("{}–{}", grouped(low as u64), grouped(high as u64)),
        }
    }

    /// The clause that selects its photos.
    pub fn test(&self, field: Option<NumberField>) -> Test {
        let Some(field) = field else {
            let (from, to) = self.days();
            return marks::days(from, to);
        };
        if is_whole(&self.histogram.name) {
            let (low, high) = self.whole();
            return marks::span(field, Span { min: Some(low), max: Some(high), ..Span::default() });
        }
        let (low, high) = (self.histogram.edges[self.at], self.histogram.edges[self.at + 1]);
        marks::span(field, Span { min: Some(low), max: Some(high), above: false, below: !self.is_last() })
    }
}

/// Whether a field's values are whole numbers.
fn is_whole(name: &str) -> bool {
    fields::named(name).is_some_and(|field| matches!(field.kind, Kind::Counts(_) | Kind::Cycle { .. }))
}

/// The name of a whole year or month, otherwise the first and last day: `2019`, `May 2019`, `4 May 2019 – 7 May 2019`.
pub fn day_label(from: Date, to: Date) -> String {
    let after = to.tomorrow().unwrap_or(to);
    let year = |day: Date| day.year().to_string();
    let month = |day: Date| format!("{} {}", month_name(day.month()), day.year());
    let day = |day: Date| format!("{} {}", day.day(), month(day));
    let starts = |day: Date| (day.day() == 1, day.day() == 1 && day.month() == 1);
    let (first, last) = match (starts(from), starts(after)) {
        ((_, true), (_, true)) => (year(from), year(to)),
        ((true, _), (true, _)) => (month(from), month(to)),
        _ => (day(from), day(to)),
    };
    if first == last { first } else { format!("{first} – {last}") }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{day_label, grouped, plain};

    #[test]
    fn days_are_named_by_year_month_or_day() {
        assert_eq!(day_label(date(2019, 1, 1), date(2019, 12, 31)), "2019");
        assert_eq!(day_label(date(2019, 1, 1), date(2020, 12, 31)), "2019 – 2020");
        assert_eq!(day_label(date(2019, 5, 1), date(2019, 5, 31)), "May 2019");
        assert_eq!(day_label(date(2019, 5, 4), date(2019, 5, 4)), "4 May 2019");
    }

    #[test]
    fn numbers_are_written_as_a_person_reads_them() {
        assert_eq!(["0", "999", "1,000", "1,234,567"].map(str::to_owned), [0, 999, 1000, 1_234_567].map(grouped));
        assert_eq!(["0.45", "1", "100"].map(str::to_owned), [0.45, 1.0, 100.0].map(plain));
    }
}
