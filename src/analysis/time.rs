//! Time of day by the sun: the density of the photos over the hours of apparent solar time, beside that of other photos by the
//! same photographers.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::answer::{Answer, Densities, Density, Mark, Shape};
use super::bins::plain;
use super::circular::{OF_MANY, STEPS, Times, overlap};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, bootstrap, marks, measure, seasons};
use crate::explorer::{PhotoRow, RowNumbers, View};
use crate::photo::fields::{SOLAR_TIME, SUN_ELEVATION};
use crate::photo::filter::{NumberField, Span};
use crate::photo::text::grouped;

/// Bootstrap samples of the photographers.
const SAMPLES: usize = 200;
/// The same seed gives the same interval.
const SEED: u64 = 20_261_201;
/// Below this elevation of the sun civil twilight ends, degrees.
const CIVIL_TWILIGHT: f64 = -6.0;

const BY: Parameter = Parameter {
    name: "by",
    help: "hour: density over the hours of solar time; month: photo-user-days by month and latitude",
    kind: ParameterKind::Choice(&["hour", "month"]),
    default: Some("hour"),
};

const UNIT: Parameter = Parameter {
    name: "unit",
    help: "What the curves of the hours count: user-hours (distinct owner, day and hour, by their first photo), or photos",
    kind: ParameterKind::Choice(&["user-hours", "photos"]),
    default: Some("user-hours"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "time",
        title: "Time of day by the sun",
        question: "At what solar time were the photos taken, compared with other photos by the same photographers? In which months?".to_owned(),
        parameters: &[BY, UNIT],
        rank: 118,
        run: count,
    }
}

/// An observation: its owner (0: unknown) and solar time in hours.
type Observation = (u32, f64);

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    if request.text(BY.name) == "month" {
        return Ok(seasons::user_days(view, "Photo-user-days by month and latitude"));
    }
    let hours = view.numbers(SOLAR_TIME);
    let by_photos = request.text(UNIT.name) == "photos";
    let rows: Vec<PhotoRow> = view.rows().collect();
    let people: HashSet<u32> = rows.iter().filter_map(|row| view.owner(*row)).collect();
    let own = observations(view, &hours, rows.iter().copied(), by_photos);
    let is_other = |row: &PhotoRow| !view.passes(*row) && view.owner(*row).is_some_and(|owner| people.contains(&owner));
    let others = view.passing(&crate::photo::filter::Filter::default()).into_iter().filter(is_other);
    let others = observations(view, &hours, others, by_photos);
    let (unit, meaning) = if by_photos { ("photos", "") } else { ("user-hours", " (distinct owner, day and hour)") };
    let mut notes = vec![format!("The curve counts {} {unit}{meaning}.", grouped(own.len() as u64))];
    notes.extend(left_out(view, &rows, &hours, by_photos));
    notes.push(elevations(view, &rows));
    let mut curves = vec![curve("Photos of the filter", &own)];
    if others.is_empty() {
        notes.push("The dataset has no other photos by the same photographers to compare with.".to_owned());
    } else {
        curves.push(curve("Other photos by the same photographers", &others));
        notes.push(compared(&own, &others));
    }
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: unit.to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Densities(Densities { field: SOLAR_TIME.to_owned(), marks: hourly(view, &rows, &hours), curves }),
    })
}

/// The solar times of photos, or of the first photo in each hour of each owner and day.
fn observations(
    view: &View,
    hours: &RowNumbers<'_>,
    rows: impl Iterator<Item = PhotoRow>,
    by_photos: bool,
) -> Vec<Observation> {
    let timed = rows.filter_map(|row| Some((row, hours.of(row)?)));
    if by_photos {
        return timed.map(|(row, hour)| (view.owner(row).unwrap_or(0), hour)).collect();
    }
    let mut first: BTreeMap<(u32, i32, u8), f64> = BTreeMap::new();
    for (row, hour) in timed {
        let (Some(owner), Some(day)) = (view.owner(row), view.day(row)) else { continue };
        let known = first.entry((owner, day.number(), hour as u8)).or_insert(hour);
        *known = known.min(hour);
    }
    first.into_iter().map(|((owner, ..), hour)| (owner, hour)).collect()
}

fn times(observations: impl Iterator<Item = f64>) -> Times {
    let mut times = Times::default();
    observations.for_each(|hour| times.add(hour));
    times
}

fn curve(label: &str, observations: &[Observation]) -> Density {
    let times = times(observations.iter().map(|(_, hour)| *hour));
    // In percent of the observations in an hour; the mean of a density is 1 in 24 hours.
    let percent = times.density(OF_MANY).into_iter().map(|density| density * 100.0 / 24.0);
    Density { label: label.to_owned(), n: observations.len() as u64, percent: percent.collect() }
}

