//! One writer per dataset: a file lock that the kernel releases when the process ends.

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, Write};
use std::path::Path;

use jiff::Timestamp;

use super::StoreError;
use crate::disk;

/// The writer's lock on a dataset, held until dropped. The file stays; only its lock matters.
pub struct WriterLock(File);

impl WriterLock {
    /// Takes the lock. Fails at once with the holder if another process has it.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
        let failed = |err: io::Error| StoreError::of_file(&err, path);
        let mut file = disk::private_options().read(true).create(true).truncate(false).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { holder: holder(path) }),
            Err(TryLockError::Error(err)) => return Err(failed(err)),
        }
        let note = format!("process {} on {} since {}\n", std::process::id(), this_host(), now());
        // The note is for messages only. A full disk must not prevent repairing a dataset.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
        Ok(Self(file))
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
        let _ = self.0.unlock();
    }
}

fn holder(path: &Path) -> String {
    let note = fs::read_to_string(path).unwrap_or_default();
    let note = note.trim();
    if note.is_empty() { "one that has just started".to_owned() } else { note.to_owned() }
}

/// This computer's host name.
pub fn this_host() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .map_or_else(|| "this computer".to_owned(), |name| name.trim().to_owned())
}

fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default()
}
