//! A reader over a file's bytes; reading past the end is the defect "truncated".

use crate::photo::ImageFormat;
use crate::picture::Defect;

/// Reads forward through bytes.
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    format: ImageFormat,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8], format: ImageFormat) -> Self {
        Self { bytes, at: 0, format }
    }

    /// The next `count` bytes; `what` names the structure for the error message.
    pub fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], Defect> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or_else(|| Defect::truncated(self.format, format!("the data ends inside {what}")))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], Defect> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    /// The next byte.
    pub fn byte(&mut self, what: &str) -> Result<u8, Defect> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// The unread bytes.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }
}
