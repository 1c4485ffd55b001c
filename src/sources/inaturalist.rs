//! iNaturalist: `GET /v1/observations` of <https://api.inaturalist.org/v1/docs/>.
//!
//! No key. Limits: 60 requests per minute and 10,000 per day; images 5 GB per hour and 24 GB per day. A response has at most
//! 200 observations. Page numbers reach only the first 10,000; `id_above` has no such limit. Pitfalls: an
//! observation has several photos, each with its own licence; coordinates of threatened species are moved within a
//! cell of 0.2 degrees, and only `public_positional_accuracy` gives the distance; a licence code without a version means 4.0.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use url::Url;

use super::lenient::{self, Record as Json};
use super::rows::{json, missing};
use super::{
    About, Cursor, Entry, Gone, Images, Keys, Limits, Lookup, Page, PhotosFrom, Query, Record, ResponseError, SearchBy,
    Source, Strategy, file_name, json_defect, unreadable,
};
use crate::net::{Request, is_json};
use crate::photo::{
    License, LicenseTerms, Location, Media, Observation, PersonalField, Photo, PhotoId, Size, Taken, Taxon,
};

/// iNaturalist's entry in the registry.
pub const SOURCE: Entry = Entry { about: &ABOUT, open };

/// The description of iNaturalist.
pub const ABOUT: About = About {
    name: "inaturalist",
    title: "iNaturalist",
    terms_url: "https://www.inaturalist.org/pages/terms",
    api_url: "https://api.inaturalist.org/v1/",
    note: "",
    keys: &[],
    search_by: &[SearchBy::Taxon, SearchBy::Box, SearchBy::Taken, SearchBy::Posted, SearchBy::License],
    located: true,
    photos_from: PhotosFrom::Authors,
    limits: Limits { per_second: 1.0, per_minute: Some(60), per_hour: None, per_day: Some(10_000) },
    page_cap: 200,
    strategy: Strategy::Cursor { result_cap: None },
    images: Images {
        // Photos under a Creative Commons licence are in Amazon's open data, all others at static.inaturalist.org.
        hosts: &["inaturalist-open-data.s3.amazonaws.com", "static.inaturalist.org"],
        per_second: Some(2.0),
        at_once: Some(2),
        megabytes_per_hour: Some(5_000),
        megabytes_per_day: Some(24_000),
        gone: Gone { statuses: &[404, 410], placeholders: &["copyright-infringement"], digests: &[] },
    },
};

/// Enough for 200 observations with all their identifications and comments.
const MAX_RESPONSE_BYTES: u64 = 64 * 1024 * 1024;

/// The sizes between the square thumbnail and the original: `(name, long edge in pixels)`.
const SIZES: [(&str, u32); 3] = [("small", 240), ("medium", 500), ("large", 1024)];

/// The version of the Creative Commons licences that iNaturalist offers.
const LICENSE_VERSION: &str = "4.0";

/// When the organism was observed: to the second, or only the day.
const DATES: [&str; 2] = ["time_observed_at", "observed_on"];

/// Parts of an observation that other people wrote; they are dropped, not even sealed.
const DROPPED_FIELDS: [&str; 10] = [
    "annotations",
    "comments",
    "faves",
    "flags",
    "identifications",
    "non_owner_ids",
    "observation_photos",
    "project_observations",
    "reviewed_by",
    "votes",
];

fn open(api_url: Url, _keys: &Keys) -> Arc<dyn Source> {
    Arc::new(INaturalist { api_url })
}

#[derive(Debug)]
struct INaturalist {
    api_url: Url,
}

