//! Descriptions of sources: terms, keys, limits, image hosts, signs of a deleted picture.

use std::fmt;

use crate::config::{Net, SourceConfig};
use crate::net::HostLimits;

/// The description of one source.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The name in photo ids, `--source` and `[sources.NAME]`.
    pub name: &'static str,
    /// The name to display.
    pub title: &'static str,
    /// The terms of use.
    pub terms_url: &'static str,
    /// The address of the API, unless `[sources.NAME] api_url` names another.
    pub api_url: &'static str,
    /// What its users must know, in one sentence; may be empty.
    pub note: &'static str,
    /// The keys that it accepts; empty if none is needed.
    pub keys: &'static [Key],
    /// The criteria that a search can use. The answers are checked here by all criteria.
    pub search_by: &'static [SearchBy],
    /// Whether its records may have coordinates; otherwise a search by area is refused.
    pub located: bool,
    /// Who brings photos to it.
    pub photos_from: PhotosFrom,
    /// Limits of the API.
    pub limits: Limits,
    /// Maximum number of results on one page.
    pub page_cap: u64,
    /// How a search walks through the results.
    pub strategy: Strategy,
    /// Image hosts and their limits.
    pub images: Images,
}

impl About {
    /// The most results of one query that a search can receive without a key that allows more, however it walks.
    pub fn result_cap(&self) -> Option<u64> {
        match self.strategy {
            Strategy::Cursor { result_cap } => result_cap,
            Strategy::Slices(_) => None,
        }
    }
}

/// Who brings photos to a source. Of the records of one photo at several sources, the one of the first kind is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhotosFrom {
    /// People post their own photos.
    Authors,
    /// People bring photos, also those of others.
    Contributors,
    /// Publishers share datasets of photos.
    Publishers,
    /// It only finds photos that are elsewhere.
    Elsewhere,
}

/// How a search walks through the results of a source.
#[derive(Clone, Copy, Debug)]
pub enum Strategy {
    /// From page to page. Each page refers to the next one.
    Cursor {
        /// The most results of one query; `None` if all of them can be received.
        result_cap: Option<u64>,
    },
    /// Numbered pages within slices of time, for a source that returns only the first results of a query.
    Slices(SliceLimits),
}

/// The date by which a search is cut into slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceBy {
    /// The upload, in seconds. Where nothing can be cut any more, a slice is read from both ends.
    Posted,
    /// The day of the picture. The source has one order of results.
    Taken,
}

/// What a source's slices look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceLimits {
    /// The date that is cut.
    pub by: SliceBy,
    /// The most results of one query; later pages repeat earlier ones.
    pub result_cap: u64,
    /// The results that a slice aims at: less than the cap, because totals are estimates.
    pub slice_results: u64,
    /// Slices are not cut below this many seconds of upload time, or days of the picture.
    pub min_span: i64,
    /// Boxes are not cut below this many degrees.
    pub min_degrees: f64,
    /// Pages in a row without anything new after which a slice ends.
    pub idle_pages: u32,
}

/// A criterion that a search of this source can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchBy {
    /// Words in titles, descriptions and tags (`-s`).
    Text,
    /// The scientific or common name of a taxon (`-s`).
    Taxon,
    /// A box of coordinates (`-b`).
    Box,
    /// A country (`--country`). Other sources are asked by the country's boxes.
    Country,
    /// The day of the picture (`--taken`).
    Taken,
    /// The day of the upload (`--posted`).
    Posted,
    /// The licence (`--license`).
    License,
}

impl SearchBy {
    /// The criterion in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Taxon => "taxon",
            Self::Box => "box",
            Self::Country => "country",
            Self::Taken => "taken",
            Self::Posted => "posted",
            Self::License => "license",
        }
    }
}

/// Limits of an API. Limits other than `per_second` apply across runs and processes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Requests per second.
    pub per_second: f64,
    /// Requests in any minute.
    pub per_minute: Option<u32>,
    /// Requests in any hour.
    pub per_hour: Option<u32>,
    /// Requests in any 24 hours.
    pub per_day: Option<u32>,
}

/// A key to an API.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The name to display: `Flickr API key`.
    pub title: &'static str,
    /// The environment variable with the key.
    pub variable: &'static str,
    /// Its names in `credentials.json`; the first one is recommended.
    pub file_names: &'static [&'static str],
    /// Whether the source requires it.
    pub required: bool,
    /// The variable of a key without which this one is of no use.
    pub partner: Option<&'static str>,
    /// The address of the page that provides keys.
    pub url: &'static str,
    /// Conditions for getting a key.
    pub note: &'static str,
    /// The form of a valid key.
    pub form: &'static str,
    /// Whether a text has this form.
    pub is_valid: fn(&str) -> bool,
}

/// The image hosts of a source and their limits.
#[derive(Clone, Copy, Debug)]
pub struct Images {
    /// The hosts; a leading `.` includes subdomains. [`ANY_HOST`] if the pictures are anywhere.
    pub hosts: &'static [&'static str],
    /// Images per second from one host; `None` for the value of `[net]`.
    pub per_second: Option<f64>,
    /// Simultaneous image downloads from one host; `None` for the value of `[net]`.
    pub at_once: Option<usize>,
    /// Megabytes (10^6 bytes) in any hour, across runs and processes.
    pub megabytes_per_hour: Option<u32>,
    /// Megabytes in any 24 hours, across runs and processes.
    pub megabytes_per_day: Option<u32>,
    /// The signs of a deleted picture.
    pub gone: Gone,
}

