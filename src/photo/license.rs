//! Licences with their SPDX identifiers, and a parser for their many spellings.

mod in_force;

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use canonical::Canonical;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::suggest::did_you_mean;
use super::vocabulary::vocabulary;

/// A licence, and the day on which the source reported it, because licences change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct License {
    /// SPDX identifier (`CC-BY-2.0`), or `LicenseRef-...` if there is none.
    pub id: String,
    /// The name to display.
    pub name: String,
    /// The address of its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The source's own number of the licence (Flickr: 0-16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<u32>,
    /// The day on which the source reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_on: Option<Date>,
}

const CC: &str = "https://creativecommons.org/";
const CC_VERSIONS: [&str; 5] = ["1.0", "2.0", "2.5", "3.0", "4.0"];

const CC0: &str = "CC0-1.0";
const PUBLIC_DOMAIN: &str = "LicenseRef-PublicDomain";
const PUBLIC_DOMAIN_MARK: &str = "LicenseRef-PublicDomainMark-1.0";
const ALL_RIGHTS_RESERVED: &str = "LicenseRef-AllRightsReserved";

/// Identifiers that are not of the form `CC-...-N.N`: `(identifier, name, path below creativecommons.org)`.
const OTHERS: [(&str, &str, Option<&str>); 4] = [
    (CC0, "Public Domain Dedication (CC0)", Some("publicdomain/zero/1.0/")),
    (PUBLIC_DOMAIN_MARK, "Public Domain Mark", Some("publicdomain/mark/1.0/")),
    (PUBLIC_DOMAIN, "Public domain", None),
    (ALL_RIGHTS_RESERVED, "All Rights Reserved", None),
];

impl License {
    /// Parses a licence: an SPDX identifier (`CC-BY-SA-4.0`), a Creative Commons address
    /// (`http://creativecommons.org/licenses/by-nc/4.0/legalcode`), a code (`cc-by-nc`, `by-nd`, `CC_BY_4_0`) or words
    /// (`CC BY-NC 4.0`, `public domain mark`). A Creative Commons licence without a version gets `version`, if the
    /// service states it elsewhere; otherwise it becomes `LicenseRef-CC-...`. Any other text becomes a `LicenseRef-`
    /// identifier.
    pub fn parse(text: &str, version: Option<&str>) -> Self {
        let text = text.trim();
        let id = from_address(text).or_else(|| from_words(text, version)).unwrap_or_else(|| identifier(text));
        let known = OTHERS.iter().find(|(other, ..)| *other == id);
        let (name, url) = match known {
            Some((_, name, path)) => ((*name).to_owned(), path.map(|path| format!("{CC}{path}"))),
            None => creative_commons(&id).unwrap_or_else(|| (text.to_owned(), None)),
        };
        Self { id, name, url, ..Self::default() }
    }

    /// The identifiers of the licences that [`Self::parse`] knows.
    pub fn known() -> Vec<&'static str> {
        static CREATIVE_COMMONS: LazyLock<Vec<String>> = LazyLock::new(|| {
            let terms = ["BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND"];
            let versions = |terms| CC_VERSIONS.map(|version| format!("CC-{terms}-{version}"));
            let unversioned = terms.map(|terms| format!("LicenseRef-CC-{terms}"));
            terms.into_iter().flat_map(versions).chain(unversioned).collect()
        });
        OTHERS.iter().map(|(id, ..)| *id).chain(CREATIVE_COMMONS.iter().map(String::as_str)).collect()
    }

    /// The licence of works whose author grants no rights.
    pub fn all_rights_reserved() -> Self {
        Self::parse(ALL_RIGHTS_RESERVED, None)
    }
}

/// The identifier of a Creative Commons address.
fn from_address(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let address = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
    let path = address.strip_prefix("www.").unwrap_or(address).strip_prefix("creativecommons.org/")?;
    let mut parts = path.split(['/', '?', '#']);
    match (parts.next()?, parts.next()?, parts.next()) {
        ("publicdomain", "zero", _) => Some(CC0.to_owned()),
        ("publicdomain", "mark", _) => Some(PUBLIC_DOMAIN_MARK.to_owned()),
        ("licenses", "publicdomain", _) => Some(PUBLIC_DOMAIN.to_owned()),
        ("licenses", terms, Some(version)) => {
            let terms = Terms::read(terms.split('-'))?;
            CC_VERSIONS.contains(&version).then(|| format!("CC-{}-{version}", terms.as_str()))
        }
        _ => None,
    }
}

