//! What a person asks a search for in the page. Each mistake names the member that is wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::place::{PlaceRequest, PolygonFile};
use crate::net::Client;
use crate::photo::filter::DaySpan;
use crate::photo::{LicenseSet, StageName};
use crate::serve::error::HttpError;
use crate::sources::access::SourceAccess;
use crate::sources::criteria::days;
use crate::sources::search::Allowance;
use crate::sources::translation::{Languages, TermNames, TranslationError, Translator};
use crate::sources::{ALL, Criteria, Entry, SOURCES, Search, Unmet, find, services};

/// Words in one request, at most.
const MAX_WORDS: usize = 20;
/// Searches in one request, at most: the words and their names in other languages.
const MAX_SEARCHES: usize = 1_000;
/// Characters of the words of one search, at most.
const MAX_CHARACTERS: usize = 500;

/// A search of one or several services. It has no keys: those are the server's.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// Names of sources.
    sources: Vec<String>,
    /// Each text is a search of its own, at each source.
    words: Vec<String>,
    /// Also search for the names of each animal or plant in these languages: tags of BCP 47, or `all`.
    #[serde(default)]
    translate: Vec<String>,
    /// Whether GBIF is asked for further names of scientific names.
    #[serde(default)]
    gbif_names: bool,
    /// Only in this country: a code of ISO 3166-1, or its name in any language.
    #[serde(default)]
    country: Option<String>,
    /// Only in this box: west, south, east, north in degrees.
    #[serde(default)]
    bbox: Option<String>,
    /// Only around this point: latitude, longitude in degrees, kilometres.
    #[serde(default)]
    near: Option<String>,
    /// Only in the polygons of this file.
    #[serde(default)]
    polygon: Option<PolygonFile>,
    /// Only photos taken within these days: `2019`, `2019-05..2020`, `2015..`.
    #[serde(default)]
    taken: Option<String>,
    /// Only photos published within these days.
    #[serde(default)]
    posted: Option<String>,
    /// Only photos under these licences: `open`, `commercial`, `modifiable`, or terms such as `cc0,by`.
    #[serde(default)]
    license: Option<String>,
    /// Photos of each search at each source, from 1; null or absent: all.
    #[serde(default)]
    number: Option<u64>,
    /// The smallest size with at least this long edge in pixels, from 1; null or absent: the largest.
    #[serde(default)]
    size: Option<u32>,
    /// Whether only records are wanted, without images.
    #[serde(default)]
    records_only: bool,
    /// Requests that may be sent to the sources, from 1; null or absent: as many as are needed. The same search continues.
    #[serde(default)]
    max_requests: Option<u64>,
}

/// A request that was understood.
pub struct ReadRequest {
    /// The services.
    pub entries: Vec<&'static Entry>,
    /// The searches.
    pub searches: Vec<Search>,
}

impl SearchRequest {
    /// The services and the searches. GBIF is asked for names if that is wanted.
    pub async fn read(&self, access: &SourceAccess, client: &Client) -> Result<ReadRequest, HttpError> {
        let entries = self.entries()?;
        let criteria = self.criteria()?;
        for entry in &entries {
            criteria.check_for(entry.about).map_err(|(unmet, why)| {
                let field = if unmet == Unmet::Posted { "posted" } else { self.place().field() };
                HttpError::bad_field(field, format!("{why}: leave it out, or choose other sources"))
            })?;
        }
        for (field, is_zero) in [
            ("number", self.number == Some(0)),
            ("size", self.size == Some(0)),
            ("max_requests", self.max_requests == Some(0)),
        ] {
            if is_zero {
                return Err(HttpError::bad_field(field, "Write a number from 1"));
            }
        }
        let (searches, ..) = self.searches((criteria, self.number.unwrap_or(ALL)), (access, client)).await?;
        Ok(ReadRequest { entries, searches })
    }

    /// The names that would be searched for besides the words, and messages about them.
    pub async fn names(
        &self,
        access: &SourceAccess,
        client: &Client,
    ) -> Result<(Vec<TermNames>, Vec<String>), HttpError> {
        let (_, names, messages) = self.searches((Criteria::default(), ALL), (access, client)).await?;
        Ok((names, messages))
    }

