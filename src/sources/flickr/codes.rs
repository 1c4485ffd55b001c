//! Flickr's numbers for licences, for the accuracy of coordinates and for the granularity of dates.
//!
//! Licence ids 0-16 as `flickr.photos.licenses.getInfo` listed them on 2025-06-19; names changed over the years, ids
//! did not, so the id is the key.

use jiff::civil::Date;

use crate::photo::{Granularity, License, LicenseSet, Location};

const CC: &str = "https://creativecommons.org/";

/// `(Flickr id, SPDX identifier or LicenseRef-..., name, address or path below creativecommons.org)`.
const LICENSES: [(u32, &str, &str, &str); 17] = [
    (
        0,
        "LicenseRef-AllRightsReserved",
        "All Rights Reserved",
        "https://www.flickrhelp.com/hc/en-us/articles/10710266545556-Using-Flickr-images-shared-by-other-members",
    ),
    (1, "CC-BY-NC-SA-2.0", "CC BY-NC-SA 2.0", "licenses/by-nc-sa/2.0/"),
    (2, "CC-BY-NC-2.0", "CC BY-NC 2.0", "licenses/by-nc/2.0/"),
    (3, "CC-BY-NC-ND-2.0", "CC BY-NC-ND 2.0", "licenses/by-nc-nd/2.0/"),
    (4, "CC-BY-2.0", "CC BY 2.0", "licenses/by/2.0/"),
    (5, "CC-BY-SA-2.0", "CC BY-SA 2.0", "licenses/by-sa/2.0/"),
    (6, "CC-BY-ND-2.0", "CC BY-ND 2.0", "licenses/by-nd/2.0/"),
    (7, "LicenseRef-NoKnownCopyright", "No known copyright restrictions", "https://www.flickr.com/commons/usage/"),
    (8, "LicenseRef-USGovernmentWork", "United States Government Work", "https://www.usa.gov/government-copyright"),
    (9, "CC0-1.0", "Public Domain Dedication (CC0)", "publicdomain/zero/1.0/"),
    (10, "LicenseRef-PublicDomainMark-1.0", "Public Domain Mark", "publicdomain/mark/1.0/"),
    (11, "CC-BY-4.0", "CC BY 4.0", "licenses/by/4.0/"),
    (12, "CC-BY-SA-4.0", "CC BY-SA 4.0", "licenses/by-sa/4.0/"),
    (13, "CC-BY-ND-4.0", "CC BY-ND 4.0", "licenses/by-nd/4.0/"),
    (14, "CC-BY-NC-4.0", "CC BY-NC 4.0", "licenses/by-nc/4.0/"),
    (15, "CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0", "licenses/by-nc-sa/4.0/"),
    (16, "CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0", "licenses/by-nc-nd/4.0/"),
];

/// The licence with Flickr's number; an unknown number becomes `LicenseRef-Flickr-N`.
pub fn license(id: u32, seen_on: Date) -> License {
    let known = LICENSES.iter().find(|(number, ..)| *number == id);
    let (spdx, name, url) = match known {
        Some((_, spdx, name, url)) => ((*spdx).to_owned(), (*name).to_owned(), Some(absolute(url))),
        None => (format!("LicenseRef-Flickr-{id}"), format!("Flickr licence {id} (unknown)"), None),
    };
    License { id: spdx, name, url, source_id: Some(id), seen_on: Some(seen_on) }
}

/// Flickr's numbers of the licences in a set.
pub fn license_ids(set: &LicenseSet) -> Vec<String> {
    let holds = |spdx: &str| set.holds(Some(&License { id: spdx.to_owned(), ..License::default() }));
    LICENSES.iter().filter(|(_, spdx, ..)| holds(spdx)).map(|(id, ..)| id.to_string()).collect()
}

fn absolute(url: &str) -> String {
    if url.starts_with("https://") { url.to_owned() } else { format!("{CC}{url}") }
}

/// The Earth's circumference at the equator in metres (WGS 84).
const EQUATOR_M: f64 = 40_075_016.7;

/// A location with Flickr's accuracy 1 (world) to 16 (street), interpreted as a map's zoom level: a quarter of the width
/// of a screen at that zoom, `40,075,017 m / 2^(accuracy + 2)` (16: 153 m, 11: 4.9 km, 6: 157 km).
pub fn with_accuracy(location: Location, accuracy: u8) -> Location {
    if !(1..=16).contains(&accuracy) {
        return location;
    }
    let uncertainty_m = (EQUATOR_M / f64::powi(2.0, i32::from(accuracy) + 2)).round() as u32;
    Location { accuracy: Some(accuracy), uncertainty_m: Some(uncertainty_m), ..location }
}

/// The granularity of `datetakengranularity`. On Flickr's scale from 0 to 10 larger numbers are less exact; 0, 4, 6 and 8
/// are documented, and the others are at least as exact as the next of these.
pub fn granularity(number: i64) -> Option<Granularity> {
    match number {
        0 => Some(Granularity::Second),
        1..=4 => Some(Granularity::Month),
        5 | 6 => Some(Granularity::Year),
        7..=10 => Some(Granularity::Circa),
        _ => None,
    }
}
