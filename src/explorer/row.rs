//! One photo as the columns keep it.

use std::borrow::Cow;

use jiff::civil::{Date, date};

use super::columns::CHOICES;
use crate::photo::filter::ChoiceField;
use crate::photo::{Photo, area, field, text};

/// A name as a filter has it, and as a person says it.
pub(super) type Named<'a> = Option<(Cow<'a, str>, Option<&'a str>)>;

/// What the columns keep of a photo.
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    /// Seconds since 1970-01-01 by the camera's clock.
    pub(super) taken: Option<i64>,
    /// Days since 1970-01-01.
    pub(super) day: Option<i32>,
    /// 1-12.
    pub(super) month: Option<u8>,
    /// 0-23.
    pub(super) hour: Option<u8>,
    pub(super) views: Option<u64>,
    pub(super) faves: Option<u64>,
    /// Latitude, longitude; degrees.
    pub(super) place: Option<(f64, f64)>,
    /// H3 cell of `area::FINEST_CELL`.
    pub(super) cell: Option<u64>,
    /// In the order of `columns::CHOICES`.
    pub(super) choices: [Named<'a>; 8],
    pub(super) terms: Vec<Cow<'a, str>>,
    pub(super) scores: Vec<(&'a str, f32)>,
    pub(super) aspect: u8,
    /// Normalised.
    pub(super) text: String,
}

impl<'a> Row<'a> {
    /// Reads a photo.
    pub(super) fn of(photo: &'a Photo) -> Self {
        let place = field::coordinates(photo);
        let day = field::day(photo);
        let local = photo.taken.as_ref().and_then(|taken| taken.local).filter(|_| day.is_some());
        let second = |time: jiff::civil::Time| {
            i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
        };
        let scores = photo.scores.keys().filter_map(|concept| Some((concept.as_str(), field::score(photo, concept)?)));
        Self {
            id: photo.id.as_str(),
            taken: local.map(|local| i64::from(days(local.date())) * 86_400 + second(local.time())),
            day: day.map(days),
            month: field::month(photo).map(i8::unsigned_abs),
            hour: field::hour(photo).map(i8::unsigned_abs),
            views: photo.views,
            faves: photo.faves,
            place,
            cell: place.and_then(|(latitude, longitude)| area::finest_cell(latitude, longitude)).map(u64::from),
            choices: CHOICES.map(|choice| named(photo, choice)),
            terms: field::names(photo, ChoiceField::Term),
            scores: scores.collect(),
            aspect: aspect(photo),
            text: text::search_text(photo),
        }
    }
}

/// The one value of a field and how a person says it.
fn named(photo: &Photo, choice: ChoiceField) -> Named<'_> {
    let name = field::names(photo, choice).into_iter().next()?;
    let label = match choice {
        ChoiceField::Country => photo.place.as_ref().and_then(|place| place.country_name.as_deref()),
        ChoiceField::License => photo.license.as_ref().map(|license| license.name.as_str()),
        _ => None,
    };
    Some((name, label))
}

/// Days since 1970-01-01.
pub(super) fn days(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

/// Width / height as a byte: `2^((b - 128) / 32)`; a square where nothing is known.
fn aspect(photo: &Photo) -> u8 {
    let thumbnail = photo.thumbnail.as_ref().map(|thumbnail| (thumbnail.width, thumbnail.height));
    let known = thumbnail.filter(|(width, height)| *width > 0 && *height > 0).or_else(|| photo.pixels());
    let (width, height) = known.unwrap_or((1, 1));
    (128.0 + 32.0 * (f64::from(width) / f64::from(height)).log2()).round().clamp(0.0, 255.0) as u8
}
