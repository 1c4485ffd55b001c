//! `datapackage.json`: the description of a package of Camtrap DP 1.0.2.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::tables::TABLES;
use crate::config::{Citation, Creator};
use crate::export::citation::{list, object, slug};
use crate::photo::area::extremes;
use crate::photo::{License, Taxon};
use crate::sources;

/// Where the standard keeps the form of this version.
const STANDARD: &str = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/";

/// The ranks of the standard.
const RANKS: [&str; 8] = ["kingdom", "phylum", "class", "order", "family", "genus", "species", "subspecies"];

const WHAT: &str = "Photos that people took and published, not the pictures of camera traps. A deployment is what one \
    photographer took at one place on one day: its start and end are the times of its first and its last photo, so they \
    do not measure effort. Media are the photos. Observations are what the source, people or scorers say that one photo shows.";

/// What the package says about itself.
#[derive(Default)]
pub struct Described {
    /// When the newest record changed, for `created`.
    pub changed_at: Option<Timestamp>,
    /// Names of the photos' sources.
    pub sources: BTreeSet<String>,
    /// The photos' licences, by identifier.
    pub licenses: BTreeMap<String, License>,
    /// The taxa, by their names, each with the source that names it.
    pub taxa: BTreeMap<String, (String, Taxon)>,
}

/// The package. `captured` is how media were captured, as the user says.
pub fn value(
    of: &Described,
    deployments: &BTreeMap<String, Deployment>,
    (dataset, id): (&str, Option<&str>),
    captured: Option<&str>,
    citation: &Citation,
) -> Value {
    let title = citation.title.as_deref().unwrap_or(dataset);
    let doi = citation.doi.as_ref().map(|doi| format!("https://doi.org/{doi}"));
    object([
        ("profile", json!(format!("{STANDARD}camtrap-dp-profile.json"))),
        ("name", json!(slug(dataset))),
        ("id", json!(doi.as_deref().or(id))),
        ("created", json!(of.changed_at.unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string())),
        ("title", json!(title)),
        (
            "description",
            json!(citation.description.as_deref().map_or(WHAT.to_owned(), |text| format!("{text} {WHAT}"))),
        ),
        ("version", json!(citation.version)),
        ("keywords", list(citation.keywords.iter().map(|keyword| json!(keyword)))),
        ("homepage", json!(citation.url)),
        ("contributors", contributors(of, citation)),
        ("sources", list(of.sources.iter().map(|source| source_entry(source)))),
        ("licenses", licenses(of, citation)),
        ("project", project(title, captured)),
        ("spatial", spatial(deployments)),
        ("temporal", temporal(deployments)),
        ("taxonomic", of.taxa.iter().map(|(name, (source, taxon))| taxon_entry(name, source, taxon)).collect()),
        ("resources", TABLES.iter().map(|table| resource(table.name, &table.path())).collect()),
    ])
}

fn resource(name: &str, path: &str) -> Value {
    json!({
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": format!("{STANDARD}{name}-table-schema.json"),
    })
}

/// The dataset's creators. The standard requires contributors: without creators they are the services that the photos
/// are from.
fn contributors(of: &Described, citation: &Citation) -> Value {
    let creator = |creator: &Creator| {
        object([
            ("title", json!(creator.full_name())),
            ("path", json!(creator.orcid_url())),
            ("organization", json!(creator.affiliation)),
            ("role", json!("contributor")),
        ])
    };
    if citation.creators.is_empty() {
        return list(of.sources.iter().map(|source| source_entry(source)));
    }
    list(citation.creators.iter().map(creator))
}

fn source_entry(name: &str) -> Value {
    let about = sources::about(name);
    let terms = about.map(|about| about.terms_url).filter(|url| !url.is_empty());
    object([("title", json!(about.map_or(name, |about| about.title))), ("path", json!(terms))])
}

/// One licence for the tables, and those of the photos; the standard wants both or none.
fn licenses(of: &Described, citation: &Citation) -> Value {
    let entry = |license: &License, scope: &str| {
        object([
            ("name", json!(license.id)),
            ("path", json!(license.url)),
            ("title", json!(license.name)),
            ("scope", json!(scope)),
        ])
    };
    let Some(data) = citation.license().filter(|_| !of.licenses.is_empty()) else { return Value::Null };
    list(std::iter::once(entry(&data, "data")).chain(of.licenses.values().map(|license| entry(license, "media"))))
}

/// The project. `captureMethod` is required and has no value for people: a person who sees an animal and takes a photo is
/// nearest to `activityDetection`. The media themselves say nothing unless the user does.
fn project(title: &str, captured: Option<&str>) -> Value {
    json!({
        "title": title,
        "description": WHAT,
        "samplingDesign": "opportunistic",
        "captureMethod": [captured.unwrap_or("activityDetection")],
        "individualAnimals": false,
        "observationLevel": ["media"],
    })
}

/// The box of all places in GeoJSON. A box without width or height is a line or a point.
fn spatial(deployments: &BTreeMap<String, Deployment>) -> Value {
    let range = |of: fn(&Deployment) -> f64| extremes(deployments.values().map(of));
    let ((west, east), (south, north)) = (range(|one| one.longitude), range(|one| one.latitude));
    if west > east {
        Value::Null
    } else if east - west <= 0.0 && north - south <= 0.0 {
        json!({"type": "Point", "coordinates": [west, south]})
    } else if east - west <= 0.0 || north - south <= 0.0 {
        json!({"type": "LineString", "coordinates": [[west, south], [east, north]]})
    } else {
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        json!({"type": "Polygon", "coordinates": [ring]})
    }
}

fn temporal(deployments: &BTreeMap<String, Deployment>) -> Value {
    let first = deployments.values().map(|one| one.first.local.date()).min();
    let last = deployments.values().map(|one| one.last.local.date()).max();
    match (first, last) {
        (Some(first), Some(last)) => json!({"start": first.to_string(), "end": last.to_string()}),
        _ => Value::Null,
    }
}

/// A taxon. Its vernacular name is left out: the record does not say its language, which the standard requires.
fn taxon_entry(name: &str, source: &str, taxon: &Taxon) -> Value {
    let of = taxon.classification.clone().unwrap_or_default();
    object([
        ("scientificName", json!(name)),
        ("taxonID", json!(taxon.source_id.as_ref().map(|id| format!("{source}:{id}")))),
        ("taxonRank", json!(taxon.rank.as_deref().filter(|rank| RANKS.contains(rank)))),
        ("kingdom", json!(of.kingdom)),
        ("phylum", json!(of.phylum)),
        ("class", json!(of.class)),
        ("order", json!(of.order)),
        ("family", json!(of.family)),
        ("genus", json!(of.genus)),
    ])
}
