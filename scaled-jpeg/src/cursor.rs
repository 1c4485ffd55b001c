//! A reader over a file's bytes; reading past the end is an error.

use crate::Error;

/// Reads forward through bytes.
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `count` bytes; `what` names the structure for the error.
    pub fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| Error::Missing(format!("the data ends inside {what}")))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// The next two bytes.
    pub fn pair(&mut self, what: &str) -> Result<[u8; 2], Error> {
        self.take(2, what).map(|bytes| [bytes[0], bytes[1]])
    }

    /// The next byte.
    pub fn byte(&mut self, what: &str) -> Result<u8, Error> {
        self.take(1, what).map(|bytes| bytes[0])
    }

    /// The offset from the start.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The unread bytes.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }
}
