//! Lists the photos in a folder and its subfolders.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use super::warnings::{Warnings, shown};

/// The file name suffixes of photos, in upper or lower case.
/// HEIC and AVIF are read for their metadata.
pub const SUFFIXES: [&str; 11] =
    [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".heic", ".heif", ".hif", ".avif"];

/// Folders in which other programs keep thumbnails, copies and deleted files; compared in lower case.
const KEPT_BY_OTHERS: [&str; 8] =
    ["@eadir", "@__thumb", "#recycle", "#snapshot", "$recycle.bin", "__macosx", "lost+found", "ipod photo cache"];

/// The ending of folders of Lightroom's previews.
const PREVIEWS: &str = ".lrdata";

/// What is wrong with a name that fits several photos.
const SEVERAL: &str = "names several photos; give the path inside the folder";

/// The photos of a folder, and counts of the files that were left out.
#[derive(Default)]
pub struct Walk {
    /// Path inside the folder, with `/`, to the file.
    pub photos: BTreeMap<String, PathBuf>,
    /// Files that are not photos, except metadata and hidden files.
    pub others: u64,
    links: LeftOut,
    annexed: LeftOut,
    hidden: u64,
    caches: LeftOut,
    /// Path in NFC -> path.
    paths: BTreeMap<String, String>,
    /// Each end of a path in NFC (`2024/a.jpg`, `a.jpg`) -> path; `None` if several files share it.
    ends: BTreeMap<String, Option<String>>,
    /// Path and file name in lower case -> path; the first of several.
    lower: BTreeMap<String, String>,
    /// File name without its suffix -> path; `None` if several files share it.
    stems: BTreeMap<String, Option<String>>,
}

/// What was left out: how many, and the first by name.
#[derive(Default)]
struct LeftOut {
    count: u64,
    first: String,
}

impl LeftOut {
    fn add(&mut self, name: &str) {
        if self.count == 0 || *name < *self.first {
            name.clone_into(&mut self.first);
        }
        self.count += 1;
    }
}

impl Walk {
    /// Walks a folder. A subfolder that cannot be read becomes a warning.
    pub fn through(dir: &Path, warnings: &mut Warnings) -> io::Result<Self> {
        let mut walk = Self::default();
        let mut ahead = walk.enter(dir, "", warnings)?;
        while let Some((path, prefix)) = ahead.pop() {
            if path.join("dataset.db").is_file() {
                let name = shown(&prefix);
                warnings.add("dataset", || format!("{name} is a dataset of Gleaner; its images are not read again"));
                continue;
            }
            match walk.enter(&path, &prefix, warnings) {
                Ok(below) => ahead.extend(below),
                Err(err) => {
                    let why = err.kind();
                    warnings.add("folder", || format!("the subfolder {} could not be read ({why})", shown(&prefix)));
                }
            }
        }
        walk.count(warnings);
        walk.index();
        Ok(walk)
    }

    /// The photo that a metadata row names: by its path, by a path that ends in or begins above it, by its address, by
    /// its file name if that is unique, or by that without `.jpg`.
    /// The error says what is wrong with the name. It is appended to the name in a message.
    pub fn find(&self, wanted: &str) -> Result<&str, String> {
        if let Some((name, _)) = self.photos.get_key_value(wanted) {
            return Ok(name);
        }
        let path = local_path(wanted);
        if let Some((name, _)) = self.photos.get_key_value(&path) {
            return Ok(name);
        }
        let normal: String = path.nfc().collect();
        for end in ends(&normal) {
            match self.paths.get(end).map(Some).or_else(|| self.ends.get(end).map(Option::as_ref)) {
                Some(Some(name)) => return Ok(name),
                Some(None) => return Err(SEVERAL.to_owned()),
                None => {}
            }
        }
        let last = normal.rsplit('/').next().unwrap_or_default();
        match self.stems.get(last) {
            Some(Some(name)) => return Ok(name),
            Some(None) => return Err(SEVERAL.to_owned()),
            None => {}
        }
        let near = self.lower.get(&normal.to_lowercase());
        let hint = near.map(|name| format!("; did you mean \"{}\"?", shown(name))).unwrap_or_default();
        Err(format!("is not in the folder{hint}"))
    }

