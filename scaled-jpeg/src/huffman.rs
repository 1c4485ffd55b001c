//! Huffman tables and bits of entropy-coded data (ITU-T T.81, annex C and F.2.2). No bit is read that is not there.

use std::cell::OnceCell;

use crate::{Broken, standard_tables};

/// Bits that one look into a table decides; most codes are shorter.
const AHEAD: u8 = 10;

/// Bits that one look into a table of [`Run`]s decides.
const RUN_AHEAD: u8 = 12;

/// The tables of a file: four for DC and four for AC.
pub struct Tables {
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
}

/// A code table.
pub struct Table {
    /// By the next [`AHEAD`] bits.
    short: Box<[Entry; 1 << AHEAD]>,
    /// Of each length in bits: where the codes end that are as long or shorter, in units of 16-bit codes.
    ends: [u32; 17],
    /// Of each length: what the first code is above the place of its symbol.
    offsets: [u32; 17],
    symbols: Vec<u8>,
    /// By the next [`RUN_AHEAD`] bits. Made when it is first needed.
    runs: OnceCell<Box<[Run; 1 << RUN_AHEAD]>>,
}

/// The AC coefficients that certain bits hold whole, one after the other.
#[derive(Clone, Copy, Default)]
struct Run {
    /// Bits of them all; 0 if the first is not whole.
    bits: u8,
    /// How many coefficients, those that are 0 included.
    coefficients: u8,
    /// Whether the block ends behind them.
    ends: bool,
}

/// What begins with certain bits: a symbol and, if the bits hold it whole, the number behind it.
#[derive(Clone, Copy, Default)]
struct Entry {
    number: i16,
    symbol: u8,
    /// Bits of the code, or of code and number if the number is not 0. 0 if the code is longer than [`AHEAD`].
    bits: u8,
}

impl Table {
    /// From the numbers of codes of 1 to 16 bits and their symbols. `None` if the codes do not fit.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table = Self {
            short: Box::new([Entry::default(); 1 << AHEAD]),
            ends: [0; 17],
            offsets: [0; 17],
            symbols: Vec::new(),
            runs: OnceCell::new(),
        };
        let (mut code, mut place) = (0_u32, 0_u32);
        for (bits, &count) in (1_u8..).zip(counts) {
            table.offsets[usize::from(bits)] = code.wrapping_sub(place);
            for _ in 0..count {
                let symbol = *symbols.get(place as usize)?;
                if code >> bits > 0 {
                    return None;
                }
                table.enter(code, bits, symbol);
                (code, place) = (code + 1, place + 1);
            }
            table.ends[usize::from(bits)] = code << (16 - bits);
            code <<= 1;
        }
        table.symbols = symbols.to_vec();
        Some(table)
    }

    /// Enters a code under all bits that begin with it.
    fn enter(&mut self, code: u32, bits: u8, symbol: u8) {
        let Some(behind) = AHEAD.checked_sub(bits) else { return };
        let size = symbol & 15;
        for rest in 0..1_u32 << behind {
            let mut entry = Entry { number: 0, symbol, bits };
            if size > 0 && size <= behind {
                entry.number = signed(rest >> (behind - size), size) as i16;
                entry.bits += size;
            }
            self.short[(code << behind | rest) as usize] = entry;
        }
    }

    fn runs(&self) -> &[Run; 1 << RUN_AHEAD] {
        self.runs.get_or_init(|| {
            let mut runs = Box::new([Run::default(); 1 << RUN_AHEAD]);
            (0_u32..).zip(runs.iter_mut()).for_each(|(ahead, run)| *run = self.run(ahead));
            runs
        })
    }

    /// The coefficients that these [`RUN_AHEAD`] bits hold whole.
    fn run(&self, ahead: u32) -> Run {
        let mut run = Run::default();
        while !run.ends {
            let rest = ahead << run.bits & ((1 << RUN_AHEAD) - 1);
            let entry = self.short[(rest >> (RUN_AHEAD - AHEAD)) as usize];
            let (zeros, size) = (entry.symbol >> 4, entry.symbol & 15);
            let bits = run.bits + entry.bits + if entry.number == 0 { size } else { 0 };
            let coefficients = run.coefficients + zeros + 1;
            if entry.bits == 0 || bits > RUN_AHEAD || coefficients > 63 {
                break;
            }
            run.bits = bits;
            match (size, zeros) {
                (0, 0..15) => run.ends = true,
                _ => run.coefficients = coefficients,
            }
        }
        run
    }

    /// The length and the symbol of a code of more than [`AHEAD`] bits that begins `ahead`.
    #[cold]
    fn long(&self, ahead: u32) -> Option<(u8, u8)> {
        let bits = (AHEAD + 1..=16).find(|&bits| ahead < self.ends[usize::from(bits)])?;
        let place = (ahead >> (16 - bits)).wrapping_sub(self.offsets[usize::from(bits)]);
        Some((bits, *self.symbols.get(place as usize)?))
    }
}