/// The identifier of a code or of words; `None` if any word is not a term of licences.
fn from_words(text: &str, version: Option<&str>) -> Option<String> {
    let lower = text.to_lowercase();
    // CC_BY_NC_4_0
    let lower = CC_VERSIONS.iter().fold(lower, |lower, version| lower.replace(&version.replace('.', "_"), version));
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|w| !w.is_empty()).collect();
    let words = [("non commercial", "nc"), ("share alike", "sa"), ("no derivatives", "nd"), ("no derivs", "nd")]
        .iter()
        .fold(words.join(" "), |words, (two, one)| words.replace(two, one));
    let id = match words.as_str() {
        "cc0" | "cc0 1.0" | "cc0 1.0 universal" | "cc zero" | "public domain dedication" => CC0,
        "pdm" | "pdm 1.0" | "cc pdm" | "cc pdm 1.0" | "public domain mark" | "public domain mark 1.0" => {
            PUBLIC_DOMAIN_MARK
        }
        "public domain" | "pd" => PUBLIC_DOMAIN,
        "all rights reserved" | "c all rights reserved" | "arr" | "copyright" => ALL_RIGHTS_RESERVED,
        words => return from_terms(&words.split(' ').collect::<Vec<_>>(), version),
    };
    Some(id.to_owned())
}

/// `cc by nc 4.0`, `creative commons attribution noncommercial 4.0 international license`.
fn from_terms(words: &[&str], default: Option<&str>) -> Option<String> {
    let is_filler =
        |word: &&str| matches!(*word, "license" | "licence" | "international" | "unported" | "generic" | "deed");
    let words: Vec<&str> = words.iter().copied().filter(|word| !is_filler(word)).collect();
    let (marked, rest) = match words[..] {
        ["cc", ref rest @ ..] | ["creative", "commons", ref rest @ ..] => (true, rest),
        ref rest => (false, rest),
    };
    let (version, rest) = match rest.split_last() {
        Some((last, rest)) if CC_VERSIONS.contains(last) => (Some(*last), rest),
        _ => (None, rest),
    };
    // `attribution` alone is an ordinary word; `by` is not.
    if !marked && version.is_none() && rest.first() != Some(&"by") {
        return None;
    }
    let terms = Terms::read(rest.iter().copied())?;
    let version = version.or(default.filter(|default| CC_VERSIONS.contains(default)));
    Some(match version {
        Some(version) => format!("CC-{}-{version}", terms.as_str()),
        None => format!("LicenseRef-CC-{}", terms.as_str()),
    })
}

vocabulary! {
    /// What a licence allows, whatever its version: the terms that services search by.
    pub enum LicenseTerms {
        /// No rights reserved.
        Cc0 = "cc0",
        /// Public domain, also by mark or as a government's work, and no known copyright.
        PublicDomain = "pd",
        /// Attribution.
        By = "by",
        /// Attribution, share alike.
        BySa = "by-sa",
        /// Attribution, no derivatives.
        ByNd = "by-nd",
        /// Attribution, not commercial.
        ByNc = "by-nc",
        /// Attribution, not commercial, share alike.
        ByNcSa = "by-nc-sa",
        /// Attribution, not commercial, no derivatives.
        ByNcNd = "by-nc-nd",
        /// All rights reserved.
        AllRightsReserved = "arr",
    }
}

impl LicenseTerms {
    /// Whether anybody may copy and share the work.
    pub fn is_open(self) -> bool {
        self != Self::AllRightsReserved
    }

    /// Whether commercial use is allowed.
    pub fn is_commercial(self) -> bool {
        self.is_open() && !self.as_str().contains("nc")
    }

    /// Whether changed versions may be shared.
    pub fn is_modifiable(self) -> bool {
        self.is_open() && !self.as_str().contains("nd")
    }

    /// The terms of a licence; `None` if it has other terms.
    pub fn of(license: &License) -> Option<Self> {
        let id = license.id.as_str();
        if PUBLIC_DOMAIN_IDS.contains(&id) {
            return Some(Self::PublicDomain);
        }
        match id {
            CC0 => Some(Self::Cc0),
            ALL_RIGHTS_RESERVED => Some(Self::AllRightsReserved),
            id => {
                let terms =
                    id.strip_prefix("LicenseRef-CC-").or_else(|| Some(id.strip_prefix("CC-")?.rsplit_once('-')?.0));
                terms?.to_ascii_lowercase().parse().ok()
            }
        }
    }
}

