//! A photo in the gallery: the data of its tile, captions and credit.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, DateTime};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::HttpError;
use super::html::web_address;
use super::photo_text;
use crate::photo::{License, Photo, PhotoId, Taken, fields};
use crate::store::Store;

/// A photo in the gallery.
#[derive(Serialize, ToSchema)]
pub struct Tile {
    /// `source:own-id`.
    id: String,
    /// The title, or "Untitled" and the source's own id.
    title: String,
    /// Pixels, upright; 0 if unknown.
    width: u32,
    /// Pixels, upright; 0 if unknown.
    height: u32,
    /// ThumbHash, base64.
    #[schema(required)]
    thumbhash: Option<String>,
    /// Path of the thumbnail on this server.
    #[schema(required)]
    thumb: Option<String>,
    /// Path of the image on this server.
    #[schema(required)]
    image: Option<String>,
    /// `found`, `stored`, `rejected`, `gone`, `failed`.
    state: String,
    /// The date in ISO 8601 and EDTF, as exactly as it is known: `2019-05-04T13:22:11`, `2019-05`, `1998~`,
    /// `2006-07/2006-08`.
    #[schema(required)]
    taken: Option<String>,
    /// Precision of the date: `second`, `minute`, `hour`, `day`, `month`, `year`, `decade`, `century`, `circa`, `interval`.
    #[schema(required)]
    taken_granularity: Option<String>,
    /// The date to display, with the time if it is known: `4 May 2019, 13:22`.
    #[schema(required)]
    taken_text: Option<String>,
    /// The first day on which it may have been taken.
    #[schema(required, value_type = Option<String>, format = Date)]
    taken_from: Option<Date>,
    /// The last day on which it may have been taken.
    #[schema(required, value_type = Option<String>, format = Date)]
    taken_to: Option<Date>,
    /// ISO 3166-1 alpha-2.
    #[schema(required)]
    country: Option<String>,
    /// The country's English name.
    #[schema(required)]
    country_name: Option<String>,
    /// The city, town or village that it is in, or the nearest one.
    #[schema(required)]
    city: Option<String>,
    /// The licence that counts.
    #[schema(required)]
    license: Option<TileLicense>,
    /// The author to credit, if public.
    #[schema(required)]
    author: Option<String>,
    /// The photo's web page.
    #[schema(required)]
    landing_url: Option<String>,
    /// The source's name.
    source: String,
    /// Searches that found it.
    terms: Vec<String>,
    /// Number of views.
    #[schema(required)]
    views: Option<u64>,
    /// Number of favourites.
    #[schema(required)]
    faves: Option<u64>,
    /// Concept or `concept@scorer` -> score, 0..=1; null if below the scorer's reporting minimum.
    scores: BTreeMap<String, Option<f64>>,
    /// EXIF Make and Model in one name, as written in a filter.
    #[schema(required)]
    camera: Option<String>,
    /// Degrees.
    #[schema(required)]
    latitude: Option<f64>,
    /// Degrees.
    #[schema(required)]
    longitude: Option<f64>,
    /// Captions: name -> text. Empty captions are absent.
    captions: BTreeMap<&'static str, String>,
    /// Why it did not complete the pipeline, to display.
    #[schema(required)]
    fault: Option<String>,
}

/// A licence.
#[derive(Serialize, ToSchema)]
pub struct TileLicense {
    /// SPDX identifier, or `LicenseRef-...`.
    id: String,
    /// The name to display.
    name: String,
    /// The address of its text.
    #[schema(required)]
    url: Option<String>,
}

/// The tiles of some photos; ids that are not in the store are left out.
pub fn tiles(store: &dyn Store, ids: &[PhotoId]) -> Result<HashMap<PhotoId, Tile>, HttpError> {
    let photos = store.load(ids).map_err(HttpError::read_failed)?;
    Ok(photos.iter().map(|photo| (photo.id.clone(), Tile::of(photo))).collect())
}

impl Tile {
    /// The tile of a photo.
    pub fn of(photo: &Photo) -> Self {
        let (width, height) = photo.pixels().unwrap_or_default();
        let taken = photo.taken.as_ref().filter(|taken| !taken.unknown);
        let period = fields::period(photo);
        let place = photo.place.as_ref();
        let mut terms: Vec<String> = photo.searches.iter().map(|found| found.term.clone()).collect();
        terms.dedup();
        Self {
            id: photo.id.to_string(),
            title: photo_text::title(photo),
            width,
            height,
            thumbhash: photo.thumbnail.as_ref().map(|thumb| thumb.thumbhash.clone()).filter(|hash| !hash.is_empty()),
            thumb: thumb(photo),
            image: image(photo),
            state: photo.state().as_str().to_owned(),
            taken: taken.and_then(Taken::edtf),
            taken_granularity: taken.and_then(|taken| taken.granularity.as_ref()).map(ToString::to_string),
            taken_text: taken.and_then(Taken::long),
            taken_from: period.map(|period| period.first).filter(|at| *at != DateTime::MIN).map(DateTime::date),
            taken_to: period.map(|period| period.last).filter(|at| *at != DateTime::MAX).map(DateTime::date),
            country: place.and_then(|place| place.country.clone()),
            country_name: place.and_then(|place| place.country_name.clone()),
            city: place.and_then(|place| place.city.as_ref()).map(|city| city.name.clone()),
            license: license(photo),
            author: photo.attribution.clone().filter(|credit| !credit.trim().is_empty()),
            landing_url: photo.landing_url.as_deref().and_then(web_address),
            source: photo.id.source().to_owned(),
            terms,
            views: photo.views,
            faves: photo.faves,
            scores: photo.scores.iter().map(|(key, score)| (key.to_string(), score.value)).collect(),
            camera: fields::camera_name(photo),
            latitude: photo.location.as_ref().map(|at| at.latitude),
            longitude: photo.location.as_ref().map(|at| at.longitude),
            captions: fields::captions().iter().filter_map(|(_, c)| Some((c.name, (c.text)(photo)?))).collect(),
            fault: photo.fault.as_ref().map(|fault| format!("{}: {}", fault.stage.as_str(), fault.message)),
        }
    }
}

fn license(photo: &Photo) -> Option<TileLicense> {
    photo.license_in_force().map(|license| TileLicense::of(&license))
}

impl TileLicense {
    /// A licence to display.
    pub fn of(license: &License) -> Self {
        let name = if license.name.is_empty() { &license.id } else { &license.name };
        let url = license.url.as_deref().and_then(web_address);
        Self { id: license.id.clone(), name: name.clone(), url }
    }
}

fn thumb(photo: &Photo) -> Option<String> {
    photo.thumbnail.as_ref()?;
    Some(format!("/thumbs/{}.jpg", photo.file.as_ref()?.sha256))
}

fn image(photo: &Photo) -> Option<String> {
    let file = photo.file.as_ref()?;
    Some(format!("/images/{}.{}", file.sha256, file.format.known()?.extension()))
}
