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

    /// A licence as a metadata file names it: an SPDX identifier (`CC-BY-SA-4.0`, also with spaces or
    /// in small letters), the address of a Creative Commons deed, or words (`Public domain`). What is
    /// no identifier becomes a `LicenseRef-...`.
    pub fn named(text: &str) -> Self {
        let name = text.trim();
        let plain = name.to_lowercase().replace([' ', '_'], "-");
        let id = match plain.as_str() {
            "public-domain" => "LicenseRef-PublicDomain".to_owned(),
            "all-rights-reserved" => "LicenseRef-AllRightsReserved".to_owned(),
            "cc0" => "CC0-1.0".to_owned(),
            _ => deed(&plain).unwrap_or_else(|| identifier(name)),
        };
        let known = FLICKR.iter().find(|(_, spdx, ..)| *spdx == id);
        let (name, url) = match known {
            Some((_, _, name, url)) => ((*name).to_owned(), Some(absolute(url))),
            None => cc(&id).map_or_else(|| (name.to_owned(), None), |(name, url)| (name, Some(url))),
        };
        Self { id, name, url, ..Self::default() }
    }
}

fn absolute(url: &str) -> String {
    if url.starts_with("https://") { url.to_owned() } else { format!("{CC}{url}") }
}

const CC_TERMS: [&str; 6] = ["by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd"];
const CC_VERSIONS: [&str; 5] = ["1.0", "2.0", "2.5", "3.0", "4.0"];

/// `cc-by-sa-4.0`, or a deed's address -> `CC-BY-SA-4.0`.
fn deed(plain: &str) -> Option<String> {
    let address = plain.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    let (terms, version) = match address.strip_prefix("creativecommons.org/") {
        Some(path) if path.starts_with("publicdomain/zero/1.0") => return Some("CC0-1.0".to_owned()),
        Some(path) if path.starts_with("publicdomain/mark/1.0") => {
            return Some("LicenseRef-PublicDomainMark-1.0".to_owned());
        }
        Some(path) => path.strip_prefix("licenses/")?.split_once('/')?,
        None if plain == "cc0-1.0" => return Some("CC0-1.0".to_owned()),
        None => plain.strip_prefix("cc-")?.rsplit_once('-')?,
    };
    let version = version.split('/').next().unwrap_or(version);
    (CC_TERMS.contains(&terms) && CC_VERSIONS.contains(&version))
        .then(|| format!("CC-{}-{version}", terms.to_ascii_uppercase()))
}

/// The text, where it can be an SPDX identifier; else a `LicenseRef-` made of it.
fn identifier(text: &str) -> String {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if !text.is_empty() && text.chars().all(sound) {
        return text.to_owned();
    }
    let words = text.split(|c| !sound(c)).filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join("-");
    format!("LicenseRef-{}", if joined.is_empty() { "Named" } else { &joined })
}

/// `CC-BY-SA-3.0` -> `CC BY-SA 3.0` and the deed's address.
fn cc(id: &str) -> Option<(String, String)> {
    let (terms, version) = id.strip_prefix("CC-")?.rsplit_once('-')?;
    let path = terms.to_ascii_lowercase();
    let real = CC_TERMS.contains(&path.as_str()) && CC_VERSIONS.contains(&version);
    real.then(|| (format!("CC {terms} {version}"), format!("{CC}licenses/{path}/{version}/")))
}

#[cfg(test)]
mod tests {
    use super::License;

    #[test]
    fn a_named_licence_gets_its_identifier_name_and_address() {
        let sa = ("CC-BY-SA-4.0", "CC BY-SA 4.0", Some("https://creativecommons.org/licenses/by-sa/4.0/"));
        let expected = [
            ("CC-BY-SA-4.0", sa),
            (" cc by-sa 4.0 ", sa),
            ("https://creativecommons.org/licenses/by-sa/4.0/deed.en", sa),
            ("CC-BY-3.0", ("CC-BY-3.0", "CC BY 3.0", Some("https://creativecommons.org/licenses/by/3.0/"))),
            ("CC-BY-9.0", ("CC-BY-9.0", "CC-BY-9.0", None)),
            ("Public domain", ("LicenseRef-PublicDomain", "Public domain", None)),
            ("GFDL-1.2", ("GFDL-1.2", "GFDL-1.2", None)),
            ("Ask the museum!", ("LicenseRef-Ask-the-museum", "Ask the museum!", None)),
            ("\u{a9}", ("LicenseRef-Named", "\u{a9}", None)),
        ];
        for (text, (id, name, url)) in expected {
            let license = License::named(text);
            assert_eq!((license.id.as_str(), license.name.as_str(), license.url.as_deref()), (id, name, url), "{text}");
        }
        let zero = "https://creativecommons.org/publicdomain/zero/1.0/";
        for text in ["CC0-1.0", "cc0", zero] {
            let license = License::named(text);
            assert_eq!((license.id.as_str(), license.url.as_deref()), ("CC0-1.0", Some(zero)), "{text}");
        }
    }
}
