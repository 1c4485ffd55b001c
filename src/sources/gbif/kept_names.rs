//! Names of GBIF for searches, kept for a month in the user's own folder.

use anyhow::{Context, Result};
use url::Url;

use super::ABOUT;
use super::kept::KeptAnswers;
use super::names::{Found, NamesError, TaxonNames, look_up};
use crate::net::{Client, HostLimits};
use crate::sources::access::SourceAccess;

/// What GBIF knows of some terms.
#[derive(Default)]
pub struct KnownTaxa {
    /// The terms that are scientific names, with their names in other languages.
    pub taxa: Vec<(String, TaxonNames)>,
    /// About the others, to display.
    pub messages: Vec<String>,
}

/// The names of those of the terms that are scientific names. Fails with [`NamesError`] if GBIF does not answer.
pub async fn of_terms(terms: &[String], access: &SourceAccess, client: &Client) -> Result<KnownTaxa> {
    let settings = access.config.source(ABOUT.name);
    let api_url = settings.api_url.clone().map_or_else(|| ABOUT.api_url.parse(), Ok);
    let api_url: Url = api_url.context("the address of GBIF")?;
    let requests_per_second = settings.requests_per_second.unwrap_or(ABOUT.limits.per_second);
    client.limit(api_url.host_str().unwrap_or_default(), HostLimits { requests_per_second, at_once: 1 });
    let kept = KeptAnswers::open(access.user.state_folder()?.join("gbif-names"), &api_url)?;
    let mut known = KnownTaxa::default();
    for term in terms.iter().map(|term| term.trim()).filter(|term| !term.is_empty()) {
        let found = match kept.read(term) {
            Some((found, _)) => found,
            None => {
                let found: Result<Found, NamesError> =
                    look_up(client, &api_url, term, &access.config.net.patience()).await;
                let found = found?;
                kept.keep(term, &found)?;
                found
            }
        };
        match found {
            Found::Taxon(names) => known.taxa.push((term.to_owned(), names)),
            Found::Similar(name) => {
                known.messages.push(format!("\"{term}\" is no scientific name at GBIF; did you mean {name}?"));
            }
            Found::Nothing => known.messages.push(format!("\"{term}\" is no scientific name at GBIF")),
        }
    }
    Ok(known)
}
