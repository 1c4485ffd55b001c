//! What a photo says in each field that one can filter by; the explorer's columns are made of the same.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};

use super::filter::{ChoiceField, NumberField};
use super::{Granularity, Photo, Score, Taken};

/// EXIF Make and Model in one: `Canon` and `Canon EOS 80D` are `Canon EOS 80D`, `NIKON CORPORATION` and
/// `NIKON D90` are `NIKON D90`. Blanks are collapsed; `None` where neither is known.
pub fn camera_name(photo: &Photo) -> Option<String> {
    let camera = photo.camera.as_ref()?;
    let words = |text: &Option<String>| -> Vec<String> {
        text.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    let (mut make, model) = (words(&camera.make), words(&camera.model));
    // Many makers write their name into the model as well.
    if let (Some(maker), Some(first)) = (make.first(), model.first())
        && maker.to_lowercase() == first.to_lowercase()
    {
        make.clear();
    }
    make.extend(model);
    (!make.is_empty()).then(|| make.join(" "))
}

/// The nearest populated place with its country: `Sandakan, MY`; the name alone where no country is known.
pub fn city_name(photo: &Photo) -> Option<String> {
    let place = photo.place.as_ref()?;
    let name = place.city.as_ref()?.name.trim();
    let with_country = || place.country.as_ref().map_or_else(|| name.to_owned(), |code| format!("{name}, {code}"));
    (!name.is_empty()).then(with_country)
}

/// The day by the camera's clock; `None` where the source does not know it. A date that is known to the
/// month or the year only is the day that the source wrote (its first, mostly).
pub fn day(photo: &Photo) -> Option<Date> {
    local(photo).and_then(|taken| taken.local).map(DateTime::date)
}

/// The month, 1-12; `None` where only the year is known, or nothing.
pub fn month(photo: &Photo) -> Option<i8> {
    let taken = local(photo)?;
    let vague = matches!(taken.granularity, Some(Granularity::Year | Granularity::Circa));
    taken.local.filter(|_| !vague).map(DateTime::month)
}

/// The hour, 0-23; `None` where the date is no more exact than a month, or unknown.
pub fn hour(photo: &Photo) -> Option<i8> {
    let taken = local(photo)?;
    let exact = matches!(taken.granularity, None | Some(Granularity::Second));
    taken.local.filter(|_| exact).map(DateTime::hour)
}

fn local(photo: &Photo) -> Option<&Taken> {
    photo.taken.as_ref().filter(|taken| !taken.unknown)
}

/// Score of a concept (its name exactly), 0..=1 as a 32-bit number, minus infinity where only a floor is known that
/// it lies under; `None` where it was not scored.
pub fn score(photo: &Photo, concept: &str) -> Option<f32> {
    photo.scores.get(concept).and_then(Score::number)
}

/// Latitude and longitude in degrees, where the photo has coordinates.
pub fn coordinates(photo: &Photo) -> Option<(f64, f64)> {
    photo.location.as_ref().map(|at| (at.latitude, at.longitude))
}

/// The values of a field of names, as a filter names them; a value that is blank is none.
pub fn names(photo: &Photo, field: ChoiceField) -> Vec<Cow<'_, str>> {
    let mut names = match field {
        ChoiceField::Term => {
            let mut terms: Vec<&str> = photo.searches.iter().map(|found| found.term.as_str()).collect();
            terms.dedup();
            terms.into_iter().map(Cow::Borrowed).collect()
        }
        ChoiceField::Source => one(Some(photo.id.source())),
        ChoiceField::Country => one(photo.place.as_ref().and_then(|place| place.country.as_deref())),
        ChoiceField::City => city_name(photo).map(Cow::Owned).into_iter().collect(),
        ChoiceField::License => one(photo.license.as_ref().map(|license| license.id.as_str())),
        ChoiceField::Camera => camera_name(photo).map(Cow::Owned).into_iter().collect(),
        ChoiceField::Fault => one(photo.fault.as_ref().map(|fault| fault.stage.as_str())),
        ChoiceField::State => one(Some(photo.state().as_str())),
        ChoiceField::Person => one(photo.owner_pseudonym.as_deref()),
    };
    names.retain(|name| name.contains(|c: char| c.is_ascii_alphanumeric()) || !super::text::normalise(name).is_empty());
    names
}

fn one(name: Option<&str>) -> Vec<Cow<'_, str>> {
    name.map(Cow::Borrowed).into_iter().collect()
}

/// The greatest number of views or faves that is told from others: the explorer keeps 32 bits of them.
pub const MOST_COUNTED: u32 = u32::MAX - 1;

fn counted(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(MOST_COUNTED).min(MOST_COUNTED))
}

/// The value of a field of numbers; scores as 32-bit numbers, views and faves up to [`MOST_COUNTED`].
pub fn number(photo: &Photo, field: &NumberField) -> Option<f64> {
    match field {
        NumberField::Views => photo.views.map(counted),
        NumberField::Faves => photo.faves.map(counted),
        NumberField::Month => month(photo).map(f64::from),
        NumberField::Hour => hour(photo).map(f64::from),
        NumberField::Latitude => coordinates(photo).map(|(latitude, _)| latitude),
        NumberField::Score(concept) => score(photo, concept).map(f64::from),
    }
}
