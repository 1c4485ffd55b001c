//! A folder of the user's own photos, with metadata from a CSV or JSON file (docs/folder.md).
//!
//! A problem with the folder or its metadata becomes a warning with its position. No photo is lost
//! through it. Warnings never quote text that may name a person. Symbolic links are not followed.

pub(super) mod columns;
mod dates;
mod location;
pub(super) mod reading;
pub(super) mod row;
pub(super) mod rules;
pub(super) mod table;
mod walk;
pub(super) mod warnings;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::rows::TableOptions;
use crate::photo::{Photo, PhotoId};
use row::Row;
use table::Table;
use walk::Walk;
use warnings::{Warnings, shown};

/// File names of metadata in a folder; the first one that exists is read.
const USUAL: [&str; 6] =
    ["metadata.csv", "metadata.jsonl", "metadata.json", "metadata.tsv", "metadata.txt", "ATTRIBUTION.csv"];

/// The message for metadata that has no file name column.
const NO_FILES: &str = "it has no column `file`; its first line must name the columns (file, title, license, ...)";

/// A metadata file that cannot be used. Nothing is made before this is known.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct MetadataError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

/// A folder that has been read.
pub struct Folder {
    files: BTreeMap<PhotoId, PathBuf>,
    photos: Vec<Photo>,
    warnings: Vec<String>,
}

impl Folder {
    /// [`Folder::open_with`] the default options.
    pub fn open(dir: &Path, metadata: Option<&Path>) -> Result<Self> {
        Self::open_with(dir, metadata, &TableOptions::default())
    }

    /// Reads a folder and its subfolders. Without `metadata`, its metadata.csv, or the first of the other usual names,
    /// is used. Fails if the folder is missing or has no photo, and with a [`MetadataError`] if the metadata cannot be
    /// read or fit no photo.
    pub fn open_with(dir: &Path, metadata: Option<&Path>, options: &TableOptions) -> Result<Self> {
        match fs::metadata(dir) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => bail!("{} is a file, not a folder", dir.display()),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => bail!("there is no folder {}", dir.display()),
            Err(err) => return Err(err).with_context(|| format!("could not read {}", dir.display())),
        }
        let mut warnings = Warnings::default();
        let walk = Walk::through(dir, &mut warnings).with_context(|| format!("could not read {}", dir.display()))?;
        if walk.photos.is_empty() {
            let left_out: String = walk.left_out().iter().map(|line| format!("; {line}")).collect();
            bail!("no photos ({}) in {}{left_out}", walk::SUFFIXES.join(" "), dir.display());
        }
        let table = match metadata_file(dir, metadata, &mut warnings) {
            Some(path) => Some(read_metadata(&path, options, &mut warnings)?),
            None => None,
        };
        Self::of(walk, table, warnings)
    }

    /// Its photos, by name.
    pub fn photos(&self) -> impl Iterator<Item = Photo> + '_ {
        self.photos.iter().cloned()
    }

    /// Warnings about the folder and its metadata.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The file of a photo. Only files found in the folder are returned.
    pub fn path(&self, id: &PhotoId) -> Option<PathBuf> {
        self.files.get(id).cloned()
    }

    fn of(walk: Walk, table: Option<Table>, mut warnings: Warnings) -> Result<Self> {
        let mut rows = match &table {
            Some(table) => match_rows(&walk, table, &mut warnings)?,
            None => BTreeMap::new(),
        };
        let mut folder = Self { files: BTreeMap::new(), photos: Vec::new(), warnings: Vec::new() };
        let mut bare = 0;
        for (name, path) in walk.photos {
            let row = table.as_ref().zip(rows.remove(&name));
            bare += u64::from(row.is_none());
            let photo = reading::photo(&name, row, &mut warnings);
            folder.files.insert(photo.id.clone(), path);
            folder.photos.push(photo);
        }
        if let Some(table) = table.filter(|_| bare > 0) {
            let (all, name) = (folder.photos.len(), table.name);
            warnings.add("bare", || format!("photos without a row in {name}: {bare} of {all}"));
        }
        folder.warnings = warnings.all();
        Ok(folder)
    }
}

/// The file given by the user, or the folder's default one.
fn metadata_file(dir: &Path, named: Option<&Path>, warnings: &mut Warnings) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.to_owned());
    }
    // A link may point out of the folder.
    let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    let mut there = USUAL.iter().map(|name| dir.join(name)).filter(is_file);
    let path = there.next()?;
    let name = file_name(&path);
    for other in there {
        warnings.add("metadata", || format!("{} is there too and is not read: {name} comes first", file_name(&other)));
    }
    Some(path)
}

fn read_metadata(path: &Path, options: &TableOptions, warnings: &mut Warnings) -> Result<Table> {
    let bytes = fs::read(path).map_err(|err| MetadataError {
        message: format!("could not read the metadata file {}: {err}", path.display()),
        hint: "name a table that can be read with --metadata FILE",
    })?;
    let table = Table::read(&bytes, &file_name(path), options, warnings);
    if !table.has_files() {
        let message = format!("{}: {NO_FILES}", path.display());
        return Err(MetadataError { message, hint: "docs/folder.md lists the names of columns that are read" }.into());
    }
    Ok(table)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Assigns rows to photos. If several rows name a photo, the first one is used. Fails if no row fits any photo.
fn match_rows<'t>(walk: &Walk, table: &'t Table, warnings: &mut Warnings) -> Result<BTreeMap<String, &'t Row>> {
    let mut matched: BTreeMap<String, &Row> = BTreeMap::new();
    let mut missed = None;
    for row in &table.rows {
        let at = &row.at;
        match named(walk, row) {
            Err(None) => warnings.add("nameless", || format!("{at}: the row names no file")),
            Err(Some(why)) => {
                warnings.add("strange", || format!("{at}, column file: {why}"));
                missed = missed.or(Some(why));
            }
            Ok(names) => {
                for name in names {
                    if let Some(first) = matched.get(name) {
                        let (name, first) = (shown(name), &first.at);
                        let what = format!("{at}: {name} has a row already ({first}); this one is not used");
                        warnings.add("twice", || what);
                    } else {
                        matched.insert(name.to_owned(), row);
                    }
                }
            }
        }
    }
    if table.rows.is_empty() {
        warnings.add("bare", || format!("{} has no rows", table.name));
    } else if matched.is_empty() {
        let (name, photos) = (&table.name, walk.photos.len());
        let why = missed.map_or("its rows name no file".to_owned(), |why| format!("for example, {why}"));
        let message = format!("{name} fits none of the photos in the folder ({photos}): {why}");
        let hint = "correct the names in its column of files, or name another table with --metadata FILE";
        return Err(MetadataError { message, hint }.into());
    }
    Ok(matched)
}

/// The photos that a row is about. Each column that can name photos is tried until one does. The error says what the
/// first of them names; `None` for a row that names nothing.
fn named<'w>(walk: &'w Walk, row: &Row) -> Result<Vec<&'w str>, Option<String>> {
    let mut wrong = None;
    for wanted in row.names() {
        let mut found = Vec::new();
        for name in wanted.iter().flat_map(|name| walk.parts(name)) {
            match walk.find(name) {
                Ok(photo) => found.push(photo),
                Err(why) => wrong = wrong.or(Some(format!("\"{}\" {why}", shown(name)))),
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(wrong)
}
