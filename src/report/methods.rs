//! The methods of a report in sentences, from the manifest and the numbers.

use super::{Attribution, Numbers, Report};
use crate::export::manifest::{Manifest, SearchReportOfExport};
use crate::photo::text::grouped;
use crate::pipeline::search_report::SearchReport;

/// A heading and its sentences.
pub struct Paragraph {
    /// The heading.
    pub heading: &'static str,
    /// Sentences, which form one paragraph or are items of a list.
    pub sentences: Vec<String>,
    /// Whether they are items of a list.
    pub is_list: bool,
}

/// How the data were made.
pub fn paragraphs(report: &Report) -> Vec<Paragraph> {
    let Report { manifest, numbers, attribution, .. } = report;
    let text = |heading, sentences| Paragraph { heading, sentences, is_list: false };
    let mut all = vec![text("Data", data(manifest, numbers))];
    let searches: Vec<String> = manifest.searches.iter().map(search).collect();
    if !searches.is_empty() {
        all.push(Paragraph { heading: "Searches", sentences: searches, is_list: true });
    }
    all.push(text("Units", units(numbers)));
    all.push(text("Place and time", place_and_time(manifest, numbers)));
    all.push(text("Taxa", taxa(numbers, attribution)));
    if !manifest.scores.is_empty() || !manifest.labels.is_empty() {
        all.push(text("Scores", scores(manifest)));
    }
    all.push(text("What the numbers do not say", limits(manifest, numbers)));
    all.retain(|paragraph| !paragraph.sentences.is_empty());
    all
}

fn photos(count: u64) -> String {
    if count == 1 { "1 photo".to_owned() } else { format!("{} photos", grouped(count)) }
}

fn data(manifest: &Manifest, numbers: &Numbers) -> Vec<String> {
    let dataset = &manifest.dataset;
    let version = manifest.software.version;
    let filter = &manifest.query.filter;
    let mut said = vec![format!("The photos were collected, stored and analysed with Gleaner {version}.")];
    said.push(if filter.is_empty() {
        format!("The report is about all {} of the dataset {}.", photos(manifest.photos), dataset.name)
    } else {
        let (passing, of) = (photos(manifest.photos), grouped(dataset.photos));
        format!(
            "The report is about the {passing} of {of} records of the dataset {} that pass the filter {filter}.",
            dataset.name
        )
    });
    if let Some((first, last)) = numbers.days {
        said.push(format!(
            "They were taken from {first} to {last}, as far as the day is known ({} have one).",
            photos(numbers.with_day)
        ));
    }
    if dataset.withdrawn > 0 {
        let photos = photos(dataset.withdrawn);
        said.push(format!("{photos} that their owners withdrew at the source were removed from the dataset before."));
    }
    said.push(format!("The SHA-256 digest of the dataset's records is {}.", dataset.digest));
    said
}

/// One search: what it reached.
fn search(of: &crate::export::manifest::SearchOfExport) -> String {
    let found = format!("found {} of this report", photos(of.photos));
    match &of.report {
        SearchReportOfExport::Known { report, missing } => {
            let SearchReport { source, term, claimed, received, repeated, asked_at, finished, found: kept, .. } =
                &**report;
            let day = asked_at.map_or_else(String::new, |at| format!(" on {}", at.strftime("%Y-%m-%d")));
            let criteria = asked(report.bbox.as_deref(), report.criteria.as_deref());
            let mut said = format!("{}{criteria}: asked{day}", named(source, term));
            if let Some(claimed) = claimed {
                said += &format!(", the source reports {} results", grouped(*claimed));
            }
            said += &format!(
                ", {} records were received, {} of them again; {} meet what was asked for",
                grouped(*received),
                grouped(*repeated),
                photos(*kept)
            );
            if *missing > 0 {
                said += &format!("; {} results that the source reports were not returned", grouped(*missing));
            }
            if let Some(population) = &report.population {
                said += &format!(
                    "; a second look at the results in another order puts their number at {} ({} to {} with 95 % confidence)",
                    grouped(population.estimate),
                    grouped(population.low),
                    grouped(population.high)
                );
            }
            if !finished {
                said += "; the search was not carried to its end";
            }
            format!("{said}. It {found}.")
        }
        SearchReportOfExport::Unknown { source, term, bbox, criteria } => {
            format!(
                "{}{}: {} of this report; there is no record of the search itself.",
                named(source, term),
                asked(bbox.as_deref(), criteria.as_deref()),
                photos(of.photos)
            )
        }
    }
}

