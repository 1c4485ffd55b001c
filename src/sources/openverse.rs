//! Openverse: `GET /v1/images/` of <https://api.openverse.org/v1/>, openly licensed pictures of many services.
//!
//! No key: 20 requests a minute and 200 a day; at most 20 results a page. The terms do not allow collecting the catalogue, so a
//! search returns only its first pages (`page_count`, never more than 20), whatever `result_count` says; what is withheld is
//! reported. Pitfalls: no coordinates and no dates; the attribution and the address at the provider may name people;
//! tags with an accuracy were made by machines; the pictures are on the hosts of the providers.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use url::Url;

use super::lenient::{self, Record as Json};
use super::rows::json;
use super::{
    ANY_HOST, About, Cursor, Entry, Gone, Images, Keys, Limits, Lookup, Page, Query, Record, ResponseError, SearchBy,
    Source, Strategy, flickr, json_defect, origin, unreadable,
};
use crate::net::{Request, is_json};
use crate::photo::{License, LicenseSet, LicenseTerms, Media, PersonalField, Photo, PhotoId, PictureKind, Size};

/// Openverse's entry in the registry.
pub const SOURCE: Entry = Entry { about: &ABOUT, open };

/// The description of Openverse.
pub const ABOUT: About = About {
    name: "openverse",
    title: "Openverse",
    terms_url: "https://docs.openverse.org/terms_of_service.html",
    api_url: "https://api.openverse.org/v1/",
    note: "its terms do not allow collecting the whole catalogue; a search returns its best results, a few hundred at most",
    keys: &[],
    search_by: &[SearchBy::Text, SearchBy::License],
    located: false,
    limits: Limits { per_second: 1.0, per_minute: Some(20), per_hour: None, per_day: Some(200) },
    page_cap: 20,
    strategy: Strategy::Cursor { result_cap: Some(PAGES * 20) },
    images: Images {
        hosts: ANY_HOST,
        per_second: Some(2.0),
        at_once: Some(2),
        megabytes_per_hour: None,
        megabytes_per_day: None,
        gone: Gone {
            statuses: &[404, 410],
            placeholders: &["photo_unavailable", "copyright-infringement"],
            digests: &[],
        },
    },
};

/// Enough for 20 records with all their tags.
const MAX_RESPONSE_BYTES: u64 = 8 * 1024 * 1024;

/// Pages that a search may have, where the answer does not say less.
const PAGES: u64 = 20;

fn open(api_url: Url, _keys: &Keys) -> Arc<dyn Source> {
    Arc::new(Openverse { api_url })
}

#[derive(Debug)]
struct Openverse {
    api_url: Url,
}

impl Source for Openverse {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.api_url
    }

    fn request(&self, query: &Query, cursor: &Cursor) -> Request {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/images/", url.path().trim_end_matches('/')));
        {
            let mut pairs = url.query_pairs_mut();
            pairs
                .append_pair("q", &query.text)
                .append_pair("page_size", &query.per_page.min(ABOUT.page_cap).to_string())
                .append_pair("page", cursor.get("page").unwrap_or("1"));
            let licenses = query.licenses.iter().flat_map(LicenseSet::terms).filter_map(license_code);
            let licenses = licenses.collect::<Vec<_>>().join(",");
            if !licenses.is_empty() {
                pairs.append_pair("license", &licenses);
            }
        }
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        parse(status, body)
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }
}

impl Lookup for Openverse {
    fn batch(&self) -> usize {
        1
    }

    fn key(&self, photo: &Photo) -> Option<String> {
        Some(photo.id.own().to_owned())
    }

    fn request(&self, keys: &[String]) -> Request {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/images/{}/", url.path().trim_end_matches('/'), keys.join("")));
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn parse(&self, _keys: &[String], status: u16, body: &[u8]) -> Result<Vec<Record>, ResponseError> {
        match status {
            200 => {}
            // The API answers in JSON: anything else is from a server in front of it.
            404 | 410 if is_json(body) => return Ok(Vec::new()),
            404 | 410 => return Err(ResponseError::blocked("Openverse", status)),
            _ => return Err(failure(status, body)),
        }
        let text = String::from_utf8_lossy(body);
        let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
        match record(&json::readable(&text), today) {
            Ok(record) => Ok(vec![record]),
            Err(_) => Err(ResponseError::Temporary("Openverse's response is not complete JSON".into())),
        }
    }
}

/// The value of `license`; all works of Openverse are open.
fn license_code(terms: LicenseTerms) -> Option<&'static str> {
    match terms {
        LicenseTerms::PublicDomain => Some("pdm"),
        LicenseTerms::AllRightsReserved => None,
        terms => Some(terms.as_str()),
    }
}

