//! Sources of photos: the services in [`SOURCES`], lists of addresses, pages of the web, and folders of the user's own
//! photos.
//!
//! To add a service: write `sources/NAME.rs` with its [`About`] and a type that implements [`Source`] (`request` builds
//! the request for a page, `parse` reads the response; neither uses the network), and add one line to [`SOURCES`].
//! Settings, `--source`, keys, limits, image hosts and `gleaner sources` are derived from the entry. Put pages with
//! invented data into `tests/fixtures/sources/NAME/`; `testbed::replay` plays them.

mod about;
pub mod access;
pub mod area;
pub mod brave;
pub mod commons;
pub mod cost;
pub mod criteria;
mod cursor;
pub mod demo;
pub mod details;
pub mod estimate;
pub mod flickr;
pub mod folder;
pub mod gbif;
pub mod inaturalist;
pub(crate) mod lenient;
pub mod listing;
pub mod lookup;
pub mod openverse;
mod origin;
pub mod page;
pub mod plan;
mod population;
pub mod robots_tag;
pub mod rows;
pub mod search;
mod settings;
mod slices;
pub mod translation;
pub mod urls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::Offset;
use thiserror::Error;
use url::Url;

use crate::net::{Post, Request, Secret};
use crate::photo::filter::DaySpan;
use crate::photo::{Bbox, Fault, Found, LicenseSet, LicenseTerms, PersonalField, Photo, PhotoId, StageName};
use crate::redact;

use area::Area;

pub use about::{ANY_HOST, About, Gone, Images, Key, Limits, PhotosFrom, SearchBy, SliceBy, SliceLimits, Strategy};
pub use criteria::{Criteria, Unmet};
pub use cursor::{Cursor, Gap, PageOutcome};
pub use details::Details;
pub use lookup::Lookup;
pub use population::Population;
pub use settings::check_settings;

/// The photo services.
pub const SOURCES: &[Entry] =
    &[flickr::SOURCE, inaturalist::SOURCE, gbif::SOURCE, commons::SOURCE, openverse::SOURCE, brave::SOURCE];

/// The name of the source for folders of the user's own photos.
pub const FOLDER: &str = "folder";

/// The name of the source for lists of addresses.
pub const URLS: &str = urls::ABOUT.name;

/// The name of the source for pages of the web.
pub const PAGE: &str = page::ABOUT.name;

/// The sources on the web that are no services: they have no API and are searched for nothing.
pub const UNSEARCHED: &[&About] = &[&urls::ABOUT, &page::ABOUT];

/// One photo service.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its description.
    pub about: &'static About,
    /// Makes the source from the address of its API and the user's keys.
    pub open: fn(api_url: Url, keys: &Keys) -> Arc<dyn Source>,
}

/// The user's keys for one source, by [`Key::variable`].
pub type Keys = BTreeMap<&'static str, Secret>;

/// The service with this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    SOURCES.iter().find(|entry| entry.about.name == name)
}

/// The services with these names, each once; other names are left out.
pub fn services<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<&'static Entry> {
    let mut entries: Vec<&'static Entry> = Vec::new();
    for entry in names.into_iter().filter_map(|name| find(name)) {
        if entries.iter().all(|known| known.about.name != entry.about.name) {
            entries.push(entry);
        }
    }
    entries
}

/// The description of the source with this name, if its images come from the network.
pub fn about(name: &str) -> Option<&'static About> {
    SOURCES.iter().map(|entry| entry.about).chain(UNSEARCHED.iter().copied()).find(|about| about.name == name)
}

/// The names of all sources; those that are no services come last.
pub fn names() -> impl Iterator<Item = &'static str> {
    let services = SOURCES.iter().map(|entry| entry.about.name);
    services.chain(UNSEARCHED.iter().map(|about| about.name)).chain([FOLDER])
}

/// The order of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Best match first, or the source's default order.
    #[default]
    Relevance,
    /// Oldest upload first: new uploads are added at the end and shift no page.
    PostedAscending,
    /// Newest upload first.
    PostedDescending,
}

/// One query to a source: a search, or a part of one.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words or the name of a taxon, in any script.
    pub text: String,
    /// Restricts results to this box, which never crosses the antimeridian.
    pub bbox: Option<Bbox>,
    /// Restricts results to this country (ISO 3166-1 alpha-2), for a source that is searched by [`SearchBy::Country`].
    pub country: Option<&'static str>,
    /// Restricts results to uploads between these Unix seconds (inclusive).
    pub posted: Option<(i64, i64)>,
    /// Restricts results to photos taken within these days.
    pub taken: Option<DaySpan>,
    /// Restricts results to these licences.
    pub licenses: Option<LicenseSet>,
    /// The order.
    pub order: Order,
    /// Requested results per page.
    pub per_page: u64,
}

