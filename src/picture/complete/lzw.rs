//! How many pixels LZW-compressed data of a GIF hold (GIF89a specification, appendix F). No pixel is decoded: only the
//! lengths of the sequences are followed.

/// Longest code in bits; the table grows no further.
const CODE_BITS_MAX: u32 = 12;

/// Number of pixels until the data end, or until a code that makes no sense. `min_code_size` is in bits.
pub fn pixels(min_code_size: u8, data: impl Iterator<Item = u8>) -> u64 {
    if !(1..CODE_BITS_MAX as u8).contains(&min_code_size) {
        return 0;
    }
    let mut table = Table::new(min_code_size.into());
    let (mut buffer, mut bits, mut count) = (0_u32, 0, 0);
    for byte in data {
        buffer |= u32::from(byte) << bits;
        bits += 8;
        while bits >= table.code_bits {
            let code = buffer & ((1 << table.code_bits) - 1);
            (buffer, bits) = (buffer >> table.code_bits, bits - table.code_bits);
            match table.length(code) {
                Some(length) => count += u64::from(length),
                None => return count,
            }
        }
    }
    count
}

/// The lengths of all known sequences, by code.
struct Table {
    min_bits: u32,
    code_bits: u32,
    lengths: Vec<u32>,
    previous: Option<u32>,
}

impl Table {
    fn new(min_bits: u32) -> Self {
        let mut table = Self { min_bits, code_bits: 0, lengths: Vec::new(), previous: None };
        table.clear();
        table
    }

    /// Single pixels, and the two codes that stand for no pixel: clear, and the end.
    fn clear(&mut self) {
        self.lengths.clear();
        self.lengths.resize(1 << self.min_bits, 1);
        self.lengths.extend([0, 0]);
        self.code_bits = self.min_bits + 1;
        self.previous = None;
    }

    /// Number of pixels of the next code; `None` at the end code and at a code that is not known yet.
    fn length(&mut self, code: u32) -> Option<u32> {
        let clear = 1 << self.min_bits;
        if code == clear {
            self.clear();
            return Some(0);
        }
        let is_full = self.lengths.len() == 1 << CODE_BITS_MAX;
        if let Some(previous) = self.previous.filter(|_| !is_full) {
            // The new sequence is the previous one and the first pixel of this one, which may be the new one itself.
            self.lengths.push(self.lengths[previous as usize] + 1);
        }
        let length = self.lengths.get(code as usize).copied().filter(|_| code != clear + 1)?;
        self.previous = Some(code);
        if self.lengths.len() == 1 << self.code_bits && self.code_bits < CODE_BITS_MAX {
            self.code_bits += 1;
        }
        Some(length)
    }
}
