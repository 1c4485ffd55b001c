//! Wikimedia Commons: `action=query` with `generator=search` of <https://commons.wikimedia.org/w/api.php>.
//!
//! No key; the `User-Agent` must say who asks (`[net] contact`), and requests are sent one after the other with `maxlag`, an
//! error with HTTP 200. A search has at most 10,000 results. Pitfalls: metadata are HTML, an empty map is `[]`; an answer
//! may list files whose details come with the next one; categories and descriptions name people. A box is asked for as the
//! circle around it (`nearcoord:`). Files from Flickr and iNaturalist are recognised by the link in their credit.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, tz};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use url::Url;

use super::lenient::{self, Record as Json};
use super::rows::json;
use super::{
    About, Cursor, Entry, Gone, Images, Keys, Limits, Lookup, Page, PhotosFrom, Query, Record, ResponseError, SearchBy,
    Source, Strategy, json_defect, origin, unreadable,
};
use crate::net::{Request, is_json};
use crate::photo::area::distance_m;
use crate::photo::text::plain_text;
use crate::photo::{Bbox, License, LicenseTerms, Location, Media, PersonalField, Photo, PhotoId, Size, Taken};

/// Wikimedia Commons' entry in the registry.
pub const SOURCE: Entry = Entry { about: &ABOUT, open };

/// The description of Wikimedia Commons.
pub const ABOUT: About = About {
    name: "commons",
    title: "Wikimedia Commons",
    terms_url: "https://foundation.wikimedia.org/wiki/Policy:Terms_of_Use",
    api_url: "https://commons.wikimedia.org/w/api.php",
    note: "",
    keys: &[],
    search_by: &[SearchBy::Text, SearchBy::Box],
    located: true,
    photos_from: PhotosFrom::Contributors,
    limits: Limits { per_second: 1.0, per_minute: None, per_hour: None, per_day: None },
    // More files would be described in several answers.
    page_cap: 50,
    strategy: Strategy::Cursor { result_cap: Some(10_000) },
    images: Images {
        hosts: &["upload.wikimedia.org"],
        per_second: Some(2.0),
        at_once: Some(2),
        megabytes_per_hour: None,
        megabytes_per_day: None,
        gone: Gone { statuses: &[404, 410], placeholders: &[], digests: &[] },
    },
};

/// 50 files with long descriptions.
const MAX_RESPONSE_BYTES: u64 = 32 * 1024 * 1024;

/// The width of the thumbnail in the answer.
const THUMBNAIL_PX: u32 = 1280;

/// Widths of thumbnails that Wikimedia keeps; it limits requests for others.
const WIDTHS: [u32; 6] = [330, 500, 960, THUMBNAIL_PX, 1920, 3840];

/// The largest circle that is asked for. A larger box is searched by words alone, and checked here.
const CIRCLE_MAX_KM: f64 = 1_000.0;

/// Errors with HTTP 200 that pass, by the start of their code.
const TEMPORARY: [&str; 6] =
    ["maxlag", "ratelimited", "readonly", "internal_api_error", "cirrussearch-", "search-error"];

fn open(api_url: Url, _keys: &Keys) -> Arc<dyn Source> {
    Arc::new(Commons { api_url })
}

#[derive(Debug)]
struct Commons {
    api_url: Url,
}

impl Source for Commons {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.api_url
    }

    fn request(&self, query: &Query, cursor: &Cursor) -> Request {
        let mut url = self.descriptions();
        url.query_pairs_mut()
            .append_pair("generator", "search")
            .append_pair("gsrsearch", &search_words(query))
            .append_pair("gsrnamespace", "6")
            .append_pair("gsrlimit", &query.per_page.clamp(1, ABOUT.page_cap).to_string())
            .extend_pairs(cursor.pairs());
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    /// A generator of pages does not say how many there are; a list does.
    fn count_request(&self, query: &Query) -> Request {
        let mut url = self.query_url();
        url.query_pairs_mut()
            .append_pair("list", "search")
            .append_pair("srsearch", &search_words(query))
            .append_pair("srnamespace", "6")
            .append_pair("srlimit", "1")
            .append_pair("srinfo", "totalhits")
            .append_pair("srprop", "");
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        parse(status, body)
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }
}

impl Commons {
    /// The address of `action=query`.
    fn query_url(&self) -> Url {
        let mut url = self.api_url.clone();
        url.query_pairs_mut()
            .append_pair("action", "query")
            .append_pair("format", "json")
            .append_pair("formatversion", "2")
            .append_pair("maxlag", "5");
        url
    }

