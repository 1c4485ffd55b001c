//! Files in a folder: the dataset's own, or one that several machines see.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{FilesError, Place};
use crate::dataset::write_durably;

/// A folder that files lie in.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    must_be_there: bool,
}

impl Folder {
    /// The dataset's own, which is made with its first file.
    pub fn own(root: &Path) -> Self {
        Self { root: root.to_owned(), must_be_there: false }
    }

    /// One that several use: where it is not there, a disk is not mounted, and nothing is made in its stead.
    pub fn shared(root: PathBuf) -> Self {
        Self { root, must_be_there: true }
    }

    fn walk(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        let path = self.root.join(folder);
        let entries = match fs::read_dir(&path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|err| disk("list", &path, err))?,
        };
        for entry in entries {
            let entry = entry.map_err(|err| disk("list", &path, err))?;
            // A name that is no text is none of ours.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let key = format!("{folder}/{name}");
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => self.walk(&key, each)?,
                Ok(meta) => each(key, meta.len()),
                // It went away meanwhile.
                Err(err) if err.kind() == io::ErrorKind::NotFound => {}
                Err(err) => return Err(disk("list", &entry.path(), err)),
            }
        }
        Ok(())
    }
}

impl Place for Folder {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, FilesError> {
        let path = self.root.join(key);
        there(fs::read(&path)).map_err(|err| disk("read", &path, err))
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), FilesError> {
        self.check()?;
        let path = self.root.join(key);
        write_durably(&path, bytes).map_err(|err| disk("write", &path, err))
    }

    fn len(&self, key: &str) -> Result<Option<u64>, FilesError> {
        let path = self.root.join(key);
        there(fs::metadata(&path).map(|meta| meta.len())).map_err(|err| disk("read", &path, err))
    }

    fn remove(&self, key: &str) -> Result<(), FilesError> {
        let path = self.root.join(key);
        there(fs::remove_file(&path)).map(|_| ()).map_err(|err| disk("remove", &path, err))
    }

    fn list(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        self.walk(folder, each)
    }

    fn check(&self) -> Result<(), FilesError> {
        if self.must_be_there && !self.root.is_dir() {
            return Err(FilesError::NoFolder(self.root.display().to_string()));
        }
        Ok(())
    }

    fn is_far(&self) -> bool {
        false
    }
}

fn there<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(err) => Err(err),
    }
}

fn disk(action: &'static str, path: &Path, source: io::Error) -> FilesError {
    FilesError::Disk { action, path: path.display().to_string(), source }
}
