//! A folder as a [`BlobStore`]: the dataset's own, or one that several machines share.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{BlobStore, FilesError, Measured, measure};
use crate::disk::write_durably;

/// A folder that holds files.
#[derive(Debug)]
pub struct FolderStore {
    root: PathBuf,
    must_exist: bool,
}

impl FolderStore {
    /// The dataset's own folder, which is created with the first file.
    pub fn own(root: &Path) -> Self {
        Self { root: root.to_owned(), must_exist: false }
    }

    /// A folder that several datasets use. It is never created: if it is missing, a disk may not be mounted.
    pub fn shared(root: PathBuf) -> Self {
        Self { root, must_exist: true }
    }

    fn walk(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        let path = self.root.join(folder);
        let entries = match fs::read_dir(&path) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|err| disk("list", &path, err))?,
        };
        for entry in entries {
            let entry = entry.map_err(|err| disk("list", &path, err))?;
            // Our names are UTF-8.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let key = format!("{folder}/{name}");
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => self.walk(&key, each)?,
                Ok(meta) => each(key, meta.len()),
                // Removed since the folder was read.
                Err(err) if err.kind() == io::ErrorKind::NotFound => {}
                Err(err) => return Err(disk("list", &entry.path(), err)),
            }
        }
        Ok(())
    }
}

impl BlobStore for FolderStore {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, FilesError> {
        let path = self.root.join(key);
        if_exists(fs::read(&path)).map_err(|err| disk("read", &path, err))
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), FilesError> {
        self.check()?;
        let path = self.root.join(key);
        write_durably(&path, bytes).map_err(|err| disk("write", &path, err))
    }

    fn len(&self, key: &str) -> Result<Option<u64>, FilesError> {
        let path = self.root.join(key);
        if_exists(fs::metadata(&path).map(|meta| meta.len())).map_err(|err| disk("read", &path, err))
    }

    fn remove(&self, key: &str) -> Result<(), FilesError> {
        let path = self.root.join(key);
        if_exists(fs::remove_file(&path)).map(|_| ()).map_err(|err| disk("remove", &path, err))
    }

    fn list(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        self.walk(folder, each)
    }

    fn measure(&self, folder: &str, time: Duration) -> Result<Option<Measured>, FilesError> {
        let path = self.root.join(folder);
        measure::folder(&path, time).map(Some).map_err(|err| disk("list", &path, err))
    }

    fn check(&self) -> Result<(), FilesError> {
        if self.must_exist && !self.root.is_dir() {
            return Err(FilesError::NoFolder(self.root.display().to_string()));
        }
        Ok(())
    }

    fn is_remote(&self) -> bool {
        false
    }
}

/// `None` if the file does not exist.
fn if_exists<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(err) => Err(err),
    }
}

fn disk(action: &'static str, path: &Path, source: io::Error) -> FilesError {
    FilesError::Disk { action, path: path.display().to_string(), source }
}
