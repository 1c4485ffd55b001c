//! A file that is to be added: read whole by most kinds, as a stream by those whose files may be larger than the memory.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::Described;
use crate::hash::{sha256_hex, sha256_hex_of};

/// A file that is to be checked, and what the user says of it.
pub struct Given<'a> {
    pub path: &'a Path,
    pub described: &'a Described,
    bytes: OnceCell<Vec<u8>>,
}

impl<'a> Given<'a> {
    pub fn new(path: &'a Path, described: &'a Described) -> Self {
        Self { path, described, bytes: OnceCell::new() }
    }

    /// The whole file, read by the first call.
    pub fn bytes(&self) -> Result<&[u8], String> {
        if let Some(bytes) = self.bytes.get() {
            return Ok(bytes);
        }
        let read = fs::read(self.path).map_err(|err| err.to_string())?;
        Ok(self.bytes.get_or_init(|| read))
    }

    /// The SHA-256 sum of the file, hexadecimal, and its bytes.
    pub fn sum(&self) -> io::Result<(String, u64)> {
        match self.bytes.get() {
            Some(bytes) => Ok((sha256_hex(bytes), bytes.len() as u64)),
            None => sha256_hex_of(File::open(self.path)?),
        }
    }
}
