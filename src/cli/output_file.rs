//! The file that `--output` names.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::unfinished::Note;
use crate::disk::{self, PartFile};

/// The file; `None` for standard output, which is also called `-`.
pub fn named(output: Option<&PathBuf>) -> Option<&Path> {
    output.map(PathBuf::as_path).filter(|path| *path != Path::new("-"))
}

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

/// The name under which a file is written before it is complete.
pub fn part_of(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_name()?.to_owned();
    name.push(".part");
    Some(path.with_file_name(name))
}

fn whole<T>(path: &Path, private: bool, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let part = part_of(path).context("the output needs a file name")?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(missing) = folder.filter(|folder| !folder.exists()) {
        bail!("there is no folder {}", missing.display());
    }
    let _note = Note::of(&part);
    // What an earlier run left there may be open to others.
    let _ = fs::remove_file(&part);
    let mut options = if private { disk::private_options() } else { File::options() };
    let mut out = BufWriter::new(PartFile::open(path, part, options.write(true).create_new(true))?);
    let result = write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.commit()?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_failed_write_leaves_the_file_as_it_was_and_a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        symlink(&target, &link).unwrap();
        let failed: Result<()> = write(&link, false, |out| {
            out.write_all(b"half")?;
            anyhow::bail!("the store cannot be read")
        });
        assert!(failed.is_err_and(|err| err.to_string().contains("could not write")));
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        write(&link, true, |out| Ok(out.write_all(b"new")?)).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert!(link.is_symlink() && fs::read_dir(folder.path()).unwrap().count() == 2);
    }

    #[test]
    fn a_pipe_is_written_to_directly() {
        let (mut reader, writer) = io::pipe().unwrap();
        let path = format!("/dev/fd/{}", writer.as_raw_fd());
        write(Path::new(&path), false, |out| Ok(out.write_all(b"rows")?)).unwrap();
        drop(writer);
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "rows");
    }
}
