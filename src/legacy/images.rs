//! Finds the image file of each photo in a folder, by the file names in the Python system's rows.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::hash::sha256_hex;
use crate::photo::PhotoId;

/// The files of a folder that rows name.
#[derive(Debug, Default)]
pub struct Images {
    /// At most one per photo: the first file named in its rows that exists.
    pub files: BTreeMap<PhotoId, PathBuf>,
    /// Files that are named in rows and exist.
    pub found: u64,
    /// Groups of files with identical bytes.
    pub identical: u64,
}

impl Images {
    /// Looks for the files that rows name. Only files directly in `dir` are used; symbolic links are not followed.
    pub fn find(dir: &Path, names: &BTreeMap<PhotoId, Vec<String>>) -> io::Result<Self> {
        fs::read_dir(dir)?;
        let mut images = Self::default();
        let mut by_length: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
        for (id, names) in names {
            for name in names {
                // A name with a path could point outside the folder.
                let Some(base) = Path::new(name).file_name().filter(|base| *base == OsStr::new(name)) else { continue };
                let path = dir.join(base);
                let Some(there) = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file) else { continue };
                images.found += 1;
                images.files.entry(id.clone()).or_insert_with(|| path.clone());
                let same_length = by_length.entry(there.len()).or_default();
                if !same_length.contains(&path) {
                    same_length.push(path);
                }
            }
        }
        // Only files of the same length can be identical.
        images.identical = by_length.values().filter(|paths| paths.len() > 1).map(|paths| groups(paths)).sum();
        Ok(images)
    }
}

/// The number of groups of identical files. An unreadable file belongs to no group.
fn groups(paths: &[PathBuf]) -> u64 {
    let mut seen: HashMap<String, u64> = HashMap::new();
    for bytes in paths.iter().filter_map(|path| fs::read(path).ok()) {
        *seen.entry(sha256_hex(&bytes)).or_default() += 1;
    }
    seen.values().filter(|files| **files > 1).count() as u64
}
