//! Photo-user-days by area, as InVEST's recreation model defines them: distinct pairs of owner and day in an area, divided by
//! the number of years.
//!
//! <https://naturalcapitalproject.stanford.edu/software/invest>: `PUD_YR_AVG` and `PUD_JAN` to `PUD_DEC`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answer::{Answer, Shape, Table};
use super::areas::Areas;
use super::bins::month_name;
use super::measure::{Group, Measure, Tally, left_out};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request};
use crate::explorer::{Day, PhotoRow, View};

const BY: Parameter = Parameter {
    name: "by",
    help: "The areas: country, subdivision (state, province), city, or polygons:LAYER that gleaner reference add has added",
    kind: ParameterKind::Areas(&["country", "subdivision", "city"]),
    default: Some("country"),
};

const FROM: Parameter = Parameter {
    name: "from",
    help: "First year; 0 is the year of the first photo",
    kind: ParameterKind::Number(0, 9_999),
    default: Some("0"),
};

const TO: Parameter = Parameter {
    name: "to",
    help: "Last year; 0 is the year of the last photo",
    kind: ParameterKind::Number(0, 9_999),
    default: Some("0"),
};

const MONTHLY: Parameter = Parameter {
    name: "monthly",
    help: "Add a column for each month of each year (2019-5), as InVEST's monthly table",
    kind: ParameterKind::Choice(&["no", "yes"]),
    default: Some("no"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "visits",
        title: "Photo-user-days by area",
        question: "How many photo-user-days are there in each area, per year and by month (InVEST)?".to_owned(),
        parameters: &[BY, FROM, TO, MONTHLY],
        rank: 112,
        run: count,
    }
}

fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let areas = Areas::of(view, request, BY.name)?;
    let in_years = years(view, request);
    if let Some((first, last)) = in_years.filter(|(first, last)| first > last) {
        let allowed = format!("a year from {first} on");
        return Err(AnalysisError::Value {
            parameter: TO.name,
            allowed,
            value: last.to_string(),
            meant: String::new(),
        });
    }
    let (first, last) = in_years.unwrap_or((0, 0));
    let date = |row: PhotoRow| view.day(row).map(Day::date);
    let within = |date: Date| (first..=last).contains(&date.year());
    let mut of_other_years = 0;
    let mut rows: Vec<PhotoRow> = Vec::new();
    for row in view.rows() {
        let is_other = date(row).is_some_and(|date| !within(date));
        of_other_years += u64::from(is_other);
        if !is_other {
            rows.push(row);
        }
    }
    let found = areas.at(view, &rows);
    let with_areas = || rows.iter().copied().zip(found.iter().map(|areas| areas.iter().copied()));
    let tally = Tally::of_many(view, with_areas());
    let days = Tally::of_many(
        view,
        with_areas().map(|(row, areas)| {
            let date = date(row);
            (row, areas.filter_map(move |area| date.map(|date| (area, date.year(), date.month()))))
        }),
    );
    let count_of = f64::from(i32::from(last) - i32::from(first) + 1);
    let monthly = request.text(MONTHLY.name) == "yes";
    let months: BTreeSet<(i16, i8)> = if monthly && in_years.is_some() {
        (first..=last).flat_map(|year| (1..=12).map(move |month| (year, month))).collect()
    } else {
        BTreeSet::new()
    };
    let counts = tally.groups.iter().map(|(area, group)| (*area, *group));
    let empty = areas.all().into_iter().filter(|area| !tally.groups.contains_key(area));
    let mut listed: Vec<_> = counts.chain(empty.map(|area| (area, Group::default()))).collect();
    listed.sort_by(|a, b| b.1.user_days.cmp(&a.1.user_days).then_with(|| areas.label(a.0).cmp(areas.label(b.0))));
    let (mut table, mut filters) = (Vec::new(), Vec::new());
    for (area, group) in listed {
        let of_month = |year: i16, month: i8| days.groups.get(&(area, year, month)).map_or(0, |group| group.user_days);
        let average = |days: u64| json!((days as f64 / count_of * 1e4).round() / 1e4);
        let by_month = (1..=12_i8).map(|month| average((first..=last).map(|year| of_month(year, month)).sum()));
        let each = months.iter().map(|(year, month)| json!(of_month(*year, *month)));
        let head = [json!(areas.label(area)), areas.code(area), json!(group.user_days), average(group.user_days)];
        table.push(head.into_iter().chain(by_month).chain(each).collect::<Vec<Value>>());
        filters.push(areas.filter(view, area));
    }
    let mut notes = tally.notes(Measure::UserDays, &areas.none());
    if let Some((first, last)) = in_years {
        let which =
            if first == last { format!("the year {first}") } else { format!("the {count_of} years {first} to {last}") };
        notes.push(format!("PUD_YR_AVG is the number of photo-user-days in {which}, divided by the number of years."));
    }
    notes.extend(left_out(of_other_years, "photo", "taken in other years"));
    notes.extend(areas.notes());
    let names = (1..=12).map(|month| format!("PUD_{}", month_name(month).to_uppercase()));
    let header = ["Area", "Code", "PUD", "PUD_YR_AVG"].map(str::to_owned).into_iter().chain(names);
    let header = header.chain(months.iter().map(|(year, month)| format!("{year}-{month}"))).collect();
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::UserDays.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(Table { header, rows: table, filters }),
    })
}

/// The first and the last year that are counted; `None` if no day is known.
fn years(view: &View, request: &Request) -> Option<(i16, i16)> {
    let days = view.rows().filter_map(|row| view.day(row));
    let (first, last) = days.fold(None, |range, day| match range {
        None => Some((day, day)),
        Some((first, last)) => Some((day.min(first), day.max(last))),
    })?;
    let given = |name: &str| i16::try_from(request.number(name)).ok().filter(|year| *year > 0);
    let first = given(FROM.name).unwrap_or_else(|| first.date().year());
    Some((first, given(TO.name).unwrap_or_else(|| last.date().year())))
}