    /// The address that asks for descriptions of files.
    fn descriptions(&self) -> Url {
        let mut url = self.query_url();
        url.query_pairs_mut()
            .append_pair("prop", "imageinfo|coordinates")
            .append_pair("colimit", "max")
            .append_pair("iiprop", "url|size|mime|sha1|user|timestamp|extmetadata")
            .append_pair("iiurlwidth", &THUMBNAIL_PX.to_string());
        url
    }
}

impl Lookup for Commons {
    fn batch(&self) -> usize {
        ABOUT.page_cap as usize
    }

    fn key(&self, photo: &Photo) -> Option<String> {
        Some(photo.id.own().to_owned())
    }

    fn request(&self, keys: &[String]) -> Request {
        let mut url = self.descriptions();
        url.query_pairs_mut().append_pair("pageids", &keys.join("|"));
        Request::to_one_host(url, MAX_RESPONSE_BYTES)
    }

    /// A deleted file has `missing`. A file without a description in this answer stays as it is.
    fn parse(&self, keys: &[String], status: u16, body: &[u8]) -> Result<Vec<Record>, ResponseError> {
        let mut records = parse(status, body)?.photos;
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let pages = answer.pointer("/query/pages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let of_page = |page: &Value| page.get("pageid").and_then(lenient::text);
        let missing = |page: &&Value| page.get("missing").is_some_and(|missing| *missing != Value::Bool(false));
        let missing: Vec<String> = pages.iter().filter(missing).filter_map(of_page).collect();
        let described: Vec<String> = records.iter().map(|record| record.photo.id.own().to_owned()).collect();
        let unclear = keys.iter().filter(|key| !missing.contains(key) && !described.contains(key));
        records.extend(unclear.map(|key| Record::from(unreadable(ABOUT.name, key, "it is not described"))));
        Ok(records)
    }
}

/// The words of a search.
fn search_words(query: &Query) -> String {
    let near = query.bbox.and_then(circle).map(|circle| format!(" {circle}")).unwrap_or_default();
    format!("{} filetype:bitmap{near}", query.text)
}

/// The circle around a box in the words of the search, if it is not too large.
fn circle(bbox: Bbox) -> Option<String> {
    let centre = (f64::midpoint(bbox.south, bbox.north), f64::midpoint(bbox.west, bbox.east));
    let points = [bbox.south, centre.0, bbox.north].into_iter().flat_map(|lat| [(lat, bbox.west), (lat, bbox.east)]);
    let radius_km = points.map(|point| distance_m(centre, point)).fold(0.0, f64::max) / 1_000.0;
    // Some more for the rounding, and for Wikimedia's globe.
    let radius_km = (radius_km * 1.01).ceil().max(1.0);
    (radius_km <= CIRCLE_MAX_KM).then(|| format!("nearcoord:{radius_km}km,{:.5},{:.5}", centre.0, centre.1))
}

#[derive(Deserialize)]
struct ApiResponse<'a> {
    #[serde(rename = "continue")]
    rest: Option<BTreeMap<String, Value>>,
    error: Option<ApiError>,
    #[serde(borrow)]
    query: Option<Results<'a>>,
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow)]
    pages: Option<&'a RawValue>,
    searchinfo: Option<SearchInfo>,
}

#[derive(Deserialize)]
struct SearchInfo {
    totalhits: Option<u64>,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    info: String,
}

/// Parses a response of `action=query`.
pub fn parse(status: u16, body: &[u8]) -> Result<Page, ResponseError> {
    match status {
        200 => {}
        401 | 403 if !is_json(body) => return Err(ResponseError::blocked("Wikimedia", status)),
        400 | 401 | 403 | 404 | 414 => {
            return Err(ResponseError::Query(format!("Wikimedia rejected the request as invalid (HTTP {status})")));
        }
        _ => return Err(ResponseError::Temporary(format!("Wikimedia responded with HTTP {status}"))),
    }
    let incomplete = || ResponseError::Temporary("Wikimedia's response is not complete JSON".into());
    let text = String::from_utf8_lossy(body);
    let text = json::readable(&text);
    let answer: ApiResponse = serde_json::from_str(&text).map_err(|_| incomplete())?;
    if let Some(error) = answer.error {
        let said = format!("Wikimedia reports: {} ({})", error.info.trim(), error.code);
        let passes = TEMPORARY.iter().any(|code| error.code.starts_with(code));
        return Err(if passes { ResponseError::Temporary(said) } else { ResponseError::Query(said) });
    }
    let total = answer.query.as_ref().and_then(|query| query.searchinfo.as_ref()?.totalhits);
    let pages = answer.query.and_then(|query| query.pages).map_or(Ok(Vec::new()), list).map_err(|()| incomplete())?;
    let today = tz::Offset::UTC.to_datetime(Timestamp::now()).date();
    let mut photos = Vec::new();
    for raw in pages {
        match file(raw.get(), today) {
            Ok(record) => photos.extend(record),
            Err(why) => photos.push((u64::MAX, unreadable(ABOUT.name, raw.get(), why).into())),
        }
    }
    // The list is not in the order of the results.
    photos.sort_by_key(|(rank, _)| *rank);
    let pair = |(name, value): (String, Value)| Some((name, lenient::text(&value)?));
    let next = answer.rest.map(|rest| Cursor::from_pairs(rest.into_iter().filter_map(pair)));
    Ok(Page { photos: photos.into_iter().map(|(_, record)| record).collect(), next, total, ..Page::default() })
}

