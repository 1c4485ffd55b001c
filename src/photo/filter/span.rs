//! Parses spans: `100..`, `0.2..0.8`, `>=0.45`, `7`, `2019-05..2020`.

use std::str::FromStr;

use jiff::civil::Date;

use super::items::Item;
use super::{DaySpan, FilterError, NumberField, Span};
use crate::photo::fields::MONTH;
use crate::photo::month_named;

/// A text as `min..max`, `>=min`, `<max` or one value.
struct Ends<'a> {
    min: Option<&'a str>,
    max: Option<&'a str>,
    above: bool,
    below: bool,
}

impl<'a> Ends<'a> {
    fn of(text: &'a str) -> Self {
        let (left, right) = match text.split_once("..") {
            Some(ends) => ends,
            None if text.starts_with('<') => ("", text),
            None if text.starts_with('>') => (text, ""),
            None => (text, text),
        };
        let (min, above) = end(left, '>');
        let (max, below) = end(right, '<');
        Self { min, max, above, below }
    }
}

/// An end without its sign, and whether the sign excludes it.
fn end(text: &str, sign: char) -> (Option<&str>, bool) {
    match text.strip_prefix(sign) {
        Some(rest) => rest.strip_prefix('=').map_or((Some(rest), true), |rest| (Some(rest), false)),
        None => ((!text.is_empty()).then_some(text), false),
    }
}

/// A finite number in decimal or scientific notation.
pub(super) fn finite(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// Reads a number's span; one that runs over the year's or the day's end (`month:11..2`) becomes two.
pub(super) fn numbers(field: &NumberField, item: &Item) -> Result<Vec<Span>, FilterError> {
    let ends = Ends::of(&item.text);
    let number = |end: Option<&str>| -> Result<Option<f64>, FilterError> {
        let Some(text) = end else { return Ok(None) };
        let number = finite(text).ok_or_else(|| {
            let name = super::print::field_name(field);
            if let Some(number) = month_named(text).filter(|_| name == MONTH) {
                return item.error(format!("months are numbers: write month:{number} for {text}"));
            }
            item.error(format!("\"{text}\" is not a number; {name} takes {name}:3, {name}:3..8, {name}:3.., {name}:>=3, {name}:<3, {name}:none or {name}:any"))
        })?;
        let (least, most) = field.bounds();
        if !(least..=most).contains(&number) {
            return Err(item.error(format!("{number} is outside {least}..{most}")));
        }
        Ok(Some(number))
    };
    let span = Span { min: number(ends.min)?, max: number(ends.max)?, above: ends.above, below: ends.below };
    match (span.min, span.max) {
        (Some(min), Some(max)) if min > max => {
            if !field.is_cycle() {
                return Err(item.error(format!("{min} is more than {max}: write {max}..{min}")));
            }
            Ok(vec![Span { max: None, below: false, ..span }, Span { min: None, above: false, ..span }])
        }
        _ => Ok(vec![span]),
    }
}

/// Reads a span of days.
pub(super) fn days(item: &Item) -> Result<DaySpan, FilterError> {
    const EXAMPLE: &str = "dates are written taken:2019, taken:2019-05, taken:2019-05-04, taken:2019-05..2020, taken:2019.., taken:none or taken:any";
    let ends = Ends::of(&item.text);
    let period = |end: Option<&str>| match end {
        None => Ok(None),
        Some(text) => {
            period(text).map(Some).ok_or_else(|| item.error(format!("\"{text}\" is no year, month or day; {EXAMPLE}")))
        }
    };
    let beyond = |_| item.error("no date comes after 9999 or before the year 0");
    let mut span = DaySpan::default();
    if let Some((first, last)) = period(ends.min)? {
        span.from = Some(if ends.above { last.tomorrow().map_err(beyond)? } else { first });
    }
    if let Some((first, last)) = period(ends.max)? {
        span.to = Some(if ends.below { first.yesterday().map_err(beyond)? } else { last });
    }
    match (span.from, span.to) {
        (Some(from), Some(to)) if from > to => {
            Err(item.error(format!("{from} is after {to}: write the earlier date first")))
        }
        _ => Ok(span),
    }
}

impl FromStr for DaySpan {
    type Err = FilterError;

    /// Parses `2019`, `2019-05..2020`, `2015..`, as in `taken:2015..`.
    fn from_str(text: &str) -> Result<Self, FilterError> {
        days(&Item { text: text.trim().to_owned(), quoted: false, at: 0 })
    }
}

/// First and last day of a year, a month or a day.
fn period(text: &str) -> Option<(Date, Date)> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return None;
    }
    let number = |part: &str| part.parse::<i16>().ok();
    let mut parts = text.split('-').map(number);
    let year = parts.next()??;
    match lengths[..] {
        [4] => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
        [4, 2] => {
            let first = Date::new(year, i8::try_from(parts.next()??).ok()?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        [4, 2, 2] => text.parse().ok().map(|day| (day, day)),
        _ => None,
    }
}
