//! Names of GBIF for `--translate`, kept for a month in the user's own folder.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::report::{UsageError, print_message};
use super::settings;
use crate::config::Config;
use crate::disk::write_durably;
use crate::hash::sha256_hex;
use crate::net::{Client, HostLimits};
use crate::photo::text::normalise;
use crate::sources::gbif::names::{Found, TaxonNames, look_up};
use crate::sources::gbif::{self, ABOUT};

/// How long an answer is used.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An answer of GBIF, as kept.
#[derive(Deserialize, Serialize)]
struct Kept {
    term: String,
    asked_at: Timestamp,
    found: Found,
}

/// The names of those of the terms that are scientific names. The others are reported.
pub async fn of_terms(terms: &[String], config: &Config, client: &Client) -> Result<Vec<(String, TaxonNames)>> {
    let settings = config.source(ABOUT.name);
    let api_url = settings.api_url.clone().map_or_else(|| gbif::ABOUT.api_url.parse(), Ok);
    let api_url: Url = api_url.context("the address of GBIF")?;
    let requests_per_second = settings.requests_per_second.unwrap_or(ABOUT.limits.per_second);
    client.limit(api_url.host_str().unwrap_or_default(), HostLimits { requests_per_second, at_once: 1 });
    let mut all = Vec::new();
    for term in terms.iter().map(|term| term.trim()).filter(|term| !term.is_empty()) {
        match found(term, &api_url, config, client).await? {
            Found::Taxon(names) => all.push((term.to_owned(), names)),
            Found::Similar(name) => {
                print_message(&format!("  \"{term}\" is no scientific name at GBIF; did you mean {name}?"));
            }
            Found::Nothing => print_message(&format!("  \"{term}\" is no scientific name at GBIF")),
        }
    }
    Ok(all)
}

async fn found(term: &str, api_url: &Url, config: &Config, client: &Client) -> Result<Found> {
    let path = path(term, api_url)?;
    let kept = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    if let Some(kept) = kept.filter(|kept| Timestamp::now().duration_since(kept.asked_at) < KEPT) {
        return Ok(kept.found);
    }
    let found = look_up(client, api_url, term, &config.net.patience()).await.map_err(|err| {
        UsageError::error(
            format!("GBIF could not be asked for names: {err}"),
            "try again later, or leave out --gbif-names",
        )
    })?;
    let kept = Kept { term: term.to_owned(), asked_at: Timestamp::now(), found };
    let text = serde_json::to_vec(&kept).context("writing names")?;
    write_durably(&path, &text).with_context(|| format!("could not write {}", path.display()))?;
    Ok(kept.found)
}

fn path(term: &str, api_url: &Url) -> Result<PathBuf> {
    let folder = settings::user_state_folder()?.join("gbif-names");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let name = sha256_hex(format!("{api_url}\n{}", normalise(term)).as_bytes());
    Ok(folder.join(format!("{}.json", &name[..32])))
}
