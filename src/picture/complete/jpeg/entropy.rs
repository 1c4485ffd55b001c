//! Reads all entropy-coded data of a JPEG (ITU-T T.81, F.2.2 and G.1.2): to see where the picture ends in a file without
//! an end marker, and to decode a large progressive file at 1/8. Only the mean of each block, its DC coefficient, is kept.

use super::coverage::{Coverage, ScanHeader};
use super::huffman::{Bits, Table, Tables};
use super::{Component, EOI, Frame, MAX_SCANS, SOS, frame_header, next_marker, segment};
use crate::photo::ImageFormat::Jpeg;
use crate::picture::complete::cursor::Cursor;

/// Most samples of a file that is read; a progressive one takes ten bytes for each 64.
const MAX_SAMPLES: u64 = 2 << 30;

/// Most zeros at the end of a scan that are taken for its own.
const ZEROS_MAX: usize = 64;

/// The means of the blocks of one component.
pub struct Means {
    /// DC coefficients, not multiplied with the quantisation step; rows of whole MCUs.
    pub values: Vec<i16>,
    /// Values in a row.
    pub stride: usize,
    /// Quantisation step of DC coefficients.
    pub step: u16,
}

/// The offset behind the last byte of the picture, if every coefficient is there; `None` if any is missing or damaged.
pub fn end(bytes: &[u8]) -> Option<usize> {
    read(bytes, false).map(|(end, _)| end)
}

/// The means of all blocks, one entry for each component; `None` if any coefficient is missing or damaged.
pub fn means(bytes: &[u8]) -> Option<Vec<Means>> {
    read(bytes, true).map(|(_, means)| means)
}

fn read(bytes: &[u8], keeps_means: bool) -> Option<(usize, Vec<Means>)> {
    let mut cursor = Cursor::new(bytes, Jpeg);
    cursor.take(2, "the start marker").ok()?;
    let mut reader: Option<Reader> = None;
    let mut tables = (Tables::default(), Tables::default());
    let mut steps = [1; 4];
    let (mut interval, mut scans) = (0, 0);
    loop {
        match next_marker(&mut cursor).ok()? {
            marker @ 0xc0..=0xc2 => {
                let frame = frame_header(segment(&mut cursor).ok()?, marker == 0xc2).ok()?;
                reader = reader.is_none().then(|| Reader::of(frame, keeps_means)).flatten();
                reader.as_ref()?;
            }
            0xdb => quantisation_steps(segment(&mut cursor).ok()?, &mut steps)?,
            0xc4 => Table::read(segment(&mut cursor).ok()?, (&mut tables.0, &mut tables.1))?,
            0xdd => interval = u32::from(u16::from_be_bytes(*segment(&mut cursor).ok()?.first_chunk()?)),
            SOS => {
                let (header, reader) = (segment(&mut cursor).ok()?, reader.as_mut()?);
                let (used, is_aligned) = reader.scan(header, cursor.rest(), (&tables.0, &tables.1), interval)?;
                cursor.take(used, "a scan").ok()?;
                scans += 1;
                if reader.coverage.is_complete() {
                    let (start, next) = (cursor.offset() - used, bytes.get(cursor.offset()));
                    if ends_in_zeros(&bytes[start..cursor.offset()], next, is_aligned) {
                        return None;
                    }
                    return Some((cursor.offset(), reader.take_means(steps)));
                }
            }
            EOI | 0xd8 => return None,
            0xd0..=0xd7 => {}
            _ => drop(segment(&mut cursor).ok()?),
        }
        if scans > MAX_SCANS {
            return None;
        }
    }
}

/// Whether a scan seems to end in zeros that stand for data that never came: more of them follow, and either its last
/// byte has unused bits, which encoders fill with ones, or many zeros were read.
fn ends_in_zeros(read: &[u8], next: Option<&u8>, is_aligned: bool) -> bool {
    let zeros = read.iter().rev().take_while(|&&byte| byte == 0).count();
    let is_stuffed = zeros == 1 && read.ends_with(&[0xff, 0]);
    next == Some(&0) && zeros > 0 && !is_stuffed && (!is_aligned || zeros > ZEROS_MAX)
}