/// What was left out and how much.
fn left_out(view: &View, rows: &[PhotoRow], hours: &RowNumbers<'_>, by_photos: bool) -> Vec<String> {
    let placeless = rows.iter().filter(|row| view.point(**row).is_none()).count();
    let timeless = rows.iter().filter(|row| view.point(**row).is_some() && hours.of(**row).is_none()).count();
    let ownerless = rows.iter().filter(|row| hours.of(**row).is_some() && view.owner(**row).is_none()).count();
    let ownerless = if by_photos { 0 } else { ownerless };
    let reasons = [
        (placeless, "without coordinates"),
        (timeless, "without a known time of day or its offset from UTC"),
        (ownerless, "without a known owner"),
    ];
    reasons.into_iter().filter_map(|(photos, which)| measure::left_out(photos as u64, "photo", which)).collect()
}

/// How many photos were taken by day, in civil twilight and by night.
fn elevations(view: &View, rows: &[PhotoRow]) -> String {
    let elevations = view.numbers(SUN_ELEVATION);
    let known: Vec<f64> = rows.iter().filter_map(|row| elevations.of(*row)).collect();
    let day = known.iter().filter(|degrees| **degrees >= 0.0).count();
    let night = known.iter().filter(|degrees| **degrees < CIVIL_TWILIGHT).count();
    let [day, twilight, night] = [day, known.len() - day - night, night].map(|photos| grouped(photos as u64));
    format!(
        "With the sun above the horizon: {day} photos; in civil twilight (to 6° below): {twilight}; by night: {night}."
    )
}

/// The overlap of the two curves, with its interval.
fn compared(own: &[Observation], others: &[Observation]) -> String {
    let all = |observations: &[Observation]| times(observations.iter().map(|(_, hour)| *hour));
    let Some(whole) = overlap(&all(own), &all(others)) else {
        return "The curves cannot be compared: no photo has a time of day.".to_owned();
    };
    let interval = match interval(own, others) {
        Some([low, high]) => format!(" (95 %: {low:.2} to {high:.2}, from samples of the photographers)"),
        None => " (one photographer: no interval)".to_owned(),
    };
    format!("Overlap of the two curves (Ridout and Linkie's Dhat, 0 to 1): {whole:.2}{interval}.")
}

/// The 2.5th and the 97.5th percentile of the overlap in samples of the photographers.
fn interval(own: &[Observation], others: &[Observation]) -> Option<[f64; 2]> {
    let mut people: BTreeMap<u32, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    own.iter().for_each(|(owner, hour)| people.entry(*owner).or_default().0.push(*hour));
    others.iter().for_each(|(owner, hour)| people.entry(*owner).or_default().1.push(*hour));
    let people: Vec<_> = people.into_values().collect();
    if people.len() < 2 {
        return None;
    }
    let sampled = |sample: usize| {
        let mut draw = bootstrap::generator(SEED, sample);
        let (mut one, mut other) = (Times::default(), Times::default());
        for _ in 0..people.len() {
            let (own, others) = &people[(draw.uniform() * people.len() as f64) as usize];
            own.iter().for_each(|hour| one.add(*hour));
            others.iter().for_each(|hour| other.add(*hour));
        }
        overlap(&one, &other)
    };
    bootstrap::interval((0..SAMPLES).into_par_iter().filter_map(sampled).collect())
}

/// The photos of each hour of solar time.
fn hourly(view: &View, rows: &[PhotoRow], hours: &RowNumbers<'_>) -> Vec<Mark> {
    let mut photos = [0; 24];
    rows.iter().filter_map(|row| hours.of(*row)).for_each(|hour| photos[(hour as usize).min(23)] += 1);
    let Some(field) = NumberField::named(SOLAR_TIME).filter(|_| photos.iter().any(|count| *count > 0)) else {
        return Vec::new();
    };
    let mark = |(hour, count): (usize, u64)| {
        let span = Span { min: Some(hour as f64), max: Some(hour as f64 + 1.0), above: false, below: hour < 23 };
        Mark {
            label: format!("{hour}:00–{hour}:59"),
            key: plain(hour as f64),
            value: count,
            filter: marks::narrowed(view.filter(), &[], [marks::span(field.clone(), span)]),
            ..Mark::default()
        }
    };
    photos.into_iter().enumerate().map(mark).collect()
}

/// The density of each hour: the mean of its steps.
pub fn of_hours(percent: &[f64]) -> Vec<f64> {
    percent.chunks(STEPS / 24).map(|steps| steps.iter().sum::<f64>() / steps.len() as f64).collect()
}
