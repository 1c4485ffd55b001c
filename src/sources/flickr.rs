//! Flickr: `flickr.photos.search` over <https://api.flickr.com/services/rest/>.
//!
//! Limit: 3,600 calls per hour and key; at most 4,000 results per query, later pages repeat earlier ones.
//! Key: `api_key`, in the query string (Flickr accepts it only there); needs Flickr Pro.
//! Terms: <https://www.flickr.com/help/terms/api>. Pitfalls: HTTP 200 for errors, types that change from
//! record to record, unknown parameters silently ignored, `url_m` is 500 px but the suffix `_m` is 240.

pub mod codes;
mod details;
mod lookup;
mod record;
mod sizes;

pub use record::landing_url;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::details::Details;
use super::lenient;
use super::lookup::Lookup;
use super::rows::json;
use super::{
    About, Cursor, Entry, Gone, Images, Key, Keys, Limits, Order, Page, PhotosFrom, Query, Record, ResponseError,
    SearchBy, SliceBy, SliceLimits, Source, Strategy, unreadable,
};
use crate::net::{Request, Secret};
use crate::photo::Photo;

/// A JSON page of 500 records with all extras is about 1.5 MB.
const MAX_RESPONSE_BYTES: u64 = 32 * 1024 * 1024;

/// The requested extras: documented ones, and others that work in recorded responses.
const EXTRAS: &str = "description,license,date_upload,date_taken,owner_name,icon_server,original_format,last_update,geo,tags,\
machine_tags,o_dims,views,count_faves,count_comments,media,path_alias,content_type,safety_level,\
url_sq,url_q,url_t,url_s,url_n,url_w,url_m,url_z,url_c,url_l,url_h,url_k,url_3k,url_4k,url_f,url_5k,url_6k,url_o";

/// Flickr's entry in the registry.
pub const SOURCE: Entry = Entry { about: &ABOUT, open };

/// The description of Flickr.
pub const ABOUT: About = About {
    name: "flickr",
    title: "Flickr",
    terms_url: "https://www.flickr.com/help/terms/api",
    api_url: "https://api.flickr.com/services/rest/",
    note: "",
    keys: &[KEY],
    search_by: &[SearchBy::Text, SearchBy::Box, SearchBy::Taken, SearchBy::Posted, SearchBy::License],
    located: true,
    photos_from: PhotosFrom::Authors,
    limits: Limits { per_second: 1.0, per_minute: None, per_hour: Some(3_600), per_day: None },
    page_cap: 500,
    strategy: Strategy::Slices(SliceLimits {
        by: SliceBy::Posted,
        result_cap: 4_000,
        slice_results: 3_200,
        // Flickr blurs ranges of upload time below about five minutes.
        min_span: 600,
        // About 100 m.
        min_degrees: 0.001,
        idle_pages: 2,
    }),
    images: Images {
        // Deleted photos are redirected to a placeholder at yimg.com. The redirect is followed to recognise it.
        hosts: &["staticflickr.com", ".staticflickr.com", "s.yimg.com"],
        per_second: None,
        at_once: None,
        megabytes_per_hour: None,
        megabytes_per_day: None,
        // The placeholders are at s.yimg.com/pw/images/en-us/photo_unavailable{,_l}.png.
        gone: Gone { statuses: &[404, 410], placeholders: &["photo_unavailable"], digests: &[] },
    },
};

const KEY: Key = Key {
    title: "Flickr API key",
    variable: "FLICKR_API_KEY",
    // The Python system's spelling comes last.
    file_names: &["FLICKR_API_KEY", "FLICKR_KEY", "FLICKER_KEY"],
    required: true,
    partner: None,
    url: "https://www.flickr.com/services/apps/create/",
    note: "Flickr asks for a Pro account",
    form: "32 digits and letters a-f (the key, not the secret)",
    is_valid: |text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
};

/// Most results on one page of a query with a box.
const BOX_PAGE_CAP: u64 = 250;

fn open(api_url: Url, keys: &Keys) -> Arc<dyn Source> {
    let api_key = keys.get(KEY.variable).cloned().unwrap_or_else(|| Secret::new(""));
    Arc::new(Flickr { api_url, api_key })
}

/// The source with its key.
#[derive(Debug)]
struct Flickr {
    api_url: Url,
    api_key: Secret,
}

impl Source for Flickr {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.api_url
    }

    fn page_size(&self, query: &Query) -> u64 {
        let most = if query.bbox.is_some() { BOX_PAGE_CAP } else { ABOUT.page_cap };
        query.per_page.clamp(1, most)
    }

    fn request(&self, query: &Query, cursor: &Cursor) -> Request {
        let mut url = self.api_url.clone();
        {
            let mut pairs = url.query_pairs_mut();
            pairs
                .append_pair("method", "flickr.photos.search")
                .append_pair("format", "json")
                .append_pair("nojsoncallback", "1")
                .append_pair("text", &query.text)
                .append_pair("media", "photos")
                .append_pair("sort", sort(query.order))
                .append_pair("extras", EXTRAS)
                .append_pair("per_page", &query.per_page.min(ABOUT.page_cap).to_string())
                .append_pair("page", cursor.get("page").unwrap_or("1"));
            if let Some(bbox) = query.bbox {
                pairs.append_pair("bbox", &bbox.to_string());
            }
            // A query with a box but without a date returns only the last twelve hours.
            let posted = query.posted.or(query.bbox.map(|_| (1, i64::from(i32::MAX))));
            if let Some((from, to)) = posted {
                pairs.append_pair("min_upload_date", &from.to_string());
                pairs.append_pair("max_upload_date", &to.to_string());
            }
            if let Some(day) = query.taken.and_then(|span| span.from) {
                pairs.append_pair("min_taken_date", &format!("{day} 00:00:00"));
            }
            if let Some(day) = query.taken.and_then(|span| span.to) {
                pairs.append_pair("max_taken_date", &format!("{day} 23:59:59"));
            }
            if let Some(licenses) = &query.licenses {
                pairs.append_pair("license", &codes::license_ids(licenses).join(","));
            }
        }
        let secret_query = vec![("api_key".to_owned(), self.api_key.clone())];
        Request { secret_query, ..Request::to_one_host(url, MAX_RESPONSE_BYTES) }
    }

    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        parse(status, body)
    }

    fn choose_size(&self, photo: &mut Photo, long_edge_px: Option<u32>) {
        sizes::choose(photo, long_edge_px);
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }

    fn details(&self) -> Option<&dyn Details> {
        Some(self)
    }
}

