//! Many texts in one buffer.

/// Texts by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    bytes: Vec<u8>,
    /// The end of each text.
    ends: Vec<u64>,
}

impl Arena {
    /// Adds a text.
    pub(super) fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as u64);
    }

    /// The number of texts.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a text.
    pub(super) fn bytes(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start as usize..self.ends[at] as usize]
    }

    /// A text.
    pub(super) fn at(&self, at: usize) -> &str {
        std::str::from_utf8(self.bytes(at)).expect("only whole texts are pushed, and snapshots are checked")
    }

    /// The texts of `rows`, in that order, in the same buffer.
    pub(super) fn reordered(mut self, rows: &[u32]) -> Self {
        let length: usize = rows.iter().map(|row| self.bytes(*row as usize).len()).sum();
        let mut sorted = Vec::with_capacity(length);
        let mut ends = Vec::with_capacity(rows.len());
        for row in rows {
            sorted.extend_from_slice(self.bytes(*row as usize));
            ends.push(sorted.len() as u64);
        }
        self.bytes.truncate(length);
        self.bytes.copy_from_slice(&sorted);
        self.ends.truncate(rows.len());
        self.ends.copy_from_slice(&ends);
        self
    }

    /// All bytes and the end of each text, for a snapshot.
    pub(super) fn parts(&self) -> (&[u8], &[u64]) {
        (&self.bytes, &self.ends)
    }

    /// Restores texts from their parts; `None` if the parts are inconsistent.
    pub(super) fn from_parts(bytes: Vec<u8>, ends: Vec<u64>) -> Option<Self> {
        let text = std::str::from_utf8(&bytes).ok()?;
        let mut last = 0;
        for end in &ends {
            let end = usize::try_from(*end).ok()?;
            if end < last || !text.is_char_boundary(end) {
                return None;
            }
            last = end;
        }
        (last == text.len()).then_some(Self { bytes, ends })
    }
}
