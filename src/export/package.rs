//! An export with its manifest and citation files, in a folder or as a ZIP archive.

use std::io::Write;

use anyhow::{Context, Result};

use super::archive::Archive;
use super::citation::{self, CitationFiles};
use super::manifest::Manifest;
use super::{Export, ExportFormat, ExportSummary};
use crate::config::Citation;
use crate::store::Store;

/// A package whose data are written.
pub struct Packed {
    /// Number of photos.
    pub photos: u64,
    /// The exporter's report.
    pub summary: ExportSummary,
    /// The manifest.
    pub manifest: Manifest,
    /// The other files; the manifest's text is the last of them.
    pub beside: CitationFiles,
}

/// The name of the data's file in a package: the dataset's, in characters that every system and address accepts.
pub fn data_name(dataset: &str, format: &ExportFormat) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = dataset.chars().map(plain).collect();
    format!("{name}.{}", format.suffix)
}

/// Makes the other files of a package whose data were written by a recorded export.
pub fn packed(
    export: Export,
    store: &dyn Store,
    summary: ExportSummary,
    name: String,
    citation: &Citation,
) -> Result<Packed> {
    let photos = export.photos();
    let mut manifest = export.manifest(store, &summary, Some(name))?;
    let beside = citation::files(&mut manifest, citation)?;
    Ok(Packed { photos, summary, manifest, beside })
}

/// A running export as a ZIP archive. Each step writes one batch of photos.
pub struct ZippedExport {
    /// Taken at the end.
    running: Option<(Export, Archive)>,
    name: String,
    citation: Citation,
    begun: bool,
}

impl ZippedExport {
    /// Puts an export into an archive, its data in the file `name`.
    pub fn new(export: Export, name: String, citation: Citation) -> Self {
        Self { running: Some((export.recorded(), Archive::new())), name, citation, begun: false }
    }

    /// Writes the next batch. After the last one it writes the other files and returns what the package has.
    pub fn next(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<Option<Packed>> {
        let (mut export, mut archive) = self.running.take().context("the export has ended")?;
        if !self.begun {
            archive.start(&self.name)?;
            self.begun = true;
        }
        let Some(summary) = export.next(store, &mut archive)? else {
            archive.pass_on(out)?;
            self.running = Some((export, archive));
            return Ok(None);
        };
        let packed = packed(export, store, summary, self.name.clone(), &self.citation)?;
        for file in &packed.beside.files {
            archive.start(file.name)?;
            archive.write_all(file.text.as_bytes())?;
        }
        archive.finish(out)?;
        Ok(Some(packed))
    }

    /// Writes everything; `on_batch` is called with the number of photos that were read so far.
    pub fn write_all_with(
        mut self,
        store: &dyn Store,
        out: &mut dyn Write,
        on_batch: &mut dyn FnMut(u64),
    ) -> Result<Packed> {
        loop {
            on_batch(self.running.as_ref().map_or(0, |(export, _)| export.read()));
            if let Some(packed) = self.next(store, out)? {
                out.flush()?;
                return Ok(packed);
            }
        }
    }
}
