//! GBIF: `GET /v1/occurrence/search` of <https://techdocs.gbif.org/en/openapi/v1/occurrence>.
//!
//! No key. At most 300 results a page and 100,000 of a query: larger ones are cut by the day of the picture (`slices.rs`);
//! pictures without a day are then out of reach. `scientificName` finds the taxon with its synonyms and everything below
//! it in one request; a name that GBIF does not know may find its genus, and common names find nothing. Pitfalls: the
//! pictures are at thousands of hosts; a picture may have another licence than its record; many are iNaturalist's or Flickr's.

pub mod backbone;
pub mod kept;
pub mod kept_names;
pub mod names;

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, tz};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use url::Url;

use super::lenient::Record as Json;
use super::rows::{json, missing};
use super::{
    About, Cursor, Entry, Gone, Images, Keys, Limits, Lookup, Page, PhotosFrom, Query, Record, ResponseError, SearchBy,
    SliceBy, SliceLimits, Source, Strategy, file_name, flickr, json_defect, origin, unreadable,
};
use crate::hash::sha256_hex;
use crate::net::{Request, is_json};
use crate::photo::filter::DaySpan;
use crate::photo::{
    Bbox, CitedDataset, Classification, License, Location, Media, Observation, PersonalField, Photo, PhotoId, Size,
    Taken, Taxon,
};

/// GBIF's entry in the registry.
pub const SOURCE: Entry = Entry { about: &ABOUT, open };

/// The results of a query that GBIF returns: `offset + limit` is never above it.
const RESULT_CAP: u64 = 100_000;

/// The description of GBIF.
pub const ABOUT: About = About {
    name: "gbif",
    title: "GBIF",
    terms_url: "https://www.gbif.org/terms",
    api_url: "https://api.gbif.org/v1/",
    note: "",
    keys: &[],
    // Not by licence: GBIF knows that of the record, and a picture may have a more open one.
    search_by: &[SearchBy::Taxon, SearchBy::Box, SearchBy::Country, SearchBy::Taken],
    located: true,
    photos_from: PhotosFrom::Publishers,
    limits: Limits { per_second: 1.0, per_minute: None, per_hour: None, per_day: None },
    page_cap: 300,
    strategy: Strategy::Slices(SliceLimits {
        by: SliceBy::Taken,
        result_cap: RESULT_CAP,
        // Totals are exact; the index grows while it is read.
        slice_results: 99_000,
        min_span: 1,
        min_degrees: 0.001,
        // Offsets end by themselves, also where no photo of many pages meets the criteria.
        idle_pages: u32::MAX,
    }),
    images: Images {
        gone: Gone {
            statuses: &[404, 410],
            placeholders: &["copyright-infringement", "photo_unavailable"],
            digests: &[],
        },
        ..Images::ANYWHERE
    },
};

/// Enough for 300 occurrences, some of which have hundreds of pictures.
const MAX_RESPONSE_BYTES: u64 = 64 * 1024 * 1024;

/// Parts of an occurrence that are dropped, not even sealed: its media a second time, and people who are not the author.
const DROPPED_FIELDS: [&str; 3] = ["extensions", "identifiedBy", "identifiedByIDs"];

/// Who made a picture: of the picture itself, else of the record.
const MAKERS: [&str; 2] = ["creator", "rightsHolder"];

fn open(api_url: Url, _keys: &Keys) -> Arc<dyn Source> {
    Arc::new(Gbif { api_url })
}

#[derive(Debug)]
struct Gbif {
    api_url: Url,
}

impl Source for Gbif {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.api_url
    }

    fn request(&self, query: &Query, cursor: &Cursor) -> Request {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/occurrence/search", url.path().trim_end_matches('/')));
        let page: u64 = cursor.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let per_page = query.per_page.clamp(1, ABOUT.page_cap);
        // The last page of all is cut off at the cap.
        let offset = (page.saturating_sub(1) * per_page).min(RESULT_CAP - 1);
        let limit = per_page.min(RESULT_CAP - offset);
        {
            let mut pairs = url.query_pairs_mut();
            pairs
                .append_pair("scientificName", &query.text)
                .append_pair("mediaType", "StillImage")
                .append_pair("limit", &limit.to_string())
                .append_pair("offset", &offset.to_string());
            pairs.extend_pairs(query.bbox.map(|bbox| ("geometry", polygon(bbox))));
            pairs.extend_pairs(query.country.map(|code| ("country", code)));
            if query.bbox.is_some() || query.country.is_some() {
                // Coordinates in doubt (0,0, or in another country than the record says).
                pairs.append_pair("hasGeospatialIssue", "false");
            }
            pairs.extend_pairs(query.taken.and_then(event_date).map(|span| ("eventDate", span)));
        }
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        parse(status, body)
    }

    fn choose_size(&self, photo: &mut Photo, _long_edge_px: Option<u32>) {
        if let Some(size) = photo.sizes.last() {
            // Many addresses end in the same name.
            photo.file_name = file_name(&size.url).map(|name| format!("{}_{name}", photo.id.own()));
            photo.image_url = Some(size.url.clone());
        }
    }

    fn record_url(&self, record: &Photo) -> Option<String> {
        // `KEY-...`: an occurrence may have several pictures.
        Some(occurrence_url(record.id.own().split_once('-')?.0))
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }
}

