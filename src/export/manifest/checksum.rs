//! Number and SHA-256 of the bytes of an export, taken while they are written.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::WrittenFile;
use crate::hash::hex;

/// Number and SHA-256 of the bytes so far.
#[derive(Clone, Default)]
pub struct Checksum {
    bytes: u64,
    sha256: Sha256,
}

impl Checksum {
    /// The sum of a whole file.
    pub fn of(bytes: &[u8]) -> Self {
        let mut sum = Self::default();
        sum.add(bytes);
        sum
    }

    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    /// The file with these bytes.
    pub fn into_file(self, name: Option<String>, media_type: &str, rows: Option<u64>) -> WrittenFile {
        let media_type = media_type.to_owned();
        WrittenFile { name, media_type, bytes: self.bytes, sha256: hex(&self.sha256.finalize()), rows }
    }
}

/// Passes bytes on and sums them.
pub struct Summing<'a> {
    pub out: &'a mut dyn Write,
    pub sum: &'a mut Checksum,
}

impl Write for Summing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
