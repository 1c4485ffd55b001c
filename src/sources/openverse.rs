//! Openverse: `GET /v1/images/` of <https://api.openverse.org/v1/>, openly licensed pictures of many services.
//!
//! Without a key: 20 requests a minute and 200 a day, at most 20 results a page. With the id and secret of a registered client (OAuth 2
//! client credentials): 100 a minute and 10,000 a day, at most 50 results a page. The terms do not allow collecting the catalogue, so a
//! search returns only its first pages (`page_count`, never more than 20), whatever `result_count` says; what is withheld is
//! reported. Pitfalls: no coordinates and no dates; the attribution and the address at the provider may name people;
//! tags with an accuracy were made by machines; the pictures are on the hosts of the providers.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use url::Url;
use url::form_urlencoded::Serializer;

use super::lenient::{self, Record as Json};
use super::rows::json;
use super::{
    About, Cursor, Entry, Gone, Images, Key, Keys, Limits, Lookup, Page, PhotosFrom, Query, Record, ResponseError,
    SearchBy, SignIn, Source, Strategy, Token, flickr, json_defect, origin, unreadable,
};
use crate::net::{FORM, Post, Request, Secret, is_json};
use crate::photo::{License, LicenseSet, LicenseTerms, Media, PersonalField, Photo, PhotoId, PictureKind, Size};

/// Openverse's entry in the registry.
pub const SOURCE: Entry = Entry { about: &ABOUT, open };

/// The description of Openverse.
pub const ABOUT: About = About {
    name: "openverse",
    title: "Openverse",
    terms_url: "https://docs.openverse.org/terms_of_service.html",
    api_url: "https://api.openverse.org/v1/",
    note: "its terms do not allow collecting the whole catalogue; a search returns its best results: 400 at most, 1,000 for a registered client",
    keys: &[CLIENT_ID, CLIENT_SECRET],
    search_by: &[SearchBy::Text, SearchBy::License],
    located: false,
    photos_from: PhotosFrom::Elsewhere,
    limits: Limits { per_second: 1.0, per_minute: Some(20), per_hour: None, per_day: Some(200) },
    page_cap: 20,
    strategy: Strategy::Cursor { result_cap: Some(PAGES * 20) },
    images: Images {
        gone: Gone {
            statuses: &[404, 410],
            placeholders: &["photo_unavailable", "copyright-infringement"],
            digests: &[],
        },
        ..Images::ANYWHERE
    },
};

const CLIENT_ID: Key = Key {
    title: "Openverse client id",
    variable: "OPENVERSE_CLIENT_ID",
    file_names: &["OPENVERSE_CLIENT_ID"],
    required: false,
    partner: Some("OPENVERSE_CLIENT_SECRET"),
    url: "https://api.openverse.org/v1/#tag/auth",
    note: "register a client and confirm the mail; then 100 requests a minute and 10,000 a day",
    form: "about 40 letters and digits",
    is_valid: is_credential,
};

const CLIENT_SECRET: Key = Key {
    title: "Openverse client secret",
    variable: "OPENVERSE_CLIENT_SECRET",
    file_names: &["OPENVERSE_CLIENT_SECRET"],
    partner: Some("OPENVERSE_CLIENT_ID"),
    form: "about 128 letters and digits",
    ..CLIENT_ID
};

