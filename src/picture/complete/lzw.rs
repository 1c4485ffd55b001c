//! Follows the LZW-compressed data of a GIF (GIF89a specification, appendix F). No pixel is decoded: only the lengths of the
//! sequences are followed.

/// Longest code in bits; the table grows no further.
const CODE_BITS_MAX: u32 = 12;

/// What data hold.
pub struct Read {
    /// Pixels of the codes that were read.
    pub pixels: u64,
    /// Which colours they have.
    pub colours: [bool; 256],
    /// Length of the codes that were read, in bits, without the end code.
    pub bits: u64,
    /// Length of the code that is next, in bits.
    pub next_code_bits: u32,
    /// Whether the end code is next.
    pub is_ended: bool,
}

/// Number of pixels until the data end, or until a code that makes no sense. `min_code_size` is in bits.
pub fn pixels(min_code_size: u8, data: impl Iterator<Item = u8>) -> u64 {
    read(min_code_size, data, u64::MAX).map_or(0, |read| read.pixels)
}

/// Follows data until `wanted` pixels, their end, or a code that makes no sense. `None` if no data have this `min_code_size`.
pub fn read(min_code_size: u8, data: impl Iterator<Item = u8>, wanted: u64) -> Option<Read> {
    if !(1..CODE_BITS_MAX as u8).contains(&min_code_size) {
        return None;
    }
    let mut table = Table::new(min_code_size.into());
    let (mut buffer, mut bits) = (0_u32, 0);
    let mut read = Read { pixels: 0, colours: [false; 256], bits: 0, next_code_bits: 0, is_ended: false };
    'data: for byte in data {
        buffer |= u32::from(byte) << bits;
        bits += 8;
        while bits >= table.code_bits {
            if read.pixels >= wanted {
                break 'data;
            }
            let (code, code_bits) = (buffer & ((1 << table.code_bits) - 1), table.code_bits);
            (buffer, bits) = (buffer >> code_bits, bits - code_bits);
            let Some(length) = table.length(code) else {
                read.is_ended = code == (1 << table.min_bits) + 1;
                break 'data;
            };
            read.pixels += u64::from(length);
            read.bits += u64::from(code_bits);
            // Each sequence begins and ends with a colour that was a code of its own.
            if code < 1 << table.min_bits {
                read.colours[code as usize & 255] = true;
            }
        }
    }
    read.next_code_bits = table.code_bits;
    Some(read)
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
        if let Some(previous) = self.previous.filter(|_| !is_full && code != clear + 1) {
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
