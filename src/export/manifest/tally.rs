//! What an export counts for its manifest, photo by photo.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use rayon::prelude::*;

use super::{CitedDatasetOfExport, LayerOfExport, LicenseOfExport, ScoreOfExport, Versioned};
use crate::photo::{CitedDataset, Found, License, Photo};
use crate::sources::gbif;
use crate::store::{ContentDigest, KnownDigest, StoreError, StoredRecord, digest_line};

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
    /// Name, use and SHA-256 of a layer -> photos.
    layers: BTreeMap<(String, &'static str, Option<String>), u64>,
}

impl Tally {
    /// Adds a batch of the dataset, and those of it that are exported.
    pub fn add(&mut self, batch: &[StoredRecord], passing: &[&StoredRecord]) -> Result<()> {
        self.add_passing(passing)?;
        if self.all_records.is_some() {
            return Ok(());
        }
        let lines = |records: &[StoredRecord]| {
            let mut lines = Vec::new();
            records.iter().try_for_each(|record| digest_line(record, None, &mut lines)).map(|()| lines)
        };
        let lines = batch.par_chunks(PIECE).map(lines).collect::<Result<Vec<_>>>()?;
        lines.iter().for_each(|lines| self.records.add(lines));
        self.read += batch.len() as u64;
        Ok(())
    }

    /// Adds photos that are exported.
    pub fn add_passing(&mut self, passing: &[&StoredRecord]) -> Result<()> {
        let pieces = passing.par_chunks(PIECE).map(Counts::of).collect::<Result<Vec<_>, StoreError>>()?;
        pieces.into_iter().for_each(|piece| self.add_counts(piece));
        Ok(())
    }

    /// The digest of the whole dataset.
    pub fn known_digest(&self) -> KnownDigest {
        let read = || KnownDigest { digest: self.records.clone().finish(), photos: self.read };
        self.all_records.clone().unwrap_or_else(read)
    }

