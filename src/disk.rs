//! Files on disk: durable writes, part files that are renamed when complete, and files that only their owner may read.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Writes a whole file durably: a part file, fsync, rename, fsync of the folder. After a crash the file is complete or
/// absent. Creates the folder. The bytes must hold nothing personal in clear.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder_of(path)?)?;
    let mut file = PartFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()
}

/// Replaces the content of an existing file durably. A link stays and its target is replaced; the mode stays.
pub fn replace_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let mut file = PartFile::create(&path)?;
    file.file.set_permissions(fs::metadata(&path)?.permissions())?;
    file.write_all(bytes)?;
    file.commit()
}

/// A file that is written under another name and renamed when it is complete. Without a commit it is removed
/// when it is dropped.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl PartFile {
    /// Creates the part file of `path`. Threads and processes that write the same `path` have a part file each.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::open(path, unique_part(path), File::options().write(true).create(true).truncate(true))
    }

    /// The same, readable by its owner only (0600).
    pub fn create_private(path: &Path) -> io::Result<Self> {
        let part = unique_part(path);
        // A file of that name from an earlier process may be open to others.
        let _ = fs::remove_file(&part);
        Self::open(path, part, private_options().create_new(true))
    }

    /// The same with a given name and options for the part file.
    pub fn open(path: &Path, part: PathBuf, options: &OpenOptions) -> io::Result<Self> {
        Ok(Self { file: options.open(&part)?, part, path: path.to_owned() })
    }

    /// Makes the bytes durable, under the part file's name.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Makes the file durable under its own name. Replaces a file of that name.
    pub fn commit(self) -> io::Result<()> {
        self.sync()?;
        rename_durably(&self.part, &self.path)
    }

    /// The same, but fails with `AlreadyExists` if there is a file of that name.
    pub fn commit_new(self) -> io::Result<()> {
        self.sync()?;
        // A hard link never replaces a file. The part file is removed on drop.
        fs::hard_link(&self.part, &self.path)?;
        sync_folder(&self.path)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // After a rename there is nothing to remove.
        let _ = fs::remove_file(&self.part);
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for PartFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn unique_part(path: &Path) -> PathBuf {
    let unique = format!("{}-{:?}.part", std::process::id(), std::thread::current().id());
    path.with_extension(unique.replace(['(', ')'], "-"))
}

fn folder_of(path: &Path) -> io::Result<&Path> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Ok(Path::new(".")),
        Some(folder) => Ok(folder),
        None => Err(io::Error::other("a file needs a folder")),
    }
}

/// Gives a file whose bytes are durable another name in the same folder, durably. Replaces a file of that name.
pub fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder(to)
}

/// Makes the names in the folder of `path` durable: what was created, renamed or removed there.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path)?)?.sync_all()
}

/// Creates a folder and its parents. New folders are readable by their owner only (0700).
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options to write a file; a file that they create is readable by its owner only (0600).
pub fn private_options() -> OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The file's mode if others than its owner may read or write it.
pub fn mode_open_to_others(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
        (mode & 0o077 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}
