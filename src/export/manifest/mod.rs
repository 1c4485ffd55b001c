//! The manifest of an export: what was asked for, of which dataset, by which software, and what was written.
//!
//! The command line and the API make it here. docs/manifest.md describes every field, docs/manifest.schema.json its form.

mod checksum;
mod searches;
mod tally;

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{ExportFormat, ExportSummary, KeyUse, OptionValues};
use crate::hash::sha256_hex;
use crate::photo::CitedDataset;
use crate::photo::filter::{Filter, NumberField, Test};
use crate::pipeline::search_report::SearchReport;
use crate::store::{DATASET_ID, Store, canonical};

pub(super) use checksum::{Checksum, Summing};
pub use searches::{Report as SearchReportOfExport, SearchOfExport, SourceOfExport};
pub(super) use tally::Tally;

/// The version of the manifest's form. It changes when a field changes its meaning or goes.
pub const MANIFEST_VERSION: u32 = 1;

/// Members that are not in the digest: they differ between two equal exports.
const NOT_IN_DIGEST: [&str; 3] = ["digest", "made_at", "citation_files"];

/// The manifest of one export.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub manifest_version: u32,
    /// SHA-256 of everything that two equal exports have in common; see [`Manifest::digest_of`].
    pub digest: String,
    /// When the export was finished, UTC.
    pub made_at: Timestamp,
    /// The program that made it.
    pub software: Software,
    /// The dataset that was read.
    pub dataset: DatasetOfExport,
    /// What was asked for.
    pub query: Query,
    /// Number of photos that pass the filter.
    pub photos: u64,
    /// The files with the data. Empty if the photos were written to a database.
    pub files: Vec<WrittenFile>,
    /// What the format left out or changed, in sentences.
    pub notes: Vec<String>,
    /// Every search of the dataset: what it reached, and how many of the photos it found.
    pub searches: Vec<SearchOfExport>,
    /// The sources of the photos.
    pub sources: Vec<SourceOfExport>,
    /// Published datasets to cite, for photos of collections of datasets (GBIF).
    pub cited_datasets: Vec<CitedDatasetOfExport>,
    /// Licences of the photos, by identifier.
    pub licenses: Vec<LicenseOfExport>,
    /// Scores of the photos: scorers and versions.
    pub scores: Vec<ScoreOfExport>,
    /// Services that labelled the photos, and their versions.
    pub labels: Vec<Versioned>,
    /// Versions of the place data that gave the photos country, subdivision and city.
    pub place_data: Vec<Versioned>,
    /// Reference layers that the records name.
    pub reference_layers: Vec<LayerOfExport>,
    /// Citation files that were written beside the data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citation_files: Vec<WrittenFile>,
}