impl Default for Tables {
    /// The tables of pictures that bring none (motion JPEG).
    fn default() -> Self {
        let [dc, ac] = standard_tables::all().map(|[luma, chroma]| [luma, chroma, None, None]);
        Self { dc, ac }
    }
}

impl Tables {
    /// Reads a DHT segment. `None` if it is malformed.
    pub fn read(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&kind, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let (symbols, rest) = rest.split_at_checked(counts.iter().map(|&count| usize::from(count)).sum())?;
            let tables = if kind >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *tables.get_mut(usize::from(kind & 15))? = Some(Table::new(counts, symbols)?);
            segment = rest;
        }
        Some(())
    }

    /// A table for DC coefficients.
    pub fn dc(&self, number: usize) -> Result<&Table, Broken> {
        self.dc.get(number).and_then(Option::as_ref).ok_or(Broken::Invalid)
    }

    /// A table for AC coefficients.
    pub fn ac(&self, number: usize) -> Result<&Table, Broken> {
        self.ac.get(number).and_then(Option::as_ref).ok_or(Broken::Invalid)
    }
}

/// The bits of a scan, without stuffed zeros, up to the next marker or the end.
pub struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the highest. Behind the first `count` some may be set that are read again.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    /// Starts at the first byte.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, held: 0, count: 0 }
    }

    /// The next symbol.
    pub fn symbol(&mut self, table: &Table) -> Result<u8, Broken> {
        self.fill();
        let entry = table.short[self.ahead()];
        if entry.bits == 0 {
            return self.long_symbol(table);
        }
        let number_bits = if entry.number == 0 { 0 } else { entry.symbol & 15 };
        self.skip((entry.bits - number_bits).into()).map(|()| entry.symbol)
    }

    /// The next symbol, and the number behind it, of as many bits as the lower half of the symbol says.
    #[inline]
    pub fn symbol_and_number(&mut self, table: &Table) -> Result<(u8, i32), Broken> {
        self.fill();
        let entry = table.short[self.ahead()];
        if entry.number != 0 {
            self.skip(entry.bits.into())?;
            return Ok((entry.symbol, entry.number.into()));
        }
        let symbol = if entry.bits == 0 {
            self.long_symbol(table)?
        } else {
            self.skip(entry.bits.into())?;
            entry.symbol
        };
        let size = symbol & 15;
        Ok((symbol, if size == 0 { 0 } else { signed(self.number(size)?, size) }))
    }

    /// Passes over AC coefficients of which nothing is needed, `at` being the next. Returns the one behind them, 64 at the end
    /// of the block. `None` if the next is not whole in so many bits, or the block may end between them.
    #[inline]
    pub fn pass_over(&mut self, table: &Table, at: usize) -> Option<usize> {
        self.fill();
        let run = table.runs()[(self.held >> (64 - u32::from(RUN_AHEAD))) as usize];
        let next = at + usize::from(run.coefficients);
        if run.bits == 0 || u32::from(run.bits) > self.count || next >= 64 {
            return None;
        }
        self.count -= u32::from(run.bits);
        self.held <<= run.bits;
        Some(if run.ends { 64 } else { next })
    }

    fn long_symbol(&mut self, table: &Table) -> Result<u8, Broken> {
        // With fewer bits than a code has, its end is not known to be there.
        let unknown = if self.count < 16 { Broken::Missing } else { Broken::Invalid };
        let (bits, symbol) = table.long((self.held >> 48) as u32).ok_or(unknown)?;
        self.skip(bits.into()).map(|()| symbol)
    }

    /// The next `count` bits, at most 16.
    #[inline]
    pub fn number(&mut self, count: u8) -> Result<u32, Broken> {
        self.fill();
        let number = self.held >> 1 >> (63 - count);
        self.skip(count.into()).map(|()| number as u32)
    }

    /// Goes on behind the restart marker with this number, 0 to 7. Returns the offset of the marker.
    pub fn restart(&mut self, number: u8) -> Result<usize, Broken> {
        (self.held, self.count) = (0, 0);
        loop {
            let rest = self.data.get(self.at..).unwrap_or_default();
            self.at += memchr::memchr(0xff, rest).ok_or(Broken::Missing)?;
            match self.data.get(self.at + 1) {
                None => return Err(Broken::Missing),
                Some(0xff) => self.at += 1,
                Some(0) => self.at += 2,
                Some(&marker) => {
                    self.at += 2;
                    return if marker == 0xd0 + number { Ok(self.at - 2) } else { Err(Broken::Missing) };
                }
            }
        }
    }

    /// Whether all bits of the last byte were used.
    pub fn is_aligned(&self) -> bool {
        self.count.is_multiple_of(8)
    }

    /// The offset behind the last byte of which a bit was used.
    pub fn end(&self) -> usize {
        (0..self.count / 8).fold(self.at, |at, _| {
            let is_stuffed = at >= 2 && self.data[at - 2..at] == [0xff, 0];
            at - if is_stuffed { 2 } else { 1 }
        })
    }

    fn ahead(&self) -> usize {
        (self.held >> (64 - u32::from(AHEAD))) as usize
    }

    fn skip(&mut self, count: u32) -> Result<(), Broken> {
        self.count = self.count.checked_sub(count).ok_or(Broken::Missing)?;
        self.held <<= count;
        Ok(())
    }

    /// Holds at least 32 bits, enough for a code and its number, unless the data end.
    #[inline]
    fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        let next = self.data.get(self.at..).and_then(|rest| rest.first_chunk::<8>());
        match next.map(|bytes| u64::from_be_bytes(*bytes)) {
            Some(word) if !contains_ff(word) => {
                self.held |= word >> self.count;
                let bytes = (63 - self.count) / 8;
                self.at += bytes as usize;
                self.count += bytes * 8;
            }
            _ => self.fill_by_bytes(),
        }
    }

    fn fill_by_bytes(&mut self) {
        while self.count <= 56 {
            let (byte, length) = match self.data.get(self.at..) {
                Some([0xff, 0, ..]) => (0xff, 2),
                // A marker, or the end of the data.
                None | Some([] | [0xff, ..]) => return,
                Some(&[byte, ..]) => (byte, 1),
            };
            self.at += length;
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }
}

