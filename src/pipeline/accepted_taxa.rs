//! Looks up the accepted taxa of the names that photos have, with classification and Red List category: one to three requests
//! to GBIF for each name, kept for a month.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::choice::next_photos;
use super::{Choice, Observer, Pipeline, RecordWriter, Stop};
use crate::photo::{AcceptedTaxon, Photo, PhotoId, StageName, Taxon};
use crate::sources::gbif::backbone;
use crate::sources::gbif::kept::KeptAnswers;
use crate::sources::search::{Ask, SearchClient, SearchError};

/// Looks up taxa.
pub struct AcceptedTaxaRun {
    /// Saves the photos.
    pub writer: Arc<RecordWriter>,
    /// The photos whose taxa are looked up.
    pub choice: Arc<Choice>,
    /// The stages, of which `taxa` finds the names.
    pub pipeline: Pipeline,
    /// GBIF.
    pub client: SearchClient,
    /// What GBIF answered before.
    pub kept: KeptAnswers,
    /// Whether to ask again for what is known.
    pub again: bool,
    /// Receives progress events.
    pub observer: Arc<dyn Observer>,
    /// Raised when the user stops the run.
    pub stop: Stop,
}

/// What was looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AcceptedTaxa {
    /// Photos that name a taxon.
    pub photos: u64,
    /// Different names.
    pub names: u64,
    /// Names for which GBIF was asked; the other answers were kept.
    pub asked: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Names that GBIF has a taxon for.
    pub found: u64,
    /// Names that it has no taxon for, at most 20 of them.
    pub unknown: Vec<String>,
    /// Photos that were changed.
    pub changed: u64,
    /// Why it ended early, if it did.
    pub cut_short: Option<String>,
}

/// Unknown names that are listed.
const MOST_LISTED: usize = 20;

impl AcceptedTaxaRun {
    /// Looks up the names of the chosen photos and saves what was found. The first error of the store ends it.
    pub async fn run(&self) -> Result<AcceptedTaxa, SearchError> {
        let mut result = AcceptedTaxa::default();
        let names = self.names(&mut result).await?;
        result.names = names.len() as u64;
        let mut known = BTreeMap::new();
        for (name, taxon) in names {
            match self.look_up(&name, &taxon, &mut result).await {
                Ok(accepted) => {
                    if accepted.taxon.is_some() {
                        result.found += 1;
                    } else if result.unknown.len() < MOST_LISTED {
                        result.unknown.push(name.clone());
                    }
                    known.insert(name, accepted);
                }
                Err(SearchError::Stopped) => break,
                Err(SearchError::Unanswered(why)) => {
                    result.cut_short = Some(why);
                    break;
                }
                Err(err) => return Err(err),
            }
        }
        self.save(&known, &mut result).await?;
        self.observer.ended();
        Ok(result)
    }

    /// The names of the chosen photos, each with one taxon of that name.
    async fn names(&self, result: &mut AcceptedTaxa) -> Result<BTreeMap<String, Taxon>> {
        let mut names = BTreeMap::new();
        let mut after = None;
        while let Some(batch) = self.next(&mut after).await? {
            for photo in batch {
                let photo = self.identified(photo).await?;
                let Some((taxon, _)) = photo.named() else { continue };
                result.photos += 1;
                names.entry(taxon.scientific_name.clone()).or_insert_with(|| taxon.clone());
            }
            if self.stop.is_raised() {
                break;
            }
        }
        Ok(names)
    }

    /// Saves the identifications and the accepted taxa.
    async fn save(&self, known: &BTreeMap<String, AcceptedTaxon>, result: &mut AcceptedTaxa) -> Result<()> {
        let mut after = None;
        while let Some(batch) = self.next(&mut after).await? {
            let count = batch.len() as u64;
            let mut changed = Vec::new();
            for before in batch {
                let mut photo = self.identified(before.clone()).await?;
                let name = photo.named().map(|(taxon, _)| taxon.scientific_name.clone());
                match name {
                    Some(name) => {
                        if let Some(accepted) = known.get(&name) {
                            photo.accepted_taxon = Some(accepted.clone());
                        }
                    }
                    None => photo.accepted_taxon = None,
                }
                if photo != before {
                    changed.push(photo);
                }
            }
            result.changed += changed.len() as u64;
            if !changed.is_empty() {
                self.writer.save(changed).await?;
            }
            self.observer.photos_passed(count);
            if self.stop.is_raised() {
                break;
            }
        }
        Ok(())
    }

    /// The photo with what its words say now.
    async fn identified(&self, mut photo: Photo) -> Result<Photo> {
        for stage in self.pipeline.stages.iter().filter(|stage| stage.name() == StageName::Taxa) {
            stage.apply(&mut photo).await?;
        }
        Ok(photo)
    }

    /// The next chosen photos; `None` at the end.
    async fn next(&self, after: &mut Option<PhotoId>) -> Result<Option<Vec<Photo>>> {
        let photos = next_photos(self.writer.store(), after.clone()).await?;
        let Some(last) = photos.last() else { return Ok(None) };
        *after = Some(last.id.clone());
        Ok(Some(photos.into_iter().filter(|photo| self.choice.passes(photo)).collect()))
    }

    /// The accepted taxon of a name: as kept, or as GBIF says.
    async fn look_up(
        &self,
        name: &str,
        taxon: &Taxon,
        result: &mut AcceptedTaxa,
    ) -> Result<AcceptedTaxon, SearchError> {
        let accepted = |taxon: Option<Taxon>, at: Timestamp| AcceptedTaxon {
            name: name.to_owned(),
            taxon,
            checklist: backbone::CHECKLIST.to_owned(),
            at,
        };
        let kept = if self.again { None } else { self.kept.read::<Option<Taxon>>(name) };
        if let Some((taxon, at)) = kept {
            return Ok(accepted(taxon, at));
        }
        result.asked += 1;
        let url: &Url = self.client.source().api_url();
        let usage = self
            .ask(&|| backbone::match_request(url, taxon), &|status, body| backbone::parse_match(status, body), result)
            .await?;
        let mut found = None;
        if let Some(usage) = usage {
            let key = usage.key;
            found = match usage.taxon {
                Some(taxon) => Some(taxon),
                None => {
                    let parse = |status: u16, body: &[u8]| backbone::parse_usage(key, status, body);
                    self.ask(&|| backbone::usage_request(url, key), &parse, result).await?
                }
            };
            if let Some(taxon) = &mut found {
                taxon.iucn_category = self
                    .ask(
                        &|| backbone::category_request(url, key),
                        &|status, body| backbone::parse_category(status, body),
                        result,
                    )
                    .await?;
            }
        }
        let at = self.kept.keep(name, &found)?;
        Ok(accepted(found, at))
    }

    async fn ask<T>(
        &self,
        request: &(dyn Fn() -> crate::net::Request + Sync),
        parse: &crate::sources::search::ParseFn<'_, T>,
        result: &mut AcceptedTaxa,
    ) -> Result<T, SearchError> {
        super::collect::announce_wait(&self.client, "looking up taxa", self.observer.as_ref());
        let answer = self.client.ask(Ask { request, parse }, self.stop.clone().raised()).await?;
        result.requests += 1;
        answer.ok_or(SearchError::Stopped)
    }
}
