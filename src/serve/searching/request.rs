//! What a person asks a search for in the page. Each mistake names the member that is wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::photo::filter::DaySpan;
use crate::photo::{Bbox, LicenseSet};
use crate::serve::error::HttpError;
use crate::sources::area::{Area, NoCountry};
use crate::sources::criteria::days;
use crate::sources::{ALL, Criteria, Entry, SOURCES, Search, Unmet, find, services};

/// Searches in one request, at most.
const MAX_SEARCHES: usize = 20;
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
    /// Only in this country: a code of ISO 3166-1, or its name in any language.
    #[serde(default)]
    country: Option<String>,
    /// Only in this box: west, south, east, north in degrees.
    #[serde(default)]
    bbox: Option<String>,
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
}

impl SearchRequest {
    /// The sources and the searches.
    pub fn read(&self) -> Result<(Vec<&'static Entry>, Vec<Search>), HttpError> {
        let entries = self.entries()?;
        let criteria = self.criteria()?;
        for entry in &entries {
            criteria.check_for(entry.about).map_err(|(unmet, why)| match unmet {
                Unmet::Posted => {
                    HttpError::bad_field("posted", format!("{why}: leave it out, or choose other sources"))
                }
                _ => HttpError::bad_field(self.area_field(), format!("{why}: leave it out, or choose other sources")),
            })?;
        }
        if self.number == Some(0) {
            return Err(HttpError::bad_field("number", "At least one photo must be wanted"));
        }
        let want = self.number.unwrap_or(ALL);
        let mut searches: Vec<Search> = Vec::new();
        for term in self.words.iter().map(|words| words.trim()).filter(|words| !words.is_empty()) {
            if term.chars().count() > MAX_CHARACTERS {
                return Err(HttpError::bad_field(
                    "words",
                    "These words are too long: a search has 500 characters at most",
                ));
            }
            if searches.iter().all(|search| search.term != term) {
                let criteria = criteria.clone();
                searches.push(Search { term: term.to_owned(), criteria, want, ..Search::default() });
            }
        }
        match searches.len() {
            0 => Err(HttpError::bad_field("words", "Enter the words to search for")),
            1..=MAX_SEARCHES => Ok((entries, searches)),
            _ => Err(HttpError::bad_field("words", "These are too many searches: 20 at most")),
        }
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
            area: self.area()?,
            taken: span("taken", self.taken.as_ref())?,
            posted: span("posted", self.posted.as_ref())?,
            licenses: licenses.map_err(|why| HttpError::bad_field("license", why))?,
        })
    }

    fn area(&self) -> Result<Option<Area>, HttpError> {
        match (given(self.country.as_ref()), given(self.bbox.as_ref())) {
            (Some(_), Some(_)) => Err(HttpError::bad_field("country", "A search has a country or a box, not both")),
            (Some(country), None) => Area::country(country).map(Some).map_err(|err| {
                let meant = match &err {
                    NoCountry::Unknown { near } if !near.is_empty() => {
                        let names: Vec<&str> = near.iter().map(|(_, name)| *name).collect();
                        format!("; did you mean {}?", names.join(" or "))
                    }
                    _ => String::new(),
                };
                HttpError::bad_field("country", format!("{country}: {err}{meant}"))
            }),
            (None, Some(bbox)) => {
                let bbox = bbox.parse::<Bbox>().map_err(|err| HttpError::bad_field("bbox", err.to_string()))?;
                Ok(Some(Area::Box(bbox)))
            }
            (None, None) => Ok(None),
        }
    }

    fn area_field(&self) -> &'static str {
        if given(self.bbox.as_ref()).is_some() { "bbox" } else { "country" }
    }
}

/// A text that is not empty.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).map(str::trim).filter(|text| !text.is_empty())
}