/// The steps for DC coefficients of a DQT segment, by the identifier of their table (B.2.4.1).
fn quantisation_steps(mut segment: &[u8], steps: &mut [u16; 4]) -> Option<()> {
    while let Some((&kind, rest)) = segment.split_first() {
        let step = steps.get_mut(usize::from(kind & 15))?;
        let length = if kind >> 4 == 0 { 64 } else { 128 };
        *step = match rest.get(..length)? {
            [step, ..] if length == 64 => u16::from(*step),
            [high, low, ..] => u16::from_be_bytes([*high, *low]),
            _ => return None,
        };
        segment = &rest[length..];
    }
    Some(())
}

/// A frame whose scans are being read.
struct Reader {
    frame: Frame,
    coverage: Coverage,
    /// Of a progressive file: for each block of each component which coefficients are not 0.
    found: Vec<Vec<u64>>,
    /// If they are kept: the mean of each block of each component.
    means: Vec<Vec<i16>>,
}

/// A block that is being read.
struct Block<'a> {
    component: usize,
    found: Option<&'a mut u64>,
    mean: Option<&'a mut i16>,
}

/// The scan that is being read.
struct Scan<'a> {
    bits: Bits<'a>,
    band: (u8, u8),
    is_refinement: bool,
    is_progressive: bool,
    /// The bit position of the values of this scan.
    shift: u8,
    /// The last DC coefficient of each component.
    last: [i32; 256],
    /// Blocks that follow without a coefficient of this band.
    empty_blocks: u32,
}

impl Reader {
    fn of(frame: Frame, keeps_means: bool) -> Option<Self> {
        if frame.samples > MAX_SAMPLES {
            return None;
        }
        let (columns, rows) = frame.mcus();
        let blocks = |c: &Component, kept: bool| if kept { (columns * c.across * rows * c.down) as usize } else { 0 };
        let found = frame.components.iter().map(|c| vec![0; blocks(c, frame.progressive)]).collect();
        let means = frame.components.iter().map(|c| vec![0; blocks(c, keeps_means)]).collect();
        let coverage = Coverage::of(&frame);
        Some(Self { frame, coverage, found, means })
    }

    fn take_means(&mut self, steps: [u16; 4]) -> Vec<Means> {
        let columns = self.frame.mcus().0;
        let means = std::mem::take(&mut self.means).into_iter().zip(&self.frame.components);
        let of = |(values, c): (Vec<i16>, &Component)| {
            let step = steps.get(usize::from(c.quantisation)).copied().unwrap_or(1);
            Means { values, stride: (columns * c.across) as usize, step }
        };
        means.map(of).collect()
    }

    /// Reads one scan; returns the bytes that it takes, and whether it uses all bits of the last one.
    fn scan(
        &mut self,
        header: &[u8],
        data: &[u8],
        (dc, ac): (&Tables, &Tables),
        interval: u32,
    ) -> Option<(usize, bool)> {
        let header = ScanHeader::parse(header, &self.frame).ok()?;
        self.coverage.add(&header);
        let mut scan = Scan {
            bits: Bits::new(data),
            band: header.band,
            is_refinement: header.approximation.0 > 0,
            is_progressive: self.frame.progressive,
            shift: header.approximation.1,
            last: [0; 256],
            empty_blocks: 0,
        };
        let alone = header.components.len() == 1;
        let (columns, rows) = match header.components[..] {
            [(only, ..)] => self.frame.blocks(self.frame.components[only]),
            _ => self.frame.mcus(),
        };
        for unit in 0..columns * rows {
            if interval > 0 && unit > 0 && unit % interval == 0 {
                scan.bits.restart(((unit / interval - 1) % 8) as u8)?;
                scan.empty_blocks = 0;
                scan.last.fill(0);
            }
            let (x, y) = (unit % columns, unit / columns);
            for &(component, dc_table, ac_table) in &header.components {
                let tables = (dc.get(dc_table)?.as_ref(), ac.get(ac_table)?.as_ref());
                let (across, down) = if alone { (1, 1) } else { self.factors(component) };
                for block in 0..across * down {
                    let (x, y) = (x * across + block % across, y * down + block / across);
                    scan.block(tables, self.block(component, x, y))?;
                }
            }
        }
        Some((scan.bits.end(), scan.bits.is_aligned()))
    }

