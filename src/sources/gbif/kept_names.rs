//! Names of GBIF for searches, kept for a month in the user's own folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::ABOUT;
use super::names::{Found, NamesError, TaxonNames, look_up};
use crate::disk::write_durably;
use crate::hash::sha256_hex;
use crate::net::{Client, HostLimits};
use crate::photo::text::normalise;
use crate::sources::access::SourceAccess;

/// How long an answer is used.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An answer of GBIF, as kept.
#[derive(Deserialize, Serialize)]
struct Kept {
    term: String,
    asked_at: Timestamp,
    found: Found,
}

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
    let folder = access.user.state_folder()?.join("gbif-names");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let mut known = KnownTaxa::default();
    for term in terms.iter().map(|term| term.trim()).filter(|term| !term.is_empty()) {
        let path = path(&folder, term, &api_url);
        let found = match read(&path) {
            Some(found) => found,
            None => {
                let found: Result<Found, NamesError> =
                    look_up(client, &api_url, term, &access.config.net.patience()).await;
                keep(&path, term, found?)?
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

/// An answer that is kept and not too old.
fn read(path: &Path) -> Option<Found> {
    let kept: Kept = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (Timestamp::now().duration_since(kept.asked_at) < KEPT).then_some(kept.found)
}

fn keep(path: &Path, term: &str, found: Found) -> Result<Found> {
    let kept = Kept { term: term.to_owned(), asked_at: Timestamp::now(), found };
    let text = serde_json::to_vec(&kept).context("writing names")?;
    write_durably(path, &text).with_context(|| format!("could not write {}", path.display()))?;
    Ok(kept.found)
}

fn path(folder: &Path, term: &str, api_url: &Url) -> PathBuf {
    let name = sha256_hex(format!("{api_url}\n{}", normalise(term)).as_bytes());
    folder.join(format!("{}.json", &name[..32]))
}
