//! Which image files of a folder belong to which photos: the Python system's rows name them.

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
    /// One for each photo that has any: the first that its rows name and that is there.
    pub files: BTreeMap<PhotoId, PathBuf>,
    /// Files that rows name and that are there.
    pub found: u64,
    /// Groups of files that are the same to the byte.
    pub identical: u64,
}

impl Images {
    /// Looks for the files that rows name; only files that lie directly in `dir` are taken, links are not followed.
    pub fn find(dir: &Path, names: &BTreeMap<PhotoId, Vec<String>>) -> io::Result<Self> {
        fs::read_dir(dir)?;
        let mut images = Self::default();
        let mut by_length: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
        for (id, names) in names {
            for name in names {
                // A name that leads out of the folder is no name of a file in it.
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
        // Only files of the same length can be the same.
        images.identical = by_length.values().filter(|paths| paths.len() > 1).map(|paths| groups(paths)).sum();
        Ok(images)
    }
}

/// How many groups of equal files there are; what cannot be read is equal to nothing.
fn groups(paths: &[PathBuf]) -> u64 {
    let mut seen: HashMap<String, u64> = HashMap::new();
    for bytes in paths.iter().filter_map(|path| fs::read(path).ok()) {
        *seen.entry(sha256_hex(&bytes)).or_default() += 1;
    }
    seen.values().filter(|files| **files > 1).count() as u64
}
