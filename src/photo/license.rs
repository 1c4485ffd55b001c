//! Licences, by SPDX identifier where SPDX has one.
//!
//! Flickr's ids 0-16 as `flickr.photos.licenses.getInfo` listed them on 2025-06-19; names changed
//! over the years, ids did not, so the id is the key.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A licence and the day on which the source showed it; licences change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// SPDX identifier (`CC-BY-2.0`) or `LicenseRef-...` where SPDX has none.
    pub id: String,
    /// The licence's name for a person.
    pub name: String,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The source's own number of it (Flickr: 0-16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<u32>,
    /// The day on which the source showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_on: Option<Date>,
}

const CC: &str = "https://creativecommons.org/";

/// `(Flickr id, SPDX-like id, name, URL or path below creativecommons.org)`.
const FLICKR: [(u32, &str, &str, &str); 17] = [
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

impl License {
    /// The licence behind Flickr's number; an unknown number is kept as `LicenseRef-Flickr-N`.
    pub fn flickr(id: u32, seen_on: Date) -> Self {
        let known = FLICKR.iter().find(|(number, ..)| *number == id);
        let (spdx, name, url) = match known {
            Some((_, spdx, name, url)) => ((*spdx).to_owned(), (*name).to_owned(), Some(absolute(url))),
            None => (format!("LicenseRef-Flickr-{id}"), format!("Flickr licence {id} (unknown)"), None),
        };
        Self { id: spdx, name, url, source_id: Some(id), seen_on: Some(seen_on) }
    }

    /// A licence by its SPDX identifier, as a metadata file names it (`CC-BY-SA-4.0`, `Public domain`).
    pub fn named(text: &str) -> Self {
        let text = text.trim();
        if text.eq_ignore_ascii_case("public domain") {
            return Self { id: "LicenseRef-PublicDomain".into(), name: "Public domain".into(), ..Self::default() };
        }
        let id = text.replace(' ', "-");
        Self { name: text.replace('-', " ").replacen("CC ", "CC ", 1), url: cc_url(&id), id, ..Self::default() }
    }
}

fn absolute(url: &str) -> String {
    if url.starts_with("https://") { url.to_owned() } else { format!("{CC}{url}") }
}

/// `CC-BY-SA-4.0` -> the deed's address.
fn cc_url(id: &str) -> Option<String> {
    if id.eq_ignore_ascii_case("CC0-1.0") {
        return Some(format!("{CC}publicdomain/zero/1.0/"));
    }
    let rest = id.to_ascii_lowercase();
    let (terms, version) = rest.strip_prefix("cc-")?.rsplit_once('-')?;
    Some(format!("{CC}licenses/{terms}/{version}/"))
}