fn is_credential(text: &str) -> bool {
    text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The limits of a registered client.
const CLIENT_LIMITS: Limits = Limits { per_second: 1.0, per_minute: Some(100), per_hour: None, per_day: Some(10_000) };

/// Results on a page of a registered client.
const CLIENT_PAGE_CAP: u64 = 50;

/// Enough for 50 records with all their tags.
const MAX_RESPONSE_BYTES: u64 = 16 * 1024 * 1024;

/// Enough for a token.
const MAX_TOKEN_BYTES: u64 = 64 * 1024;

/// Pages that a search may have, where the answer does not say less.
const PAGES: u64 = 20;

fn open(api_url: Url, keys: &Keys) -> Arc<dyn Source> {
    let key = |key: &Key| keys.get(key.variable).cloned();
    Arc::new(Openverse { api_url, client: key(&CLIENT_ID).zip(key(&CLIENT_SECRET)) })
}

#[derive(Debug)]
struct Openverse {
    api_url: Url,
    /// Id and secret of a registered client; without them the requests are anonymous.
    client: Option<(Secret, Secret)>,
}

impl Source for Openverse {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.api_url
    }

    fn limits(&self) -> Limits {
        if self.client.is_some() { CLIENT_LIMITS } else { ABOUT.limits }
    }

    fn sign_in(&self) -> Option<SignIn> {
        let (id, secret) = self.client.as_ref()?;
        let body = form(&[
            ("grant_type", "client_credentials"),
            ("client_id", id.expose()),
            ("client_secret", secret.expose()),
        ]);
        let url = self.endpoint("auth_tokens/token/");
        let post = Post { url, secret_headers: Vec::new(), media_type: FORM, body, max_bytes: MAX_TOKEN_BYTES };
        Some(SignIn { post, read: token })
    }

    fn request(&self, query: &Query, cursor: &Cursor) -> Request {
        let mut url = self.endpoint("images/");
        let per_page = self.page_size(query);
        {
            let mut pairs = url.query_pairs_mut();
            pairs
                .append_pair("q", &query.text)
                .append_pair("page_size", &per_page.to_string())
                .append_pair("page", cursor.get("page").unwrap_or("1"));
            let licenses = query.licenses.iter().flat_map(LicenseSet::terms).filter_map(license_code);
            let licenses = licenses.collect::<Vec<_>>().join(",");
            if !licenses.is_empty() {
                pairs.append_pair("license", &licenses);
            }
        }
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn page_size(&self, query: &Query) -> u64 {
        if self.client.is_some() { CLIENT_PAGE_CAP } else { query.per_page.clamp(1, ABOUT.page_cap) }
    }

    fn result_cap(&self) -> Option<u64> {
        let page = if self.client.is_some() { CLIENT_PAGE_CAP } else { ABOUT.page_cap };
        Some(PAGES * page)
    }

    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        self.check_token(status, body)?;
        parse(status, body)
    }

    fn record_url(&self, record: &Photo) -> Option<String> {
        Some(record_url(record.id.own()))
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
        Request::to_one_host(self.endpoint(&format!("images/{}/", keys.join(""))), MAX_RESPONSE_BYTES)
    }

    fn parse(&self, _keys: &[String], status: u16, body: &[u8]) -> Result<Vec<Record>, ResponseError> {
        self.check_token(status, body)?;
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

impl Openverse {
    /// Fails if the token is refused. Without one, 401 is about a parameter that only registered clients may use.
    fn check_token(&self, status: u16, body: &[u8]) -> Result<(), ResponseError> {
        if status == 401 && self.client.is_some() && is_json(body) {
            return Err(ResponseError::Credentials("Openverse does not accept its own token (HTTP 401)".to_owned()));
        }
        Ok(())
    }

    fn endpoint(&self, path: &str) -> Url {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url
    }
}

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

/// Reads a response with a token. Nothing of it is quoted in an error.
fn token(status: u16, body: &[u8]) -> Result<Token, ResponseError> {
    if matches!(status, 401 | 403) && !is_json(body) {
        return Err(ResponseError::blocked("Openverse", status));
    }
    match status {
        200 => {}
        400 | 401 | 403 => {
            let why = format!("Openverse does not accept the client id and secret (HTTP {status})");
            return Err(ResponseError::Credentials(why));
        }
        _ => return Err(ResponseError::Temporary(format!("Openverse gave no token (HTTP {status})"))),
    }
    let answer: TokenResponse = serde_json::from_slice(body)
        .map_err(|_| ResponseError::Temporary("Openverse's response holds no token".to_owned()))?;
    Ok(Token {
        authorization: Secret::new(&format!("Bearer {}", answer.access_token)),
        lifetime: Duration::from_secs(answer.expires_in),
    })
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    /// Seconds.
    expires_in: u64,
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
        other => (other, record_url(&own)),
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

/// The page of a record at Openverse.
fn record_url(own: &str) -> String {
    format!("https://openverse.org/image/{own}")
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
