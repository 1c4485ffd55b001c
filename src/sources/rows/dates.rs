//! Dates of a table. ISO 8601, EDTF and EXIF are read as they are. Dates that name the month (`4 May 2019`) and those
//! that people's locales write (`04/05/2019`) are brought into that form first. Which of two numbers is the month is one
//! rule for the column, as its dates show. Where they do not, such a date is either of two, and neither is taken.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use crate::photo::{Granularity, Taken, month_named};

/// Which number comes first in `04/05/2019`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// `31/12/2019`
    DayFirst,
    /// `12/31/2019`
    MonthFirst,
}

/// The rule of one column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    order: Option<DateOrder>,
    /// Whether any date needs the order.
    is_needed: bool,
    /// All times are midnight: what wrote the column has only days.
    only_days: bool,
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDate {
    /// It is no date.
    None,
    /// It is one of these two: the first if the day comes first, the second if the month does.
    Either(Date, Date),
    /// It is the number of a day in a spreadsheet, which may count from 1900 or from 1904.
    DayNumber,
}

/// What people write between two dates.
const BETWEEN: [&str; 5] = [" - ", " \u{2013} ", "\u{2013}", " to ", "/"];

impl Dates {
    /// The rule of a column: its order is `told` by the user, or as the dates show. Where they contradict each other
    /// there is none.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>, told: Option<DateOrder>) -> Self {
        let texts: Vec<&str> = texts.collect();
        let locals: Vec<Local> = texts.iter().flat_map(|text| ends(text)).filter_map(Local::of).collect();
        let mut shown = locals.iter().filter_map(Local::order);
        let order = shown.next().filter(|first| shown.all(|other| other == *first));
        let is_needed = locals.iter().any(|local| local.iso(None).is_err());
        let rule = Self { order: told.or(order), is_needed, only_days: false };
        let only_days = only_days(texts.iter().filter_map(|text| rule.read(text).ok()));
        Self { only_days, ..rule }
    }

    /// What was chosen, for a message; `None` if no date depends on it.
    pub fn chosen(&self) -> Option<&'static str> {
        self.order.filter(|_| self.is_needed).map(|order| match order {
            DateOrder::DayFirst => "the day comes first",
            DateOrder::MonthFirst => "the month comes first",
        })
    }

    /// Whether the times of the column are left out, because all are midnight.
    pub fn has_only_days(&self) -> bool {
        self.only_days
    }

    /// Reads a date.
    pub fn read(&self, text: &str) -> Result<Taken, NoDate> {
        let text = text.trim();
        let taken = match Taken::parse(text).or_else(|| epoch(text)) {
            Some(taken) => taken,
            None => self.localised(text)?,
        };
        Ok(if self.only_days { taken.at_most(Granularity::Day) } else { taken })
    }

    /// Reads a date, or an interval of two, that is in no standard form.
    fn localised(&self, text: &str) -> Result<Taken, NoDate> {
        if is_day_number(text) {
            return Err(NoDate::DayNumber);
        }
        if let Some(local) = Local::of(text) {
            return Taken::parse(&local.iso(self.order)?).ok_or(NoDate::None);
        }
        let mut told = NoDate::None;
        for between in BETWEEN {
            let Some((from, to)) = text.split_once(between) else { continue };
            let (Some(from), Some(to)) = (Local::of(from.trim()), Local::of(to.trim())) else { continue };
            match (from.iso(self.order), to.iso(self.order)) {
                (Ok(from), Ok(to)) => return Taken::parse(&format!("{from}/{to}")).ok_or(NoDate::None),
                (Err(one), _) | (_, Err(one)) => told = one,
            }
        }
        Err(told)
    }
}

/// A text, and both ends if it is an interval.
fn ends(text: &str) -> Vec<&str> {
    let parted = BETWEEN.iter().filter_map(|between| text.split_once(between));
    std::iter::once(text).chain(parted.flat_map(|(from, to)| [from, to])).map(str::trim).collect()
}

/// Whether there are several dates, on several days, all at midnight exactly.
fn only_days(dates: impl Iterator<Item = Taken>) -> bool {
    let mut days = Vec::new();
    for taken in dates {
        let (Some(local), None) = (taken.local, &taken.interval) else { continue };
        let has_time = taken.granularity.as_ref().is_none_or(|stated| {
            [Granularity::Second, Granularity::Minute, Granularity::Hour].iter().any(|one| stated == one)
        });
        if has_time && local.time() != Time::midnight() {
            return false;
        }
        if has_time && !days.contains(&local.date()) && days.len() < 2 {
            days.push(local.date());
        }
    }
    days.len() > 1
}

/// Milliseconds since 1970, as pandas and JavaScript write them, or seconds up to 2030. Whether midnight is a time or
/// a day is not stated.
fn epoch(text: &str) -> Option<Taken> {
    let digits = text.strip_suffix(".0").unwrap_or(text);
    let number: i64 = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let at = match digits.len() {
        13 => Timestamp::from_millisecond(number).ok()?,
        // From here on 10 digits may be a year, a month, a day and an hour.
        10 if number < 1_900_000_000 => Timestamp::from_second(number).ok()?,
        _ => return None,
    };
    let local = Offset::UTC.to_datetime(at).with().subsec_nanosecond(0).build().ok()?;
    Some(Taken { local: Some(local), ..Taken::default() })
}

