//! Brave Image Search: `GET /res/v1/images/search` of <https://api.search.brave.com/res/v1/>.
//!
//! Key: the header `X-Subscription-Token`. One page of at most 200 results; there is no second one. Pitfalls: a result is a
//! picture on any page of the web, without licence, author or date; by default the words are corrected and the results are
//! those for the United States; an invalid key is HTTP 422.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::lenient::{self, Record as Json};
use super::rows::json;
use super::{
    About, Cursor, Entry, Images, Key, Keys, Limits, Page, PhotosFrom, Query, Record, ResponseError, SearchBy, Source,
    Strategy, json_defect, origin, unreadable,
};
use crate::hash::sha256_hex;
use crate::net::{Request, Secret, is_json};
use crate::photo::{Media, PersonalField, Photo, PhotoId, Size};

/// Brave's entry in the registry.
pub const SOURCE: Entry = Entry { about: &ABOUT, open };

/// The description of Brave Image Search.
pub const ABOUT: About = About {
    name: "brave",
    title: "Brave Image Search",
    terms_url: "https://api-dashboard.search.brave.com/terms-of-service",
    api_url: "https://api.search.brave.com/res/v1/",
    note: "a search of the whole web, at most 200 results without licences. It is for those who used Bing's image search API, \
           which ended on 11 August 2025; Google's Custom Search JSON API takes no new customers and ends on 1 January 2027. \
           Keeping results needs a plan that grants storage rights",
    keys: &[KEY],
    search_by: &[SearchBy::Text],
    located: false,
    photos_from: PhotosFrom::Elsewhere,
    limits: Limits { per_second: 1.0, per_minute: None, per_hour: None, per_day: None },
    page_cap: 200,
    strategy: Strategy::Cursor { result_cap: Some(200) },
    images: Images::ANYWHERE,
};

const KEY: Key = Key {
    title: "Brave Search API key",
    variable: "BRAVE_API_KEY",
    file_names: &["BRAVE_API_KEY"],
    required: true,
    partner: None,
    url: "https://api-dashboard.search.brave.com/app/keys",
    note: "Brave asks for a subscription",
    form: "about 31 letters and digits",
    is_valid: |text| text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_graphic()),
};

/// Enough for 200 results.
const MAX_RESPONSE_BYTES: u64 = 8 * 1024 * 1024;

fn open(api_url: Url, keys: &Keys) -> Arc<dyn Source> {
    let api_key = keys.get(KEY.variable).cloned().unwrap_or_else(|| Secret::new(""));
    Arc::new(Brave { api_url, api_key })
}

#[derive(Debug)]
struct Brave {
    api_url: Url,
    api_key: Secret,
}

impl Source for Brave {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.api_url
    }

    fn request(&self, query: &Query, _cursor: &Cursor) -> Request {
        let mut url = self.api_url.clone();
        url.set_path(&format!("{}/images/search", url.path().trim_end_matches('/')));
        url.query_pairs_mut()
            .append_pair("q", &query.text)
            .append_pair("count", &query.per_page.min(ABOUT.page_cap).to_string())
            .append_pair("country", "ALL")
            .append_pair("spellcheck", "false");
        let secret_headers = vec![("x-subscription-token", self.api_key.clone())];
        Request { secret_headers, ..Request::to_one_host(url, MAX_RESPONSE_BYTES) }
    }

    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        parse(status, body)
    }
}

#[derive(Deserialize)]
struct ApiResponse<'a> {
    #[serde(borrow)]
    results: Option<&'a RawValue>,
}

/// Parses a response of `/images/search`.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ResponseError> {
    if status != 200 {
        return Err(failure(status, body));
    }
    let incomplete = || ResponseError::Temporary("Brave's response is not complete JSON".into());
    let text = String::from_utf8_lossy(body);
    let text = json::readable(&text);
    let answer: ApiResponse = serde_json::from_str(&text).map_err(|_| incomplete())?;
    let results = answer.results.ok_or_else(incomplete)?;
    let results: Vec<&RawValue> = serde_json::from_str(results.get()).map_err(|_| incomplete())?;
    let photos = results.into_iter().map(|raw| match record(raw.get()) {
        Ok(record) => record,
        Err(why) => unreadable(ABOUT.name, raw.get(), why).into(),
    });
    Ok(Page { photos: photos.collect(), ..Page::default() })
}

/// The reason of an answer without results, from its code.
fn failure(status: u16, body: &[u8]) -> ResponseError {
    if matches!(status, 401 | 403) && !is_json(body) {
        return ResponseError::blocked("Brave", status);
    }
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let field = |name: &str| answer.get("error").and_then(|error| error.get(name)).and_then(lenient::text);
    let code = field("code").unwrap_or_default();
    let said = field("detail").map(|detail| format!(": {detail}")).unwrap_or_default();
    let reason = format!("Brave refused the request (HTTP {status} {code}){said}");
    if code.contains("TOKEN") || code.contains("SUBSCRIPTION") || matches!(status, 401 | 403) {
        return ResponseError::Credentials(reason);
    }
    match status {
        // The quota of a month: waiting does not help.
        402 | 429 if status == 402 || code.contains("QUOTA") => ResponseError::Query(reason),
        400 | 404 | 410 | 422 => ResponseError::Query(reason),
        _ => ResponseError::Temporary(format!("Brave responded with HTTP {status}")),
    }
}

/// Reads a result. The error is the reason why it is unreadable.
fn record(raw: &str) -> Result<Record, &'static str> {
    let value = json::value(raw).map_err(|err| json_defect(&err))?;
    let Value::Object(map) = value else { return Err("it is not an object") };
    let record = Json(&map);
    let empty = serde_json::Map::new();
    let image = Json(map.get("properties").and_then(Value::as_object).unwrap_or(&empty));
    let address = image.filled("url").ok_or("it has no address of an image")?;
    let url = Url::parse(address.trim()).map_err(|_| "the address of its image is invalid")?;
    let edge = |side: &str| image.count(side).and_then(|px| u32::try_from(px).ok()).unwrap_or(0);
    let (width, height) = (edge("width"), edge("height"));
    let mut photo = Photo {
        id: PhotoId::new(ABOUT.name, &sha256_hex(url.as_str().as_bytes())[..32]),
        title: record.text("title").unwrap_or_default(),
        media: Media::Photo.into(),
        landing_url: record.filled("url"),
        sizes: vec![Size { label: "original".to_owned(), url: url.to_string(), width, height }],
        ..Photo::default()
    };
    let odd = image.odd(&["width", "height"], &[]);
    photo.personal.find(PersonalField::RawRecord, Value::Object(map));
    Ok(Record { photo, origin: origin::of_image(url.as_str()), odd })
}