/// Identifiers of works without copyright.
const PUBLIC_DOMAIN_IDS: [&str; 4] =
    [PUBLIC_DOMAIN, PUBLIC_DOMAIN_MARK, "LicenseRef-NoKnownCopyright", "LicenseRef-USGovernmentWork"];

/// The licences that a search accepts: terms, in the order of [`LicenseTerms::ALL`]. As text: a word for a group (`open`,
/// `commercial`, `modifiable`), or terms with commas (`cc0,by,by-sa`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseSet(Vec<LicenseTerms>);

/// A name of a group, and its members.
type Group = (&'static str, fn(LicenseTerms) -> bool);

const GROUPS: [Group; 3] = [
    ("open", LicenseTerms::is_open),
    ("commercial", LicenseTerms::is_commercial),
    ("modifiable", LicenseTerms::is_modifiable),
];

impl LicenseSet {
    /// Whether a licence is accepted. An absent licence, and one with terms that are not known, is not.
    pub fn holds(&self, license: Option<&License>) -> bool {
        license.and_then(LicenseTerms::of).is_some_and(|terms| self.0.contains(&terms))
    }

    /// The terms that are accepted.
    pub fn terms(&self) -> impl Iterator<Item = LicenseTerms> {
        self.0.iter().copied()
    }
}

impl From<LicenseTerms> for LicenseSet {
    fn from(terms: LicenseTerms) -> Self {
        Self(vec![terms])
    }
}

impl FromStr for LicenseSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut wanted = Vec::new();
        for word in text.split(',').map(|word| word.trim().to_ascii_lowercase()) {
            // SPDX identifiers too: terms hold for every version.
            let plain = word.strip_prefix("cc-").unwrap_or(&word);
            let bare = |version: &&str| plain.strip_suffix(*version)?.strip_suffix('-');
            let plain = CC_VERSIONS.iter().find_map(bare).unwrap_or(plain);
            match (GROUPS.iter().find(|(name, _)| *name == word), plain.parse::<LicenseTerms>()) {
                (Some((_, holds)), _) => wanted.extend(LicenseTerms::ALL.iter().filter(|terms| holds(**terms))),
                (None, Ok(terms)) => wanted.push(terms),
                (None, Err(_)) => {
                    let known = GROUPS.iter().map(|(name, _)| *name).chain(LicenseTerms::NAMES.iter().copied());
                    let known: Vec<&str> = known.collect();
                    let meant = did_you_mean(&word, known.iter().copied());
                    return Err(format!("\"{word}\" is none of {}{meant}", known.join(", ")));
                }
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        Ok(Self(wanted))
    }
}

impl fmt::Display for LicenseSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |(_, holds): &&Group| LicenseTerms::ALL.iter().filter(|terms| holds(**terms)).eq(&self.0);
        match GROUPS.iter().find(whole) {
            Some((name, _)) => f.write_str(name),
            None => f.write_str(&self.0.iter().map(|terms| terms.as_str()).collect::<Vec<_>>().join(",")),
        }
    }
}

/// The conditions of a Creative Commons licence besides attribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Terms {
    non_commercial: bool,
    share_alike: bool,
    no_derivatives: bool,
}

impl Terms {
    /// Parses `by nc sa` or the same in words; `None` if there is another word or no attribution.
    fn read<'a>(words: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (mut terms, mut attribution) = (Self::default(), false);
        for word in words {
            match word {
                "by" | "attribution" => attribution = true,
                "nc" | "noncommercial" => terms.non_commercial = true,
                "sa" | "sharealike" => terms.share_alike = true,
                "nd" | "noderivatives" | "noderivs" => terms.no_derivatives = true,
                _ => return None,
            }
        }
        (attribution && !(terms.share_alike && terms.no_derivatives)).then_some(terms)
    }

    fn as_str(self) -> &'static str {
        match (self.non_commercial, self.share_alike, self.no_derivatives) {
            (false, false, false) => "BY",
            (false, true, _) => "BY-SA",
            (false, false, true) => "BY-ND",
            (true, false, false) => "BY-NC",
            (true, true, _) => "BY-NC-SA",
            (true, false, true) => "BY-NC-ND",
        }
    }
}

/// The text, if it can be an SPDX identifier; otherwise a `LicenseRef-` identifier derived from it.
fn identifier(text: &str) -> String {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    if !text.is_empty() && text.chars().all(sound) {
        return text.to_owned();
    }
    let words = text.split(|c| !sound(c)).filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join("-");
    format!("LicenseRef-{}", if joined.is_empty() { "Named" } else { &joined })
}

