//! `[citation]`: how a dataset is described and cited. Nothing has a default; what is not given is in no file.

use anyhow::{Context, Result, ensure};
use jiff::civil::Date;
use serde::Deserialize;
use url::Url;

use crate::photo::License;

/// The description of a dataset, for citation files.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Citation {
    /// The title.
    pub title: Option<String>,
    /// What the dataset is, in some sentences.
    pub description: Option<String>,
    /// Who made it, in the order of a citation.
    pub creators: Vec<Creator>,
    /// The licence of the compilation, an SPDX identifier. Every photo keeps its own licence.
    pub license: Option<String>,
    /// Who publishes it, for instance a repository.
    pub publisher: Option<String>,
    /// The day on which it is published.
    pub released: Option<Date>,
    /// The version.
    pub version: Option<String>,
    /// The DOI without an address: `10.5281/zenodo.1234`.
    pub doi: Option<String>,
    /// The address of its web page.
    pub url: Option<Url>,
    /// Keywords.
    pub keywords: Vec<String>,
    /// The language of title and description, BCP 47.
    pub language: Option<String>,
}

/// A person, who has a family name, or an organisation, which has a name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Creator {
    /// Of a person.
    pub family_names: Option<String>,
    /// Of a person.
    pub given_names: Option<String>,
    /// Of an organisation.
    pub name: Option<String>,
    /// The ORCID iD of a person, with or without its address.
    pub orcid: Option<String>,
    /// The organisation of a person.
    pub affiliation: Option<String>,
}

const ORCID: &str = "https://orcid.org/";

impl Citation {
    /// Reads a file with the keys of `[citation]`. The caller names the file.
    pub fn parse(text: &str) -> Result<Self> {
        let citation: Self = toml::from_str(text).context("not valid")?;
        citation.check()?;
        Ok(citation)
    }

    /// Checks what files of others refuse. The caller names the table.
    pub(super) fn check(&self) -> Result<()> {
        self.creators.iter().try_for_each(Creator::check)?;
        if let Some(license) = &self.license {
            let spdx = License::parse(license, None).id;
            ensure!(
                spdx == *license && !spdx.starts_with("LicenseRef-"),
                "license is an SPDX identifier such as CC-BY-4.0 or CC0-1.0, not \"{license}\""
            );
        }
        let doi = |doi: &String| {
            let (prefix, suffix) = doi.split_once('/').unwrap_or_default();
            let registrant = prefix.strip_prefix("10.").unwrap_or_default();
            let digits = registrant.len() >= 4 && registrant.chars().all(|c| c.is_ascii_digit() || c == '.');
            digits && !suffix.is_empty() && !suffix.contains(char::is_whitespace)
        };
        ensure!(self.doi.as_ref().is_none_or(doi), "doi is written 10.5281/zenodo.1234, without an address before it");
        Ok(())
    }

    /// The licence with its name and address.
    pub fn license(&self) -> Option<License> {
        self.license.as_deref().map(|license| License::parse(license, None))
    }
}

impl Creator {
    fn check(&self) -> Result<()> {
        let person = self.family_names.is_some();
        ensure!(
            person != self.name.is_some(),
            "a creator has family_names (a person) or name (an organisation), and not both"
        );
        let personal = self.given_names.is_some() || self.orcid.is_some() || self.affiliation.is_some();
        ensure!(person || !personal, "given_names, orcid and affiliation belong to a person, who has family_names");
        if let Some(orcid) = &self.orcid {
            ensure!(is_orcid(bare(orcid)), "orcid \"{orcid}\" is no ORCID iD: a digit is wrong or missing");
        }
        Ok(())
    }

    /// The name in one line: `Rossi, Anna`, or the organisation's.
    pub fn full_name(&self) -> String {
        let family = self.family_names.iter().chain(&self.name).cloned();
        family.chain(self.given_names.clone()).collect::<Vec<_>>().join(", ")
    }

    /// The ORCID iD with its address.
    pub fn orcid_url(&self) -> Option<String> {
        self.orcid.as_deref().map(|orcid| format!("{ORCID}{}", bare(orcid)))
    }
}

fn bare(orcid: &str) -> &str {
    orcid.strip_prefix(ORCID).unwrap_or(orcid)
}

/// Whether it has the form of an ORCID iD and its check digit is right (ISO 7064, MOD 11-2).
fn is_orcid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let digits: String = groups.concat();
    if groups.len() != 4 || groups.iter().any(|group| group.len() != 4) || !digits.is_ascii() {
        return false;
    }
    let (first, check) = digits.split_at(15);
    let Some(sum) = first.chars().try_fold(0, |sum, c| Some((sum + c.to_digit(10)?) * 2)) else { return false };
    match (12 - sum % 11) % 11 {
        10 => check == "X",
        digit => check == digit.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Citation;

    const ANNA: &str = "[[creators]]\nfamily_names = \"Rossi\"\n";

    #[test]
    fn a_citation_is_read_and_its_creators_have_names_to_print() {
        let text = "title = \"Monkeys\"\nlicense = \"CC-BY-4.0\"\ndoi = \"10.5281/zenodo.1\"\nreleased = \"2026-12-01\"\n\
            [[creators]]\nfamily_names = \"Rossi\"\ngiven_names = \"Anna\"\norcid = \"0000-0002-1694-233X\"\n\
            [[creators]]\nname = \"Monkey Group\"\n";
        let citation = Citation::parse(text).unwrap();
        let names: Vec<_> = citation.creators.iter().map(super::Creator::full_name).collect();
        assert_eq!(names, ["Rossi, Anna", "Monkey Group"]);
        assert_eq!(citation.creators[0].orcid_url().unwrap(), "https://orcid.org/0000-0002-1694-233X");
        assert_eq!(citation.license().unwrap().url.unwrap(), "https://creativecommons.org/licenses/by/4.0/");
    }

    #[test]
    fn what_other_programs_would_refuse_is_refused_here_and_named() {
        for (text, named) in [
            ("[[creators]]\n", "family_names"),
            ("[[creators]]\nname = \"G\"\nfamily_names = \"R\"\n", "not both"),
            ("[[creators]]\nname = \"G\"\norcid = \"0000-0002-1825-0097\"\n", "belong to a person"),
            (&format!("{ANNA}orcid = \"0000-0002-1825-0098\"\n"), "no ORCID iD"),
            (&format!("{ANNA}orcid = \"0000-0002-1825\"\n"), "no ORCID iD"),
            ("license = \"do what you like\"\n", "SPDX"),
            ("license = \"all rights reserved\"\n", "SPDX"),
            ("doi = \"https://doi.org/10.5281/zenodo.1\"\n", "doi"),
            ("doi = \"10.5281\"\n", "doi"),
            ("titel = \"x\"\n", "titel"),
            ("released = \"yesterday\"\n", "released"),
        ] {
            let error = format!("{:#}", Citation::parse(text).unwrap_err());
            assert!(error.contains(named), "{text}: {error}");
        }
        for orcid in ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1694-233X", "0000-0001-5109-3700"] {
            Citation::parse(&format!("{ANNA}orcid = \"{orcid}\"\n")).unwrap();
        }
    }
}
