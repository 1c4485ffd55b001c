//! The sources with their search options, keys and limits, for `gleaner sources --json` and the API.

use serde::Serialize;
use utoipa::ToSchema;

use super::access::UserAccess;
use super::{About, FOLDER, Images, Key, Limits, SOURCES, UNSEARCHED};

/// One source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceListing {
    /// Its name.
    pub name: &'static str,
    /// Its name to display.
    pub title: &'static str,
    /// Whether it can be used now.
    pub ready: bool,
    /// Why it cannot be used, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<String>,
    /// What the service itself can search by: `text`, `taxon`, `box`, `country`, `taken`, `posted`, `license`.
    pub search_by: Vec<&'static str>,
    /// Whether its records may have coordinates; otherwise it cannot be searched by area.
    pub located: bool,
    /// Its keys. Their texts are not part of it.
    pub keys: Vec<KeyListing>,
    /// Its limits, if it is a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub limits: Option<LimitsListing>,
    /// Hosts of its images.
    pub image_hosts: &'static [&'static str],
    /// Its terms of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub terms_url: Option<&'static str>,
    /// What its users must know; may be absent.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// A key that a source accepts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyListing {
    /// What it is.
    pub title: &'static str,
    /// The environment variable that it is read from.
    pub variable: &'static str,
    /// Whether the source needs it.
    pub required: bool,
    /// Whether it is there.
    pub present: bool,
    /// Where to get one.
    pub url: &'static str,
    /// What it takes to get one.
    pub note: &'static str,
}

/// Limits of a service.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LimitsListing {
    /// Requests to the API.
    pub requests_per_second: f64,
    /// Requests in any minute.
    pub requests_per_minute: Option<u32>,
    /// Requests in any hour.
    pub requests_per_hour: Option<u32>,
    /// Requests in any day.
    pub requests_per_day: Option<u32>,
    /// Images from one host.
    pub images_per_second: Option<f64>,
    /// Images at a time from one host.
    pub images_at_once: Option<usize>,
    /// Megabytes of images in any hour.
    pub image_megabytes_per_hour: Option<u32>,
    /// Megabytes of images in any day.
    pub image_megabytes_per_day: Option<u32>,
}

/// The photo services.
pub fn services(user: &dyn UserAccess) -> Vec<SourceListing> {
    SOURCES.iter().map(|entry| service(entry.about, user)).collect()
}

/// The sources that are not searched: pages, a list of addresses, a folder.
pub fn unsearched_sources() -> Vec<SourceListing> {
    let own_of = |about: &&'static About| own(about.name, about.title, about.images.hosts, about.note);
    let folder = own(FOLDER, "A folder of your own photos", &[], "");
    UNSEARCHED.iter().map(own_of).chain([folder]).collect()
}

/// Why a source cannot be used, in one line.
pub fn problem(about: &About, user: &dyn UserAccess) -> Option<String> {
    user.keys(about).err().map(|err| err.to_string())
}

fn service(about: &'static About, user: &dyn UserAccess) -> SourceListing {
    let problem = problem(about, user);
    let key = |key: &'static Key| KeyListing {
        title: key.title,
        variable: key.variable,
        required: key.required,
        present: user.has_key(key),
        url: key.url,
        note: key.note,
    };
    SourceListing {
        name: about.name,
        title: about.title,
        ready: problem.is_none(),
        problem,
        search_by: about.search_by.iter().map(|by| by.as_str()).collect(),
        located: about.located,
        keys: about.keys.iter().map(key).collect(),
        limits: Some(limits(&about.limits, &about.images)),
        image_hosts: about.images.hosts,
        terms_url: Some(about.terms_url),
        note: about.note,
    }
}

fn limits(api: &Limits, images: &Images) -> LimitsListing {
    LimitsListing {
        requests_per_second: api.per_second,
        requests_per_minute: api.per_minute,
        requests_per_hour: api.per_hour,
        requests_per_day: api.per_day,
        images_per_second: images.per_second,
        images_at_once: images.at_once,
        image_megabytes_per_hour: images.megabytes_per_hour,
        image_megabytes_per_day: images.megabytes_per_day,
    }
}

/// A source that is no service.
fn own(
    name: &'static str,
    title: &'static str,
    image_hosts: &'static [&'static str],
    note: &'static str,
) -> SourceListing {
    SourceListing {
        name,
        title,
        ready: true,
        problem: None,
        search_by: Vec::new(),
        located: true,
        keys: Vec::new(),
        limits: None,
        image_hosts,
        terms_url: None,
        note,
    }
}
