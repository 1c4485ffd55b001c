//! Where photos come from: one source is one file, and no source meets the network itself.
//!
//! A source says what to ask and reads what came back; [`search`] does the asking.

pub mod demo;
pub mod flickr;
pub mod folder;
pub(crate) mod lenient;
pub mod plan;
pub mod search;

use thiserror::Error;

use crate::net::Request;
use crate::photo::{Bbox, Fault, Found, Photo};

/// What to know about a source before using it.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name in ids, flags and settings.
    pub name: &'static str,
    /// Its terms of use.
    pub terms_url: &'static str,
    /// Requests a second it asks for.
    pub requests_per_second: f64,
    /// Requests an hour it asks for.
    pub requests_per_hour: u32,
    /// The most results it gives for one query; later pages repeat earlier ones.
    pub result_cap: u64,
    /// The most results a page holds.
    pub page_cap: u64,
    /// Hosts of its images; a leading `.` admits subdomains.
    pub image_hosts: &'static [&'static str],
}

/// In which order results come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The best match first.
    Relevance,
    /// The oldest upload first: new uploads come at the end and shift no page.
    PostedAscending,
    /// The newest upload first.
    PostedDescending,
}

/// One query to a source, a slice of a search.
#[derive(Clone, Debug)]
pub struct Query {
    /// Words, in any script.
    pub text: String,
    /// Only within this box; never crosses the antimeridian.
    pub bbox: Option<Bbox>,
    /// Only uploads within these Unix seconds, both ends inclusive.
    pub posted: Option<(i64, i64)>,
    /// In which order.
    pub order: Order,
    /// Results wanted a page.
    pub per_page: u64,
}

/// One page of answers.
#[derive(Debug, Default)]
pub struct Page {
    /// The records, in the source's order; one that could not be read carries a fault.
    pub photos: Vec<Photo>,
    /// Results a page as the source counts them; not always what was asked for.
    pub per_page: u64,
    /// How many results the source claims; an estimate.
    pub total: u64,
}

/// Why an answer holds no page.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AnswerError {
    /// Try again later.
    #[error("{0}")]
    Temporary(String),
    /// The credentials are refused.
    #[error("{0}")]
    Credentials(String),
    /// The query makes no sense to the source.
    #[error("{0}")]
    Query(String),
    /// There are no results past this point.
    #[error("no results past this point")]
    End,
}

/// Sans-I/O: says what to ask and reads what came back.
pub trait Source: Send + Sync {
    /// What to know about it.
    fn about(&self) -> About;

    /// The host it asks, with its port where the address names one.
    fn host(&self) -> String;

    /// The request for one page, from 1.
    fn request(&self, query: &Query, page: u64) -> Request;

    /// Reads an answer. A bad record becomes a photo with a fault and never costs the page.
    fn parse(&self, status: u16, body: &[u8]) -> Result<Page, AnswerError>;

    /// Picks the address to download from the sizes of a photo, by long edge in pixels
    /// (`None`: the largest), and sets `image_url` and `file_name`.
    fn choose_size(&self, photo: &mut Photo, long_edge_px: Option<u32>);
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
    let mut photo = Photo { id: crate::photo::PhotoId::new(source, &format!("unreadable-{own}")), ..Photo::default() };
    photo.personal.find(crate::photo::PersonalField::RawRecord, raw);
    photo.fault = Some(Fault::rejected(crate::photo::StageName::Search, format!("unreadable record: {why}")));
    photo
}