    async fn searches(
        &self,
        wanted: (Criteria, u64),
        with: (&SourceAccess, &Client),
    ) -> Result<(Vec<Search>, Vec<TermNames>, Vec<String>), HttpError> {
        let trimmed = self.words.iter().map(|words| words.trim()).filter(|words| !words.is_empty());
        let words: Vec<String> = trimmed.map(str::to_owned).collect();
        let wrong = |why: &'static str| Err(HttpError::bad_field("words", why));
        if words.iter().any(|words| words.chars().count() > MAX_CHARACTERS) {
            return wrong("These words are too long: a search has 500 characters at most");
        }
        match words.len() {
            0 => return wrong("Enter the words to search for"),
            1..=MAX_WORDS => {}
            _ => return wrong("These are too many searches: 20 at most"),
        }
        let asked = Languages {
            languages: self.translate.iter().filter(|language| !language.trim().is_empty()).cloned().collect(),
            files: Vec::new(),
            asks_gbif: self.gbif_names,
        };
        let (translator, messages) = Translator::read(&asked, &words, with).await.map_err(untranslated)?;
        let (searches, names) = translator.searches(&words, &wanted);
        if searches.len() > MAX_SEARCHES {
            let why = "These are too many searches with all names: 1,000 at most; choose fewer languages";
            return Err(HttpError::bad_field("translate", why));
        }
        Ok((searches, names, messages))
    }

    fn entries(&self) -> Result<Vec<&'static Entry>, HttpError> {
        if let Some(name) = self.sources.iter().find(|name| find(name).is_none()) {
            let known: Vec<&str> = SOURCES.iter().map(|entry| entry.about.name).collect();
            let message = format!("There is no source \"{name}\"; sources are {}", known.join(", "));
            return Err(HttpError::bad_field("sources", message));
        }
        let entries = services(&self.sources);
        if entries.is_empty() {
            return Err(HttpError::bad_field("sources", "Choose at least one source"));
        }
        Ok(entries)
    }

    fn criteria(&self) -> Result<Criteria, HttpError> {
        let span = |field, text: Option<&String>| -> Result<Option<DaySpan>, HttpError> {
            given(text).map(days).transpose().map_err(|why| HttpError::bad_field(field, why))
        };
        let licenses = given(self.license.as_ref()).map(str::parse::<LicenseSet>).transpose();
        Ok(Criteria {
            area: self.place().area()?,
            taken: span("taken", self.taken.as_ref())?,
            posted: span("posted", self.posted.as_ref())?,
            licenses: licenses.map_err(|why| HttpError::bad_field("license", why))?,
        })
    }

    fn place(&self) -> PlaceRequest<'_> {
        PlaceRequest {
            country: given(self.country.as_ref()),
            bbox: given(self.bbox.as_ref()),
            near: given(self.near.as_ref()),
            polygon: self.polygon.as_ref(),
        }
    }

    /// The long edge of the images in pixels; `None` for the largest.
    pub fn size(&self) -> Option<u32> {
        self.size
    }

    /// The stages that are left out.
    pub fn skipped(&self) -> Vec<StageName> {
        if self.records_only { vec![StageName::Download] } else { Vec::new() }
    }

    /// The number of requests that may be sent; `None`: any.
    pub fn allowance(&self) -> Option<Allowance> {
        self.max_requests.map(Allowance::of)
    }

    /// Takes the content of the file out and leaves its digest. Returns the content.
    pub fn take_file(&mut self) -> Option<String> {
        self.polygon.as_mut().and_then(PolygonFile::take)
    }

    /// Puts the content of the last search's file back, if this request means the same file.
    pub fn put_file(&mut self, of: &Self, content: &str) {
        if let (Some(file), Some(last)) = (&mut self.polygon, &of.polygon) {
            file.put(last, content);
        }
    }
}

fn untranslated(err: TranslationError) -> HttpError {
    match err {
        TranslationError::Other(err) => HttpError::read_failed(err),
        TranslationError::Gbif(_) | TranslationError::Reference(_) => {
            HttpError::conflict(format!("{err}; {}", err.hint()))
        }
        err => HttpError::bad_field("translate", format!("{err}; {}", err.hint())),
    }
}

/// A text that is not empty.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).map(str::trim).filter(|text| !text.is_empty())
}