/// A program.
#[derive(Clone, Debug, Serialize)]
pub struct Software {
    /// `gleaner`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The dataset that was exported.
#[derive(Clone, Debug, Serialize)]
pub struct DatasetOfExport {
    /// The folder's name; not in the digest.
    pub name: String,
    /// The dataset's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The digest of all its records (`store::ContentDigest`, without personal values).
    pub digest: String,
    /// Number of its photos.
    pub photos: u64,
    /// Number of photos that their owners withdrew. They are in no export.
    pub withdrawn: u64,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Query {
    /// The filter in its canonical form; empty: all photos.
    pub filter: String,
    /// The format's name.
    pub format: &'static str,
    /// The format's options, without paths of this computer.
    pub options: BTreeMap<&'static str, String>,
    /// `none`, `sealed` or `in clear`.
    pub personal_fields: &'static str,
    /// The columns, if the format is a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}

/// A file that was written.
#[derive(Clone, Debug, Serialize)]
pub struct WrittenFile {
    /// Its name without folder; absent for standard output. Not in the digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its media type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, hex.
    pub sha256: String,
    /// Number of rows or features, if it is not one per photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// A published dataset, and how many of the photos are from it.
#[derive(Clone, Debug, Serialize)]
pub struct CitedDatasetOfExport {
    /// The source that has it.
    pub source: String,
    /// Key, title and publisher.
    #[serde(flatten)]
    pub dataset: CitedDataset,
    /// The address of its citation, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Number of photos.
    pub photos: u64,
}

/// A licence, and how many of the photos have it.
#[derive(Clone, Debug, Serialize)]
pub struct LicenseOfExport {
    /// SPDX identifier or `LicenseRef-...`; absent: the source states none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name to display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Number of photos.
    pub photos: u64,
}

/// Scores of one concept by one version of a scorer.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreOfExport {
    /// The score's key: `monkey`, `monkey@local`.
    pub key: String,
    /// The scorer.
    pub scorer: String,
    /// The scorer's version, which changes with everything that could change the score.
    pub version: String,
    /// Number of photos with this score.
    pub photos: u64,
    /// Whether the filter asks for this score.
    pub in_filter: bool,
}

/// A service or data with a version, and how many of the photos have something from it.
#[derive(Clone, Debug, Serialize)]
pub struct Versioned {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Number of photos.
    pub photos: u64,
}

/// A reference layer, and how many of the photos have something from it.
#[derive(Clone, Debug, Serialize)]
pub struct LayerOfExport {
    /// Its name.
    pub name: String,
    /// What it told: `taxon`, `range` or `setting`.
    pub used_for: &'static str,
    /// The SHA-256 of the layer's file, if the records say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Number of photos.
    pub photos: u64,
}

/// What an export keeps for its manifest, besides what it counts.
pub(super) struct Request {
    pub dataset: String,
    pub format: &'static ExportFormat,
    pub options: OptionValues,
    pub unseal: bool,
}

impl Request {
    fn query(&self, filter: &Filter, columns: Vec<String>) -> Query {
        Query {
            filter: filter.to_string(),
            format: self.format.name,
            options: self.options.without_paths(self.format),
            personal_fields: match self.format.key {
                KeyUse::Never => "none",
                _ if self.unseal => "in clear",
                KeyUse::ToUnseal | KeyUse::Always => "sealed",
            },
            columns,
        }
    }
}

/// An export that has ended, for its manifest.
pub(super) struct Ended<'a> {
    pub request: &'a Request,
    pub filter: &'a Filter,
    pub photos: u64,
    pub tally: Tally,
    /// The stream's sum; `None` if the photos were written to a database.
    pub sum: Option<Checksum>,
    pub summary: &'a ExportSummary,
    /// The name of the data's file.
    pub name: Option<String>,
}

impl Ended<'_> {
    /// The manifest.
    pub fn manifest(self, store: &dyn Store) -> Result<Manifest> {
        let (format, tally) = (self.request.format, self.tally);
        let rows = self.summary.rows.map(|(rows, _)| rows);
        let reports = SearchReport::all(store)?;
        let of_all = tally.known_digest();
        let file = self.sum.map(|sum| sum.into_file(self.name, format.media_type, rows));
        let mut manifest = Manifest {
            manifest_version: MANIFEST_VERSION,
            digest: String::new(),
            made_at: Timestamp::now(),
            software: Software { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            query: self.request.query(self.filter, self.summary.columns.clone()),
            photos: self.photos,
            files: file.into_iter().collect(),
            notes: self.summary.notes.clone(),
            sources: searches::sources(&tally.sources, &reports),
            searches: searches::of(&tally.searches, reports),
            cited_datasets: tally.cited_datasets(),
            licenses: tally.licenses(),
            scores: tally.scores(&scores_of(self.filter)),
            labels: tally::versions(&tally.labels),
            place_data: tally::versions(&tally.places),
            reference_layers: tally.reference_layers(),
            citation_files: Vec::new(),
            dataset: DatasetOfExport {
                name: self.request.dataset.clone(),
                id: store.note(DATASET_ID)?,
                photos: of_all.photos,
                digest: of_all.digest,
                withdrawn: store.withdrawn(None)?.len() as u64,
            },
        };
        manifest.digest = Manifest::digest_of(serde_json::to_value(&manifest)?)?;
        Ok(manifest)
    }
}

impl Manifest {
    /// The digest of a manifest: SHA-256 (hex) of its JSON in UTF-8 without blanks, the keys of every object sorted, and
    /// without the members that name files or differ between two equal exports.
    pub fn digest_of(mut manifest: Value) -> Result<String> {
        if let Some(object) = manifest.as_object_mut() {
            NOT_IN_DIGEST.iter().for_each(|name| drop(object.remove(*name)));
        }
        let names = |value: Option<&mut Value>| {
            if let Some(object) = value.and_then(Value::as_object_mut) {
                object.remove("name");
            }
        };
        names(manifest.get_mut("dataset"));
        let files = manifest.get_mut("files").and_then(Value::as_array_mut);
        files.into_iter().flatten().for_each(|file| names(Some(file)));
        Ok(sha256_hex(&serde_json::to_vec(&canonical(manifest))?))
    }

    /// The text of the manifest's file.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// The keys of the scores that a filter asks for.
fn scores_of(filter: &Filter) -> Vec<String> {
    let score = |test: &Test| match test {
        Test::Number { field: NumberField::Score(key), .. } => Some(key.to_string()),
        _ => None,
    };
    filter.clauses.iter().filter_map(|clause| score(&clause.test)).collect()
}
