//! Exports: writes a dataset in one of the registered formats, in batches of photos.
//!
//! A format is one file and one line in [`EXPORTS`]. The command line, the API and the page list all formats.
//! docs/export.md describes every format and field.

mod archive;
mod camtrap;
mod cells;
pub mod citation;
mod columns;
pub mod csv;
mod dwca;
mod geojson;
mod geopackage;
mod geoparquet;
mod jsonl;
mod legacy;
pub mod manifest;
mod options;
pub mod package;
mod record;
mod run;
mod waiting;
mod wkb;

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;
use serde_json::{Map, Value};

use crate::config::Citation;
use crate::dataset::{Dataset, Server};
use crate::seal::{SealedPhoto, Vault};
use crate::store::{Store, StoreError, StoredRecord};

pub use options::{ExportOption, OptionError, OptionKind, OptionValues};
pub use record::public;
pub use run::Export;

/// All formats, in display order.
pub const EXPORTS: &[ExportFormat] = &[
    csv::FORMAT,
    jsonl::FORMAT,
    geojson::FORMAT,
    geopackage::FORMAT,
    geoparquet::FORMAT,
    dwca::FORMAT,
    camtrap::FORMAT,
    legacy::FORMAT,
    legacy::CSV_FORMAT,
];

/// Photos that one core converts at least, before others take part.
const SHARE: usize = 8;

/// An export format: its description, and how to open an exporter.
pub struct ExportFormat {
    /// The value of `--format` and of `format=` in the API.
    pub name: &'static str,
    /// Other names that are accepted.
    pub aliases: &'static [&'static str],
    /// The name in the page (`CSV`).
    pub label: &'static str,
    /// Its purpose, in one line.
    pub description: &'static str,
    /// The file name's suffix, without a dot.
    pub suffix: &'static str,
    /// The `Content-Type` of a download.
    pub media_type: &'static str,
    /// Where it can be written to.
    pub targets: &'static [Target],
    /// Whether it contains personal fields, and whether it needs the dataset's key.
    pub key: KeyUse,
    /// Options of this format alone.
    pub options: &'static [ExportOption],
    /// Makes an exporter; fails if an option is invalid.
    pub open: fn(&ExportContext) -> Result<Box<dyn Exporter>>,
}

/// Where a format can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One stream of bytes: a file, stdout, a download.
    Stream,
    /// A MongoDB database: `--output mongodb://HOST/DATABASE`.
    Database,
}

/// What a format needs the dataset's key for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// It contains no personal fields, neither sealed nor in clear.
    Never,
    /// Personal fields stay sealed; only `--unseal` needs the key.
    ToUnseal,
    /// It cannot be written without the key.
    Always,
}

/// The input of an exporter.
pub struct ExportContext {
    /// The dataset to export.
    pub dataset: Dataset,
    /// Decrypts the personal fields. Always present for [`KeyUse::Always`].
    pub vault: Option<Arc<Vault>>,
    /// Whether personal fields are written in clear; only with a vault.
    pub unseal: bool,
    /// The values of the format's own options.
    pub options: OptionValues,
    /// The database to write to, for [`Target::Database`]; absent: the stream.
    pub server: Option<Server>,
    /// How the dataset is described, for formats that describe it.
    pub citation: Citation,
}

impl ExportContext {
    /// The context without key, options and database: personal fields stay sealed.
    pub fn sealed(dataset: Dataset) -> Self {
        Self {
            dataset,
            vault: None,
            unseal: false,
            options: OptionValues::default(),
            server: None,
            citation: Citation::default(),
        }
    }

    /// The vault, if personal fields are to be written in clear.
    fn unsealing(&self) -> Option<Arc<Vault>> {
        self.vault.clone().filter(|_| self.unseal)
    }
}

/// Writes photos in one format. Call `begin`, then `write` any number of times, then `drain` and `end`. All of them block.
pub trait Exporter: Send {
    /// Whether it reads whole photos ([`whole_photos`]). Then no record is read in part first.
    fn reads_whole_photos(&self) -> bool {
        false
    }

    /// Writes what comes before the first photo.
    fn begin(&mut self, _store: &dyn Store, _out: &mut dyn Write) -> Result<()> {
        Ok(())
    }

    /// Writes some photos, in the order of their ids.
    fn write(&mut self, records: &[&StoredRecord], out: &mut dyn Write) -> Result<()>;

    /// Passes on a part of a file that is complete only after the last photo; returns whether there is more. Called
    /// until there is not, before `end`.
    fn drain(&mut self, _out: &mut dyn Write) -> Result<bool> {
        Ok(false)
    }

    /// Writes what comes after the last photo.
    fn end(&mut self, _out: &mut dyn Write) -> Result<ExportSummary> {
        Ok(ExportSummary::default())
    }
}

/// The report of a finished export, apart from the number of photos.
#[derive(Clone, Debug, Default)]
pub struct ExportSummary {
    /// The number of rows and their name, if it is not one row per photo.
    pub rows: Option<(u64, &'static str)>,
    /// Notes for the user, one line each.
    pub notes: Vec<String>,
    /// The columns, if the format is a table.
    pub columns: Vec<String>,
    /// How personal fields were written, if it differs from other formats.
    pub privacy: Option<String>,
    /// Numbers for `--json`.
    pub counts: Map<String, Value>,
}

/// The whole photos of records, read on all cores.
pub fn whole_photos<'a>(records: &[&'a StoredRecord]) -> Result<Vec<&'a SealedPhoto>, StoreError> {
    records.par_iter().with_min_len(SHARE).map(|record| record.sealed()).collect()
}

/// The format with this name or older name.
pub fn format(name: &str) -> Option<&'static ExportFormat> {
    EXPORTS.iter().find(|format| format.name == name || format.aliases.contains(&name))
}

impl ExportFormat {
    /// Whether a browser can download it: it is one stream and needs no key.
    pub fn is_download(&self) -> bool {
        self.targets.contains(&Target::Stream) && self.key != KeyUse::Always
    }
}
