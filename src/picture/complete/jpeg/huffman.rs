//! Huffman tables and bits of entropy-coded data (ITU-T T.81, annex C and F.2.2). No bit is read that is not there.

/// Tables of one class, by identifier.
pub type Tables = [Option<Table>; 4];

/// A code table: the length and the symbol of the code that begins each 16 bits; 0 where there is none.
pub struct Table(Vec<u16>);

impl Table {
    /// From the numbers of codes of 1 to 16 bits and their symbols. `None` if the codes do not fit.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut codes = vec![0; 1 << 16];
        let (mut at, mut symbols) = (0, symbols.iter());
        for (length, &count) in (1_u16..).zip(counts) {
            for _ in 0..count {
                let span = 1 << (16 - length);
                codes.get_mut(at..at + span)?.fill(length << 8 | u16::from(*symbols.next()?));
                at += span;
            }
        }
        Some(Self(codes))
    }

    /// Reads a DHT segment into the tables for DC and AC. `None` if it is malformed.
    pub fn read(mut segment: &[u8], (dc, ac): (&mut Tables, &mut Tables)) -> Option<()> {
        while let Some((&kind, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let (symbols, rest) = rest.split_at_checked(counts.iter().map(|&count| usize::from(count)).sum())?;
            let tables = if kind >> 4 == 0 { &mut *dc } else { &mut *ac };
            *tables.get_mut(usize::from(kind & 15))? = Some(Self::new(counts, symbols)?);
            segment = rest;
        }
        Some(())
    }
}

/// The bits of a scan, without stuffed zeros, up to the next marker or the end.
pub struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// Bits that were read and not used; the last `count` of them.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    /// Starts at the first byte.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, held: 0, count: 0 }
    }

    /// The next symbol; `None` if its code is not there whole.
    pub fn symbol(&mut self, table: &Table) -> Option<u8> {
        self.fill();
        let ahead = if self.count >= 16 { self.held >> (self.count - 16) } else { self.held << (16 - self.count) };
        let [length, symbol] = table.0[(ahead & 0xffff) as usize].to_be_bytes();
        self.skip(u32::from(length)).filter(|()| length > 0).map(|()| symbol)
    }

    /// The next `count` bits, at most 16.
    pub fn number(&mut self, count: u8) -> Option<u32> {
        self.fill();
        let count = u32::from(count);
        self.skip(count)?;
        Some((self.held >> self.count & ((1 << count) - 1)) as u32)
    }

    /// Goes on behind the restart marker with this number, 0 to 7; `None` if another marker or none follows.
    pub fn restart(&mut self, number: u8) -> Option<()> {
        (self.held, self.count) = (0, 0);
        loop {
            self.at += memchr::memchr(0xff, self.data.get(self.at..)?)?;
            match *self.data.get(self.at + 1)? {
                0xff => self.at += 1,
                0 => self.at += 2,
                marker => {
                    self.at += 2;
                    return (marker == 0xd0 + number).then_some(());
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

    fn skip(&mut self, count: u32) -> Option<()> {
        self.count = self.count.checked_sub(count)?;
        Some(())
    }

    fn fill(&mut self) {
        while self.count <= 48 {
            let (byte, length) = match self.data.get(self.at..) {
                Some([0xff, 0, ..]) => (0xff, 2),
                // A marker, or the end of the data.
                None | Some([] | [0xff, ..]) => return,
                Some(&[byte, ..]) => (byte, 1),
            };
            self.at += length;
            self.held = self.held << 8 | u64::from(byte);
            self.count += 8;
        }
    }
}
