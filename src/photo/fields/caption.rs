//! Caption lines of photos in the gallery.

use crate::photo::text::grouped;
use crate::photo::{Photo, Taken};

/// The separator between the parts of a line.
const DOT: &str = " · ";

/// The title, or "Untitled" and the source's own id.
pub fn title(photo: &Photo) -> String {
    let title = photo.title.trim();
    if title.is_empty() { format!("Untitled {}", photo.id.own()) } else { title.to_owned() }
}

/// City and country.
pub(super) fn place(photo: &Photo) -> Option<String> {
    let place = photo.place.as_ref()?;
    let city = place.city.as_ref().map(|city| &city.name);
    let country = place.country_name.as_ref().or(place.country.as_ref());
    joined([city, country].into_iter().flatten().filter(|part| !part.is_empty()).cloned(), ", ")
}

/// The day, the month, the year or the interval in which it was taken, as exactly as known.
pub(super) fn date(photo: &Photo) -> Option<String> {
    photo.taken.as_ref().and_then(Taken::short)
}

/// The terms of the searches that found it.
pub(super) fn terms(photo: &Photo) -> Option<String> {
    joined(super::read::terms(photo).into_iter().map(String::from), DOT)
}

/// The main scores with two digits.
pub(super) fn scores(photo: &Photo) -> Option<String> {
    let counting = photo.scores.iter().filter(|(key, _)| key.scorer().is_none());
    let line = |value: Option<f64>| value.map_or_else(|| "below minimum".to_owned(), |value| format!("{value:.2}"));
    joined(counting.map(|(concept, score)| format!("{concept} {}", line(score.value))), DOT)
}

/// Views, and favourites if there are any.
pub(super) fn views(photo: &Photo) -> Option<String> {
    let counted = |count: u64, noun: &str| format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" });
    let faves = photo.faves.filter(|faves| *faves > 0).map(|faves| counted(faves, "fave"));
    joined(std::iter::once(counted(photo.views?, "view")).chain(faves), DOT)
}

/// The author to credit.
pub(super) fn author(photo: &Photo) -> Option<String> {
    photo.attribution.clone().filter(|credit| !credit.trim().is_empty())
}

/// The licence's name.
pub(super) fn license(photo: &Photo) -> Option<String> {
    let license = photo.license_in_force()?.into_owned();
    Some(if license.name.is_empty() { license.id } else { license.name })
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(between))
}