#[derive(Deserialize)]
struct ApiResponse<'a> {
    result_count: Option<Value>,
    page_count: Option<Value>,
    page_size: Option<Value>,
    page: Option<Value>,
    #[serde(borrow)]
    results: Option<&'a RawValue>,
}

/// Parses a response of `/images/`.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ResponseError> {
    if status != 200 {
        return Err(failure(status, body));
    }
    let incomplete = || ResponseError::Temporary("Openverse's response is not complete JSON".into());
    let text = String::from_utf8_lossy(body);
    let text = json::readable(&text);
    let answer: ApiResponse = serde_json::from_str(&text).map_err(|_| incomplete())?;
    let results = answer.results.ok_or_else(incomplete)?;
    let results: Vec<&RawValue> = serde_json::from_str(results.get()).map_err(|_| incomplete())?;
    let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    let photos = results.into_iter().map(|raw| match record(raw.get(), today) {
        Ok(record) => record,
        Err(why) => unreadable(ABOUT.name, raw.get(), why).into(),
    });
    let number = |value: &Option<Value>| value.as_ref().and_then(lenient::int).and_then(|n| u64::try_from(n).ok());
    let (page, per_page) = (number(&answer.page).unwrap_or(1), number(&answer.page_size).unwrap_or(0));
    let last = number(&answer.page_count).unwrap_or(0).min(PAGES);
    let total = number(&answer.result_count);
    Ok(Page {
        photos: photos.collect(),
        next: (page < last).then(|| Cursor::of("page", page + 1)),
        total,
        per_page,
        withheld: page >= last && total.is_some_and(|total| total > page.saturating_mul(per_page.max(1))),
    })
}

/// The reason of an answer without a page. The text of `detail` may quote the search, nothing else.
fn failure(status: u16, body: &[u8]) -> ResponseError {
    if matches!(status, 401 | 403) && !is_json(body) {
        return ResponseError::blocked("Openverse", status);
    }
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let detail = answer.get("detail").map(|detail| lenient::text(detail).unwrap_or_else(|| detail.to_string()));
    let said = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
    match status {
        400 | 401 | 403 | 404 | 410 | 422 => {
            ResponseError::Query(format!("Openverse rejected the request (HTTP {status}){said}"))
        }
        _ => ResponseError::Temporary(format!("Openverse responded with HTTP {status}")),
    }
}

/// Reads a record. The error is the reason why it is unreadable.
fn record(raw: &str, today: Date) -> Result<Record, &'static str> {
    let value = json::value(raw).map_err(|err| json_defect(&err))?;
    let Value::Object(map) = value else { return Err("it is not an object") };
    let record = Json(&map);
    let own = record.filled("id").filter(|id| !id.contains(char::is_whitespace)).ok_or("it has no id")?;
    let origin = record.filled("foreign_landing_url").and_then(|page| origin::of_page(&page));
    let (origin, landing_url) = match origin {
        Some(id) if id.source() == flickr::ABOUT.name => (Some(id.clone()), flickr::landing_url(id.own())),
        // The page at the provider may have its owner's name in its address.
        other => (other, format!("https://openverse.org/image/{own}")),
    };
    let mut photo = Photo {
        id: PhotoId::new(ABOUT.name, &own),
        title: record.text("title").unwrap_or_default(),
        tags: tags(&map),
        media: Media::Photo.into(),
        kind: kind(&record).map(Into::into),
        landing_url: Some(landing_url),
        license: license(&record, today),
        sizes: size(&record).into_iter().collect(),
        ..Photo::default()
    };
    photo.personal.find(PersonalField::OwnerName, record.filled("creator"));
    let odd = record.odd(&["width", "height"], &[]);
    photo.personal.find(PersonalField::RawRecord, Value::Object(map));
    Ok(Record { photo, origin, odd })
}

/// The tags that people gave.
fn tags(map: &Map<String, Value>) -> Vec<String> {
    let tags = map.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    tags.map(Json).filter(|tag| tag.filled("accuracy").is_none()).filter_map(|tag| tag.filled("name")).collect()
}

fn kind(record: &Json) -> Option<PictureKind> {
    match record.filled("category")?.as_str() {
        "photograph" => Some(PictureKind::Photo),
        "illustration" => Some(PictureKind::Illustration),
        _ => None,
    }
}

fn license(record: &Json, today: Date) -> Option<License> {
    let license = License::parse(&record.filled("license")?, record.filled("license_version").as_deref());
    let url = license.url.clone().or_else(|| record.filled("license_url"));
    Some(License { url, seen_on: Some(today), ..license })
}

fn size(record: &Json) -> Option<Size> {
    let edge = |side: &str| record.count(side).and_then(|px| u32::try_from(px).ok()).unwrap_or(0);
    let (width, height) = (edge("width"), edge("height"));
    Some(Size { label: "original".to_owned(), url: record.filled("url")?, width, height })
}
