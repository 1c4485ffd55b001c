//! The accepted taxon of a name in GBIF's backbone taxonomy: `species/match`, `species/{key}` and
//! `species/{key}/iucnRedListCategory`.

use serde::Deserialize;
use url::Url;

use super::names::endpoint;
use crate::net::{Request, is_retryable_status};
use crate::photo::{Classification, Taxon};
use crate::sources::ResponseError;

/// Enough for one taxon.
const MAX_RESPONSE_BYTES: u64 = 256 * 1024;

/// The name of the checklist.
pub const CHECKLIST: &str = "GBIF";

/// A taxon of the backbone, and its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// The key of the accepted taxon.
    pub key: u64,
    /// Absent of a synonym: the accepted taxon has to be asked for.
    pub taxon: Option<Taxon>,
}

/// Asks which taxon has exactly this name. Kingdom and class decide between equal names.
pub fn match_request(api_url: &Url, taxon: &Taxon) -> Request {
    let mut url = endpoint(api_url, "species/match");
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("name", &taxon.scientific_name).append_pair("strict", "true");
        let higher = taxon.classification.as_ref();
        let known = [
            ("kingdom", higher.and_then(|all| all.kingdom.as_deref())),
            ("class", higher.and_then(|all| all.class.as_deref())),
            ("rank", taxon.rank.as_deref()),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                query.append_pair(name, &value.to_uppercase());
            }
        }
    }
    Request::to_one_host(url, MAX_RESPONSE_BYTES)
}

/// The taxon with exactly the name that was asked for; `None` if there is none.
pub fn parse_match(status: u16, body: &[u8]) -> Result<Option<Usage>, ResponseError> {
    check(status)?;
    let found: Answer = read(body)?;
    let key = found.accepted_usage_key.or(found.usage_key);
    let Some(key) = key.filter(|_| found.match_type.as_deref() == Some("EXACT")) else { return Ok(None) };
    // The answer about a synonym has the synonym's own name.
    let is_accepted = found.accepted_usage_key.is_none_or(|accepted| Some(accepted) == found.usage_key);
    Ok(Some(Usage { key, taxon: is_accepted.then(|| found.into_taxon(key)).flatten() }))
}

/// Asks for the taxon with a key.
pub fn usage_request(api_url: &Url, key: u64) -> Request {
    Request::to_one_host(endpoint(api_url, &format!("species/{key}")), MAX_RESPONSE_BYTES)
}

/// The taxon that was asked for by its key.
pub fn parse_usage(key: u64, status: u16, body: &[u8]) -> Result<Option<Taxon>, ResponseError> {
    if status == 404 {
        return Ok(None);
    }
    check(status)?;
    Ok(read::<Answer>(body)?.into_taxon(key))
}

/// Asks for the category of a taxon on the IUCN Red List.
pub fn category_request(api_url: &Url, key: u64) -> Request {
    Request::to_one_host(endpoint(api_url, &format!("species/{key}/iucnRedListCategory")), MAX_RESPONSE_BYTES)
}

/// The category: `VU`. `None` if it was not assessed.
pub fn parse_category(status: u16, body: &[u8]) -> Result<Option<String>, ResponseError> {
    // GBIF answers 204 where there is none.
    if matches!(status, 204 | 404) || body.is_empty() && status == 200 {
        return Ok(None);
    }
    check(status)?;
    Ok(read::<Category>(body)?.code.filter(|code| !code.is_empty()))
}

fn check(status: u16) -> Result<(), ResponseError> {
    match status {
        200 => Ok(()),
        _ if is_retryable_status(status) => Err(ResponseError::Temporary(format!("GBIF responded with HTTP {status}"))),
        _ => Err(ResponseError::Query(format!("GBIF responded with HTTP {status}"))),
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ResponseError> {
    serde_json::from_slice(body).map_err(|_| ResponseError::Temporary("GBIF's response cannot be read".to_owned()))
}

#[derive(Deserialize)]
struct Category {
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    usage_key: Option<u64>,
    accepted_usage_key: Option<u64>,
    canonical_name: Option<String>,
    vernacular_name: Option<String>,
    rank: Option<String>,
    match_type: Option<String>,
    kingdom: Option<String>,
    phylum: Option<String>,
    class: Option<String>,
    order: Option<String>,
    family: Option<String>,
    genus: Option<String>,
}

impl Answer {
    fn into_taxon(self, key: u64) -> Option<Taxon> {
        let name = self.canonical_name.filter(|name| !name.trim().is_empty())?;
        Some(Taxon {
            scientific_name: name,
            vernacular_name: self.vernacular_name,
            rank: self.rank.map(|rank| rank.to_lowercase()),
            source_id: Some(key.to_string()),
            classification: Some(Classification {
                kingdom: self.kingdom,
                phylum: self.phylum,
                class: self.class,
                order: self.order,
                family: self.family,
                genus: self.genus,
            }),
            ..Taxon::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_name_is_a_taxon_and_a_synonym_is_asked_for_again() {
        let exact = br#"{"usageKey": 2436620, "scientificName": "Macaca fascicularis (Raffles, 1821)", "canonicalName":
            "Macaca fascicularis", "rank": "SPECIES", "status": "ACCEPTED", "matchType": "EXACT", "kingdom": "Animalia",
            "class": "Mammalia", "order": "Primates", "family": "Cercopithecidae", "genus": "Macaca"}"#;
        let usage = parse_match(200, exact).unwrap().unwrap();
        let taxon = usage.taxon.unwrap();
        assert_eq!((usage.key, taxon.scientific_name.as_str()), (2_436_620, "Macaca fascicularis"));
        assert_eq!(taxon.rank.as_deref(), Some("species"));
        assert!(taxon.is_monkey());
        let synonym =
            br#"{"usageKey": 1, "acceptedUsageKey": 2, "canonicalName": "Macaca irus", "matchType": "EXACT"}"#;
        assert_eq!(parse_match(200, synonym).unwrap(), Some(Usage { key: 2, taxon: None }));
        for none in [
            &br#"{"confidence": 100, "matchType": "NONE", "synonym": false}"#[..],
            br#"{"usageKey": 3, "canonicalName": "Macaca", "matchType": "HIGHERRANK"}"#,
            br#"{"usageKey": 3, "canonicalName": "Macaca", "matchType": "FUZZY"}"#,
        ] {
            assert_eq!(parse_match(200, none).unwrap(), None);
        }
        assert!(matches!(parse_match(503, b""), Err(ResponseError::Temporary(_))));
        assert!(matches!(parse_match(200, b"<html>"), Err(ResponseError::Temporary(_))));
        assert!(matches!(parse_match(400, b""), Err(ResponseError::Query(_))));
        let vulnerable = br#"{"category": "VULNERABLE", "code": "VU", "usageKey": 9, "scientificName": "x"}"#;
        assert_eq!(parse_category(200, vulnerable).unwrap().as_deref(), Some("VU"));
        assert_eq!(parse_category(204, b"").unwrap(), None);
    }
}
