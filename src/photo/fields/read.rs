//! Reads the values of fields that need some computation.

use std::borrow::Cow;

use jiff::civil::Date;

use super::choice::says_something;
use crate::photo::{MONKEYS, Period, Photo, Score, ScoreKey, Sun, Taken};

/// EXIF Make and Model in one name: `Canon` and `Canon EOS 80D` become `Canon EOS 80D`, `NIKON CORPORATION` and
/// `NIKON D90` become `NIKON D90`. Spaces are collapsed; `None` if neither is known.
pub fn camera_name(photo: &Photo) -> Option<String> {
    let camera = photo.camera.as_ref()?;
    let words = |text: &Option<String>| -> Vec<String> {
        text.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    let (mut make, model) = (words(&camera.make), words(&camera.model));
    // Many makers repeat their name in the model.
    if let (Some(maker), Some(first)) = (make.first(), model.first())
        && maker.to_lowercase() == first.to_lowercase()
    {
        make.clear();
    }
    make.extend(model);
    (!make.is_empty()).then(|| make.join(" "))
}

/// The city with its country: `Sandakan, MY`; only the name if the country is unknown.
pub fn city_name(photo: &Photo) -> Option<String> {
    let place = photo.place.as_ref()?;
    let name = place.city.as_ref()?.name.trim();
    let with_country = || place.country.as_ref().map_or_else(|| name.to_owned(), |code| format!("{name}, {code}"));
    (!name.is_empty()).then(with_country)
}

/// The quarter with its city: `Kreuzberg, Berlin`.
pub(super) fn locality_name(photo: &Photo) -> Option<String> {
    let place = photo.place.as_ref()?;
    let parts = [&place.locality, &place.city].map(|part| part.as_ref().map(|part| part.name.trim()));
    let [Some(locality), city] = parts else { return None };
    let with_city = || city.map_or_else(|| locality.to_owned(), |city| format!("{locality}, {city}"));
    (!locality.is_empty()).then(with_city)
}

/// The terms of the searches that found it.
pub(super) fn terms(photo: &Photo) -> Vec<Cow<'_, str>> {
    let mut terms: Vec<&str> = photo.searches.iter().map(|found| found.term.as_str()).collect();
    terms.dedup();
    terms.into_iter().filter(|term| says_something(term)).map(Cow::Borrowed).collect()
}

/// The taxon that counts, and all that contain it; monkeys, which are no taxon, come last.
pub(super) fn taxa(photo: &Photo) -> Vec<Cow<'_, str>> {
    let Some(taxon) = photo.taxon_in_force() else { return Vec::new() };
    let monkeys = taxon.is_monkey().then_some(MONKEYS);
    taxon.branch().into_iter().chain(monkeys).map(Cow::Borrowed).collect()
}

/// The names of the other sources that show it.
pub(super) fn other_sources(photo: &Photo) -> Vec<Cow<'_, str>> {
    let mut sources: Vec<&str> = photo.other_records.iter().map(|record| record.id.source()).collect();
    sources.dedup();
    sources.into_iter().filter(|source| says_something(source)).map(Cow::Borrowed).collect()
}

/// The time within which it was taken, by the camera's clock; `None` if the date is unknown.
pub fn period(photo: &Photo) -> Option<Period> {
    photo.taken.as_ref().and_then(Taken::period)
}

/// The day by the camera's clock; `None` if it is not known.
pub fn day(photo: &Photo) -> Option<Date> {
    period(photo)?.day()
}

/// The month, 1-12; `None` if only the year, an interval across months, or nothing is known.
pub(super) fn month(photo: &Photo) -> Option<u8> {
    period(photo)?.month()
}

/// The hour, 0-23; `None` if the date is not known to the hour.
pub(super) fn hour(photo: &Photo) -> Option<u8> {
    period(photo)?.hour()
}

/// Where the sun stood; `None` if the place, the time of day or the offset from UTC is unknown.
pub fn sun(photo: &Photo) -> Option<Sun> {
    let (latitude, longitude) = coordinates(photo)?;
    Some(Sun::at(photo.taken_at()?, latitude, longitude))
}

/// The names of the flags.
pub(super) fn flags(photo: &Photo) -> Vec<Cow<'_, str>> {
    photo.flags().map(|flag| Cow::Borrowed(flag.as_str())).collect()
}

/// A score, 0..=1 as a 32-bit float, or minus infinity if it is below the scorer's reporting minimum; `None` if the
/// photo was not scored.
pub fn score(photo: &Photo, key: &ScoreKey) -> Option<f32> {
    photo.scores.get(key).and_then(Score::number)
}

/// Latitude and longitude in degrees, if the photo has coordinates.
pub fn coordinates(photo: &Photo) -> Option<(f64, f64)> {
    photo.location.as_ref().map(|at| (at.latitude, at.longitude))
}