    /// The names in a cell: Darwin Core separates the addresses of several media by `|`.
    pub fn parts<'t>(&self, cell: &'t str) -> Vec<&'t str> {
        if self.photos.contains_key(cell) {
            return vec![cell];
        }
        cell.split('|').map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    /// Adds the files of a folder and returns its subfolders.
    fn enter(&mut self, dir: &Path, prefix: &str, warnings: &mut Warnings) -> io::Result<Vec<(PathBuf, String)>> {
        let mut below = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok(entry) => entry,
                Err(err) => {
                    let why = err.kind();
                    warnings.add("entry", || format!("something in {}/ could not be read ({why})", shown(prefix)));
                    continue;
                }
            };
            let (kind, entry) = entry;
            let name = readable_name(&entry.file_name(), prefix, warnings);
            if kind.is_symlink() {
                self.leave_out_link(&name, &entry);
            } else if kind.is_dir() && is_cache(&entry.file_name()) {
                self.caches.add(&name);
            } else if entry.file_name().as_encoded_bytes().starts_with(b".") {
                self.hidden += u64::from(is_photo(&name));
            } else if kind.is_dir() {
                below.push((entry.path(), format!("{name}/")));
            } else if kind.is_file() && is_photo(&name) {
                self.keep(&name, &entry);
            } else {
                self.others += u64::from(!super::USUAL.contains(&name.as_str()));
            }
        }
        Ok(below)
    }

    /// Two names that are not UTF-8 may become the same text, so a number keeps the ids different.
    fn keep(&mut self, name: &str, entry: &DirEntry) {
        let mut own = name.to_owned();
        let mut nth = 2;
        while self.photos.contains_key(&own) {
            own = format!("{name}~{nth}");
            nth += 1;
        }
        self.photos.insert(own, entry.path());
    }

    /// A link may lead out of the folder.
    fn leave_out_link(&mut self, name: &str, entry: &DirEntry) {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        let is_annexed = target.to_string_lossy().replace('\\', "/").contains(".git/annex/");
        let links = if is_annexed { &mut self.annexed } else { &mut self.links };
        links.add(name);
    }

    /// What was left out, one line for each kind.
    pub fn left_out(&self) -> Vec<String> {
        let first = |left_out: &LeftOut| format!("{} (the first: {})", left_out.count, shown(&left_out.first));
        let lines = [
            (self.others, "files that are no photos, left out", self.others.to_string()),
            (self.links.count, "links, not followed", first(&self.links)),
            (
                self.annexed.count,
                "links into a git-annex, not followed; unlock them (git annex unlock)",
                first(&self.annexed),
            ),
            (self.hidden, "hidden photos (names that begin with a dot), left out", self.hidden.to_string()),
            (
                self.caches.count,
                "folders of other programs' thumbnails and deleted files, left out",
                first(&self.caches),
            ),
        ];
        lines
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(_, what, counted)| format!("{what}: {counted}"))
            .collect()
    }

    fn count(&self, warnings: &mut Warnings) {
        for line in self.left_out() {
            warnings.add("left out", || line);
        }
    }

    fn index(&mut self) {
        let note = |keys: &mut BTreeMap<String, Option<String>>, key: &str, name: &String| {
            let known = keys.entry(key.to_owned()).or_insert_with(|| Some(name.clone()));
            if known.as_ref() != Some(name) {
                *known = None;
            }
        };
        for name in self.photos.keys() {
            let normal: String = name.nfc().collect();
            for end in ends(&normal) {
                note(&mut self.ends, end, name);
            }
            let last = normal.rsplit('/').next().unwrap_or_default();
            for key in [normal.as_str(), last] {
                self.lower.entry(key.to_lowercase()).or_insert_with(|| name.clone());
            }
            note(&mut self.stems, last.rsplit_once('.').map_or(last, |(stem, _)| stem), name);
            self.paths.insert(normal, name.clone());
        }
    }
}

/// A path and its ends: `x/y/a.jpg`, `y/a.jpg`, `a.jpg`.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.split_once('/').map(|(_, below)| below))
}

/// A path as it is inside a folder: with `/`, without a leading `./`, and the path alone of an address.
fn local_path(wanted: &str) -> String {
    if let Some((_, rest)) = wanted.split_once("://") {
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        return percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    }
    wanted.replace('\\', "/").trim_start_matches("./").to_owned()
}

fn readable_name(name: &OsStr, prefix: &str, warnings: &mut Warnings) -> String {
    let readable = name.to_string_lossy();
    if name.to_str().is_none() {
        let seen = shown(&format!("{prefix}{readable}"));
        warnings.add("name", || format!("the name {seen} is not UTF-8; it is kept as shown here"));
    }
    format!("{prefix}{readable}")
}

/// Hidden folders count too: `.thumbnails` and the like.
fn is_cache(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    KEPT_BY_OTHERS.contains(&name.as_str())
        || name.ends_with(PREVIEWS)
        || name.starts_with('.') && name.contains("thumb")
}

fn is_photo(name: &str) -> bool {
    let lower = name.to_lowercase();
    SUFFIXES.iter().any(|suffix| lower.ends_with(suffix))
}
