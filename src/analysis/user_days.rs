//! Counts photo-user-days, distinct pairs of owner and day, for each month.
//!
//! A common measure of visits (Wood et al. 2013, InVEST): a person who takes many photos on one day counts once.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::answer::{Answer, Line, Lines, Mark, Shape};
use super::bins::month_name;
use super::measure::{Group, Measure, Tally};
use super::{Analysis, AnalysisError, Request, marks};
use crate::explorer::View;

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "user-days",
        title: "Photo-user-days per month",
        question: "How many photo-user-days (distinct owner and day) are there in each month?".to_owned(),
        parameters: &[],
        rank: 13,
        run: count,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let month = |row| view.day(row).map(|day| day.date().first_of_month());
    let tally = Tally::of(view, view.rows(), month);
    let notes = tally.notes(Measure::UserDays, "taken on an unknown day");
    let line = Line { label: String::new(), marks: months(view, &tally.groups) };
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::UserDays.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Lines(Lines { step: "month".to_owned(), series: vec![line] }),
    })
}

/// One mark for each month from the first to the last with a photo-user-day, without gaps. Its filter selects the photos of the
/// month.
fn months(view: &View, groups: &BTreeMap<Date, Group>) -> Vec<Mark> {
    let user_days = |month: &Date| groups.get(month).map_or(0, |group| group.user_days);
    let mut counted = groups.keys().copied().filter(|month| user_days(month) > 0);
    let Some(first) = counted.next() else { return Vec::new() };
    let last = counted.next_back().unwrap_or(first);
    let months = std::iter::successors(Some(first), |month| month.checked_add(1.month()).ok());
    let mark = |start: Date| Mark {
        label: format!("{} {}", month_name(start.month()), start.year()),
        value: user_days(&start),
        filter: marks::narrowed(view.filter(), &[], [marks::days(start, start.last_of_month())]),
        ..Mark::default()
    };
    months.take_while(|month| *month <= last).map(mark).collect()
}
