//! Where photos come from. Every photo service is one entry of [`SOURCES`]; a folder of the user's own is read whole.
//!
//! To add a service: write `sources/NAME.rs` with its [`About`] and a type that implements [`Source`] (`request` builds
//! the request for one page, `parse` reads the answer; neither uses the network), and add one line to [`SOURCES`].
//! Settings, `--source`, keys, limits, image hosts and `gleaner sources` follow from the entry. Put recorded pages with
//! invented data into `tests/fixtures/sources/NAME/`; `testbed::replay` plays them.

mod about;
mod cursor;
pub mod demo;
pub mod flickr;
pub mod folder;
pub mod inaturalist;
pub(crate) mod lenient;
pub mod plan;
pub mod rows;
pub mod search;
mod settings;
mod slices;
pub mod suggest;

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;
use url::Url;

use crate::net::{Request, Secret};
use crate::photo::{Bbox, Fault, Found, PersonalField, Photo, PhotoId, StageName};

pub use about::{About, Gone, Images, Key, Limits, SearchBy, SliceLimits, Strategy};
pub use cursor::{Cursor, PageOutcome};
pub use settings::check_settings;

/// The photo services.
pub const SOURCES: &[Entry] = &[flickr::SOURCE, inaturalist::SOURCE];

/// The name of the source that is a folder of the user's own photos.
pub const FOLDER: &str = "folder";

/// One photo service.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What to know about it.
    pub about: &'static About,
    /// Makes the source from the address of its API and the user's keys.
    pub open: fn(api_url: Url, keys: &Keys) -> Arc<dyn Source>,
}

/// The user's keys to one source, by the variable that [`Key`] names.
pub type Keys = BTreeMap<&'static str, Secret>;

/// The service of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    SOURCES.iter().find(|entry| entry.about.name == name)
}

/// The names of all sources, the folder's last.
pub fn names() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|entry| entry.about.name).chain([FOLDER])
}

/// In which order results come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The best match first, or the source's own order.
    Relevance,
    /// The oldest upload first: new uploads come at the end and shift no page.
    PostedAscending,
    /// The newest upload first.
    PostedDescending,
}

/// One query to a source: a search, or a part of one.
#[derive(Clone, Debug)]
pub struct Query {
    /// Words, or the name of a taxon, in any script.
    pub text: String,
    /// Only within this box; never crosses the antimeridian.
    pub bbox: Option<Bbox>,
    /// Only uploads within these Unix seconds, both ends inclusive.
    pub posted: Option<(i64, i64)>,
    /// In which order.
    pub order: Order,
    /// Results wanted on a page.
    pub per_page: u64,
}

/// One page of results.
#[derive(Debug, Default)]
pub struct Page {
    /// The records, in the source's order; one that could not be read carries a fault.
    pub photos: Vec<Record>,
    /// The next page; `None` on the last.
    pub next: Option<Cursor>,
    /// How many results the source claims in all; often an estimate.
    pub total: Option<u64>,
    /// Results a page as the source counts them, not always what was asked for; 0 where it does not say.
    pub per_page: u64,
}

/// One record of a page.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The photo, with the source's own id.
    pub photo: Photo,
    /// The id at the source that owns the photo, where an aggregator passes on another source's photo. The photo is
    /// stored under this id, so that it is one photo whichever source found it.
    pub origin: Option<PhotoId>,
    /// Fields of the source's record whose values cannot be kept: no number, or one out of range. The photo lacks them.
    pub odd: Vec<&'static str>,
}

impl From<Photo> for Record {
    fn from(photo: Photo) -> Self {
        Self { photo, origin: None, odd: Vec::new() }
    }
}

/// Why an answer holds no page.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ResponseError {
    /// Try again later.
    #[error("{0}")]
    Temporary(String),
    /// The credentials are refused.
    #[error("{0}")]
    Credentials(String),
    /// The source does not understand or does not allow the query.
    #[error("{0}")]
    Query(String),
    /// There are no results past this point.
    #[error("no results past this point")]
    End,
}

