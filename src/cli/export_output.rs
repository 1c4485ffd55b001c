//! Where `gleaner export` writes: standard output, a file with its manifest beside it, a folder or a ZIP archive with citation
//! files, or a database.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::output::UsageError;
use super::output_file;
use super::progress::Meter;
use crate::config::Citation;
use crate::export::citation::{CitationFiles, MANIFEST};
use crate::export::package::{Packed, ZippedExport, data_name, packed};
use crate::export::{Export, ExportFormat, ExportSummary};
use crate::store::Store;

/// Where the photos go.
pub enum Output {
    /// Standard output.
    Stdout,
    /// A database, which the exporter writes to.
    Database,
    /// A file.
    File(PathBuf),
    /// A new folder, or one that an earlier export wrote: the data under this name, citation files, the manifest.
    Folder(PathBuf, String),
    /// The same in a ZIP archive.
    Zip(PathBuf, String),
}

/// What a finished export wrote.
pub struct Written {
    /// Number of photos.
    pub photos: u64,
    /// The exporter's report.
    pub summary: ExportSummary,
    /// The file of the manifest, if it is not in the archive.
    pub manifest: Option<PathBuf>,
    /// The citation files, if they were asked for.
    pub beside: Option<CitationFiles>,
}

impl Output {
    /// A folder or an archive for citation files; `path` is that of `--output`.
    pub fn package(path: Option<&Path>, dataset: &str, format: &ExportFormat) -> Result<Self> {
        let Some(path) = path else {
            return Err(UsageError::error(
                "--cite writes several files",
                "name a new folder, or a file that ends in .zip, with --output",
            ));
        };
        let name = data_name(dataset, format);
        if path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("zip")) && !path.is_dir() {
            return Ok(Self::Zip(path.to_owned(), name));
        }
        if path.exists() && !path.is_dir() {
            let message = format!("--cite writes a folder, and {} is a file", path.display());
            return Err(UsageError::error(message, "name a new folder, or a file that ends in .zip"));
        }
        let others = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
        if others && !path.join(MANIFEST).exists() {
            let message = format!("the folder {} has other files", path.display());
            return Err(UsageError::error(message, "name a new folder, or one that `gleaner export --cite` made"));
        }
        Ok(Self::Folder(path.to_owned(), name))
    }

    /// The file that is incomplete while the export runs.
    pub fn part(&self) -> Option<PathBuf> {
        match self {
            Self::Stdout | Self::Database => None,
            Self::File(path) | Self::Zip(path, _) => output_file::part_of(path),
            Self::Folder(path, name) => output_file::part_of(&path.join(name)),
        }
    }

    /// The usual file of the manifest: beside a regular file.
    pub fn usual_manifest(&self) -> Option<PathBuf> {
        let Self::File(path) = self else { return None };
        // Not beside /dev/null or a pipe.
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return None;
        }
        let mut name = path.file_name()?.to_owned();
        name.push(".manifest.json");
        Some(path.with_file_name(name))
    }
}

/// A run of an export.
pub struct Run<'a> {
    pub store: &'a dyn Store,
    pub meter: &'a Meter,
    pub citation: Citation,
    /// Whether the data are readable by their owner only.
    pub private: bool,
    /// The file of the manifest, outside of a package.
    pub manifest: Option<PathBuf>,
}

impl Run<'_> {
    /// Writes everything.
    pub fn write(self, export: Export, output: &Output) -> Result<Written> {
        match output {
            Output::Stdout => self.stream(export, None, |write| write(&mut BufWriter::new(io::stdout().lock()))),
            Output::Database => self.stream(export, None, |write| write(&mut io::sink())),
            Output::File(path) => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                let private = self.private;
                self.stream(export, name, |write| output_file::write(path, private, write))
            }
            Output::Folder(path, name) => self.folder(export, path, name),
            Output::Zip(path, name) => {
                let zipped = ZippedExport::new(export, name.clone(), self.citation.clone());
                let packed = output_file::write(path, self.private, |out| {
                    zipped.write_all_with(self.store, out, &mut |read| self.meter.work_to(read))
                })?;
                Ok(Written::packed(packed, None))
            }
        }
    }

    /// Writes the data to one stream, which `through` opens, and then the manifest.
    fn stream(
        self,
        export: Export,
        name: Option<String>,
        through: impl FnOnce(&mut dyn FnMut(&mut dyn Write) -> Result<ExportSummary>) -> Result<ExportSummary>,
    ) -> Result<Written> {
        let mut export = if self.manifest.is_some() { export.recorded() } else { export };
        let summary = through(&mut |out| export.write_all_with(self.store, out, &mut |read| self.meter.work_to(read)))?;
        let photos = export.photos();
        if let Some(path) = &self.manifest {
            let text = export.manifest(self.store, &summary, name)?.text()?;
            output_file::write(path, false, |out| Ok(out.write_all(text.as_bytes())?))?;
        }
        Ok(Written { photos, summary, manifest: self.manifest, beside: None })
    }

    fn folder(self, export: Export, folder: &Path, name: &str) -> Result<Written> {
        let mut export = export.recorded();
        fs::create_dir_all(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
        // Without a manifest the folder is incomplete.
        let manifest = folder.join(MANIFEST);
        if manifest.exists() {
            fs::remove_file(&manifest).with_context(|| format!("could not replace {}", manifest.display()))?;
        }
        let summary = output_file::write(&folder.join(name), self.private, |out| {
            export.write_all_with(self.store, out, &mut |read| self.meter.work_to(read))
        })?;
        let packed = packed(export, self.store, summary, name.to_owned(), &self.citation)?;
        for name in &packed.beside.left_out {
            // What an earlier export wrote would not belong to these data.
            let _ = fs::remove_file(folder.join(name));
        }
        for file in &packed.beside.files {
            output_file::write(&folder.join(file.name), false, |out| Ok(out.write_all(file.text.as_bytes())?))?;
        }
        Ok(Written::packed(packed, Some(manifest)))
    }
}

impl Written {
    fn packed(packed: Packed, manifest: Option<PathBuf>) -> Self {
        let Packed { photos, summary, beside, .. } = packed;
        Self { photos, summary, manifest, beside: Some(beside) }
    }
}