impl Lookup for Gbif {
    fn batch(&self) -> usize {
        1
    }

    /// The occurrence: the id before the hash of the picture's address.
    fn key(&self, photo: &Photo) -> Option<String> {
        let key = photo.id.own().split_once('-')?.0;
        key.bytes().all(|byte| byte.is_ascii_digit()).then(|| key.to_owned())
    }

    fn request(&self, keys: &[String]) -> Request {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/occurrence/{}", url.path().trim_end_matches('/'), keys.join("")));
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn parse(&self, keys: &[String], status: u16, body: &[u8]) -> Result<Vec<Record>, ResponseError> {
        match status {
            200 => {}
            // A page of a network in front of the service is no answer.
            404 | 410 if !body.trim_ascii_start().starts_with(b"<") => return Ok(Vec::new()),
            404 | 410 => return Err(ResponseError::blocked("GBIF", status)),
            _ => return parse(status, body).map(|_| Vec::new()),
        }
        let text = String::from_utf8_lossy(body);
        let today = tz::Offset::UTC.to_datetime(Timestamp::now()).date();
        let records = occurrence(&json::readable(&text), today)
            .map_err(|_| ResponseError::Temporary("GBIF's response is not a complete occurrence".into()))?;
        let own = |record: &Record| keys.iter().any(|key| record.photo.id.own().starts_with(&format!("{key}-")));
        if records.iter().any(|record| record.photo.fault.is_none() && !own(record)) {
            return Err(ResponseError::Query("GBIF answered about another occurrence".into()));
        }
        Ok(records)
    }
}

/// A box as WKT, counter-clockwise: clockwise would be the rest of the globe.
fn polygon(bbox: Bbox) -> String {
    let Bbox { west, south, east, north } = bbox;
    format!("POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))")
}

/// A range of days; `*` is an open end.
fn event_date(days: DaySpan) -> Option<String> {
    let end = |day: Option<Date>| day.map_or_else(|| "*".to_owned(), |day| day.to_string());
    (days != DaySpan::default()).then(|| format!("{},{}", end(days.from), end(days.to)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiResponse<'a> {
    offset: Option<u64>,
    limit: Option<u64>,
    end_of_records: Option<bool>,
    count: Option<u64>,
    #[serde(borrow)]
    results: Option<&'a RawValue>,
}

/// Parses a response of `/occurrence/search`.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ResponseError> {
    match status {
        200 => {}
        401 | 403 if !is_json(body) => return Err(ResponseError::blocked("GBIF", status)),
        400 | 401 | 403 | 404 | 414 | 422 => {
            return Err(ResponseError::Query(format!("GBIF rejected the request as invalid (HTTP {status})")));
        }
        _ => return Err(ResponseError::Temporary(format!("GBIF responded with HTTP {status}"))),
    }
    let incomplete = || ResponseError::Temporary("GBIF's response is not complete JSON".into());
    let text = String::from_utf8_lossy(body);
    let text = json::readable(&text);
    let answer: ApiResponse = serde_json::from_str(&text).map_err(|_| incomplete())?;
    let results = answer.results.ok_or_else(incomplete)?;
    let occurrences: Vec<&RawValue> = serde_json::from_str(results.get()).map_err(|_| incomplete())?;
    let today = tz::Offset::UTC.to_datetime(Timestamp::now()).date();
    let mut photos = Vec::new();
    for raw in &occurrences {
        match occurrence(raw.get(), today) {
            Ok(records) => photos.extend(records),
            Err(why) => photos.push(unreadable(ABOUT.name, raw.get(), why).into()),
        }
    }
    let reached = answer.offset.unwrap_or(0) + answer.limit.unwrap_or(occurrences.len() as u64);
    let is_last = answer.end_of_records.unwrap_or(false) || occurrences.is_empty();
    // The total is one of occurrences, by which a search is cut.
    let next = (!is_last).then(|| Cursor::of("offset", reached));
    Ok(Page { photos, next, total: answer.count, ..Page::default() })
}

/// The photos of one occurrence. The error is the reason why it is unreadable.
fn occurrence(raw: &str, today: Date) -> Result<Vec<Record>, &'static str> {
    let value = json::value(raw).map_err(|err| json_defect(&err))?;
    let Value::Object(mut map) = value else { return Err("it is not an object") };
    let key = Json(&map).count("key").or_else(|| Json(&map).count("gbifID")).ok_or("it has no key")?;
    let media = match map.remove("media") {
        Some(Value::Array(media)) => media,
        _ => Vec::new(),
    };
    DROPPED_FIELDS.iter().for_each(|name| drop(map.remove(*name)));
    let (common_fields, odd) = (common_fields(key, &map), odd(&map));
    let is_still = |value: &&Value| value.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "StillImage");
    let mut seen = HashSet::new();
    let mut records = Vec::new();
    for value in media.iter().filter(is_still) {
        match photo(key, &common_fields, &map, value, today) {
            // An address may be listed twice.
            Some(record) if !seen.insert(record.photo.id.clone()) => {}
            Some(record) => records.push(Record { odd: odd.clone(), ..record }),
            None => records.push(unreadable(ABOUT.name, &value.to_string(), "its picture has no address").into()),
        }
    }
    Ok(records)
}