/// `CC-BY-SA-3.0` -> `CC BY-SA 3.0` and its address; `LicenseRef-CC-BY` -> `CC BY`.
fn creative_commons(id: &str) -> Option<(String, Option<String>)> {
    if let Some(terms) = id.strip_prefix("LicenseRef-CC-") {
        let same = Terms::read(terms.to_ascii_lowercase().split('-'))?.as_str() == terms;
        return same.then(|| (format!("CC {terms}"), None));
    }
    let (terms, version) = id.strip_prefix("CC-")?.rsplit_once('-')?;
    let path = terms.to_ascii_lowercase();
    let real = Terms::read(path.split('-'))?.as_str() == terms && CC_VERSIONS.contains(&version);
    real.then(|| (format!("CC {terms} {version}"), Some(format!("{CC}licenses/{path}/{version}/"))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CC_VERSIONS, License, LicenseSet, LicenseTerms};

    const TERMS: [&str; 6] = ["by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd"];

    #[test]
    fn a_licence_gets_its_identifier_name_and_address_from_any_spelling() {
        let sa = ("CC-BY-SA-4.0", "CC BY-SA 4.0", Some("https://creativecommons.org/licenses/by-sa/4.0/"));
        let nc = ("CC-BY-NC-4.0", "CC BY-NC 4.0", Some("https://creativecommons.org/licenses/by-nc/4.0/"));
        let by = ("CC-BY-4.0", "CC BY 4.0", Some("https://creativecommons.org/licenses/by/4.0/"));
        let zero =
            ("CC0-1.0", "Public Domain Dedication (CC0)", Some("https://creativecommons.org/publicdomain/zero/1.0/"));
        let mark = (
            "LicenseRef-PublicDomainMark-1.0",
            "Public Domain Mark",
            Some("https://creativecommons.org/publicdomain/mark/1.0/"),
        );
        let all = ("LicenseRef-AllRightsReserved", "All Rights Reserved", None);
        let expected = [
            ("CC-BY-SA-4.0", sa),
            (" cc by-sa 4.0 ", sa),
            ("https://creativecommons.org/licenses/by-sa/4.0/deed.en", sa),
            ("Creative Commons Attribution-ShareAlike 4.0 International License", sa),
            ("CC BY-NC 4.0", nc),
            ("cc-by-nc-4.0", nc),
            ("CC_BY_NC_4_0", nc),
            ("http://creativecommons.org/licenses/by-nc/4.0/legalcode", nc),
            ("www.creativecommons.org/licenses/by-nc/4.0", nc),
            ("Attribution-NonCommercial 4.0 International", nc),
            ("Creative Commons Attribution, Non Commercial 4.0", nc),
            ("CC_BY_4_0", by),
            ("CC-BY-3.0", ("CC-BY-3.0", "CC BY 3.0", Some("https://creativecommons.org/licenses/by/3.0/"))),
            (
                "https://creativecommons.org/licenses/by/3.0/us/",
                ("CC-BY-3.0", "CC BY 3.0", Some("https://creativecommons.org/licenses/by/3.0/")),
            ),
            ("cc-by-nc", ("LicenseRef-CC-BY-NC", "CC BY-NC", None)),
            ("by-nd", ("LicenseRef-CC-BY-ND", "CC BY-ND", None)),
            ("CC0-1.0", zero),
            ("cc0", zero),
            ("CC0 1.0", zero),
            ("CC0_1_0", zero),
            ("CC0 1.0 Universal", zero),
            ("http://creativecommons.org/publicdomain/zero/1.0/legalcode", zero),
            ("public domain mark", mark),
            ("Public Domain Mark 1.0", mark),
            ("pdm", mark),
            ("https://creativecommons.org/publicdomain/mark/1.0/", mark),
            ("Public domain", ("LicenseRef-PublicDomain", "Public domain", None)),
            ("all rights reserved", all),
            ("(c) All Rights Reserved", all),
            ("CC-BY-9.0", ("CC-BY-9.0", "CC-BY-9.0", None)),
            ("GFDL-1.2", ("GFDL-1.2", "GFDL-1.2", None)),
            ("Attribution", ("Attribution", "Attribution", None)),
            ("Ask the museum!", ("LicenseRef-Ask-the-museum", "Ask the museum!", None)),
            ("CC BY at the museum", ("LicenseRef-CC-BY-at-the-museum", "CC BY at the museum", None)),
            ("\u{a9}", ("LicenseRef-Named", "\u{a9}", None)),
            ("", ("LicenseRef-Named", "", None)),
        ];
        for (text, (id, name, url)) in expected {
            let license = License::parse(text, None);
            assert_eq!((license.id.as_str(), license.name.as_str(), license.url.as_deref()), (id, name, url), "{text}");
        }
    }

    #[test]
    fn a_version_that_the_service_states_elsewhere_completes_a_code_and_contradicts_none() {
        assert_eq!(License::parse("cc-by-nc", Some("4.0")).id, "CC-BY-NC-4.0");
        assert_eq!(License::parse("by-nd", Some("2.0")).id, "CC-BY-ND-2.0");
        assert_eq!(License::parse("CC BY 3.0", Some("4.0")).id, "CC-BY-3.0");
        assert_eq!(License::parse("cc0", Some("4.0")).id, "CC0-1.0");
        assert_eq!(License::parse("cc-by", Some("new")).id, "LicenseRef-CC-BY");
    }

    proptest! {
        #[test]
        fn all_spellings_of_a_creative_commons_licence_are_one_licence(
            terms in prop::sample::select(&TERMS[..]),
            version in prop::sample::select(&CC_VERSIONS[..]),
            upper: bool,
            blanks in "[ \t]{0,3}",
        ) {
            let spaced = terms.replacen("by", "cc by", 1);
            let spellings = [
                format!("cc-{terms}-{version}"),
                format!("{spaced} {version}"),
                format!("cc {} {version} international", terms.replace('-', " ")),
                format!("CC_{}_{}", terms.replace('-', "_"), version.replace('.', "_")),
                format!("{terms} {version}"),
                format!("http://creativecommons.org/licenses/{terms}/{version}/legalcode"),
                format!("https://creativecommons.org/licenses/{terms}/{version}/"),
                format!("https://www.creativecommons.org/licenses/{terms}/{version}"),
            ];
            let expected = format!("CC-{}-{version}", terms.to_uppercase());
            for spelling in spellings {
                let spelling = if upper { spelling.to_uppercase() } else { spelling };
                let license = License::parse(&format!("{blanks}{spelling}{blanks}"), None);
                prop_assert_eq!(&license.id, &expected, "{}", spelling);
                prop_assert_eq!(&License::parse(license.url.as_deref().unwrap(), None).id, &expected);
                prop_assert_eq!(&License::parse(&license.name, None).id, &expected);
            }
            prop_assert_eq!(License::parse(&format!("cc-{terms}"), Some(version)).id, expected);
        }

        #[test]
        fn an_identifier_is_valid_and_reads_as_itself(text in "\\PC{0,40}") {
            let license = License::parse(&text, None);
            prop_assert!(!license.id.is_empty());
            prop_assert!(license.id.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c)), "{}", license.id);
            prop_assert_eq!(&License::parse(&license.id, None).id, &license.id);
        }
    }

    #[test]
    fn licences_are_grouped_by_what_they_allow() {
        for (set, licence, expected) in [
            ("open", "cc-by-nc", true),
            ("open", "CC0", true),
            ("open", "LicenseRef-USGovernmentWork", true),
            ("open", "LicenseRef-NoKnownCopyright", true),
            ("open", "All rights reserved", false),
            ("open", "GFDL-1.3", false),
            ("commercial", "CC BY-SA 2.0", true),
            ("commercial", "CC BY-NC 2.0", false),
            ("modifiable", "CC BY-ND 4.0", false),
            ("by,CC-by-sa", "CC-BY-3.0", true),
            ("CC-BY-2.0,CC0-1.0", "CC-BY-4.0", true),
            ("by,by-sa", "CC-BY-NC-3.0", false),
            ("arr", "All rights reserved", true),
        ] {
            let licences: LicenseSet = set.parse().unwrap();
            assert_eq!(licences.holds(Some(&License::parse(licence, None))), expected, "{set}: {licence}");
            assert_eq!(licences.to_string().parse(), Ok(licences.clone()), "{set}");
        }
        assert!(!"open".parse::<LicenseSet>().unwrap().holds(None), "an unknown licence grants nothing");
        assert_eq!("by-sa, cc0".parse::<LicenseSet>().unwrap().to_string(), "cc0,by-sa");
        let all = LicenseTerms::NAMES[..LicenseTerms::NAMES.len() - 1].join(",");
        assert_eq!(all.parse::<LicenseSet>().unwrap().to_string(), "open");
        assert!("opne".parse::<LicenseSet>().unwrap_err().contains("none of open, commercial"));
    }
}