impl Source for INaturalist {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.api_url
    }

    fn request(&self, query: &Query, cursor: &Cursor) -> Request {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/observations", url.path().trim_end_matches('/')));
        {
            let mut pairs = url.query_pairs_mut();
            pairs
                .append_pair("taxon_name", &query.text)
                .append_pair("photos", "true")
                .append_pair("order_by", "id")
                .append_pair("order", "asc")
                .append_pair("per_page", &query.per_page.min(ABOUT.page_cap).to_string());
            if let Some(bbox) = query.bbox {
                let edges = [("swlat", bbox.south), ("swlng", bbox.west), ("nelat", bbox.north), ("nelng", bbox.east)];
                pairs.extend_pairs(edges.map(|(name, degrees)| (name, degrees.to_string())));
            }
            let days = query.taken.unwrap_or_default();
            pairs.extend_pairs(days.from.map(|day| ("d1", day.to_string())));
            pairs.extend_pairs(days.to.map(|day| ("d2", day.to_string())));
            if let Some((from, to)) = query.posted {
                let instant = |second| Timestamp::from_second(second).unwrap_or_default().to_string();
                pairs.append_pair("created_d1", &instant(from)).append_pair("created_d2", &instant(to));
            }
            if let Some(licenses) = &query.licenses {
                let codes: Vec<String> = licenses.terms().filter_map(license_code).collect();
                pairs.append_pair("photo_license", &codes.join(","));
            }
            pairs.extend_pairs(cursor.pairs());
        }
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        parse(status, body)
    }

    fn choose_size(&self, photo: &mut Photo, long_edge_px: Option<u32>) {
        let large_enough = |edge| photo.sizes.iter().find(|size| size.long_edge() >= edge);
        if let Some(size) = long_edge_px.and_then(large_enough).or(photo.sizes.last()) {
            // The address ends in `original.jpg` for every photo.
            photo.file_name = file_name(&size.url).map(|name| format!("{}_{name}", photo.id.own()));
            photo.image_url = Some(size.url.clone());
        }
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }
}

impl Lookup for INaturalist {
    fn batch(&self) -> usize {
        ABOUT.page_cap as usize
    }

    /// The observation: the API has no request for photos.
    fn key(&self, photo: &Photo) -> Option<String> {
        photo.observation.as_ref().map(|observation| observation.id.clone())
    }

    fn request(&self, keys: &[String]) -> Request {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/observations", url.path().trim_end_matches('/')));
        url.query_pairs_mut().append_pair("id", &keys.join(",")).append_pair("per_page", &ABOUT.page_cap.to_string());
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn parse(&self, keys: &[String], status: u16, body: &[u8]) -> Result<Vec<Record>, ResponseError> {
        let records = parse(status, body)?.photos;
        let observation = |record: &Record| record.photo.observation.as_ref().map(|observation| observation.id.clone());
        if records.iter().filter_map(observation).any(|id| !keys.contains(&id)) {
            return Err(ResponseError::Query("iNaturalist answered about other observations".into()));
        }
        Ok(records)
    }
}

/// The value of `photo_license`; observers cannot choose the public domain.
fn license_code(terms: LicenseTerms) -> Option<String> {
    match terms {
        LicenseTerms::Cc0 => Some("cc0".to_owned()),
        LicenseTerms::AllRightsReserved => Some("none".to_owned()),
        LicenseTerms::PublicDomain => None,
        terms => Some(format!("cc-{terms}")),
    }
}

#[derive(Deserialize)]
struct ApiResponse<'a> {
    #[serde(borrow)]
    results: Option<&'a RawValue>,
}

/// Parses a response of `/observations`.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ResponseError> {
    match status {
        200 => {}
        401 | 403 if !is_json(body) => return Err(ResponseError::blocked("iNaturalist", status)),
        401 | 403 => {
            return Err(ResponseError::Query(format!(
                "iNaturalist refused the request (HTTP {status}); it blocks clients that send too many requests"
            )));
        }
        400 | 404 | 422 => {
            return Err(ResponseError::Query(format!("iNaturalist rejected the request as invalid (HTTP {status})")));
        }
        _ => return Err(ResponseError::Temporary(format!("iNaturalist responded with HTTP {status}"))),
    }
    let incomplete = || ResponseError::Temporary("iNaturalist's response is not complete JSON".into());
    let text = String::from_utf8_lossy(body);
    let text = json::readable(&text);
    let answer: ApiResponse = serde_json::from_str(&text).map_err(|_| incomplete())?;
    let results = answer.results.ok_or_else(incomplete)?;
    let observations: Vec<&RawValue> = serde_json::from_str(results.get()).map_err(|_| incomplete())?;
    let today = jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).date();
    // `total_results` counts observations; their number of photos is unknown.
    let mut page = Page::default();
    let mut last_id = None;
    for raw in observations {
        match observation(raw.get(), today) {
            Ok((id, photos)) => {
                last_id = last_id.max(Some(id));
                page.photos.extend(photos);
            }
            Err(why) => page.photos.push(unreadable(ABOUT.name, raw.get(), why).into()),
        }
    }
    page.next = last_id.map(|id| Cursor::of("id_above", id));
    Ok(page)
}

