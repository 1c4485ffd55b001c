//! A folder of the user's own photos, with metadata from a CSV or JSON Lines file (docs/folder.md).
//!
//! A problem with the folder or its metadata becomes a warning with its position. No photo is lost
//! through it. Warnings never quote text that may name a person. Symbolic links are not followed.

mod columns;
mod reading;
mod table;
mod walk;
mod warnings;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::photo::{Photo, PhotoId};
use table::{Row, Table};
use walk::Walk;
use warnings::{Warnings, shown};

/// File names of metadata in a folder; the first one that exists is read.
const USUAL: [&str; 3] = ["metadata.csv", "metadata.jsonl", "ATTRIBUTION.csv"];

/// A folder that has been read.
pub struct Folder {
    files: BTreeMap<PhotoId, PathBuf>,
    photos: Vec<Photo>,
    warnings: Vec<String>,
}

impl Folder {
    /// Reads a folder and its subfolders. Without `metadata`, its metadata.csv, metadata.jsonl or
    /// ATTRIBUTION.csv is used. Fails if the folder is missing, has no photo or has unreadable metadata.
    pub fn open(dir: &Path, metadata: Option<&Path>) -> Result<Self> {
        match fs::metadata(dir) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => bail!("{} is a file, not a folder", dir.display()),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => bail!("there is no folder {}", dir.display()),
            Err(err) => return Err(err).with_context(|| format!("could not read {}", dir.display())),
        }
        let mut warnings = Warnings::default();
        let walk = Walk::through(dir, &mut warnings).with_context(|| format!("could not read {}", dir.display()))?;
        if walk.photos.is_empty() {
            let others = if walk.others > 0 { format!(", only other files: {}", walk.others) } else { String::new() };
            bail!("no photos ({}) in {}{others}", walk::SUFFIXES.join(" "), dir.display());
        }
        let table = read_metadata(dir, metadata, &mut warnings)?;
        Ok(Self::of(walk, table, warnings))
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

    fn of(walk: Walk, table: Option<Table>, mut warnings: Warnings) -> Self {
        let mut rows = table.as_ref().map(|table| match_rows(&walk, table, &mut warnings)).unwrap_or_default();
        let mut folder = Self { files: BTreeMap::new(), photos: Vec::new(), warnings: Vec::new() };
        let mut bare = 0;
        for (name, path) in walk.photos {
            let row = rows.remove(&name);
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
        folder
    }
}

/// The file given by the user, or the folder's default one.
fn read_metadata(dir: &Path, named: Option<&Path>, warnings: &mut Warnings) -> Result<Option<Table>> {
    if let Some(path) = named {
        let bytes = fs::read(path).with_context(|| format!("could not read the metadata file {}", path.display()))?;
        let table = Table::read(&bytes, &file_name(path), warnings);
        ensure!(table.has_files(), "{}: {}", path.display(), table::NO_FILES);
        return Ok(Some(table));
    }
    // A link may point out of the folder.
    let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    let mut there = USUAL.iter().map(|name| dir.join(name)).filter(is_file);
    let Some(path) = there.next() else { return Ok(None) };
    let name = file_name(&path);
    for other in there {
        warnings.add("metadata", || format!("{} is there too and is not read: {name} comes first", file_name(&other)));
    }
    let bytes = fs::read(&path).with_context(|| format!("could not read the metadata file {}", path.display()))?;
    let table = Table::read(&bytes, &name, warnings);
    if !table.has_files() {
        warnings.add("metadata", || format!("{name} is not used: {}", table::NO_FILES));
        return Ok(None);
    }
    Ok(Some(table))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Assigns rows to photos. If several rows name a photo, the first one is used.
fn match_rows<'t>(walk: &Walk, table: &'t Table, warnings: &mut Warnings) -> BTreeMap<String, &'t Row> {
    let mut matched: BTreeMap<String, &Row> = BTreeMap::new();
    for row in &table.rows {
        let at = &row.at;
        let Some(wanted) = row.file() else {
            warnings.add("nameless", || format!("{at}: the row names no file"));
            continue;
        };
        match walk.find(wanted) {
            Err(why) => warnings.add("strange", || format!("{at}, column file: \"{}\" {why}", shown(wanted))),
            Ok(name) => match matched.get(name) {
                Some(first) => {
                    let (name, first) = (shown(name), &first.at);
                    warnings.add("twice", || format!("{at}: {name} has a row already ({first}); this one is not used"));
                }
                None => drop(matched.insert(name.to_owned(), row)),
            },
        }
    }
    matched
}