/// Whether one of the eight bytes is 0xff.
fn contains_ff(word: u64) -> bool {
    let inverted = !word;
    inverted.wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 != 0
}

/// A number of `size` bits; those that begin with 0 are negative (F.2.2.1, EXTEND).
fn signed(bits: u32, size: u8) -> i32 {
    let bits = bits.cast_signed();
    if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_every_length_are_read_with_their_numbers() {
        // One code of each length: 0, 10, 110, ... and its symbol, a number of so many bits.
        let symbols: Vec<u8> = (0..16).collect();
        let table = Table::new(&[1; 16], &symbols).unwrap();
        let mut written = String::new();
        for size in 0..16_usize {
            written += &format!("{}0{}", "1".repeat(size), "1".repeat(size));
        }
        written += &"1".repeat(written.len().next_multiple_of(8) - written.len());
        let bytes =
            written.as_bytes().chunks(8).map(|bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap());
        let stuffed: Vec<u8> = bytes.flat_map(|byte| if byte == 0xff { vec![0xff, 0] } else { vec![byte] }).collect();
        let mut bits = Bits::new(&stuffed);
        for size in 0..16_u8 {
            assert_eq!(bits.symbol_and_number(&table), Ok((size, (1 << size) - 1)), "{size}");
        }
        assert_eq!(bits.end(), stuffed.len());
        let mut bits = Bits::new(&stuffed);
        for size in 0..16_u8 {
            assert_eq!(bits.symbol(&table), Ok(size), "{size}");
            assert_eq!(bits.number(size), Ok((1 << size) - 1), "{size}");
        }
        let mut bits = Bits::new(&stuffed[..stuffed.len() - 2]);
        let last = (0..16).map(|_| bits.symbol_and_number(&table)).find(Result::is_err);
        assert_eq!(last, Some(Err(Broken::Missing)));
    }

    #[test]
    fn tables_whose_codes_do_not_fit_are_refused() {
        assert!(Table::new(&[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[0, 1, 2]).is_none());
        assert!(Table::new(&[1; 16], &[0, 1]).is_none());
        assert!(Table::new(&[0; 16], &[]).is_some());
    }

    #[test]
    fn a_byte_of_ones_is_found_among_eight() {
        for at in 0..8 {
            assert!(contains_ff(0xff << (at * 8)), "{at}");
            assert!(contains_ff(0xff << (at * 8) | 0x0102_8040_fe7f_0180), "{at}");
        }
        for word in [0, 0x8080_8080_8080_8080, 0xfefe_fefe_fefe_fefe, 0x7f01_80fe_0000_00fe] {
            assert!(!contains_ff(word), "{word:x}");
        }
    }
}
