//! The searches and sources in a manifest: what each search reached, and what there is to cite.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Serialize;

use super::tally::SourceAndSearch;
use crate::photo::Found;
use crate::pipeline::search_report::SearchReport;
use crate::sources;

/// A search: its report, and how many photos of the export it found.
#[derive(Clone, Debug, Serialize)]
pub struct SearchOfExport {
    /// What the search reached. A search without a report (a folder, an imported dataset) has source and term only.
    #[serde(flatten)]
    pub report: Report,
    /// Number of photos of the export that it found. Photos of several searches count for each of them.
    pub photos: u64,
}

/// The report of a search, as `gleaner status --json` prints it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// What the search reached.
    Known {
        /// The report.
        #[serde(flatten)]
        report: Box<SearchReport>,
        /// Results that the source reports and does not return.
        missing: u64,
    },
    /// There is no report.
    Unknown {
        /// The source's name.
        source: String,
        /// The search term.
        term: String,
        /// The box: `west,south,east,north`.
        #[serde(skip_serializing_if = "Option::is_none")]
        bbox: Option<String>,
        /// What the search asked for besides words and box.
        #[serde(skip_serializing_if = "Option::is_none")]
        criteria: Option<String>,
    },
}

/// A source: its terms, and how to name it in a citation.
#[derive(Clone, Debug, Serialize)]
pub struct SourceOfExport {
    /// Its name in photo ids.
    pub name: String,
    /// Its name to display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'static str>,
    /// Its terms of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<&'static str>,
    /// A line for a list of references: the source and the days of the searches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Number of photos of the export with its ids.
    pub photos: u64,
}

/// All searches with a report and all that found photos of the export, by source and term.
pub fn of(found: &BTreeMap<SourceAndSearch, u64>, reports: Vec<SearchReport>) -> Vec<SearchOfExport> {
    let mut left = found.clone();
    let mut searches = Vec::new();
    for report in reports {
        let photos = left.remove(&key(&report)).unwrap_or(0);
        let missing = report.missing();
        searches.push(SearchOfExport { report: Report::Known { report: Box::new(report), missing }, photos });
    }
    searches.extend(left.into_iter().map(|((source, search), photos)| {
        let Found { term, bbox, criteria, .. } = search;
        SearchOfExport { report: Report::Unknown { source, term, bbox, criteria }, photos }
    }));
    searches
}

fn key(report: &SearchReport) -> SourceAndSearch {
    let search = Found {
        term: report.term.clone(),
        bbox: report.bbox.clone(),
        criteria: report.criteria.clone(),
        ..Found::default()
    };
    (report.source.clone(), search)
}

/// The sources whose ids the photos have, and those that were searched.
pub fn sources(photos: &BTreeMap<String, u64>, reports: &[SearchReport]) -> Vec<SourceOfExport> {
    let mut counts = photos.clone();
    for report in reports {
        counts.entry(report.source.clone()).or_default();
    }
    let source = |(name, photos): (String, u64)| {
        let about = sources::about(&name);
        let days = days(reports.iter().filter(|report| report.source == name).filter_map(|report| report.asked_at));
        let citation = about.filter(|about| !about.terms_url.is_empty()).map(|about| {
            let searched = days.map(|days| format!(" Searched {days}.")).unwrap_or_default();
            format!("{}.{searched} Terms of use: {}", about.title, about.terms_url)
        });
        let (title, terms_url) = (about.map(|about| about.title), about.map(|about| about.terms_url));
        let terms_url = terms_url.filter(|url| !url.is_empty());
        SourceOfExport { name, title, terms_url, citation, photos }
    };
    counts.into_iter().map(source).collect()
}

/// The first and the last day, or the only one.
fn days(times: impl Iterator<Item = Timestamp>) -> Option<String> {
    let days: Vec<Date> = times.map(|at| Offset::UTC.to_datetime(at).date()).collect();
    let (first, last) = (days.iter().min()?, days.iter().max()?);
    Some(if first == last { first.to_string() } else { format!("{first} to {last}") })
}
