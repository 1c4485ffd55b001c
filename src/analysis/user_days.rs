//! Counts photo-user-days, distinct pairs of owner and day, for each month.
//!
//! A common measure of visits (Wood et al. 2013, InVEST): a person who takes many photos on one day counts once.

use std::collections::HashSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::answer::{Answer, Line, Lines, Mark, Shape};
use super::bins::{grouped, month_name};
use super::{Analysis, AnalysisError, Request, marks};
use crate::explorer::{Day, View};

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
    let mut user_days: HashSet<(u32, Day)> = HashSet::new();
    let (mut counted, mut without_day, mut without_owner) = (0, 0, 0);
    for row in view.rows() {
        match (view.day(row), view.owner(row)) {
            (None, _) => without_day += 1,
            (Some(_), None) => without_owner += 1,
            (Some(day), Some(owner)) => {
                counted += 1;
                user_days.insert((owner, day));
            }
        }
    }
    let mut notes = vec![format!(
        "Counted: {} photo-user-days (distinct owner and day) in {} photos.",
        grouped(user_days.len() as u64),
        grouped(counted)
    )];
    let left_out = [
        (without_day, "photos are left out: the day on which they were taken is unknown."),
        (without_owner, "photos are left out: their owner is unknown."),
    ];
    notes.extend(left_out.iter().filter(|(photos, _)| *photos > 0).map(|(n, why)| format!("{} {why}", grouped(*n))));
    let line =
        Line { label: String::new(), marks: months(view, user_days.iter().map(|(_, day)| day.date()).collect()) };
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: "photo-user-days".to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Lines(Lines { step: "month".to_owned(), series: vec![line] }),
    })
}

/// One mark for each month from the first to the last, without gaps. Its filter selects the photos of the month.
fn months(view: &View, mut days: Vec<Date>) -> Vec<Mark> {
    days.sort_unstable();
    let mut marks = Vec::new();
    let mut rest = days.as_slice();
    let mut first = rest.first().map(|day| day.first_of_month());
    while let (Some(start), false) = (first, rest.is_empty()) {
        let last = start.last_of_month();
        let (here, later) = rest.split_at(rest.partition_point(|day| *day <= last));
        marks.push(Mark {
            label: format!("{} {}", month_name(start.month()), start.year()),
            value: here.len() as u64,
            filter: marks::narrowed(view.filter(), &[], [marks::days(start, last)]),
            ..Mark::default()
        });
        rest = later;
        first = start.checked_add(1.month()).ok();
    }
    marks
}