/// `45413` or `45413.25`: 1 May 2024 in a spreadsheet that counts from 1900.
fn is_day_number(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    is_number && whole.len() == 5 && whole.parse().is_ok_and(|day| (10_000..80_000).contains(&day))
}

/// A date in a form of some locale, in parts.
struct Local {
    year: u16,
    /// The first and the second number; or the day, if it is given, of the named month.
    numbers: Numbers,
    clock: Option<String>,
}

enum Numbers {
    Two { first: u8, second: u8, has_points: bool },
    Named { month: u8, day: Option<u8> },
}

impl Local {
    /// The parts of `31.12.2019 14:58`, `12/31/2019 2:58 PM`, `31 December 2019`, `Dec 31, 2019`, `31-Dec-2019`,
    /// `December 2019`, `12/2019`.
    fn of(text: &str) -> Option<Self> {
        let mut words: Vec<&str> =
            text.split([' ', ',', '\u{a0}', '\u{202f}']).filter(|word| !word.is_empty()).collect();
        let at = words.iter().position(|word| word.contains(':')).unwrap_or(words.len());
        let clock = words.split_off(at);
        let clock = if clock.is_empty() { None } else { Some(clock_of(&clock)?) };
        if let [date] = words[..]
            && let Some((first, second, year, has_points)) = two_numbers(date)
        {
            return Some(Self { year, numbers: Numbers::Two { first, second, has_points }, clock });
        }
        if let ([date], None) = (&words[..], &clock)
            && let Some((month, year)) = date.split_once(['/', '-'])
            && let (Some(month), Some(year)) = (digits(month, 1..=2), digits(year, 4..=4))
        {
            let month = u8::try_from(month).ok()?;
            return Some(Self { year, numbers: Numbers::Named { month, day: None }, clock: None });
        }
        let words: Vec<&str> = words.into_iter().flat_map(|word| word.split(['-', '/', '.'])).collect();
        let (mut year, mut month, mut day) = (None, None, None);
        for word in words.into_iter().filter(|word| !word.is_empty() && *word != "of") {
            let lower = word.to_lowercase();
            let seen = if let Some(number) = month_named(&lower) {
                month.replace(number).is_some()
            } else if let Some(number) = digits(word, 4..=4) {
                year.replace(number).is_some()
            } else if let Some(number) = digits(without_ordinal(&lower), 1..=2) {
                day.replace(u8::try_from(number).ok()?).is_some()
            } else {
                !is_weekday(&lower)
            };
            if seen {
                return None;
            }
        }
        Some(Self { year: year?, numbers: Numbers::Named { month: month?, day }, clock })
    }

    /// The order that the numbers themselves show. Only those with points are always written with the day first.
    fn order(&self) -> Option<DateOrder> {
        match self.numbers {
            Numbers::Two { first: 13.., second: ..=12, .. } => Some(DateOrder::DayFirst),
            Numbers::Two { first: ..=12, second: 13.., .. } => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// The date in ISO 8601.
    fn iso(&self, order: Option<DateOrder>) -> Result<String, NoDate> {
        let (month, day) = match self.numbers {
            Numbers::Named { month, day } => (month, day),
            Numbers::Two { first, second, .. } if first == second => (first, Some(second)),
            Numbers::Two { first, second, has_points } => {
                let by_custom = has_points.then_some(DateOrder::DayFirst);
                match self.order().or(order).or(by_custom) {
                    Some(DateOrder::DayFirst) => (second, Some(first)),
                    Some(DateOrder::MonthFirst) => (first, Some(second)),
                    None => return Err(self.either(first, second)),
                }
            }
        };
        match (day, &self.clock) {
            (None, None) => Ok(format!("{:04}-{month:02}", self.year)),
            (None, Some(_)) => Err(NoDate::None),
            (Some(day), clock) => {
                let clock = clock.as_ref().map(|clock| format!("T{clock}")).unwrap_or_default();
                Ok(format!("{:04}-{month:02}-{day:02}{clock}", self.year))
            }
        }
    }

    fn either(&self, first: u8, second: u8) -> NoDate {
        let date = |month: u8, day: u8| {
            Date::new(i16::try_from(self.year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        };
        date(second, first).zip(date(first, second)).map_or(NoDate::None, |(one, other)| NoDate::Either(one, other))
    }
}

/// `31.12.2019`: the two numbers, the year, and whether points are between them.
fn two_numbers(date: &str) -> Option<(u8, u8, u16, bool)> {
    let separator = date.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
    let [first, second, year] = date.split(separator).collect::<Vec<_>>()[..] else { return None };
    let small = |part: &str| u8::try_from(digits(part, 1..=2)?).ok();
    Some((small(first)?, small(second)?, digits(year, 4..=4)?, separator == '.'))
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let is_number = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(word))
}

fn without_ordinal(word: &str) -> &str {
    ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word)
}

/// A time on the clock of 24 hours: `2:58 PM` is `14:58`.
fn clock_of(words: &[&str]) -> Option<String> {
    let text = words.join(" ");
    let upper = text.to_uppercase().replace("A.M.", "AM").replace("P.M.", "PM");
    let half = ["AM", "PM"].iter().find_map(|half| Some((*half, upper.strip_suffix(half)?.trim_end())));
    let Some((half, clock)) = half else { return Some(text) };
    let (hour, rest) = clock.split_once(':')?;
    let hour = digits(hour, 1..=2).filter(|hour| (1..=12).contains(hour))?;
    Some(format!("{:02}:{rest}", hour % 12 + if half == "PM" { 12 } else { 0 }))
}
