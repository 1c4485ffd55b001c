//! Vernacular names of a taxon at GBIF: `species/match`, then `species/{key}/vernacularNames`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing::debug;
use url::Url;

use crate::net::{Attempt, Client, NetError, Request, RetryPolicy, is_retryable_status, with_retry};
use crate::reference::names::short_code;

/// Enough for a page of names.
const MAX_RESPONSE_BYTES: u64 = 4 * 1024 * 1024;
/// Names on one page.
const PER_PAGE: u64 = 500;
/// Pages at most; the largest taxa have some thousand names.
const MAX_PAGES: u64 = 6;
/// Names kept of each language: those that most of GBIF's checklists use.
const PER_LANGUAGE: usize = 3;
/// Longer texts are lists or remarks, not names.
const MAX_CHARACTERS: usize = 60;

/// The names of a taxon.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct TaxonNames {
    /// The scientific name without its author.
    pub scientific_name: String,
    /// Language (BCP 47) -> names, the commonest first.
    pub by_language: BTreeMap<String, Vec<String>>,
}

/// What GBIF knows of a name.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Found {
    /// A taxon with exactly this scientific name.
    Taxon(TaxonNames),
    /// None, but a similar one.
    Similar(String),
    /// None.
    Nothing,
}

/// GBIF could not be asked.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct NamesError(String);

/// Looks a scientific name up.
pub async fn look_up(client: &Client, api_url: &Url, name: &str, retry: &RetryPolicy) -> Result<Found, NamesError> {
    let mut url = endpoint(api_url, "species/match");
    url.query_pairs_mut().append_pair("name", name);
    let found: Match = read(&get(client, &url, retry).await?)?;
    let canonical = found.canonical_name.unwrap_or_default();
    let (key, canonical) = match (found.kind.as_deref(), found.usage_key) {
        (Some("EXACT"), Some(key)) if !canonical.is_empty() => (found.accepted_usage_key.unwrap_or(key), canonical),
        (Some("FUZZY"), Some(_)) if !canonical.is_empty() => return Ok(Found::Similar(canonical)),
        _ => return Ok(Found::Nothing),
    };
    let mut all = Vec::new();
    for page in 0..MAX_PAGES {
        let mut url = endpoint(api_url, &format!("species/{key}/vernacularNames"));
        let offset = (page * PER_PAGE).to_string();
        url.query_pairs_mut().append_pair("limit", &PER_PAGE.to_string()).append_pair("offset", &offset);
        let names: NamesPage = read(&get(client, &url, retry).await?)?;
        let is_last = names.end_of_records || names.results.is_empty();
        all.extend(names.results);
        if is_last {
            break;
        }
    }
    debug!(key, names = all.len(), "names of GBIF received");
    Ok(Found::Taxon(TaxonNames { scientific_name: canonical, by_language: commonest(all) }))
}

/// The commonest names of each language. Names that differ only in case are the same.
fn commonest(all: Vec<Name>) -> BTreeMap<String, Vec<String>> {
    let mut counted: BTreeMap<String, Vec<(String, u32)>> = BTreeMap::new();
    for Name { vernacular_name, language } in all {
        let name = vernacular_name.split_whitespace().collect::<Vec<_>>().join(" ");
        let language = short_code(language.trim()).to_owned();
        let is_name =
            !name.is_empty() && name.chars().count() <= MAX_CHARACTERS && !name.contains([';', '/', '(', '|']);
        if language.is_empty() || !is_name {
            continue;
        }
        let names = counted.entry(language).or_default();
        match names.iter_mut().find(|(known, _)| known.to_lowercase() == name.to_lowercase()) {
            Some((_, count)) => *count += 1,
            None => names.push((name, 1)),
        }
    }
    let chosen = |mut names: Vec<(String, u32)>| {
        // Stable: of equally common ones the first.
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        names.into_iter().map(|(name, _)| name).take(PER_LANGUAGE).collect()
    };
    counted.into_iter().map(|(language, names)| (language, chosen(names))).collect()
}

/// The address of a resource of the API.
pub(super) fn endpoint(api_url: &Url, path: &str) -> Url {
    let mut url = api_url.clone();
    url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
    url
}

async fn get(client: &Client, url: &Url, retry: &RetryPolicy) -> Result<Vec<u8>, NamesError> {
    let request = Request::to_one_host(url.clone(), MAX_RESPONSE_BYTES);
    let attempt = || async {
        let again = |after: Option<Duration>, why: String| Attempt::Retry { after, err: NamesError(why) };
        match client.get(&request).await {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(answer) => {
                let why = format!("GBIF responded with HTTP {}", answer.status);
                if is_retryable_status(answer.status) {
                    return Err(again(answer.retry_after(), why));
                }
                Err(Attempt::Stop(NamesError(why)))
            }
            Err(err @ NetError::Refused { .. }) => Err(Attempt::Stop(NamesError(err.to_string()))),
            Err(err) => Err(again(None, err.to_string())),
        }
    };
    with_retry(retry, attempt).await
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, NamesError> {
    serde_json::from_slice(body).map_err(|_| NamesError("GBIF's response cannot be read".to_owned()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    usage_key: Option<u64>,
    /// The accepted name's, if the name is a synonym.
    accepted_usage_key: Option<u64>,
    canonical_name: Option<String>,
    #[serde(rename = "matchType")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamesPage {
    #[serde(default)]
    end_of_records: bool,
    results: Vec<Name>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    #[serde(default)]
    vernacular_name: String,
    /// ISO 639-3; empty or missing if unknown.
    #[serde(default)]
    language: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_most_checklists_use_come_first_and_remarks_are_left_out() {
        let name = |vernacular_name: &str, language: &str| Name {
            vernacular_name: vernacular_name.to_owned(),
            language: language.to_owned(),
        };
        let names = commonest(vec![
            name("Javaneraffe", "deu"),
            name("Langschwanzmakak", "deu"),
            name("langschwanzmakak ", "deu"),
            name("Krabbenesser", "deu"),
            name("Zyxaffe", "deu"),
            name("カニクイザル", "jpn"),
            name("macaque (of Java)", "eng"),
            name("a; b", "eng"),
            name("Monyet", ""),
            name("", "ita"),
            name(&"x".repeat(61), "ita"),
        ]);
        assert_eq!(names.keys().collect::<Vec<_>>(), ["de", "ja"]);
        assert_eq!(names["de"], ["Langschwanzmakak", "Javaneraffe", "Krabbenesser"]);
    }
}