    fn add_counts(&mut self, piece: Counts<'_>) {
        for (source, photos) in piece.sources {
            *self.sources.entry(source.to_owned()).or_default() += photos;
        }
        for ((searched, [term, bbox, criteria]), photos) in piece.searches {
            let text = |part: Option<&str>| part.map(str::to_owned);
            let term = term.unwrap_or_default().to_owned();
            let search = Found { term, bbox: text(bbox), criteria: text(criteria), ..Found::default() };
            *self.searches.entry((searched.to_owned(), search)).or_default() += photos;
        }
        for (id, (license, photos)) in piece.licenses {
            let entry = self.licenses.entry(id.map(Cow::into_owned));
            entry.or_insert_with(|| (license.map(Cow::into_owned), 0)).1 += photos;
        }
        for ((source, key), (dataset, photos)) in piece.cited {
            let entry = self.cited.entry((source.to_owned(), key.to_owned()));
            entry.or_insert_with(|| (dataset.clone(), 0)).1 += photos;
        }
        for ([key, scorer, version], photos) in piece.scores {
            let key = (key.to_owned(), scorer.to_owned(), version.to_owned());
            *self.scores.entry(key).or_default() += photos;
        }
        for ((service, version), photos) in piece.labels {
            *self.labels.entry((service.to_owned(), version.to_owned())).or_default() += photos;
        }
        for (version, photos) in piece.places {
            *self.places.entry(("places".to_owned(), version.to_owned())).or_default() += photos;
        }
        for ((name, used_for, sha256), photos) in piece.layers {
            *self.layers.entry((name.to_owned(), used_for, sha256.map(str::to_owned))).or_default() += photos;
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

    /// The layers by name and use.
    pub fn reference_layers(&self) -> Vec<LayerOfExport> {
        let entry = |((name, used_for, sha256), photos): (&(String, &'static str, Option<String>), &u64)| {
            LayerOfExport { name: name.clone(), used_for, sha256: sha256.clone(), photos: *photos }
        };
        self.layers.iter().map(entry).collect()
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

/// A licence, absent if none is stated, and the number of its photos.
type Licensed<'a> = (Option<Cow<'a, License>>, u64);

/// Counts of some photos, with keys that are theirs: most have the same.
#[derive(Default)]
struct Counts<'a> {
    sources: BTreeMap<&'a str, u64>,
    /// The searched source, and what was searched for: term, box, criteria.
    searches: BTreeMap<(&'a str, [Option<&'a str>; 3]), u64>,
    labels: BTreeMap<(&'a str, &'a str), u64>,
    places: BTreeMap<&'a str, u64>,
    licenses: BTreeMap<Option<Cow<'a, str>>, Licensed<'a>>,
    cited: BTreeMap<(&'a str, &'a str), (&'a CitedDataset, u64)>,
    scores: BTreeMap<[&'a str; 3], u64>,
    layers: BTreeMap<LayerUse<'a>, u64>,
}

/// The name of a layer, what it told of a photo, and the SHA-256 of its file.
type LayerUse<'a> = (&'a str, &'static str, Option<&'a str>);

impl<'a> Counts<'a> {
    fn of(records: &[&'a StoredRecord]) -> Result<Self, StoreError> {
        let mut counts = Self::default();
        records.iter().try_for_each(|record| record.outline().map(|photo| counts.count(photo)))?;
        Ok(counts)
    }

    fn count(&mut self, photo: &'a Photo) {
        let source = photo.id.source();
        *self.sources.entry(source).or_default() += 1;
        for found in &photo.searches {
            // Neither rank nor language is part of a search.
            let Found { term, rank: _, bbox, criteria, language: _, source: searched } = found;
            let search = [Some(term.as_str()), bbox.as_deref(), criteria.as_deref()];
            *self.searches.entry((searched.as_deref().unwrap_or(source), search)).or_default() += 1;
        }
        let license = photo.license_in_force();
        let id = license.as_ref().map(|license| match license {
            Cow::Borrowed(license) => Cow::Borrowed(license.id.as_str()),
            Cow::Owned(license) => Cow::Owned(license.id.clone()),
        });
        self.licenses.entry(id).or_insert_with(|| (license, 0)).1 += 1;
        if let Some(dataset) = &photo.dataset {
            // A picture of iNaturalist that GBIF has keeps iNaturalist's id; the search that found it names GBIF.
            let of_gbif = photo.searches.iter().any(|found| found.source.as_deref() == Some(gbif::ABOUT.name));
            let key = (if of_gbif { gbif::ABOUT.name } else { source }, dataset.key.as_str());
            self.cited.entry(key).or_insert_with(|| (dataset, 0)).1 += 1;
        }
        for (key, score) in &photo.scores {
            *self.scores.entry([key.as_str(), &score.scorer, &score.version]).or_default() += 1;
        }
        for (service, labels) in &photo.labels {
            *self.labels.entry((service, &labels.version)).or_default() += 1;
        }
        if let Some(place) = &photo.place {
            *self.places.entry(&place.data_version).or_default() += 1;
        }
        for layer in layers_of(photo) {
            *self.layers.entry(layer).or_default() += 1;
        }
    }
}

/// The layers that told something of a photo, each once for each use.
fn layers_of(photo: &Photo) -> BTreeSet<LayerUse<'_>> {
    let names = photo.identifications.iter().flat_map(|found| &found.all).flat_map(|one| &one.layers);
    let names = names.map(|layer| (layer.as_str(), "taxon", None));
    let range = photo.range_in_force().into_iter().filter(|range| !range.layer.is_empty());
    let range = range.map(|range| (range.layer.as_str(), "range", Some(range.layer_sha256.as_str())));
    let evidence = photo.setting.iter().flat_map(|setting| &setting.evidence);
    let setting = evidence.filter_map(|piece| Some((piece.layer.as_deref()?, "setting", None)));
    names.chain(range).chain(setting).collect()
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