/// The pages of an answer: a list, or a map by id in the older format.
fn list(pages: &RawValue) -> Result<Vec<&RawValue>, ()> {
    let text = pages.get();
    if text.starts_with('{') {
        let map: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(drop)?;
        return Ok(map.into_values().collect());
    }
    serde_json::from_str(text).map_err(drop)
}

/// A file with its rank; `None` if it is no picture that can be decoded, or if it is described in another answer. The error
/// is the reason why it is unreadable.
fn file(raw: &str, today: Date) -> Result<Option<(u64, Record)>, &'static str> {
    let value = json::value(raw).map_err(|err| json_defect(&err))?;
    let Value::Object(map) = &value else { return Err("it is not an object") };
    let page = Json(map);
    let own = page.count("pageid").ok_or("it has no page id")?;
    let Some(info) = map.get("imageinfo").and_then(|list| list.get(0)).and_then(Value::as_object) else {
        return Ok(None);
    };
    let address = Json(info).filled("url").ok_or("it has no address")?;
    if !is_decodable(info, &address) {
        return Ok(None);
    }
    let mut photo = photo(own, &page, info);
    photo.sizes = sizes(info, address);
    photo.location = location(map, info);
    photo.license = license(info).map(|license| License { seen_on: Some(today), ..license });
    let odd = match photo.location {
        None if number(info, "GPSLatitude").is_some_and(|latitude| latitude != 0.0) => vec!["GPSLatitude"],
        _ => Vec::new(),
    };
    let origin = meta(info, "Credit").and_then(|credit| owner(&credit));
    let rank = page.count("index").unwrap_or(u64::MAX);
    photo.personal.find(PersonalField::RawRecord, value.clone());
    Ok(Some((rank, Record { origin, odd, ..photo.into() })))
}

/// Whether it is a JPEG, PNG, WebP or GIF; drawings, scans in TIFF, documents and videos are left out.
fn is_decodable(info: &Map<String, Value>, address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let suffix = path.rsplit_once('.').map(|(_, suffix)| suffix.to_ascii_lowercase()).unwrap_or_default();
    let mime = Json(info).filled("mime").unwrap_or_else(|| format!("image/{suffix}"));
    matches!(mime.as_str(), "image/jpeg" | "image/jpg" | "image/png" | "image/webp" | "image/gif")
}

/// The fields that are texts, dates and people.
fn photo(own: u64, page: &Json, info: &Map<String, Value>) -> Photo {
    let title = page.filled("title").unwrap_or_default();
    let title = title.strip_prefix("File:").unwrap_or(&title);
    let title = title.rsplit_once('.').map_or(title, |(name, _suffix)| name);
    let uploader = Json(info).filled("user");
    let author = words(info, "Artist").or_else(|| uploader.clone());
    let people: Vec<&str> = [&author, &uploader].into_iter().flatten().map(String::as_str).collect();
    let mut photo = Photo {
        id: PhotoId::new(ABOUT.name, &own.to_string()),
        title: words(info, "ObjectName").unwrap_or_else(|| title.to_owned()),
        description: words(info, "ImageDescription").unwrap_or_default(),
        tags: categories(info, &people),
        media: Media::Photo.into(),
        // The address by number has no title, which may name the author.
        landing_url: Some(format!("https://commons.wikimedia.org/?curid={own}")),
        taken: taken(info),
        posted_at: Json(info).filled("timestamp").and_then(|text| text.parse().ok()),
        ..Photo::default()
    };
    // Authors have no ids, and not every author is a user.
    photo.personal.find(PersonalField::Owner, author.clone());
    photo.personal.find(PersonalField::OwnerName, author);
    photo
}