fn sort(order: Order) -> &'static str {
    match order {
        Order::Relevance => "relevance",
        Order::PostedAscending => "date-posted-asc",
        Order::PostedDescending => "date-posted-desc",
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    stat: Option<String>,
    code: Option<Value>,
    message: Option<Value>,
    #[serde(borrow)]
    photos: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Photos<'a> {
    page: Option<Value>,
    perpage: Option<Value>,
    total: Option<Value>,
    #[serde(borrow, default)]
    photo: Option<&'a RawValue>,
}

/// Parses a response of `flickr.photos.search`, independent of its status and content type.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ResponseError> {
    let text = String::from_utf8_lossy(body);
    let json = json::readable(strip_wrapper(&text));
    // Errors have status 200 too, so the body decides.
    let envelope: Envelope = match serde_json::from_str(&json) {
        Ok(envelope) => envelope,
        // The API answers in JSON, also where it refuses a key: anything else is from a server in front of it.
        Err(_) if matches!(status, 401 | 403) => return Err(ResponseError::blocked("Flickr", status)),
        Err(_) => return Err(not_json(status)),
    };
    if envelope.stat.as_deref() == Some("fail") {
        let code = envelope.code.as_ref().and_then(lenient::int).unwrap_or(0);
        let message = envelope.message.as_ref().and_then(lenient::text).unwrap_or_default();
        return Err(failure(code, &message));
    }
    if status >= 400 {
        return Err(not_json(status));
    }
    let photos = envelope.photos.ok_or_else(|| ResponseError::Temporary("Flickr's response has no photos".into()))?;
    let photos: Photos = serde_json::from_str(photos.get())
        .map_err(|_| ResponseError::Temporary("Flickr's response has no list of photos".into()))?;
    let number = |value: Option<Value>| value.as_ref().and_then(lenient::int).and_then(|n| u64::try_from(n).ok());
    let records = records(photos.photo)?;
    let page = number(photos.page).unwrap_or(1);
    Ok(Page {
        // Pages after the last one repeat earlier ones; only an empty page is a reliable end.
        next: (!records.is_empty()).then(|| Cursor::of("page", page + 1)),
        photos: records,
        per_page: number(photos.perpage).unwrap_or(0),
        total: number(photos.total),
        withheld: false,
    })
}

/// Parses each record separately, so that an invalid one does not affect the others.
fn records(list: Option<&RawValue>) -> Result<Vec<Record>, ResponseError> {
    let Some(list) = list else { return Ok(Vec::new()) };
    let raws: Vec<&RawValue> = serde_json::from_str(list.get())
        .map_err(|_| ResponseError::Temporary("Flickr's list of photos is not a list".into()))?;
    let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    Ok(raws
        .into_iter()
        .map(|raw| match record::read(raw.get(), today) {
            Ok(record) => record,
            Err(why) => unreadable(ABOUT.name, raw.get(), &why).into(),
        })
        .collect())
}

/// Removes a byte order mark, the `jsonFlickrApi(...)` wrapper, and text after the object.
fn strip_wrapper(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    let inner = text.strip_prefix("jsonFlickrApi(").and_then(|rest| rest.trim_end_matches(';').strip_suffix(')'));
    // During an outage, the JSON is followed by a comma.
    inner.unwrap_or(text).trim_end_matches([',', ' ', '\n', '\r', '\t'])
}

fn not_json(status: u16) -> ResponseError {
    match status {
        400 => ResponseError::Query("Flickr rejected the request as invalid (HTTP 400)".into()),
        401 | 403 => ResponseError::Credentials(format!("Flickr refused the request (HTTP {status})")),
        404 | 410 => ResponseError::Query(format!("there is no Flickr API at this address (HTTP {status})")),
        200..=299 => ResponseError::Temporary("Flickr's response is not complete JSON".into()),
        _ => ResponseError::Temporary(format!("Flickr responded with HTTP {status}")),
    }
}

/// The error table of `flickr.photos.search` (common codes and its own).
fn failure(code: i64, message: &str) -> ResponseError {
    // The outage message was seen with the codes 201 and 0; only the text is constant.
    if message.contains("not currently available") {
        return ResponseError::Temporary("Flickr reports that its API is not currently available".into());
    }
    let said = format!("Flickr reports: {} (code {code})", message.trim());
    match code {
        96..=100 => ResponseError::Credentials(said),
        20 => ResponseError::End,
        1..=5 | 11..=19 | 95 | 111..=116 => ResponseError::Query(said),
        _ if message.contains("Not a valid") => ResponseError::Query(said),
        _ => ResponseError::Temporary(said),
    }
}