/// The hosts of a source whose pictures are at thousands of hosts. The client still connects only to public addresses by
/// https, at port 443, and each host has limits of its own.
pub const ANY_HOST: &[&str] = &["*"];

impl Images {
    /// Pictures at any public host. Nobody has agreed on limits with these hosts.
    pub const ANYWHERE: Self = Self {
        hosts: ANY_HOST,
        per_second: Some(2.0),
        at_once: Some(2),
        megabytes_per_hour: None,
        megabytes_per_day: None,
        gone: Gone { statuses: &[404, 410], placeholders: &[], digests: &[] },
    };

    /// The limits of each host: from the source's settings, else the source's own, else those of `[net]`.
    pub fn host_limits(&self, set: Option<&SourceConfig>, net: &Net) -> HostLimits {
        let per_second = set.and_then(|set| set.images_per_second).or(self.per_second);
        let at_once = set.and_then(|set| set.images_at_once).or(self.at_once);
        HostLimits {
            requests_per_second: per_second.unwrap_or(net.images_per_second),
            at_once: at_once.unwrap_or(net.images_at_once),
        }
    }

    /// Whether every public host is an image host of this source.
    pub fn are_anywhere(&self) -> bool {
        self.hosts == ANY_HOST
    }

    /// Whether `host` is an image host of this source.
    pub fn has_host(&self, host: &str) -> bool {
        self.are_anywhere()
            || self.hosts.iter().any(|admitted| match admitted.strip_prefix('.') {
                Some(domain) => host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.')),
                None => host == *admitted,
            })
    }
}

/// The signs that a picture was deleted at the source.
#[derive(Clone, Copy, Debug)]
pub struct Gone {
    /// HTTP statuses.
    pub statuses: &'static [u16],
    /// Prefixes of the file names of placeholder pictures, in lower case; redirects may lead to them.
    pub placeholders: &'static [&'static str],
    /// SHA-256 (hex) of placeholder pictures that can have any address.
    pub digests: &'static [&'static str],
}

impl Gone {
    /// Whether the bytes from `final_url` (after all redirects) are a placeholder for a deleted picture.
    pub fn is_placeholder(&self, final_url: &str, bytes: &[u8]) -> bool {
        let path = final_url.split(['?', '#']).next().unwrap_or(final_url);
        let file_name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        self.placeholders.iter().any(|start| file_name.starts_with(start)) || self.is_known(bytes)
    }

    fn is_known(&self, bytes: &[u8]) -> bool {
        if self.digests.is_empty() {
            return false;
        }
        let sum = crate::hash::sha256_hex(bytes);
        self.digests.contains(&sum.as_str())
    }
}

impl fmt::Display for Limits {
    /// `1 request a second, 3,600 an hour`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if (self.per_second - 1.0).abs() < f64::EPSILON { "" } else { "s" };
        write!(f, "{} request{plural} a second", self.per_second)?;
        let longer = [(self.per_minute, "minute"), (self.per_hour, "hour"), (self.per_day, "day")];
        for (most, unit) in longer {
            if let Some(most) = most {
                let article = if unit == "hour" { "an" } else { "a" };
                write!(f, ", {} {article} {unit}", crate::photo::text::grouped(u64::from(most)))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::flickr;
    use super::*;

    #[test]
    fn placeholder_pictures_of_flickr_are_recognised_by_their_address() {
        for url in [
            "https://s.yimg.com/pw/images/en-us/photo_unavailable.png",
            "https://s.yimg.com/pw/images/en-us/photo_unavailable_l.png",
            "https://combo.staticflickr.com/pw/images/PHOTO_UNAVAILABLE_m.gif?v=2",
        ] {
            assert!(flickr::ABOUT.images.gone.is_placeholder(url, b""), "{url}");
        }
    }

    #[test]
    fn a_photo_is_not_taken_for_the_placeholder() {
        for url in [
            "https://live.staticflickr.com/65535/1_a_b.jpg",
            "https://live.staticflickr.com/photo_unavailable/1_a_b.jpg",
            "https://live.staticflickr.com/1_a_b.jpg?from=photo_unavailable.png",
            "",
        ] {
            assert!(!flickr::ABOUT.images.gone.is_placeholder(url, b"\xff\xd8\xff"), "{url}");
        }
    }

    #[test]
    fn a_listed_checksum_is_recognised_at_any_address() {
        let abc = &["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"];
        let gone = Gone { statuses: &[404], placeholders: &[], digests: abc };
        assert!(gone.is_placeholder("https://example.org/1.jpg", b"abc"));
        assert!(!gone.is_placeholder("https://example.org/1.jpg", b"abd"));
    }

    #[test]
    fn a_host_is_admitted_by_its_name_or_as_a_subdomain() {
        let images = flickr::ABOUT.images;
        for host in ["live.staticflickr.com", "staticflickr.com", "s.yimg.com"] {
            assert!(images.has_host(host), "{host}");
        }
        for host in ["evilstaticflickr.com", "staticflickr.com.evil.example", "yimg.com", ""] {
            assert!(!images.has_host(host), "{host}");
        }
    }

    #[test]
    fn limits_are_printed_in_words() {
        let limits = Limits { per_second: 1.0, per_minute: Some(60), per_hour: None, per_day: Some(10_000) };
        assert_eq!(limits.to_string(), "1 request a second, 60 a minute, 10,000 a day");
        let limits = Limits { per_second: 0.5, per_minute: None, per_hour: Some(3_600), per_day: None };
        assert_eq!(limits.to_string(), "0.5 requests a second, 3,600 an hour");
    }
}
