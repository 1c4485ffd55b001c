//! The positions and labels of an axis's ticks.

use jiff::civil::date;

use super::super::answer::Axis;
use super::super::bins::{month_name, plain};
use crate::explorer::{Scale, date_of_day, day_of_date};
use crate::photo::fields::{self, Unit};
use crate::photo::text::grouped;

/// A tick: its position in bins, and its label.
pub struct Tick {
    pub at: f64,
    pub label: String,
}

/// The smallest of 1, 2, 5, 10, 20, ... that is not less than `rough`.
fn nice_step(rough: f64) -> f64 {
    if rough.is_nan() || rough <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(rough.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| digit * power >= rough * (1.0 - 1e-9)).unwrap_or(10.0);
    digit * power
}

/// From 0 to at least `most`, whole numbers, about four steps.
pub fn counts(most: f64) -> Vec<u64> {
    let step = nice_step(most / 4.0).max(1.0);
    let steps = (most / step - 1e-9).ceil().max(1.0) as u64;
    (0..=steps).map(|at| at * step as u64).collect()
}

/// The position of a value on an axis whose bins are drawn equally wide, in bins.
fn position(edges: &[f64], value: f64) -> f64 {
    match edges.iter().position(|edge| *edge > value) {
        Some(0) => 0.0,
        None => edges.len().saturating_sub(1) as f64,
        Some(after) => {
            let (low, high) = (edges[after - 1], edges[after]);
            (after - 1) as f64 + (value - low) / (high - low)
        }
    }
}

/// The ticks of an axis. Months and hours have their tick in the middle of the bin, other fields at the value.
pub fn ticks(axis: &Axis) -> Vec<Tick> {
    let edges = &axis.edges;
    let (Some(first), Some(last)) = (edges.first().copied(), edges.last().copied()) else { return Vec::new() };
    let at_value = |value: f64, label: String| Tick { at: position(edges, value), label };
    let bins = edges.len() - 1;
    let unit = fields::named(&axis.field).and_then(|field| field.unit);
    match (unit, axis.scale) {
        (Some(Unit::Month), _) => {
            (0..bins).map(|at| Tick { at: at as f64 + 0.5, label: month_name(at as i8 + 1).into() }).collect()
        }
        (Some(Unit::Hour), _) => {
            (0..bins).step_by(3).map(|at| Tick { at: at as f64 + 0.5, label: format!("{at}:00") }).collect()
        }
        (_, Scale::Days) => days(first, last).into_iter().map(|(day, label)| at_value(day, label)).collect(),
        (_, Scale::Log) => {
            let zero = (first <= 0.0).then_some(0.0);
            let values = zero.into_iter().chain(logarithmic(first, last));
            values.map(|value| at_value(value, grouped(value as u64))).collect()
        }
        (unit, Scale::Linear) => {
            let step = nice_step((last - first) / 5.0);
            let values = ((first / step).ceil() as i64..=(last / step + 1e-9).floor() as i64).map(|n| n as f64 * step);
            let sign = if unit == Some(Unit::Latitude) { "°" } else { "" };
            values.map(|value| at_value(value, plain(value) + sign)).collect()
        }
    }
}

/// The powers of ten; with their double and fivefold where there are fewer than three.
fn logarithmic(first: f64, last: f64) -> Vec<f64> {
    let inside = |factors: &[f64]| {
        let values = (0..12).flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
        values.filter(|value| *value >= first && *value <= last).collect::<Vec<_>>()
    };
    let powers = inside(&[1.0]);
    if powers.len() < 3 { inside(&[1.0, 2.0, 5.0]) } else { powers }
}

/// The first days of years, or of months if there are few years; days since 1970-01-01.
fn days(first: f64, last: f64) -> Vec<(f64, String)> {
    let (from, to) = (date_of_day(first as i32), date_of_day(last as i32));
    let years = i32::from(to.year()) - i32::from(from.year()) + 1;
    let inside = |day: f64| day >= first && day <= last;
    if years > 3 {
        let step = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|step| years / step <= 10).unwrap_or(200);
        let wanted = (from.year()..=to.year()).filter(|year| i32::from(*year) % step == 0);
        let starts = wanted.map(|year| (f64::from(day_of_date(date(year, 1, 1))), year.to_string()));
        return starts.filter(|(day, _)| inside(*day)).collect();
    }
    let months = (from.year()..=to.year()).flat_map(|year| (1..=12).map(move |month| (year, month)));
    let wanted = months.filter(|(_, month)| years == 1 || month % 3 == 1);
    let label = |year: i16, month: i8| if month == 1 { year.to_string() } else { month_name(month).to_owned() };
    let starts = wanted.map(|(year, month)| (f64::from(day_of_date(date(year, month, 1))), label(year, month)));
    starts.filter(|(day, _)| inside(*day)).collect()
}

#[cfg(test)]
mod tests {
    use super::{counts, nice_step};

    #[test]
    fn steps_are_ones_twos_and_fives() {
        let steps = [0.3, 1.0, 1.1, 3.0, 7.0, 60.0].map(|rough| nice_step(rough).to_string());
        assert_eq!(steps, ["0.5", "1", "2", "5", "10", "100"]);
        assert_eq!(counts(3.0), [0, 1, 2, 3]);
        assert_eq!(counts(970.0).last(), Some(&1000));
    }
}
