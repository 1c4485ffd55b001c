//! The bytes that files take, without looking at each one where there are very many.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// A number of files and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether every file was looked at. Otherwise the numbers are those of some of the subfolders, scaled up: files are
    /// spread over the subfolders by their hash, so each subfolder is a random sample.
    pub is_exact: bool,
}

/// Measures a folder of files and subfolders of files. After `time` the other subfolders are estimated; at least one is
/// looked at. A missing folder has no files.
pub(super) fn folder(path: &Path, time: Duration) -> io::Result<Measured> {
    let until = Instant::now() + time;
    let (mut folders, mut own) = (Vec::new(), Measured { is_exact: true, ..Measured::default() });
    each(path, &mut |entry| match entry.file_type()? {
        kind if kind.is_dir() => {
            folders.push(entry.path());
            Ok(())
        }
        _ => own.add(&entry),
    })?;
    let mut below = Measured::default();
    let mut looked = 0;
    for folder in &folders {
        if looked > 0 && Instant::now() > until {
            break;
        }
        each(folder, &mut |entry| below.add(&entry))?;
        looked += 1;
    }
    let scaled = |number: u64| (u128::from(number) * folders.len() as u128 / looked.max(1) as u128) as u64;
    Ok(Measured {
        files: own.files + scaled(below.files),
        bytes: own.bytes + scaled(below.bytes),
        is_exact: looked == folders.len(),
    })
}

impl Measured {
    fn add(&mut self, entry: &fs::DirEntry) -> io::Result<()> {
        match entry.metadata() {
            Ok(found) => {
                self.files += 1;
                self.bytes += found.len();
                Ok(())
            }
            // Removed since the folder was read.
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(err) => Err(err),
        }
    }
}

fn each(path: &Path, work: &mut dyn FnMut(fs::DirEntry) -> io::Result<()>) -> io::Result<()> {
    match fs::read_dir(path) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(()),
        entries => entries?.try_for_each(|entry| work(entry?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_measured_if_there_is_time_and_else_the_rest_is_estimated() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(
            folder(&root.path().join("none"), Duration::ZERO).unwrap(),
            Measured { is_exact: true, ..Measured::default() }
        );
        fs::write(root.path().join("flat"), [0; 7]).unwrap();
        for (name, bytes) in [("aa", 100), ("bb", 100), ("cc", 100)] {
            fs::create_dir(root.path().join(name)).unwrap();
            for file in 0..5 {
                fs::write(root.path().join(name).join(file.to_string()), vec![0; bytes]).unwrap();
            }
        }
        let exact = folder(root.path(), Duration::from_secs(60)).unwrap();
        assert_eq!(exact, Measured { files: 16, bytes: 1_507, is_exact: true });
        let estimated = folder(root.path(), Duration::ZERO).unwrap();
        assert_eq!(estimated, Measured { is_exact: false, ..exact });
    }
}
