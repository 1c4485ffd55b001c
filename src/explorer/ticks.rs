//! The ticks of the scrubber: positions in the gallery where a year, a month or a round number begins.

use super::bins::COUNTS;
use super::bitmap::Bitmap;
use super::dates::{date_of, is_open};
use super::order::Order;
use super::table::Table;
use super::values::{Days, NO_COUNT, NO_DAY, Values};
use super::{Sort, Tick};
use crate::photo::filter::NumberField;
use crate::photo::text::grouped;

/// Maximum number of ticks.
const MAX_TICKS: usize = 300;

/// The ticks of the rows that pass, in the given order.
pub(super) fn ticks(table: &Table, rows: &Bitmap, (sort, order): (&Sort, &Order)) -> Vec<Tick> {
    let columns = &table.columns;
    match sort {
        Sort::Newest | Sort::Oldest => by_date(columns.taken(), order.rows(rows)),
        Sort::Most(NumberField::Score(key)) | Sort::Least(NumberField::Score(key)) => {
            by_score(columns.scores.get(key).map_or(&[], |scores| &scores.values), order.rows(rows))
        }
        Sort::Most(NumberField::Field(field)) | Sort::Least(NumberField::Field(field)) => {
            let name = field.field().name;
            match columns.get(name) {
                Some(Values::Counts(counts)) => by_count(&counts.values, name, order.rows(rows)),
                _ => Vec::new(),
            }
        }
    }
}

fn by_date(taken: &Days, rows: impl Iterator<Item = usize>) -> Vec<Tick> {
    let mut ticks = Vec::new();
    // Days `within` belong to the month of the last tick.
    let mut within = 1..1;
    let mut last_year = None;
    for (from, row) in rows.enumerate() {
        let from = from as u64;
        let (first, last) = (taken.first[row], taken.last[row]);
        if first == NO_DAY {
            ticks.push(Tick { from, label: "no date".to_owned(), level: 0 });
            break;
        }
        if within.contains(&first) {
            continue;
        }
        let date = date_of(if is_open(first) { last } else { first });
        if last_year != Some(date.year()) {
            last_year = Some(date.year());
            ticks.push(Tick { from, label: format!("{:04}", date.year()), level: 0 });
        }
        let start = first - i32::from(date.day()) + 1;
        let month = start..start + i32::from(date.days_in_month());
        if month.contains(&last) {
            within = month;
            ticks.push(Tick { from, label: format!("{:04}-{:02}", date.year(), date.month()), level: 1 });
        }
    }
    thinned(ticks)
}

/// Removes small ticks if there are too many, then every other large one.
fn thinned(mut ticks: Vec<Tick>) -> Vec<Tick> {
    if ticks.len() > MAX_TICKS {
        ticks.retain(|tick| tick.level == 0);
    }
    while ticks.len() > MAX_TICKS {
        let last = ticks.pop();
        ticks = ticks.into_iter().step_by(2).chain(last).collect();
    }
    ticks
}

fn by_count(counts: &[u32], noun: &str, rows: impl Iterator<Item = usize>) -> Vec<Tick> {
    let mut ticks = Vec::new();
    let mut floor = None;
    for (from, row) in rows.enumerate() {
        let from = from as u64;
        let count = counts[row];
        if count == NO_COUNT {
            ticks.push(Tick { from, label: format!("no {noun} known"), level: 0 });
            break;
        }
        if floor.is_some_and(|floor| count >= floor) {
            continue;
        }
        let edge = COUNTS[COUNTS.partition_point(|edge| *edge <= count).saturating_sub(1)];
        floor = Some(edge);
        let one = if edge == 1 { noun.trim_end_matches('s') } else { noun };
        let level = u8::from(edge > 0 && !10_u32.pow(edge.ilog10()).eq(&edge));
        ticks.push(Tick { from, label: format!("{} {one}", grouped(edge.into())), level });
    }
    ticks
}

fn by_score(values: &[f32], rows: impl Iterator<Item = usize>) -> Vec<Tick> {
    let mut ticks = Vec::new();
    let mut last = None;
    for (from, row) in rows.enumerate() {
        let from = from as u64;
        let Some(value) = values.get(row).filter(|value| !value.is_nan()) else {
            ticks.push(Tick { from, label: "no score".to_owned(), level: 0 });
            break;
        };
        if *value == f32::NEG_INFINITY {
            if last != Some(-1) {
                ticks.push(Tick { from, label: "below minimum".to_owned(), level: 0 });
            }
            last = Some(-1);
            continue;
        }
        let step = ((value * 20.0).floor() as i32).clamp(0, 20);
        if last != Some(step) {
            last = Some(step);
            let label = format!("{:.2}", f64::from(step) / 20.0);
            ticks.push(Tick { from, label, level: u8::from(step % 2 != 0) });
        }
    }
    ticks
}