/// The id and the photos of one observation. The error is the reason why it is unreadable.
fn observation(raw: &str, today: Date) -> Result<(u64, Vec<Record>), &'static str> {
    let value = json::value(raw).map_err(|err| json_defect(&err))?;
    let Value::Object(mut map) = value else { return Err("it is not an object") };
    let id = Json(&map).count("id").ok_or("it has no id")?;
    let photos = match map.remove("photos") {
        Some(Value::Array(photos)) => photos,
        _ => Vec::new(),
    };
    DROPPED_FIELDS.iter().for_each(|key| drop(map.remove(*key)));
    let (common_fields, odd) = (common_fields(id, &map), odd(&map));
    let records = photos.into_iter().map(|value| match photo(&common_fields, &map, &value, today) {
        Some(photo) => Record { odd: odd.clone(), ..photo.into() },
        None => unreadable(ABOUT.name, &value.to_string(), "its photo has no id").into(),
    });
    Ok((id, records.collect()))
}

/// Fields whose values cannot be kept.
fn odd(map: &Map<String, Value>) -> Vec<&'static str> {
    let record = Json(map);
    let mut odd = record.odd(&["faves_count", "comments_count"], &["positional_accuracy"]);
    let coordinates = coordinates(map);
    let is_zero = coordinates == Some((0.0, 0.0));
    if !is_zero && record.filled("location").is_some() && location(map).is_none() {
        odd.push("location");
    }
    if let Some(key) = DATES.iter().find(|key| record.filled(key).is_some_and(|text| !missing::is_word(text.trim())))
        && taken(&record).is_none()
    {
        odd.push(*key);
    }
    odd
}

/// The fields that all photos of an observation share.
fn common_fields(id: u64, map: &Map<String, Value>) -> Photo {
    let record = Json(map);
    let mut photo = Photo {
        title: record.text("species_guess").unwrap_or_default(),
        description: record.text("description").unwrap_or_default(),
        tags: map.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(lenient::text).collect(),
        media: Media::Photo.into(),
        landing_url: Some(format!("https://www.inaturalist.org/observations/{id}")),
        faves: record.count("faves_count"),
        comments: record.count("comments_count"),
        taken: taken(&record),
        posted_at: instant(&record, "created_at"),
        updated_at: instant(&record, "updated_at"),
        location: location(map),
        verbatim_coordinates: coordinates(map)
            .and_then(|(latitude, longitude)| Location::verbatim(latitude, longitude)),
        taxon: map.get("taxon").and_then(Value::as_object).and_then(taxon),
        observation: Some(Observation {
            id: id.to_string(),
            quality_grade: record.filled("quality_grade"),
            captive: map.get("captive").and_then(Value::as_bool),
        }),
        ..Photo::default()
    };
    let user = map.get("user").and_then(Value::as_object);
    let of_user = |key: &str| user.and_then(|user| Json(user).filled(key));
    photo.personal.find(PersonalField::OwnerName, of_user("name").or_else(|| of_user("login")));
    photo.personal.find(PersonalField::PathAlias, of_user("login"));
    photo.personal.find(PersonalField::Owner, of_user("id"));
    photo
}

/// One photo of an observation.
fn photo(common_fields: &Photo, observation: &Map<String, Value>, value: &Value, today: Date) -> Option<Photo> {
    let map = value.as_object()?;
    let record = Json(map);
    let own = record.count("id")?;
    let mut photo = Photo { id: PhotoId::new(ABOUT.name, &own.to_string()), ..common_fields.clone() };
    photo.sizes = sizes(map);
    let license = match record.filled("license_code") {
        Some(code) => License::parse(&code, Some(LICENSE_VERSION)),
        None => License::all_rights_reserved(),
    };
    photo.license = Some(License { seen_on: Some(today), ..license });
    // The attribution contains the observer's name, so it is only kept sealed.
    let mut raw = observation.clone();
    raw.insert("photos".to_owned(), Value::Array(vec![value.clone()]));
    photo.personal.find(PersonalField::RawRecord, Value::Object(raw));
    Some(photo)
}

