//! The parts of a snapshot: little-endian arrays, each preceded by its length, with a checksum over all.

use std::io::{self, Read, Write};

use bytemuck::{Pod, Zeroable, cast_slice, cast_slice_mut};
use crc32fast::Hasher;

/// Bytes that are read and hashed at a time, while they are in the cache.
const CHUNK: usize = 1 << 20;

/// A type that can be stored in a snapshot.
pub(super) trait Piece: Sized {
    /// Writes it.
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()>;
    /// Reads it again.
    fn load<R: Read>(from: &mut ChecksummedFile<R>) -> io::Result<Self>;
}

/// A file with a checksum that is updated by every read and write.
pub(super) struct ChecksummedFile<F> {
    file: F,
    sum: Hasher,
    /// The number of bytes that remain to be read; a larger length is damaged.
    left: u64,
}

impl<F> ChecksummedFile<F> {
    /// Wraps a file of which `length` bytes can be read.
    pub(super) fn over(file: F, length: u64) -> Self {
        Self { file, sum: Hasher::new(), left: length }
    }
}

/// The error of a snapshot that cannot be used.
pub(super) fn invalid() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the snapshot is damaged")
}

impl<W: Write> ChecksummedFile<W> {
    /// Writes an array after its length.
    pub(super) fn write_array<T: Pod>(&mut self, values: &[T]) -> io::Result<()> {
        self.write(&(values.len() as u64).to_le_bytes())?;
        cast_slice(values).chunks(CHUNK).try_for_each(|chunk| self.write(chunk))
    }

    /// Writes the checksum and returns the file.
    pub(super) fn end(mut self) -> io::Result<W> {
        self.file.write_all(&self.sum.finalize().to_le_bytes())?;
        Ok(self.file)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.file.write_all(bytes)
    }
}

impl<R: Read> ChecksummedFile<R> {
    /// Reads an array.
    pub(super) fn read_array<T: Pod + Zeroable>(&mut self) -> io::Result<Vec<T>> {
        let mut length = [0; 8];
        self.read(&mut length)?;
        let length = u64::from_le_bytes(length);
        if length.checked_mul(size_of::<T>() as u64).is_none_or(|bytes| bytes > self.left) {
            return Err(invalid());
        }
        let mut values = vec![T::zeroed(); usize::try_from(length).map_err(|_| invalid())?];
        cast_slice_mut(&mut values).chunks_mut(CHUNK).try_for_each(|chunk| self.read(chunk))?;
        Ok(values)
    }

    /// Reads a number, which is an array of one.
    pub(super) fn number(&mut self) -> io::Result<u64> {
        self.read_array()?.first().copied().ok_or_else(invalid)
    }

    /// Checks that the checksum comes next and ends the part.
    pub(super) fn check(mut self) -> io::Result<()> {
        let mut stored = [0; 4];
        if self.left != 4 {
            return Err(invalid());
        }
        self.file.read_exact(&mut stored)?;
        if stored == self.sum.finalize().to_le_bytes() { Ok(()) } else { Err(invalid()) }
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

    fn load<R: Read>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        from.read_array()
    }
}
