//! Sets of rows as bitmaps, one bit for each row.

/// Bits in a word.
pub(super) const WORD: usize = 64;

/// A subset of the rows `0..len`. Bits from `len` on are always 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bitmap {
    pub(super) words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// The empty set.
    pub(super) fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(WORD)], len }
    }

    /// All rows.
    pub(super) fn all(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(WORD)], len };
        bits.trim();
        bits
    }

    /// The rows for which `test` holds; `test` is called for each row in order.
    pub(super) fn of(len: usize, mut test: impl FnMut(usize) -> bool) -> Self {
        let mut words = Vec::with_capacity(len.div_ceil(WORD));
        let mut start = 0;
        while start < len {
            let end = (start + WORD).min(len);
            words.push((start..end).fold(0, |word, row| word | (u64::from(test(row)) << (row - start))));
            start = end;
        }
        Self { words, len }
    }

    /// The rows whose value passes. There is one value for each row, so the compiler can vectorise the test.
    pub(super) fn of_values<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> Self {
        let word = |chunk: &[T]| {
            let mut flags = [0_u8; WORD];
            for (flag, value) in flags.iter_mut().zip(chunk) {
                *flag = u8::from(test(*value));
            }
            pack(&flags)
        };
        Self { words: values.chunks(WORD).map(word).collect(), len: values.len() }
    }

    /// A set from its words; bits from `len` on are cleared.
    pub(super) fn from_words(words: Vec<u64>, len: usize) -> Self {
        let mut bits = Self { words, len };
        bits.words.resize(len.div_ceil(WORD), 0);
        bits.trim();
        bits
    }

    /// Increases `len`; the new rows are not in the set.
    pub(super) fn grow(&mut self, len: usize) {
        self.words.resize(len.div_ceil(WORD), 0);
        self.len = len;
    }

    /// Whether the row is in the set.
    pub(super) fn has(&self, row: usize) -> bool {
        self.words[row / WORD] >> (row % WORD) & 1 == 1
    }

    /// Adds a row.
    pub(super) fn set(&mut self, row: usize) {
        self.words[row / WORD] |= 1 << (row % WORD);
    }

    /// Removes a row.
    pub(super) fn clear(&mut self, row: usize) {
        self.words[row / WORD] &= !(1 << (row % WORD));
    }

    /// The number of rows in the set.
    pub(super) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The number of rows before `row` in the set.
    pub(super) fn count_before(&self, row: usize) -> u64 {
        let whole: u64 = self.words[..row / WORD].iter().map(|word| u64::from(word.count_ones())).sum();
        match row % WORD {
            0 => whole,
            rest => whole + u64::from((self.words[row / WORD] & ((1 << rest) - 1)).count_ones()),
        }
    }

    /// Intersection with another set.
    pub(super) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Union with another set.
    pub(super) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// The complement.
    pub(super) fn not(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
        self
    }

    /// The rows in the set, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.rows_from(0)
    }

    /// The rows in the set from `from` on, ascending.
    pub(super) fn rows_from(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        let first = from / WORD;
        let words = self.words.get(first..).unwrap_or_default().iter().enumerate();
        words.flat_map(move |(at, word)| {
            let word = if at == 0 { word & (u64::MAX << (from % WORD)) } else { *word };
            Ones { word, base: (first + at) * WORD }
        })
    }

    /// The row of the `n`th member, from 0.
    pub(super) fn nth(&self, n: u64) -> Option<usize> {
        let mut left = n;
        for (at, word) in self.words.iter().enumerate() {
            let ones = u64::from(word.count_ones());
            if left < ones {
                return Ones { word: *word, base: at * WORD }.nth(usize::try_from(left).ok()?);
            }
            left -= ones;
        }
        None
    }

    fn trim(&mut self) {
        if let (Some(last), rest @ 1..) = (self.words.last_mut(), self.len % WORD) {
            *last &= (1 << rest) - 1;
        }
    }
}

/// 64 bytes of 0 or 1 as bits.
fn pack(flags: &[u8; WORD]) -> u64 {
    let mut word = 0;
    for (at, eight) in flags.chunks_exact(8).enumerate() {
        let bytes = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
        // Gathers the low bit of each byte in the top byte, first byte lowest.
        word |= (bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (at * 8);
    }
    word
}

/// Iterates over the set bits of a word, ascending.
pub(super) struct Ones {
    pub(super) word: u64,
    pub(super) base: usize,
}

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.word == 0 {
            return None;
        }
        let row = self.base + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::Bitmap;

    #[test]
    fn every_constructor_of_a_set_gives_an_equal_set() {
        for len in [0, 1, 63, 64, 65, 1000] {
            let values: Vec<usize> = (0..len).collect();
            let one = Bitmap::of(len, |row| row % 7 == 3);
            assert_eq!(one, Bitmap::of_values(&values, |value| value % 7 == 3));
            let rows: Vec<usize> = one.rows().collect();
            assert_eq!(rows, values.iter().copied().filter(|row| row % 7 == 3).collect::<Vec<_>>());
            assert_eq!(one.count(), rows.len() as u64);
            assert_eq!(one.clone().not().count() as usize, len - rows.len());
            for (at, row) in rows.iter().enumerate() {
                assert_eq!(one.nth(at as u64), Some(*row));
                assert_eq!(one.count_before(*row), at as u64);
                assert_eq!(one.rows_from(*row).next(), Some(*row));
            }
            assert_eq!(one.nth(rows.len() as u64), None);
        }
    }
}
