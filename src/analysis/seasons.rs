//! Counts photos, or photo-user-days, by latitude and month.

use std::collections::BTreeMap;

use super::answer::{Answer, HeatMap, Mark, Shape};
use super::bins::month_name;
use super::measure::{Measure, Tally, left_out};
use super::{Analysis, AnalysisError, Request, marks};
use crate::explorer::{LATITUDE_BAND, PhotoRow, View};
use crate::photo::fields::{LATITUDE, MONTH};
use crate::photo::filter::{NumberField, Span, Test};
use crate::photo::text::counted;

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "season",
        title: "Season by latitude",
        question: "In which months were photos taken at which latitude?".to_owned(),
        parameters: &[],
        rank: 12,
        run: count,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let seasons = view.seasons();
    let mut notes = vec![format!("Counted: {}.", counted(view.total() - seasons.unknown, "photo"))];
    notes.extend(left_out(seasons.unknown, "photo", "without a known month or place"));
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::Photos.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::HeatMap(heat_map(view, seasons.south.into_iter().zip(seasons.months).collect())),
    })
}

/// The same in photo-user-days.
pub fn user_days(view: &View, title: &str) -> Answer {
    let cell = |row: PhotoRow| {
        let (latitude, _) = view.point(row)?;
        Some((band_of(latitude), view.day(row)?.date().month()))
    };
    let tally = Tally::of(view, view.rows(), cell);
    let mut bands: BTreeMap<i16, [u64; 12]> =
        (-90..90).step_by(usize::from(LATITUDE_BAND)).map(|south| (south, [0; 12])).collect();
    for ((south, month), group) in &tally.groups {
        bands.entry(*south).or_default()[usize::from(month.unsigned_abs()) - 1] = group.user_days;
    }
    Answer {
        title: title.to_owned(),
        unit: Measure::UserDays.unit().to_owned(),
        filter: view.filter().to_string(),
        notes: tally.notes(Measure::UserDays, "without a known day or place"),
        shape: Shape::HeatMap(heat_map(view, bands.into_iter().collect())),
    }
}

/// The southern edge of the band of a latitude.
fn band_of(latitude: f64) -> i16 {
    let width = f64::from(LATITUDE_BAND);
    ((latitude / width).floor() * width).clamp(-90.0, 90.0 - width) as i16
}

/// Values by the southern edge of the band and the month, from south to north.
fn heat_map(view: &View, mut bands: Vec<(i16, [u64; 12])>) -> HeatMap {
    // From north to south, without the empty bands at either end.
    bands.reverse();
    let used = |(_, months): &(i16, [u64; 12])| months.iter().any(|value| *value > 0);
    let first = bands.iter().position(used).unwrap_or(bands.len());
    let last = bands.iter().rposition(used).map_or(first, |last| last + 1);
    let bands = &bands[first..last];
    let mark = |south: i16, month: i8, value: u64| Mark {
        label: format!("{}, {}", month_name(month), band_name(south)),
        value,
        filter: marks::narrowed(view.filter(), &[], tests(south, month)),
        ..Mark::default()
    };
    let row = |(south, months): &(i16, [u64; 12])| {
        months.iter().zip(1..).map(|(value, month)| mark(*south, month, *value)).collect()
    };
    HeatMap {
        down: "Latitude".to_owned(),
        rows: bands.iter().map(|(south, _)| band_name(*south)).collect(),
        columns: (1..=12).map(|month| month_name(month).to_owned()).collect(),
        marks: bands.iter().map(row).collect(),
        fields: [MONTH, LATITUDE].map(str::to_owned).into(),
    }
}

/// The clauses that select the photos of a cell. A latitude on an edge belongs to the band north of it.
fn tests(south: i16, month: i8) -> Vec<Test> {
    let month = f64::from(month);
    let north = f64::from(north_of(south));
    let band = Span { min: Some(f64::from(south)), max: Some(north), above: false, below: north < 90.0 };
    let month = Span { min: Some(month), max: Some(month), ..Span::default() };
    let spans = [(MONTH, month), (LATITUDE, band)];
    spans.into_iter().filter_map(|(name, span)| Some(marks::span(NumberField::named(name)?, span))).collect()
}

/// The northern edge of the band with this southern edge.
fn north_of(south: i16) -> i16 {
    south + i16::from(LATITUDE_BAND)
}

/// `45–60° N`.
fn band_name(south: i16) -> String {
    let (one, other) = (south.abs(), north_of(south).abs());
    format!("{}–{}° {}", one.min(other), one.max(other), if south < 0 { 'S' } else { 'N' })
}