/// A value of `extmetadata`, in HTML; of several languages the English one, or any.
fn meta(info: &Map<String, Value>, name: &str) -> Option<String> {
    let value = info.get("extmetadata")?.as_object()?.get(name)?.get("value")?;
    let text = match value {
        Value::Object(languages) => languages.get("en").or_else(|| languages.values().next()).and_then(lenient::text),
        value => lenient::text(value),
    };
    text.filter(|text| !text.trim().is_empty())
}

/// A value as a person reads it.
fn words(info: &Map<String, Value>, name: &str) -> Option<String> {
    let html = meta(info, name)?;
    let text = plain_text(&html);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    Some(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")).filter(|text| !text.is_empty())
}

fn number(info: &Map<String, Value>, name: &str) -> Option<f64> {
    meta(info, name)?.trim().parse().ok()
}

/// Categories, without those that may name a person: "Photographs by ...", and all words of an author's name.
fn categories(info: &Map<String, Value>, people: &[&str]) -> Vec<String> {
    let split = |name: &str| -> Vec<String> {
        let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2);
        words.map(str::to_lowercase).collect()
    };
    let names = people.iter().flat_map(|people| people.split([';', '\n'])).map(split);
    let names: Vec<Vec<String>> = names.filter(|words| !words.is_empty()).collect();
    let is_personal = |category: &str| {
        let lower = category.to_lowercase();
        let has_name = names.iter().any(|words| words.iter().all(|word| lower.contains(word.as_str())));
        has_name || lower.contains(" by ") || lower.contains("user:")
    };
    let all = words(info, "Categories").unwrap_or_default();
    all.split('|').map(str::trim).filter(|name| !name.is_empty() && !is_personal(name)).map(str::to_owned).collect()
}

/// The date of the picture: plain, before the hidden form of it, or in a `<time>`. Other texts are left out.
fn taken(info: &Map<String, Value>) -> Option<Taken> {
    let html = meta(info, "DateTimeOriginal")?;
    let of_tag = html.split_once("datetime=\"").and_then(|(_, rest)| rest.split('"').next());
    let (whole, before) = (plain_text(&html), html.split('<').next());
    let mut texts = [Some(&*whole), before, of_tag].into_iter().flatten();
    texts.find_map(|text| Taken::parse(text.trim()).filter(|taken| !taken.unknown))
}

/// The coordinates of the camera; those of the page where the metadata have none.
fn location(page: &Map<String, Value>, info: &Map<String, Value>) -> Option<Location> {
    let of_page = || {
        let point = page.get("coordinates")?.get(0)?.as_object()?;
        Location::new(Json(point).float("lat")?, Json(point).float("lon")?)
    };
    let of_file = || Location::new(number(info, "GPSLatitude")?, number(info, "GPSLongitude")?);
    of_file().or_else(of_page)
}

/// The licence by its address, code or name, whichever says the terms.
fn license(info: &Map<String, Value>) -> Option<License> {
    let texts = ["LicenseUrl", "License", "LicenseShortName", "UsageTerms"].map(|name| words(info, name));
    let known = texts.iter().flatten().map(|text| License::parse(text, None));
    known.into_iter().find(|license| LicenseTerms::of(license).is_some()).or_else(|| {
        let name = texts.iter().skip(2).flatten().next().or(texts[1].as_ref());
        name.map(|text| License::parse(text, None))
    })
}

/// The photo of Flickr or iNaturalist that a credit links, if it links one alone.
fn owner(credit: &str) -> Option<PhotoId> {
    let links = credit.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let whole = |link: &str| if link.starts_with("//") { format!("https:{link}") } else { link.replace("&amp;", "&") };
    let mut ids: Vec<PhotoId> = links.filter_map(|link| origin::of_page(&whole(link))).collect();
    ids.dedup();
    if ids.len() == 1 { ids.pop() } else { None }
}

/// The thumbnails that Wikimedia keeps, derived from the address of one, and the original.
fn sizes(info: &Map<String, Value>, original: String) -> Vec<Size> {
    let edge = |side: &str| Json(info).count(side).and_then(|px| u32::try_from(px).ok()).unwrap_or(0);
    let (width, height) = (edge("width"), edge("height"));
    let mut sizes = Vec::new();
    let place = format!("/{THUMBNAIL_PX}px-");
    if let Some(address) = Json(info).filled("thumburl").filter(|address| address.contains(&place)) {
        for px in WIDTHS.into_iter().filter(|px| *px < width) {
            let url = address.replace(&place, &format!("/{px}px-"));
            let scaled = (f64::from(height) * f64::from(px) / f64::from(width)).round() as u32;
            sizes.push(Size { label: format!("{px}px"), url, width: px, height: scaled });
        }
    }
    sizes.push(Size { label: "original".to_owned(), url: original, width, height });
    sizes
}