/// Fields whose values cannot be kept.
fn odd(map: &Map<String, Value>) -> Vec<&'static str> {
    let record = Json(map);
    let mut odd = record.odd(&[], &["coordinateUncertaintyInMeters", "elevation"]);
    if coordinates(&record).is_some_and(|at| at != (0.0, 0.0)) && location(&record).is_none() {
        odd.push("decimalLatitude");
    }
    let says = record.filled("eventDate").is_some_and(|text| !missing::is_word(text.trim()));
    if says && taken(&record, "eventDate").is_none() {
        odd.push("eventDate");
    }
    odd
}

/// The fields that all photos of an occurrence share.
fn common_fields(key: u64, map: &Map<String, Value>) -> Photo {
    let record = Json(map);
    let taxon = taxon(&record);
    let name = taxon.as_ref().map(|taxon| taxon.vernacular_name.as_ref().unwrap_or(&taxon.scientific_name).clone());
    Photo {
        title: name.unwrap_or_default(),
        description: record.text("occurrenceRemarks").unwrap_or_default(),
        media: Media::Photo.into(),
        taken: taken(&record, "eventDate"),
        updated_at: record.filled("modified").and_then(|text| text.parse().ok()),
        location: location(&record),
        verbatim_coordinates: coordinates(&record)
            .and_then(|(latitude, longitude)| Location::verbatim(latitude, longitude)),
        taxon,
        observation: Some(Observation {
            id: observation_of_inaturalist(&record).unwrap_or_else(|| key.to_string()),
            quality_grade: None,
            captive: captive(&record),
        }),
        dataset: record.filled("datasetKey").map(|key| CitedDataset {
            key,
            title: record.filled("datasetTitle").or_else(|| record.filled("datasetName")),
            publisher: record.filled("publishingOrgKey"),
        }),
        ..Photo::default()
    }
}

/// One picture of an occurrence; `None` if it has no address.
fn photo(key: u64, common: &Photo, map: &Map<String, Value>, value: &Value, today: Date) -> Option<Record> {
    let (record, media) = (Json(map), Json(value.as_object()?));
    let address = media.filled("identifier")?.trim().to_owned();
    // What follows the host identifies a picture: publishers reorder their lists, and move to https and other hosts.
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    let name = rest.split_once('/').map_or(rest, |(_host, path)| path);
    let own = format!("{key}-{}", &sha256_hex(name.as_bytes())[..12]);
    let mut photo = Photo { id: PhotoId::new(ABOUT.name, &own), ..common.clone() };
    photo.title = media.filled("title").unwrap_or(photo.title);
    photo.description = media.filled("description").unwrap_or(photo.description);
    photo.taken = photo.taken.or_else(|| taken(&media, "created"));
    // The picture's own licence counts; both are in the record that is sealed.
    let license = media.filled("license").or_else(|| record.filled("license"));
    photo.license = license.map(|text| License { seen_on: Some(today), ..License::parse(&text, None) });
    let origin = origin::of_image(&address);
    let of_record = || record.filled("rightsHolder").or_else(|| record.filled("recordedBy"));
    let maker = MAKERS.iter().find_map(|key| media.filled(key)).or_else(of_record);
    let people =
        [maker.clone(), media.filled("rightsHolder"), record.filled("rightsHolder"), record.filled("recordedBy")];
    photo.landing_url = Some(match &origin {
        Some(id) if id.source() == flickr::ABOUT.name => flickr::landing_url(id.own()),
        _ => landing_url(key, record.filled("references"), people.iter().flatten()),
    });
    // People have no ids at GBIF.
    photo.personal.find(PersonalField::Owner, maker.clone());
    photo.personal.find(PersonalField::OwnerName, maker);
    photo.sizes = vec![Size { label: "original".to_owned(), url: address, width: 0, height: 0 }];
    let mut raw = map.clone();
    raw.insert("media".to_owned(), Value::Array(vec![value.clone()]));
    photo.personal.find(PersonalField::RawRecord, Value::Object(raw));
    Some(Record { origin, ..photo.into() })
}