fn named(source: &str, term: &str) -> String {
    let title = crate::sources::about(source).map_or(source, |about| about.title);
    if term.is_empty() { title.to_owned() } else { format!("{title}, \u{201c}{term}\u{201d}") }
}

fn asked(bbox: Option<&str>, criteria: Option<&str>) -> String {
    let bbox = bbox.map(|bbox| format!("in the box {bbox}"));
    let parts: Vec<String> = bbox.into_iter().chain(criteria.map(str::to_owned)).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

fn units(numbers: &Numbers) -> Vec<String> {
    if numbers.photographers == 0 {
        return vec!["The photographers are not known, so that no photo-user-days can be counted.".to_owned()];
    }
    let mut said = vec![
        format!(
            "The photos are by {} photographers and make {} photo-user-days: a photographer's photos of one day count once.",
            grouped(numbers.photographers),
            grouped(numbers.user_days)
        ),
        "Photographers are told apart by keyed pseudonyms; the same person at two services counts twice.".to_owned(),
    ];
    if numbers.without_owner > 0 {
        said.push(format!("The photographers of {} are not known.", photos(numbers.without_owner)));
    }
    said
}

fn place_and_time(manifest: &Manifest, numbers: &Numbers) -> Vec<String> {
    let mut said = Vec::new();
    if numbers.with_coordinates == 0 {
        said.push("No photo has coordinates.".to_owned());
    } else {
        said.push(format!(
            "Photos with coordinates: {}, of which {} have an uncertainty. Countries or territories: {}.",
            grouped(numbers.with_coordinates),
            grouped(numbers.with_uncertainty),
            grouped(numbers.countries)
        ));
    }
    let versions: Vec<&str> = manifest.place_data.iter().map(|data| data.version.as_str()).collect();
    if !versions.is_empty() {
        said.push(format!(
            "Countries, subdivisions and places were found offline from the coordinates (place data {}).",
            versions.join(", ")
        ));
    }
    said.push("Times are those of the cameras' clocks.".to_owned());
    said
}

fn taxa(numbers: &Numbers, attribution: &Attribution) -> Vec<String> {
    let mut said = Vec::new();
    if numbers.identified_by.is_empty() {
        return vec!["No photo has a taxon.".to_owned()];
    }
    for (basis, count) in &numbers.identified_by {
        let photos = photos(*count);
        said.push(match basis.as_str() {
            "source" => format!("According to the record of the source: {photos}."),
            "machine_tag" => format!("According to machine tags of the author: {photos}."),
            "words" => format!("According to names in title, tags or description, not verified: {photos}."),
            "labels" => format!("According to labels of an image recognition service, not verified: {photos}."),
            other => format!("According to {other}: {photos}."),
        });
    }
    if attribution.accepted > 0 {
        let checklists: Vec<&str> = attribution.checklists.iter().map(String::as_str).collect();
        said.push(format!(
            "Accepted names, classification and Red List categories of {} are from {}.",
            photos(attribution.accepted),
            checklists.join(", ")
        ));
    }
    if numbers.captive > 0 {
        said.push(format!(
            "{} show captive animals or pets, according to reviewers, their source, words or scores.",
            photos(numbers.captive)
        ));
    }
    said
}

fn scores(manifest: &Manifest) -> Vec<String> {
    let score = |score: &crate::export::manifest::ScoreOfExport| {
        let asked = if score.in_filter { " The filter asks for it." } else { "" };
        format!("{} have the score {} by {} ({}).{asked}", photos(score.photos), score.key, score.scorer, score.version)
    };
    let label = |label: &crate::export::manifest::Versioned| {
        format!("{} were labelled by {} ({}).", photos(label.photos), label.name, label.version)
    };
    manifest.scores.iter().map(score).chain(manifest.labels.iter().map(label)).collect()
}

fn limits(manifest: &Manifest, numbers: &Numbers) -> Vec<String> {
    let mut said = vec![
        "The numbers count what people photographed, published and described, not animals: where and when people travel, and what they \
            like to show, is in every one of them."
            .to_owned(),
    ];
    let unplaced = manifest.photos.saturating_sub(numbers.with_coordinates);
    if unplaced > 0 {
        said.push(format!("{} without coordinates are in no map.", photos(unplaced)));
    }
    let by_words = numbers.identified_by.get("words").copied().unwrap_or_default();
    if by_words > 0 {
        said.push("A name in a title does not prove what the picture shows, nor that the animal was wild.".to_owned());
    }
    said
}
