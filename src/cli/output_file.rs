//! The file that `--output` names.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::disk::{self, PartFile};

/// Writes `PATH.part` and renames it, so that the file at `path` is always whole; a private one is readable by its owner
/// only. A link stays and its target is replaced; a device or a pipe is written to directly.
pub fn write<T>(path: &Path, private: bool, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let written = match fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => directly(path, write),
        Ok(_) => whole(&fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), private, write),
        Err(_) => whole(path, private, write),
    };
    written.with_context(|| format!("could not write {}", path.display()))
}

fn directly<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let mut out = BufWriter::new(File::options().write(true).open(path)?);
    let result = write(&mut out)?;
    out.flush()?;
    Ok(result)
}

fn whole<T>(path: &Path, private: bool, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let mut name = path.file_name().context("the output needs a file name")?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    // What an earlier run left there may be open to others.
    let _ = fs::remove_file(&part);
    let mut options = if private { disk::private_options() } else { File::options() };
    let mut out = BufWriter::new(PartFile::open(path, part, options.write(true).create_new(true))?);
    let result = write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.commit()?;
    Ok(result)
}
