//! What an export counts for its manifest, photo by photo.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Result;
use rayon::prelude::*;

use super::{CitedDatasetOfExport, LicenseOfExport, ScoreOfExport, Versioned};
use crate::photo::{CitedDataset, Found, License, Photo};
use crate::seal::SealedPhoto;
use crate::sources::gbif;
use crate::store::{ContentDigest, KnownDigest, digest_line};

/// Records whose lines one core makes.
const PIECE: usize = 32;

/// A source and one of its searches, whose rank and language are not part of it.
pub type SourceAndSearch = (String, Found);

/// Counts of the photos of an export, and the digest of the whole dataset.
#[derive(Default)]
pub struct Tally {
    /// All records that were read, in order.
    records: ContentDigest,
    /// Their number.
    read: u64,
    /// The digest of the whole dataset, if it need not be computed.
    pub all_records: Option<KnownDigest>,
    pub searches: BTreeMap<SourceAndSearch, u64>,
    pub sources: BTreeMap<String, u64>,
    /// Service and version -> photos.
    pub labels: BTreeMap<(String, String), u64>,
    /// Always `places`, and a version -> photos.
    pub places: BTreeMap<(String, String), u64>,
    licenses: BTreeMap<Option<String>, (Option<License>, u64)>,
    /// Source and key.
    cited: BTreeMap<(String, String), (CitedDataset, u64)>,
    /// Key, scorer and version.
    scores: BTreeMap<(String, String, String), u64>,
}

impl Tally {
    /// Adds a batch of the dataset, and those of it that are exported.
    pub fn add(&mut self, batch: &[SealedPhoto], passing: &[&SealedPhoto]) -> Result<()> {
        self.add_passing(passing);
        if self.all_records.is_some() {
            return Ok(());
        }
        let lines = |photos: &[SealedPhoto]| {
            let mut lines = Vec::new();
            photos.iter().try_for_each(|sealed| digest_line(sealed, None, &mut lines)).map(|()| lines)
        };
        let lines = batch.par_chunks(PIECE).map(lines).collect::<Result<Vec<_>>>()?;
        lines.iter().for_each(|lines| self.records.add(lines));
        self.read += batch.len() as u64;
        Ok(())
    }

    /// Adds photos that are exported.
    pub fn add_passing(&mut self, passing: &[&SealedPhoto]) {
        passing.iter().for_each(|sealed| self.count(sealed.photo()));
    }

    /// The digest of the whole dataset.
    pub fn known_digest(&self) -> KnownDigest {
        let read = || KnownDigest { digest: self.records.clone().finish(), photos: self.read };
        self.all_records.clone().unwrap_or_else(read)
    }

    fn count(&mut self, photo: &Photo) {
        let source = photo.id.source();
        *self.sources.entry(source.to_owned()).or_default() += 1;
        for found in &photo.searches {
            let searched = found.source.clone().unwrap_or_else(|| source.to_owned());
            let search = Found { rank: 0, language: None, source: None, ..found.clone() };
            *self.searches.entry((searched, search)).or_default() += 1;
        }
        let license = photo.license_in_force();
        let entry = self.licenses.entry(license.as_ref().map(|license| license.id.clone()));
        entry.or_insert_with(|| (license.map(Cow::into_owned), 0)).1 += 1;
        if let Some(dataset) = &photo.dataset {
            // A picture of iNaturalist that GBIF has keeps iNaturalist's id; the search that found it names GBIF.
            let of_gbif = photo.searches.iter().any(|found| found.source.as_deref() == Some(gbif::ABOUT.name));
            let key = (if of_gbif { gbif::ABOUT.name } else { source }.to_owned(), dataset.key.clone());
            self.cited.entry(key).or_insert_with(|| (dataset.clone(), 0)).1 += 1;
        }
        for (key, score) in &photo.scores {
            let key = (key.to_string(), score.scorer.clone(), score.version.clone());
            *self.scores.entry(key).or_default() += 1;
        }
        for (service, labels) in &photo.labels {
            *self.labels.entry((service.clone(), labels.version.clone())).or_default() += 1;
        }
        if let Some(place) = &photo.place {
            *self.places.entry(("places".to_owned(), place.data_version.clone())).or_default() += 1;
        }
    }

    /// The datasets to cite, those with most photos first.
    pub fn cited_datasets(&self) -> Vec<CitedDatasetOfExport> {
        let entry = |((source, _), (dataset, photos)): (&(String, String), &(CitedDataset, u64))| {
            let url = (source == gbif::ABOUT.name).then(|| format!("https://www.gbif.org/dataset/{}", dataset.key));
            CitedDatasetOfExport { source: source.clone(), dataset: dataset.clone(), url, photos: *photos }
        };
        most_first(self.cited.iter().map(entry).collect(), |cited| cited.photos)
    }

    /// The licences, those with most photos first.
    pub fn licenses(&self) -> Vec<LicenseOfExport> {
        let entry = |(id, (license, photos)): (&Option<String>, &(Option<License>, u64))| LicenseOfExport {
            id: id.clone(),
            name: license.as_ref().map(|license| license.name.clone()),
            url: license.as_ref().and_then(|license| license.url.clone()),
            photos: *photos,
        };
        most_first(self.licenses.iter().map(entry).collect(), |license| license.photos)
    }

    /// The scores by key, scorer and version.
    pub fn scores(&self, in_filter: &[String]) -> Vec<ScoreOfExport> {
        let entry = |((key, scorer, version), photos): (&(String, String, String), &u64)| ScoreOfExport {
            key: key.clone(),
            scorer: scorer.clone(),
            version: version.clone(),
            photos: *photos,
            in_filter: in_filter.contains(key),
        };
        self.scores.iter().map(entry).collect()
    }
}

fn most_first<T>(mut entries: Vec<T>, photos: fn(&T) -> u64) -> Vec<T> {
    // The order of equal counts stays that of their keys.
    entries.sort_by_key(|entry| std::cmp::Reverse(photos(entry)));
    entries
}

/// Names, versions and numbers of photos.
pub fn versions(counts: &BTreeMap<(String, String), u64>) -> Vec<Versioned> {
    let entry = |((name, version), photos): (&(String, String), &u64)| Versioned {
        name: name.clone(),
        version: version.clone(),
        photos: *photos,
    };
    counts.iter().map(entry).collect()
}
