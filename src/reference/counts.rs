//! Tables of visitor counts by area and month, from gates, rangers or surveys.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Contents, Given};
use crate::photo::suggest::did_you_mean;

/// Columns that name the area, the first that a table has is read.
const AREA: [&str; 8] = ["area", "name", "park", "forest", "site", "unit", "code", "location"];
/// Columns of the counts, the first that a table has is read.
const COUNT: [&str; 8] = ["visits", "visitors", "visitation", "visitorcount", "counts", "count", "total", "n"];

/// The visitors of an area in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitorCount {
    /// The area as the table names it.
    pub area: String,
    /// The first day of the month.
    pub month: Date,
    /// The number of visitors, or of visits.
    pub count: f64,
}

/// The counts of a layer, by area and month.
pub type VisitorCounts = Vec<VisitorCount>;

/// Which columns a table has.
struct Columns {
    area: usize,
    date: Month,
    count: usize,
    names: Vec<String>,
}

/// Where a row has its month.
enum Month {
    /// `2019-05` or `2019-05-01`.
    Date(usize),
    /// A column of years and one of numbers of months.
    YearAndMonth(usize, usize),
}

pub fn check(given: &Given) -> Result<Contents, String> {
    let described = given.described;
    let (columns, rows) = table(given.bytes()?, described.name_field.as_deref(), described.count_field.as_deref())?;
    let areas: BTreeSet<&str> = rows.iter().map(|row| row.area.as_str()).collect();
    let months: BTreeSet<Date> = rows.iter().map(|row| row.month).collect();
    let counts = [("areas", areas.len()), ("counts", rows.len()), ("months", months.len())];
    Ok(Contents {
        counts: counts.into_iter().map(|(name, count)| (name.to_owned(), count as u64)).collect(),
        name_field: Some(columns.names[columns.area].clone()),
        count_field: Some(columns.names[columns.count].clone()),
        ..Contents::default()
    })
}

/// The counts of a table that was checked.
pub fn read(bytes: &[u8], name_field: Option<&str>, count_field: Option<&str>) -> Result<VisitorCounts, String> {
    table(bytes, name_field, count_field).map(|(_, rows)| rows)
}

/// Reads a table in UTF-8, separated by commas, semicolons or tabs. Rows without a count are ignored; counts of the same area and
/// month are added.
fn table(
    bytes: &[u8],
    name_field: Option<&str>,
    count_field: Option<&str>,
) -> Result<(Columns, Vec<VisitorCount>), String> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = super::delimited::reader(&text);
    let in_row = |err: csv::Error| format!("line {}: {err}", err.position().map_or(1, csv::Position::line));
    let names: Vec<String> = reader.headers().map_err(in_row)?.iter().map(|name| name.trim().to_owned()).collect();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(in_row)?;
    let columns = columns(names, &records, name_field, count_field)?;
    let mut months: BTreeMap<(String, Date), f64> = BTreeMap::new();
    for record in &records {
        let line = record.position().map_or(0, csv::Position::line);
        let (Some(area), Some(count)) = (cell(record, columns.area), cell(record, columns.count)) else { continue };
        let wrong = |what: &str, text: &str| format!("line {line}: \"{text}\" is no {what}");
        let month = match columns.date {
            Month::Date(at) => {
                let text = cell(record, at).ok_or_else(|| format!("line {line}: it has a count and no date"))?;
                month_of(text).ok_or_else(|| wrong("month (2019-05, 2019-05-01)", text))?
            }
            Month::YearAndMonth(year, month) => {
                let text = |at: usize| cell(record, at).unwrap_or_default();
                let number = |at: usize| text(at).parse::<i16>().ok();
                let date = number(year).zip(number(month).and_then(|month| i8::try_from(month).ok()));
                let date = date.and_then(|(year, month)| Date::new(year, month, 1).ok());
                date.ok_or_else(|| wrong("year and month", &format!("{} {}", text(year), text(month))))?
            }
        };
        let number = count.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        let number = number.ok_or_else(|| wrong("count (digits, with a point before decimals)", count))?;
        *months.entry((area.to_owned(), month)).or_default() += number;
    }
    if months.is_empty() {
        return Err("it has no counts".to_owned());
    }
    let rows = months.into_iter().map(|((area, month), count)| VisitorCount { area, month, count });
    Ok((columns, rows.collect()))
}

/// A cell, unless it says that nothing is known.
fn cell(record: &csv::StringRecord, at: usize) -> Option<&str> {
    record.get(at).map(str::trim).filter(|cell| !cell.is_empty() && !["NA", "NaN", "NULL", "-"].contains(cell))
}

/// The first day of the month of `2019-05` or `2019-05-01`.
fn month_of(text: &str) -> Option<Date> {
    let day = text.get(..10).unwrap_or(text).parse::<Date>().ok();
    day.or_else(|| format!("{text}-01").parse().ok()).map(Date::first_of_month)
}

fn columns(
    names: Vec<String>,
    records: &[csv::StringRecord],
    name_field: Option<&str>,
    count_field: Option<&str>,
) -> Result<Columns, String> {
    let known = |wanted: &[&str]| {
        wanted
            .iter()
            .find_map(|wanted| names.iter().position(|name| name.to_lowercase().replace(['_', ' '], "") == *wanted))
    };
    let wanted = |field: &str| {
        let meant = did_you_mean(field, names.iter().map(String::as_str));
        let none = || format!("it has no column {field}{meant}; it has {}", names.join(", "));
        names.iter().position(|name| name == field).ok_or_else(none)
    };
    let date = match (known(&["date", "yearmonth", "period"]), known(&["year"]).zip(known(&["month"]))) {
        (Some(date), _) => Month::Date(date),
        (None, Some((year, month))) => Month::YearAndMonth(year, month),
        (None, None) => Month::Date(
            known(&["month"])
                .ok_or_else(|| format!("it has no column date, or year and month; it has {}", names.join(", ")))?,
        ),
    };
    let area = match name_field {
        Some(field) => wanted(field)?,
        None => known(&AREA).ok_or_else(|| {
            format!("no column is known to name the areas; say which one does with --name-field: {}", names.join(", "))
        })?,
    };
    let of_dates = match date {
        Month::Date(at) => [at, at],
        Month::YearAndMonth(year, month) => [year, month],
    };
    let is_number = |at: &usize| {
        let mut cells = records.iter().filter_map(|record| cell(record, *at)).peekable();
        cells.peek().is_some() && cells.all(|cell| cell.parse::<f64>().is_ok())
    };
    let count = match count_field {
        Some(field) => wanted(field)?,
        None => {
            let others = (0..names.len()).filter(|at| *at != area && !of_dates.contains(at));
            let numbers: Vec<usize> = others.filter(is_number).collect();
            match (known(&COUNT).filter(|at| *at != area), &numbers[..]) {
                (Some(count), _) => count,
                (None, [only]) => *only,
                (None, []) => {
                    return Err(format!("it has no column of numbers beside its dates: {}", names.join(", ")));
                }
                (None, several) => {
                    let several: Vec<&str> = several.iter().map(|at| names[*at].as_str()).collect();
                    return Err(format!(
                        "several columns have numbers; say which one has the visitors with --count-field: {}",
                        several.join(", ")
                    ));
                }
            }
        }
    };
    Ok(Columns { area, date, count, names })
}
