//! The values of one photo for the columns.

use std::borrow::Cow;

use jiff::civil::{Date, date};

use crate::photo::fields::{self, Field, Kind};
use crate::photo::{Period, Photo, ScoreKey, area};

/// The values of one photo.
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    /// In the order of `fields::stored`.
    pub(super) fields: Vec<Value<'a>>,
    pub(super) scores: Vec<(&'a ScoreKey, f32)>,
    pub(super) aspect: u8,
    /// Normalised.
    pub(super) text: String,
}

/// The value of one field.
pub(super) enum Value<'a> {
    /// A name as written in a filter, and the label to display if it differs.
    Name(Option<(Cow<'a, str>, Option<Cow<'a, str>>)>),
    Set(Vec<Cow<'a, str>>),
    Count(Option<u64>),
    Cycle(Option<u8>),
    Number(Option<f64>),
    Days(Option<DaysOf>),
    /// Longitude in degrees, and the H3 cell of `area::FINEST_CELL`.
    Place(Option<(f64, Option<u64>)>),
}

/// When a photo was taken by the camera's clock; counted from 1970-01-01.
#[derive(Clone, Copy)]
pub(super) struct DaysOf {
    /// Its place among others.
    pub(super) second: i64,
    /// The first day of its period.
    pub(super) first: i32,
    /// The last day of its period.
    pub(super) last: i32,
}

impl<'a> Row<'a> {
    /// Reads a photo.
    pub(super) fn of(photo: &'a Photo) -> Self {
        let scores = photo.scores.iter().filter_map(|(key, score)| Some((key, score.number()?)));
        Self {
            id: photo.id.as_str(),
            fields: fields::stored().iter().map(|field| Value::of(photo, field)).collect(),
            scores: scores.collect(),
            aspect: aspect(photo),
            text: fields::search_text(photo),
        }
    }
}

impl<'a> Value<'a> {
    fn of(photo: &'a Photo, field: &Field) -> Self {
        match &field.kind {
            Kind::Names(names) => Self::Name(names.of(photo).map(|name| (name.value, name.label))),
            Kind::Sets(read) | Kind::Branches(read) => Self::Set(read(photo)),
            Kind::Counts(read) => Self::Count(read(photo)),
            Kind::Cycle { read, .. } => Self::Cycle(read(photo)),
            Kind::Range { read, .. } => Self::Number(read(photo)),
            Kind::Days(read) => Self::Days(read(photo).map(DaysOf::of)),
            Kind::Places(read) => Self::Place(
                read(photo)
                    .map(|(latitude, longitude)| (longitude, area::finest_cell(latitude, longitude).map(u64::from))),
            ),
            Kind::Plain | Kind::Scores | Kind::Area(_) => Self::Name(None),
        }
    }
}

impl DaysOf {
    fn of(period: Period) -> Self {
        let at = period.sorted_at();
        let (day, time) = (days(at.date()), at.time());
        let within = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        Self {
            second: i64::from(day) * 86_400 + within,
            first: days(period.first.date()),
            last: days(period.last.date()),
        }
    }
}

/// Days since 1970-01-01.
pub(super) fn days(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

/// Width / height as a byte: `2^((b - 128) / 32)`; 1 if unknown.
fn aspect(photo: &Photo) -> u8 {
    let thumbnail = photo.thumbnail.as_ref().map(|thumbnail| (thumbnail.width, thumbnail.height));
    let known = thumbnail.filter(|(width, height)| *width > 0 && *height > 0).or_else(|| photo.pixels());
    let (width, height) = known.unwrap_or((1, 1));
    (128.0 + 32.0 * (f64::from(width) / f64::from(height)).log2()).round().clamp(0.0, 255.0) as u8
}
