//! Days, months, years, decades, weeks and days of the year.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::super::Granularity;

/// What divides the parts of a date. A text has only one of them.
const SEPARATORS: [char; 4] = ['-', ':', '/', '.'];

/// Reads a date without a time. Of a month, a year, ... it gives the first day. A week has its own function.
pub(super) fn day(text: &str) -> Option<(Date, Granularity)> {
    if !text.is_ascii() {
        return None;
    }
    let Some(separator) = text.chars().find(|c| SEPARATORS.contains(c)) else { return compact(text) };
    let parts: Vec<&str> = text.split(separator).collect();
    let year = year(parts[0])?;
    match parts[..] {
        // The day of a year.
        [_, ordinal] if separator == '-' && ordinal.len() == 3 => of_year(year, ordinal),
        [_, week, weekday] if separator == '-' && week.starts_with(['W', 'w']) => of_week(year, &week[1..], weekday),
        // `2024.5` is a number. Only a date with all its parts may have points.
        [_, month] if separator != '.' => of_month(year, month, None, separator != '/'),
        [_, month, day] => of_month(year, month, Some(day), true),
        _ => None,
    }
}

/// The first day of a week of ISO 8601: `2024-W18`, `2024W18`.
pub(super) fn week(text: &str) -> Option<Date> {
    let (year, week) = text.split_once(['W', 'w'])?;
    let year = self::year(year.strip_suffix('-').unwrap_or(year))?;
    if week.len() != 2 {
        return None;
    }
    Some(ISOWeekDate::new(year, number(week)?, Weekday::Monday).ok()?.date())
}

/// A date without separators.
fn compact(text: &str) -> Option<(Date, Granularity)> {
    if let Some((year, week)) = text.split_once(['W', 'w']) {
        let (week, weekday) = week.split_at_checked(2)?;
        return of_week(self::year(year)?, week, weekday);
    }
    if let Some(decade) = text.strip_suffix('s') {
        let year = year(decade).filter(|year| year % 10 == 0 && year % 100 != 0)?;
        return Some((Date::new(year, 1, 1).ok()?, Granularity::Decade));
    }
    let known = text.trim_end_matches(is_unspecified);
    match (text.len(), known.len()) {
        (4, 4) => Some((Date::new(year(text)?, 1, 1).ok()?, Granularity::Year)),
        (4, 3) => Some((Date::new(year(&format!("{known}0"))?, 1, 1).ok()?, Granularity::Decade)),
        (4, 2) => Some((Date::new(year(&format!("{known}00"))?, 1, 1).ok()?, Granularity::Century)),
        (7, 7) => of_year(year(&text[..4])?, &text[4..]),
        (8, _) => of_month(year(&text[..4])?, &text[4..6], Some(&text[6..]), true),
        _ => None,
    }
}

/// Four digits, not 0000.
fn year(text: &str) -> Option<i16> {
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|year| digits && *year > 0)
}

/// A number of one or two digits.
fn number(text: &str) -> Option<i8> {
    let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// EDTF's `X`, and `u` of its drafts: a digit that is not known.
fn is_unspecified(c: char) -> bool {
    matches!(c, 'X' | 'x' | 'u' | 'U')
}

/// A month and, maybe, a day of it. `00` and `XX` are not known, if `zeros` may stand for that.
fn of_month(year: i16, month: &str, day: Option<&str>, zeros: bool) -> Option<(Date, Granularity)> {
    let is_blank = |part: &str| zeros && part == "00" || part.len() == 2 && part.chars().all(is_unspecified);
    if is_blank(month) {
        let is_day = day.is_none_or(|day| is_blank(day) || number(day).is_some_and(|day| (1..=31).contains(&day)));
        return is_day.then_some((Date::new(year, 1, 1).ok()?, Granularity::Year));
    }
    let first = Date::new(year, number(month)?, 1).ok()?;
    match day {
        None => Some((first, Granularity::Month)),
        Some(day) if is_blank(day) => Some((first, Granularity::Month)),
        Some(day) => Some((Date::new(year, first.month(), number(day)?).ok()?, Granularity::Day)),
    }
}

fn of_year(year: i16, ordinal: &str) -> Option<(Date, Granularity)> {
    let digits = ordinal.bytes().all(|byte| byte.is_ascii_digit());
    let day = ordinal.parse().ok().filter(|_| digits)?;
    let first = Date::new(year, 1, 1).ok()?;
    Some((first.with().day_of_year(day).build().ok()?, Granularity::Day))
}

fn of_week(year: i16, week: &str, weekday: &str) -> Option<(Date, Granularity)> {
    if week.len() != 2 || weekday.len() != 1 {
        return None;
    }
    let weekday = Weekday::from_monday_one_offset(number(weekday)?).ok()?;
    Some((ISOWeekDate::new(year, number(week)?, weekday).ok()?.date(), Granularity::Day))
}