impl ResponseError {
    /// A page of a network in front of the service (a block or a challenge of a CDN), in place of the service's own
    /// answer. It says nothing about the key, and it passes.
    pub(crate) fn blocked(service: &str, status: u16) -> Self {
        Self::Temporary(format!("the network in front of {service} blocks the request for now (HTTP {status})"))
    }
}

/// A photo service, without network: it builds requests and reads answers. [`search`] sends them.
pub trait Source: Send + Sync {
    /// What to know about it.
    fn about(&self) -> &'static About;

    /// The address of its API.
    fn api_url(&self) -> &Url;

    /// The request for the page of `query` at `cursor`.
    fn request(&self, query: &Query, cursor: &Cursor) -> Request;

    /// Reads the answer to a request. A bad record becomes a photo with a fault and never costs the page.
    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, ResponseError>;

    /// Picks the address to download from the sizes of a photo, by long edge in pixels (`None`: the largest), and sets
    /// `image_url` and `file_name`: the largest size, or the smallest one whose long edge reaches `long_edge_px` (else
    /// the largest). `sizes` must be in order, smallest first.
    fn choose_size(&self, photo: &mut Photo, long_edge_px: Option<u32>) {
        let large_enough = |edge| photo.sizes.iter().find(|size| size.long_edge() >= edge && size.long_edge() > 0);
        if let Some(size) = long_edge_px.and_then(large_enough).or(photo.sizes.last()) {
            photo.file_name = file_name(&size.url);
            photo.image_url = Some(size.url.clone());
        }
    }
}

/// The last part of an address's path: the file's name as the source calls it.
pub(crate) fn file_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    path.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The host of an address, with its port where the address names one.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What a user searches for.
#[derive(Clone, Debug)]
pub struct Search {
    /// The words, as typed.
    pub term: String,
    /// Only within this box; may cross the antimeridian.
    pub bbox: Option<Bbox>,
    /// How many photos.
    pub want: u64,
}

impl Search {
    /// How a photo remembers that this search found it at `rank` (from 1).
    pub fn found(&self, rank: u64) -> Found {
        Found { term: self.term.clone(), rank, bbox: self.bbox.map(|bbox| bbox.to_string()) }
    }
}

/// A record that could not be read, as a photo: it still reaches the store, raw record sealed.
pub fn unreadable(source: &str, raw: &str, why: &str) -> Photo {
    let own = &crate::hash::sha256_hex(raw.as_bytes())[..16];
    let mut photo = Photo { id: PhotoId::new(source, &format!("unreadable-{own}")), ..Photo::default() };
    photo.personal.find(PersonalField::RawRecord, raw);
    photo.fault = Some(Fault::rejected(StageName::Search, format!("unreadable record: {why}")));
    photo
}

/// What is wrong with JSON, without a word of it: its text may name people.
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
    fn every_entry_can_be_found_opened_and_asked() {
        for entry in SOURCES {
            let about = entry.about;
            let keys = about.keys.iter().map(|key| (key.variable, Secret::new("k"))).collect();
            let source = (entry.open)(about.api_url.parse().unwrap(), &keys);
            assert_eq!((find(about.name).unwrap().about.name, source.about().name), (about.name, about.name));
            let query = Query {
                text: "猿 & co".into(),
                bbox: None,
                posted: None,
                order: Order::Relevance,
                per_page: about.page_cap,
            };
            let request = source.request(&query, &Cursor::default());
            assert!(request.url.query_pairs().any(|(_, value)| value == "猿 & co"), "{}", request.url);
            assert!(request.max_bytes > 0 && !request.hosts.is_empty(), "{}", about.name);
            assert!(!request.url.as_str().contains("=k"), "a key is in the printable address of {}", about.name);
            assert!(about.terms_url.starts_with("https://") && about.page_cap > 0 && !about.search_by.is_empty());
            assert!(about.limits.per_second > 0.0 && !about.images.hosts.is_empty(), "{}", about.name);
        }
        assert!(find("nowhere").is_none() && find(FOLDER).is_none());
    }
}