/// All sizes, derived from an address such as `.../photos/7/square.jpg?1598551272`; the original comes last.
fn sizes(map: &Map<String, Value>) -> Vec<Size> {
    let Some(url) = Json(map).filled("url") else { return Vec::new() };
    let original = map.get("original_dimensions").and_then(Value::as_object);
    let edge = |side: &str| original.and_then(|sides| Json(sides).count(side)).and_then(|px| u32::try_from(px).ok());
    let (width, height) = (edge("width").unwrap_or(0), edge("height").unwrap_or(0));
    let long_edge = width.max(height);
    let address = url.split(['?', '#']).next().unwrap_or(&url);
    let Some((start, suffix)) = address.rsplit_once("/square.") else {
        return vec![Size { label: "original".to_owned(), url, width, height }];
    };
    let size = |label: &str, width, height| Size {
        label: label.to_owned(),
        url: format!("{start}/{label}.{suffix}"),
        width,
        height,
    };
    let scaled = |px: u32, edge: u32| (f64::from(px) * f64::from(edge) / f64::from(long_edge)).round() as u32;
    let smaller = SIZES.iter().filter(|(_, edge)| long_edge == 0 || *edge < long_edge).map(|(label, edge)| {
        if long_edge == 0 { size(label, *edge, 0) } else { size(label, scaled(width, *edge), scaled(height, *edge)) }
    });
    smaller.chain([size("original", width, height)]).collect()
}

/// The observer's local time with its offset, or only a day.
fn taken(record: &Json) -> Option<Taken> {
    let taken = DATES.iter().find_map(|key| Taken::parse(&record.filled(key)?).filter(|taken| !taken.unknown))?;
    Some(Taken { time_zone: record.filled("observed_time_zone").or(taken.time_zone.clone()), ..taken })
}

fn instant(record: &Json, key: &str) -> Option<Timestamp> {
    record.filled(key)?.replacen(' ', "T", 1).parse().ok()
}

/// The public coordinates. If they are obscured, their uncertainty is that of the cell in which they were moved.
fn location(map: &Map<String, Value>) -> Option<Location> {
    let record = Json(map);
    let (latitude, longitude) = coordinates(map)?;
    let mut location = Location::new(latitude, longitude)?;
    let hidden = |key: &str| record.text(key).is_some_and(|privacy| privacy == "obscured" || privacy == "private");
    location.obscured = match map.get("obscured").and_then(Value::as_bool) {
        Some(obscured) => obscured,
        None => hidden("geoprivacy") || hidden("taxon_geoprivacy"),
    };
    let metres = |key: &str| record.float(key).and_then(Location::stated_uncertainty);
    let uncertainty_m = if location.obscured {
        let cell_m = || cell_diagonal_m(latitude) as u32;
        Some(
            metres("public_positional_accuracy").unwrap_or_else(cell_m).max(metres("positional_accuracy").unwrap_or(0)),
        )
    } else {
        metres("positional_accuracy").or_else(|| metres("public_positional_accuracy"))
    };
    location.uncertainty_m = uncertainty_m;
    Some(location)
}

/// Latitude and longitude from `"50.6,4.3"`, `[50.6, 4.3]`, or GeoJSON, which has the longitude first.
fn coordinates(map: &Map<String, Value>) -> Option<(f64, f64)> {
    let number = |value: &Value| lenient::text(value)?.trim().parse::<f64>().ok();
    let pair = |values: &[Value]| Some((number(values.first()?)?, number(values.get(1)?)?));
    match map.get("location") {
        Some(Value::String(text)) => {
            let (latitude, longitude) = text.split_once(',')?;
            Some((latitude.trim().parse().ok()?, longitude.trim().parse().ok()?))
        }
        Some(Value::Array(values)) => pair(values),
        _ => {
            let (longitude, latitude) = pair(map.get("geojson")?.get("coordinates")?.as_array()?)?;
            Some((latitude, longitude))
        }
    }
}

/// The diagonal of a cell of 0.2 by 0.2 degrees in metres: the maximum error of obscured coordinates.
fn cell_diagonal_m(latitude: f64) -> f64 {
    const METRES_PER_DEGREE: f64 = 111_320.0;
    let side = 0.2 * METRES_PER_DEGREE;
    side.hypot(side * latitude.to_radians().cos()).ceil()
}

fn taxon(map: &Map<String, Value>) -> Option<Taxon> {
    let record = Json(map);
    Some(Taxon {
        scientific_name: record.filled("name")?,
        vernacular_name: record.filled("preferred_common_name").or_else(|| record.filled("english_common_name")),
        rank: record.filled("rank"),
        iconic_group: record.filled("iconic_taxon_name"),
        source_id: record.filled("id"),
        iucn_category: None,
        classification: None,
    })
}