/// A request for a token (OAuth 2 client credentials, RFC 6749 section 4.4), and how its response is read.
#[derive(Debug)]
pub struct SignIn {
    /// The request.
    pub post: Post,
    /// Reads the response.
    pub read: fn(status: u16, body: &[u8]) -> Result<Token, ResponseError>,
}

/// A token, which is kept in memory only.
#[derive(Clone, Debug)]
pub struct Token {
    /// The value of the header `Authorization`.
    pub authorization: Secret,
    /// How long it is valid.
    pub lifetime: Duration,
}

/// One page of results.
#[derive(Debug, Default)]
pub struct Page {
    /// The records, in the source's order; an unreadable one has a fault.
    pub photos: Vec<Record>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<Cursor>,
    /// Total number of results reported by the source, often an estimate.
    pub total: Option<u64>,
    /// Results per page reported by the source, which may differ from the request; 0 if unknown.
    pub per_page: u64,
    /// Whether the source has more results, and returns none of them: `next` is then `None`.
    pub withheld: bool,
}

/// One record of a page.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The photo with the source's own id.
    pub photo: Photo,
    /// The id at the source that owns the photo, if an aggregator returns another source's photo. The photo is
    /// stored with this id, so that it is the same photo whichever source found it.
    pub origin: Option<PhotoId>,
    /// Fields of the source's record whose values cannot be kept: no number, or one out of range. The photo lacks them.
    pub odd: Vec<&'static str>,
}

impl From<Photo> for Record {
    fn from(photo: Photo) -> Self {
        Self { photo, origin: None, odd: Vec::new() }
    }
}

/// The reason why a response contains no page.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ResponseError {
    /// A temporary problem.
    #[error("{0}")]
    Temporary(String),
    /// The credentials were refused.
    #[error("{0}")]
    Credentials(String),
    /// The source does not understand or does not allow the query.
    #[error("{0}")]
    Query(String),
    /// There are no more results.
    #[error("there are no more results")]
    End,
}

impl ResponseError {
    /// The same with what the service said as it may be shown.
    pub(crate) fn printable(self) -> Self {
        match self {
            Self::Temporary(said) => Self::Temporary(redact::outside(&said)),
            Self::Credentials(said) => Self::Credentials(redact::outside(&said)),
            Self::Query(said) => Self::Query(redact::outside(&said)),
            Self::End => Self::End,
        }
    }

    /// A page of a network in front of the service (a block or a challenge of a CDN), in place of the service's own
    /// answer. It says nothing about the key, and it passes.
    pub(crate) fn blocked(service: &str, status: u16) -> Self {
        Self::Temporary(format!("the network in front of {service} blocks the request for now (HTTP {status})"))
    }
}

/// A photo service without network access: it builds requests and parses responses. [`search`] sends them.
pub trait Source: Send + Sync {
    /// Its description.
    fn about(&self) -> &'static About;

    /// The address of its API.
    fn api_url(&self) -> &Url;

    /// The limits of its API, which may depend on the user's keys.
    fn limits(&self) -> Limits {
        self.about().limits
    }

    /// How to get a token for the requests; `None` if they need none.
    fn sign_in(&self) -> Option<SignIn> {
        None
    }

    /// The request for the page of `query` at `cursor`.
    fn request(&self, query: &Query, cursor: &Cursor) -> Request;

    /// Results on each page of a query, before the last one: fewer than `per_page` where the source returns fewer.
    fn page_size(&self, query: &Query) -> u64 {
        query.per_page.clamp(1, self.about().page_cap)
    }

    /// The most results of one query that a search can receive with these keys; `None` if nothing limits them.
    fn result_cap(&self) -> Option<u64> {
        self.about().result_cap()
    }

    /// The request for a page of which only the total is used: how many results the query has.
    fn count_request(&self, query: &Query) -> Request {
        self.request(&Query { per_page: 1, ..query.clone() }, &Cursor::default())
    }

    /// Parses the response to a request. An invalid record becomes a photo with a fault; the rest of the page is used.
    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError>;

    /// The web page that this source has for a record that it returned. For an aggregator it is not the page of the source
    /// that owns the photo.
    fn record_url(&self, record: &Photo) -> Option<String> {
        record.landing_url.clone()
    }

    /// How it is asked for photos by id; `None` if it cannot be.
    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    /// What more it tells of a photo; `None` if nothing.
    fn details(&self) -> Option<&dyn Details> {
        None
    }

    /// Chooses the size to download by long edge in pixels (`None` for the largest), and sets
    /// `image_url` and `file_name`: the largest size, or the smallest one whose long edge reaches `long_edge_px` (else
    /// the largest). `sizes` must be in order, smallest first.
    fn choose_size(&self, photo: &mut Photo, long_edge_px: Option<u32>) {
        choose_size(photo, long_edge_px);
    }
}

/// See [`Source::choose_size`].
fn choose_size(photo: &mut Photo, long_edge_px: Option<u32>) {
    let large_enough = |edge| photo.sizes.iter().find(|size| size.long_edge() >= edge && size.long_edge() > 0);
    if let Some(size) = long_edge_px.and_then(large_enough).or(photo.sizes.last()) {
        photo.file_name = file_name(&size.url);
        photo.image_url = Some(size.url.clone());
    }
}