/// GBIF's page of an occurrence.
fn occurrence_url(key: &str) -> String {
    format!("https://www.gbif.org/occurrence/{key}")
}

/// The publisher's page of an occurrence; GBIF's own if the record has no page, or if its address names a person.
fn landing_url<'a>(key: u64, page: Option<String>, people: impl Iterator<Item = &'a String>) -> String {
    let own = || occurrence_url(&key.to_string());
    let Some(page) = page.filter(|page| page.starts_with("https://") || page.starts_with("http://")) else {
        return own();
    };
    let lower = page.to_lowercase();
    let names = people.flat_map(|name| name.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase);
    let personal = names.filter(|name| name.chars().count() > 2).any(|name| lower.contains(&name));
    if personal || ["@", "%40", "~", "/user", "flickr.com"].iter().any(|sign| lower.contains(sign)) {
        own()
    } else {
        page
    }
}

/// iNaturalist's number of the observation, from its address.
fn observation_of_inaturalist(record: &Json) -> Option<String> {
    let page = record.filled("references").or_else(|| record.filled("occurrenceID"))?;
    let (site, number) = page.rsplit_once("/observations/")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (site.ends_with("inaturalist.org") && is_number).then(|| number.to_owned())
}

/// Whether the organism was captive or cultivated, by the terms of Darwin Core.
fn captive(record: &Json) -> Option<bool> {
    let term = |key: &str| record.filled(key).map(|text| text.trim().to_lowercase());
    if term("basisOfRecord").as_deref() == Some("living_specimen")
        || term("establishmentMeans").as_deref() == Some("managed")
    {
        return Some(true);
    }
    term("degreeOfEstablishment").map(|degree| ["captive", "cultivated"].contains(&degree.as_str()))
}

fn taken(record: &Json, key: &str) -> Option<Taken> {
    Taken::parse(&record.filled(key)?).filter(|taken| !taken.unknown)
}

fn coordinates(record: &Json) -> Option<(f64, f64)> {
    record.float("decimalLatitude").zip(record.float("decimalLongitude"))
}

fn location(record: &Json) -> Option<Location> {
    let (latitude, longitude) = coordinates(record)?;
    let mut location = Location::new(latitude, longitude)?;
    location.uncertainty_m = record.float("coordinateUncertaintyInMeters").and_then(Location::stated_uncertainty);
    location.altitude_m = record.float("elevation");
    // "Coordinate uncertainty increased to 28722m to protect threatened taxon", "Coordinates generalized".
    let says = |key: &str| record.filled(key).is_some_and(|text| text.to_lowercase().contains("coordinate"));
    location.obscured = says("informationWithheld") || says("dataGeneralizations");
    Some(location)
}

/// The taxon by its accepted name, without authors.
fn taxon(record: &Json) -> Option<Taxon> {
    const RANKS: [&str; 7] = ["species", "genus", "family", "order", "class", "phylum", "kingdom"];
    let rank = record.filled("taxonRank").map(|rank| rank.to_lowercase());
    let of_rank = RANKS.iter().find(|name| rank.as_deref() == Some(**name)).and_then(|name| record.filled(name));
    let epithets = || {
        let words = ["genericName", "specificEpithet", "infraspecificEpithet"].map(|key| record.filled(key));
        words.into_iter().collect::<Option<Vec<_>>>().map(|words| words.join(" "))
    };
    Some(Taxon {
        scientific_name: of_rank.or_else(epithets).or_else(|| record.filled("scientificName"))?,
        vernacular_name: record.filled("vernacularName"),
        rank,
        iconic_group: None,
        source_id: record.filled("taxonKey"),
        iucn_category: record.filled("iucnRedListCategory"),
        classification: Some(Classification {
            kingdom: record.filled("kingdom"),
            phylum: record.filled("phylum"),
            class: record.filled("class"),
            order: record.filled("order"),
            family: record.filled("family"),
            genus: record.filled("genus"),
        })
        .filter(|higher| *higher != Classification::default()),
    })
}

#[cfg(test)]
mod tests;
