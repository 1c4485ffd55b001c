//! Reads the tables in `data/`: deflated integer columns and texts (`data/README.md`).

use std::io::Read;

use flate2::read::DeflateDecoder;

/// Why reading cannot fail: the tables are part of the program, and the tests read every one.
const COMPLETE: &str = "the embedded tables in data/ are complete";

/// A table, read from start to end.
pub(super) struct Columns {
    bytes: Vec<u8>,
    at: usize,
}

impl Columns {
    /// Inflates an embedded table.
    pub(super) fn open(packed: &[u8]) -> Self {
        let (size, body) = packed.split_first_chunk::<4>().expect(COMPLETE);
        let mut bytes = Vec::with_capacity(u32::from_le_bytes(*size) as usize);
        DeflateDecoder::new(body).read_to_end(&mut bytes).expect(COMPLETE);
        Self { bytes, at: 0 }
    }

    /// The next column: a count, then the lowest bytes of all values, then the second lowest, and so on.
    pub(super) fn integers(&mut self) -> Vec<i32> {
        let count = self.count();
        let planes = self.take(count * 4);
        let (p0, rest) = planes.split_at(count);
        let (p1, rest) = rest.split_at(count);
        let (p2, p3) = rest.split_at(count);
        (0..count).map(|i| i32::from_le_bytes([p0[i], p1[i], p2[i], p3[i]])).collect()
    }

    /// The next column, stored as differences to the previous value.
    pub(super) fn sums(&mut self) -> Vec<i32> {
        let mut values = self.integers();
        let mut sum = 0;
        for value in &mut values {
            sum += *value;
            *value = sum;
        }
        values
    }

    /// The next column, stored as run lengths: the end of each run.
    pub(super) fn ends(&mut self) -> Vec<usize> {
        self.sums().into_iter().map(|end| end as usize).collect()
    }

    /// The next text.
    pub(super) fn text(&mut self) -> String {
        let size = self.count();
        String::from_utf8(self.take(size).to_vec()).expect(COMPLETE)
    }

    /// The lines of the next text.
    pub(super) fn lines(&mut self) -> Vec<String> {
        self.text().split('\n').map(str::to_owned).collect()
    }

    fn count(&mut self) -> usize {
        u32::from_le_bytes(self.take(4).try_into().expect(COMPLETE)) as usize
    }

    fn take(&mut self, size: usize) -> &[u8] {
        let from = self.at;
        self.at += size;
        &self.bytes[from..self.at]
    }
}