/// The last segment of an address's path: the file name at the source.
pub(crate) fn file_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    path.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The host of an address, with its port if the address has one.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A search of the user.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The search term, as typed or translated.
    pub term: String,
    /// The language of a translated term, BCP 47.
    pub language: Option<String>,
    /// What it asks for besides the words.
    pub criteria: Criteria,
    /// The number of photos wanted; [`ALL`] for all of them.
    pub want: u64,
}

/// More photos than any search has.
pub const ALL: u64 = u64::MAX;

impl Search {
    /// The entry for a photo that this search found at `rank` (from 1).
    pub fn found(&self, rank: u64) -> Found {
        let bbox = self.criteria.bbox().map(|bbox| bbox.to_string());
        let (criteria, language) = (self.criteria.text(), self.language.clone());
        Found { term: self.term.clone(), rank, bbox, criteria, language, source: None }
    }

    /// The parts of the area that a source is asked for one by one; the only part is `None` where it is not asked by box.
    fn boxes(&self, about: &About) -> Vec<Option<Bbox>> {
        let Some(area) = &self.criteria.area else { return vec![None] };
        if self.country(about).is_some() || !about.search_by.contains(&SearchBy::Box) {
            return vec![None];
        }
        area.boxes().into_iter().map(Some).collect()
    }

    /// The country that a source is asked by.
    fn country(&self, about: &About) -> Option<&'static str> {
        match self.criteria.area {
            Some(Area::Country(code)) if about.search_by.contains(&SearchBy::Country) => Some(code),
            _ => None,
        }
    }

    /// The query for a part of this search, without a box and times of upload.
    fn query(&self, about: &About, order: Order, per_page: u64) -> Query {
        Query {
            text: self.term.clone(),
            bbox: None,
            country: self.country(about),
            posted: None,
            taken: self.criteria.taken,
            licenses: self.criteria.licenses.clone(),
            order,
            per_page,
        }
    }

    /// The licences by which a slice can be split; none if the source is not asked by licence.
    fn licenses_to_split(&self, about: &About) -> Vec<LicenseTerms> {
        if !about.search_by.contains(&SearchBy::License) {
            return Vec::new();
        }
        self.criteria.licenses.as_ref().map_or_else(|| LicenseTerms::ALL.to_vec(), |set| set.terms().collect())
    }

    /// The Unix seconds between which it asks for uploads; `None` if it does not.
    fn posted(&self) -> Option<(i64, i64)> {
        let span = self.criteria.posted?;
        let start = |day: Date| Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_or(0, jiff::Timestamp::as_second);
        let from = span.from.map_or(1, start).max(1);
        let to = span.to.and_then(|day| day.tomorrow().ok()).map_or(i64::from(i32::MAX), |day| start(day) - 1);
        Some((from, to))
    }
}

/// A photo for an unreadable record, so that it is stored with its raw record sealed.
pub fn unreadable(source: &str, raw: &str, why: &str) -> Photo {
    let own = &crate::hash::sha256_hex(raw.as_bytes())[..16];
    let mut photo = Photo { id: PhotoId::new(source, &format!("unreadable-{own}")), ..Photo::default() };
    photo.personal.find(PersonalField::RawRecord, raw);
    photo.fault = Some(Fault::rejected(StageName::Search, format!("unreadable record: {why}")));
    photo
}

/// The kind of a JSON error, without its text, which may contain personal data.
pub(crate) fn json_defect(err: &serde_json::Error) -> &'static str {
    match err.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax => "its syntax is broken",
        _ => "it cannot be read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registered_source_can_be_opened_and_queried() {
        for entry in SOURCES {
            let about = entry.about;
            let keys = about.keys.iter().map(|key| (key.variable, Secret::new("k"))).collect();
            let source = (entry.open)(about.api_url.parse().unwrap(), &keys);
            assert_eq!((find(about.name).unwrap().about.name, source.about().name), (about.name, about.name));
            let search = Search { term: "猿 & co".into(), want: 1, ..Search::default() };
            let query = search.query(about, Order::Relevance, about.page_cap);
            let request = source.request(&query, &Cursor::default());
            assert!(request.url.query_pairs().any(|(_, value)| value.starts_with("猿 & co")), "{}", request.url);
            assert!(request.max_bytes > 0 && !request.hosts.is_empty(), "{}", about.name);
            assert!(!request.url.as_str().contains("=k"), "a key is in the printable address of {}", about.name);
            assert!(about.terms_url.starts_with("https://") && about.page_cap > 0 && !about.search_by.is_empty());
            assert!(about.limits.per_second > 0.0 && !about.images.hosts.is_empty(), "{}", about.name);
        }
        assert!(find("nowhere").is_none() && find(FOLDER).is_none());
    }
}
