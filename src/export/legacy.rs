//! The Python system's two formats: the JSON of its pandas data frame, and its CSV (docs/legacy.md).
//!
//! Both keep all rows in memory, as pandas does, and write them at the end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::runtime::Handle;

use super::{
    ExportContext, ExportFormat, ExportOption, ExportSummary, Exporter, KeyUse, OptionError, OptionKind, Target,
    whole_photos,
};
use crate::dataset::{Dataset, Server};
use crate::legacy::{self, RowCollector, RowCounts, RowSettings, RowTable, mongodb};
use crate::store::StoredRecord;

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "legacy",
    aliases: &["seed"],
    label: "Python system (JSON)",
    description: "The Python system's JSON of a pandas data frame, or its MongoDB",
    suffix: "json",
    media_type: "application/json",
    targets: &[Target::Stream, Target::Database],
    key: KeyUse::Always,
    options: &[KEY_FILE, IMAGES, SPECIES, COLLECTION],
    open: |context| open(context, true),
};

pub(super) const CSV_FORMAT: ExportFormat = ExportFormat {
    name: "legacy-csv",
    aliases: &["seed-csv"],
    label: "Python system (CSV)",
    description: "The Python system's CSV, with the separator \"ζ\"",
    suffix: "csv",
    media_type: "text/csv; charset=utf-8",
    targets: &[Target::Stream],
    key: KeyUse::Always,
    options: &[KEY_FILE, IMAGES, SPECIES],
    open: |context| open(context, false),
};

const KEY_FILE: ExportOption = ExportOption {
    name: "legacy-key-file",
    aliases: &["seed-key-file"],
    kind: OptionKind::Path,
    value_name: "KEY_DB.txt",
    help: "Seal personal cells with the Python system's key [default: the dataset's own]",
    default: None,
};

const IMAGES: ExportOption = ExportOption {
    name: "images",
    aliases: &[],
    kind: OptionKind::Path,
    value_name: "DIR",
    help: "Also copy the images to this folder, under the names that the rows give them",
    default: None,
};

const SPECIES: ExportOption = ExportOption {
    name: "species",
    aliases: &[],
    kind: OptionKind::Text,
    value_name: "CONCEPT",
    help: "The concept of the column \"species prediction score\"",
    default: Some(legacy::SPECIES),
};

const COLLECTION: ExportOption = ExportOption {
    name: "collection",
    aliases: &[],
    kind: OptionKind::Text,
    value_name: "NAME",
    help: "The collection to write to in a MongoDB database [default: the Python system's name for it]",
    default: None,
};

fn open(context: &ExportContext, json: bool) -> Result<Box<dyn Exporter>> {
    if context.server.is_none() && context.options.get(COLLECTION.name).is_some() {
        return Err(OptionError::NeedsDatabase(COLLECTION.name).into());
    }
    let vault = context.vault.clone().context("this format needs the dataset's key")?;
    let key_file = context.options.path(KEY_FILE.name).map(Path::to_owned);
    let key = key_file.as_deref().map(legacy::read_key).transpose()?;
    let (python_key, warning) = key.map_or((None, None), |(key, warning)| (Some(Arc::new(key)), warning));
    let seal = (!context.unseal).then(|| python_key.clone().unwrap_or_else(|| Arc::clone(&vault)));
    let species = context.options.get(SPECIES.name).unwrap_or(legacy::SPECIES).to_owned();
    let settings = RowSettings { vault, seal, python_key, species, typed: json };
    Ok(Box::new(Legacy {
        rows: Some(RowCollector::new(settings)),
        json,
        unseal: context.unseal,
        key_file,
        notes: warning.into_iter().collect(),
        database: context
            .server
            .clone()
            .map(|server| (server, context.options.get(COLLECTION.name).map(str::to_owned))),
        images: context.options.path(IMAGES.name).map(|dir| (dir.to_owned(), context.dataset.clone())),
    }))
}

struct Legacy {
    /// Taken by `end`.
    rows: Option<RowCollector>,
    json: bool,
    unseal: bool,
    key_file: Option<PathBuf>,
    notes: Vec<String>,
    /// The database to write to, and a collection's name.
    database: Option<(Server, Option<String>)>,
    /// The folder to copy the images to, and their dataset.
    images: Option<(PathBuf, Dataset)>,
}

impl Exporter for Legacy {
    fn reads_whole_photos(&self) -> bool {
        true
    }

    fn write(&mut self, records: &[&StoredRecord], _out: &mut dyn Write) -> Result<()> {
        let photos = whole_photos(records)?;
        let rows = self.rows.as_mut().context("the export has ended")?;
        photos.iter().try_for_each(|sealed| rows.add(sealed))
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<ExportSummary> {
        let table = self.rows.take().context("the export has ended")?.finish();
        match &self.database {
            Some((server, collection)) => write_documents(server, collection.as_deref(), &table)?,
            None if self.json => legacy::write_json(&table.rows, out)?,
            None => legacy::write_csv(&table.rows, out)?,
        }
        let mut notes = std::mem::take(&mut self.notes);
        if let Some((dir, dataset)) = &self.images {
            notes.extend(legacy::copy_images(&table, dataset, dir)?);
        }
        notes.extend(row_notes(&table.counts));
        let Value::Object(counts) = serde_json::to_value(&table.counts)? else {
            anyhow::bail!("counts are not an object")
        };
        Ok(ExportSummary {
            rows: Some((table.counts.rows, "rows")),
            notes,
            columns: Vec::new(),
            privacy: Some(self.privacy(&table.counts)),
            counts,
        })
    }
}

impl Legacy {
    /// How the personal cells were written, and which key decrypts them.
    fn privacy(&self, counts: &RowCounts) -> String {
        match &self.key_file {
            _ if self.unseal => "decrypted: it identifies people, keep it safe".to_owned(),
            _ if counts.sealed_cells == 0 => "no personal cells".to_owned(),
            Some(path) => format!("personal cells encrypted with the key in {}", path.display()),
            None => "personal cells encrypted with the dataset's own key; use it as KEY_DB.txt of this file".to_owned(),
        }
    }
}

fn write_documents(server: &Server, collection: Option<&str>, table: &RowTable) -> Result<()> {
    Handle::current().block_on(async {
        let database = mongodb::connect(server).await?;
        mongodb::write(&database, collection, &table.rows).await?;
        Ok(())
    })
}

fn row_notes(counts: &RowCounts) -> Vec<String> {
    let lines = [
        (counts.changed_cells, "cells of imported rows have changed and were written with their new values"),
        (
            counts.kept_tokens,
            "cells were written with their imported token; only the Python system's key decrypts them",
        ),
        (counts.left_out, "records were left out: they are unreadable records of a source and cannot become rows"),
    ];
    lines.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}