    fn factors(&self, component: usize) -> (u32, u32) {
        (self.frame.components[component].across, self.frame.components[component].down)
    }

    /// What is kept of a block.
    fn block(&mut self, component: usize, x: u32, y: u32) -> Block<'_> {
        let stride = self.frame.mcus().0 * self.frame.components[component].across;
        let at = (y * stride + x) as usize;
        Block { component, found: self.found[component].get_mut(at), mean: self.means[component].get_mut(at) }
    }
}

impl Scan<'_> {
    /// Reads one block; `None` if a bit of it is missing or a code is invalid.
    fn block(&mut self, (dc, ac): (Option<&Table>, Option<&Table>), block: Block<'_>) -> Option<()> {
        let (mut unused, mut no_mean) = (0, 0);
        let (found, mean) = (block.found.unwrap_or(&mut unused), block.mean.unwrap_or(&mut no_mean));
        if self.band.0 == 0 {
            if self.is_refinement {
                *mean |= (self.bits.number(1)? << self.shift) as i16;
            } else {
                let size = self.bits.symbol(dc?).filter(|&size| size <= 15)?;
                let last = &mut self.last[block.component];
                *last = last.wrapping_add(signed(self.bits.number(size)?, size));
                *mean = (*last << self.shift) as i16;
            }
        }
        let first = self.band.0.max(1);
        if first > self.band.1 {
            Some(())
        } else if self.is_refinement {
            self.refine(ac?, first, found)
        } else {
            self.coefficients(ac?, first, found)
        }
    }

    fn coefficients(&mut self, ac: &Table, first: u8, found: &mut u64) -> Option<()> {
        if self.empty_blocks > 0 {
            self.empty_blocks -= 1;
            return Some(());
        }
        let mut at = first;
        while at <= self.band.1 {
            let symbol = self.bits.symbol(ac)?;
            match (symbol >> 4, symbol & 15) {
                (15, 0) => at += 16,
                (0, 0) => break,
                (run, 0) => {
                    // Only progressive files have runs of empty blocks.
                    self.empty_blocks = (1 << run) - 1 + self.bits.number(run)?;
                    return self.is_progressive.then_some(());
                }
                (run, size) => {
                    at += run;
                    *found |= 1_u64.checked_shl(at.into())?;
                    self.bits.number(size)?;
                    at += 1;
                }
            }
        }
        Some(())
    }

    /// One more bit of each coefficient that is not 0, and coefficients that become so (G.1.2.3).
    fn refine(&mut self, ac: &Table, first: u8, found: &mut u64) -> Option<()> {
        let mut at = first;
        while self.empty_blocks == 0 && at <= self.band.1 {
            let symbol = self.bits.symbol(ac)?;
            let (mut zeros, size) = (symbol >> 4, symbol & 15);
            if size == 0 && zeros < 15 {
                self.empty_blocks = (1 << zeros) + self.bits.number(zeros)?;
                break;
            }
            self.bits.number(u8::from(size > 0))?;
            while at <= self.band.1 {
                if *found >> at & 1 == 1 {
                    self.bits.number(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if size > 0 && at <= self.band.1 {
                *found |= 1 << at;
            }
            at += 1;
        }
        if self.empty_blocks > 0 {
            let rest = (u64::MAX >> (63 - self.band.1)) & u64::MAX.checked_shl(at.into()).unwrap_or(0);
            for _ in 0..(*found & rest).count_ones() {
                self.bits.number(1)?;
            }
            self.empty_blocks -= 1;
        }
        Some(())
    }
}

/// A number of `size` bits; those that begin with 0 are negative (F.2.2.1, EXTEND).
fn signed(bits: u32, size: u8) -> i32 {
    let bits = bits.cast_signed();
    if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits }
}
