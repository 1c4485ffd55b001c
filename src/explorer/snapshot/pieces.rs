//! The parts of a snapshot: little-endian arrays, each preceded by its length and followed by its checksum.

use std::io::{self, Read, Seek, SeekFrom, Write};

use bytemuck::{Pod, Zeroable, cast_slice, cast_slice_mut};
use crc32fast::Hasher;

/// Bytes that are read and hashed at a time, while they are in the cache.
const CHUNK: usize = 1 << 20;

/// Bytes of a checksum.
const SUM: u64 = 4;

/// A type that can be stored in a snapshot.
pub(super) trait Piece: Sized {
    /// Writes it.
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()>;
    /// Reads it again.
    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self>;
}

/// A file of arrays. Each has a checksum, so that some can be read without the others.
pub(super) struct ChecksummedFile<F> {
    file: F,
    sum: Hasher,
    /// The number of bytes that remain to be read; a larger length is damaged.
    left: u64,
    /// Whether arrays are skipped.
    skips: bool,
}

impl<F> ChecksummedFile<F> {
    /// Wraps a file of which `length` bytes can be read.
    pub(super) fn over(file: F, length: u64) -> Self {
        Self { file, sum: Hasher::new(), left: length, skips: false }
    }
}

/// The error of a snapshot that cannot be used.
pub(super) fn invalid() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the snapshot is damaged")
}

impl<W: Write> ChecksummedFile<W> {
    /// Writes an array between its length and its checksum.
    pub(super) fn write_array<T: Pod>(&mut self, values: &[T]) -> io::Result<()> {
        self.write(&(values.len() as u64).to_le_bytes())?;
        cast_slice(values).chunks(CHUNK).try_for_each(|chunk| self.write(chunk))?;
        let sum = std::mem::take(&mut self.sum).finalize();
        self.file.write_all(&sum.to_le_bytes())
    }

    /// Returns the file.
    pub(super) fn end(self) -> W {
        self.file
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.file.write_all(bytes)
    }
}

impl<R: Read + Seek> ChecksummedFile<R> {
    /// Reads an array. While arrays are skipped it is empty.
    pub(super) fn read_array<T: Pod + Zeroable>(&mut self) -> io::Result<Vec<T>> {
        if !self.skips {
            return self.array();
        }
        let length = self.length::<T>()?;
        let bytes = length * size_of::<T>() as u64 + SUM;
        self.left = self.left.checked_sub(bytes).ok_or_else(invalid)?;
        self.file.seek(SeekFrom::Current(i64::try_from(bytes).map_err(|_| invalid())?))?;
        self.sum = Hasher::new();
        Ok(Vec::new())
    }

    /// Reads an array that says what follows. It is never skipped.
    pub(super) fn array<T: Pod + Zeroable>(&mut self) -> io::Result<Vec<T>> {
        let length = self.length::<T>()?;
        let mut values = vec![T::zeroed(); usize::try_from(length).map_err(|_| invalid())?];
        cast_slice_mut(&mut values).chunks_mut(CHUNK).try_for_each(|chunk| self.read(chunk))?;
        let sum = std::mem::take(&mut self.sum).finalize();
        let mut stored = [0; SUM as usize];
        self.left = self.left.checked_sub(SUM).ok_or_else(invalid)?;
        self.file.read_exact(&mut stored)?;
        if stored == sum.to_le_bytes() { Ok(values) } else { Err(invalid()) }
    }

    /// Reads a number, which is an array of one. It is never skipped.
    pub(super) fn number(&mut self) -> io::Result<u64> {
        self.array()?.first().copied().ok_or_else(invalid)
    }

    /// Reads what `load` reads, or skips its arrays.
    pub(super) fn read_if<T>(&mut self, wanted: bool, load: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        self.skips = !wanted;
        let loaded = load(self);
        self.skips = false;
        loaded
    }

    /// Checks that the part ends here.
    pub(super) fn check(self) -> io::Result<()> {
        if self.left == 0 { Ok(()) } else { Err(invalid()) }
    }

    /// The number of values of the next array.
    fn length<T>(&mut self) -> io::Result<u64> {
        let mut length = [0; 8];
        self.read(&mut length)?;
        let length = u64::from_le_bytes(length);
        let bytes = length.checked_mul(size_of::<T>() as u64);
        if bytes.is_some_and(|bytes| bytes <= self.left) { Ok(length) } else { Err(invalid()) }
    }

    fn read(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(invalid)?;
        self.file.read_exact(bytes)?;
        self.sum.update(bytes);
        Ok(())
    }
}

impl<T: Pod + Zeroable> Piece for Vec<T> {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        to.write_array(self)
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        from.read_array()
    }
}
