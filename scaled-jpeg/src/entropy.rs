//! Reads all entropy-coded data of a JPEG (ITU-T T.81, F.2.2 and G.1.2), to decode it and to see where the picture ends in
//! a file without an end marker. Every bit of every coefficient must be there.

use std::ops::Range;

use crate::Broken;
use crate::block::{Block, COEFFICIENTS, IN_COLUMNS, Pass, sequential, skipped};
use crate::coverage::{Coverage, ScanHeader};
use crate::cursor::Cursor;
use crate::headers::{Component, EOI, Frame, MAX_SCANS, SOS, frame_header, next_marker, segment, takes_too_long};
use crate::huffman::{Bits, Table, Tables};

/// Most samples of a file that is read; a progressive one takes eight bytes for each 64, and what is kept.
const MAX_SAMPLES: u64 = 2 << 30;

/// Most zeros at the end of a scan that are taken for its own.
const ZEROS_MAX: usize = 64;

/// Where the picture is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The offset behind its last byte.
    pub end: usize,
    /// Bytes before that which belong neither to a segment nor to a block.
    pub stray: Vec<Range<usize>>,
}

/// Takes the blocks of a picture, each of them once.
pub trait Blocks {
    /// How many coefficients of a component's blocks are used: 0 to 64.
    fn used(&self, component: usize) -> usize;

    /// A block of the component at this column and row.
    fn take(&mut self, component: usize, place: (u32, u32), coefficients: &Coefficients);

    /// The quantisation steps of a component, in zigzag order, before its first block.
    fn start(&mut self, component: usize, steps: &[u16; COEFFICIENTS]);
}

/// What is used of a block.
pub struct Coefficients<'a> {
    /// In columns of eight, from the left.
    pub values: &'a [i16; COEFFICIENTS],
    /// Whether all are 0 but the first, the mean of the block.
    pub is_flat: bool,
}

/// Blocks that nobody needs.
impl Blocks for () {
    fn used(&self, _: usize) -> usize {
        0
    }

    fn take(&mut self, _: usize, _: (u32, u32), _: &Coefficients) {}

    fn start(&mut self, _: usize, _: &[u16; COEFFICIENTS]) {}
}

/// Reads a picture; returns where it is. An error if any coefficient is missing or makes no sense.
pub fn read(bytes: &[u8], blocks: &mut impl Blocks) -> Result<Extent, Broken> {
    let mut cursor = Cursor::new(bytes);
    cursor.take(2, "the start marker")?;
    let mut reader: Option<Reader> = None;
    let mut tables = Tables::default();
    let mut steps = [None; 4];
    let (mut interval, mut scans, mut passed, mut stray) = (0, 0, 0, Vec::new());
    loop {
        let from = cursor.offset();
        let marker = next_marker(&mut cursor)?;
        stray.extend(Some(from..cursor.offset() - 2).filter(|skipped| !skipped.is_empty()));
        match marker {
            marker @ 0xc0..=0xc2 => {
                let frame = frame_header(segment(&mut cursor)?, marker == 0xc2)?;
                if reader.is_some() || frame.samples > MAX_SAMPLES {
                    return Err(Broken::Invalid);
                }
                reader = Some(Reader::of(frame, blocks));
            }
            0xdb => quantisation_steps(segment(&mut cursor)?, &mut steps).ok_or(Broken::Invalid)?,
            0xc4 => tables.read(segment(&mut cursor)?).ok_or(Broken::Invalid)?,
            0xdd => interval = restart_interval(segment(&mut cursor)?)?,
            SOS => {
                let (header, reader) = (segment(&mut cursor)?, reader.as_mut().ok_or(Broken::Invalid)?);
                let header = ScanHeader::parse(header, &reader.frame)?;
                passed += header.samples(&reader.frame);
                if takes_too_long(scans + 1, passed) {
                    return Err(Broken::Invalid);
                }
                reader.latch(&header, &steps, blocks)?;
                let bits = Bits::new(cursor.rest());
                let mut scan = Scan { bits, header: &header, tables: &tables, interval, stray: Vec::new() };
                if reader.frame.progressive {
                    reader.pass(&mut scan)?;
                } else {
                    reader.scan(&mut scan, blocks)?;
                }
                let (used, is_aligned, start) = (scan.bits.end(), scan.bits.is_aligned(), cursor.offset());
                stray.extend(scan.stray.into_iter().map(|skipped| start + skipped.start..start + skipped.end));
                cursor.take(used, "a scan")?;
                scans += 1;
                reader.coverage.add(&header);
                if reader.coverage.is_complete() {
                    let end = cursor.offset();
                    if ends_in_zeros(&bytes[start..end], bytes.get(end), is_aligned) {
                        return Err(Broken::Missing);
                    }
                    reader.give(blocks);
                    return Ok(Extent { end, stray });
                }
            }
            EOI | 0xd8 => return Err(Broken::Missing),
            // A restart marker where no scan is.
            0xd0..=0xd7 => stray.push(cursor.offset() - 2..cursor.offset()),
            _ => drop(segment(&mut cursor)?),
        }
        if scans > MAX_SCANS {
            return Err(Broken::Invalid);
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

fn restart_interval(segment: &[u8]) -> Result<u32, Broken> {
    segment.first_chunk().map(|interval| u16::from_be_bytes(*interval).into()).ok_or(Broken::Invalid)
}

/// The steps of a DQT segment, by the identifier of their table (B.2.4.1).
fn quantisation_steps(mut segment: &[u8], steps: &mut [Option<[u16; COEFFICIENTS]>; 4]) -> Option<()> {
    while let Some((&kind, rest)) = segment.split_first() {
        let (bytes, rest) = rest.split_at_checked(if kind >> 4 == 0 { 64 } else { 128 })?;
        let mut table = [0; COEFFICIENTS];
        if kind >> 4 == 0 {
            table.iter_mut().zip(bytes).for_each(|(step, &byte)| *step = byte.into());
        } else {
            table.iter_mut().zip(bytes.chunks_exact(2)).for_each(|(step, b)| *step = u16::from_be_bytes([b[0], b[1]]));
        }
        *steps.get_mut(usize::from(kind & 15))? = Some(table);
        segment = rest;
    }
    Some(())
}

/// The scan that is being read.
struct Scan<'a> {
    bits: Bits<'a>,
    header: &'a ScanHeader,
    tables: &'a Tables,
    /// MCUs between restart markers; 0 without them.
    interval: u32,
    /// Bytes between a block and the restart marker behind it, as offsets in the scan.
    stray: Vec<Range<usize>>,
}

/// A frame whose scans are being read.
struct Reader {
    frame: Frame,
    coverage: Coverage,
    /// Of each component: whether a scan has found its quantisation steps, which are then settled.
    has_steps: Vec<bool>,
    /// Of a progressive file: what was read of each component so far.
    held: Vec<Held>,
}

/// The blocks of a component of a progressive file.
struct Held {
    stride: u32,
    /// Of each block: which coefficients are not 0.
    found: Vec<u64>,
    /// Of each block: its first coefficients.
    values: Vec<i16>,
    used: usize,
}

impl Held {
    fn block(&mut self, x: u32, y: u32) -> Option<Block<'_>> {
        let at = (y * self.stride + x) as usize;
        let values = self.values.get_mut(at * self.used..(at + 1) * self.used)?;
        Some(Block { found: self.found.get_mut(at)?, values })
    }
}

/// A component in a scan.
struct InScan<'a> {
    component: usize,
    /// Columns and rows of its blocks in each MCU.
    factors: (u32, u32),
    dc: Option<&'a Table>,
    ac: Option<&'a Table>,
    predictor: i32,
}

impl Reader {
    fn of(frame: Frame, blocks: &impl Blocks) -> Self {
        let (columns, rows) = frame.mcus();
        let held = |(nth, c): (usize, &Component)| {
            let (stride, used) = (columns * c.across, blocks.used(nth));
            let count = (stride * rows * c.down) as usize;
            Held { stride, found: vec![0; count], values: vec![0; count * used], used }
        };
        let held = frame.components.iter().enumerate().filter(|_| frame.progressive).map(held).collect();
        let coverage = Coverage::of(&frame);
        Self { has_steps: vec![false; frame.components.len()], coverage, held, frame }
    }

    fn latch(
        &mut self,
        header: &ScanHeader,
        steps: &[Option<[u16; COEFFICIENTS]>; 4],
        blocks: &mut impl Blocks,
    ) -> Result<(), Broken> {
        for &(component, ..) in &header.components {
            if !self.has_steps[component] {
                let number = usize::from(self.frame.components[component].quantisation);
                blocks.start(component, steps.get(number).and_then(Option::as_ref).ok_or(Broken::Invalid)?);
                self.has_steps[component] = true;
            }
        }
        Ok(())
    }

    /// The components of a scan, and how many MCUs it has. A component alone has its blocks in rows, none for padding.
    fn in_scan<'a>(&self, header: &ScanHeader, tables: &'a Tables) -> (Vec<InScan<'a>>, (u32, u32)) {
        let is_alone = header.components.len() == 1;
        let in_scan = |&(component, dc, ac): &(usize, usize, usize)| {
            let Frame { components, .. } = &self.frame;
            let factors = if is_alone { (1, 1) } else { (components[component].across, components[component].down) };
            InScan { component, factors, dc: tables.dc(dc).ok(), ac: tables.ac(ac).ok(), predictor: 0 }
        };
        let units = match header.components[..] {
            [(only, ..)] => self.frame.blocks(self.frame.components[only]),
            _ => self.frame.mcus(),
        };
        (header.components.iter().map(in_scan).collect(), units)
    }

    /// Reads a scan of a sequential file and gives its blocks away.
    fn scan(&self, scan: &mut Scan, blocks: &mut impl Blocks) -> Result<(), Broken> {
        let (mut components, units) = self.in_scan(scan.header, scan.tables);
        let mut values = [0; COEFFICIENTS];
        for_each_unit(units, scan, |bits, is_start, (x, y)| {
            for component in &mut components {
                if is_start {
                    component.predictor = 0;
                }
                let tables = (component.dc.ok_or(Broken::Invalid)?, component.ac.ok_or(Broken::Invalid)?);
                let (across, down) = component.factors;
                if blocks.used(component.component) == 0 {
                    for _ in 0..across * down {
                        skipped(bits, tables)?;
                    }
                    continue;
                }
                for row in 0..down {
                    for column in 0..across {
                        let last = sequential(bits, tables, &mut component.predictor, &mut values)?;
                        let place = (x * across + column, y * down + row);
                        blocks.take(component.component, place, &Coefficients { values: &values, is_flat: last == 0 });
                        values.fill(0);
                    }
                }
            }
            Ok(())
        })
    }

    /// Reads a scan of a progressive file.
    fn pass(&mut self, scan: &mut Scan) -> Result<(), Broken> {
        let header = scan.header;
        let (band, shift) = (header.band, header.approximation.1);
        let pass = Pass { band, shift, is_refinement: header.approximation.0 > 0 };
        let (mut components, units) = self.in_scan(header, scan.tables);
        let mut empty_blocks = 0;
        for_each_unit(units, scan, |bits, is_start, (x, y)| {
            if is_start {
                empty_blocks = 0;
            }
            for component in &mut components {
                if is_start {
                    component.predictor = 0;
                }
                let (tables, held) = ((component.dc, component.ac), &mut self.held[component.component]);
                let (across, down) = component.factors;
                for row in 0..down {
                    for column in 0..across {
                        let mut block = held.block(x * across + column, y * down + row).ok_or(Broken::Invalid)?;
                        block.read(bits, pass, tables, (&mut component.predictor, &mut empty_blocks))?;
                    }
                }
            }
            Ok(())
        })
    }

    /// Gives the blocks of a progressive file away.
    fn give(&mut self, blocks: &mut impl Blocks) {
        for (component, held) in std::mem::take(&mut self.held).into_iter().enumerate() {
            if held.used == 0 {
                continue;
            }
            let mut in_columns = [0; COEFFICIENTS];
            for (at, values) in (0..).zip(held.values.chunks_exact(held.used)) {
                values.iter().zip(IN_COLUMNS).for_each(|(&value, place)| in_columns[usize::from(place)] = value);
                let is_flat = values[1..].iter().all(|&value| value == 0);
                let coefficients = Coefficients { values: &in_columns, is_flat };
                blocks.take(component, (at % held.stride, at / held.stride), &coefficients);
            }
        }
    }
}

/// Calls `read` for each MCU of a scan with its column and row, and whether it begins the scan or follows a restart.
fn for_each_unit(
    (columns, rows): (u32, u32),
    scan: &mut Scan,
    mut read: impl FnMut(&mut Bits, bool, (u32, u32)) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let (mut until_restart, mut restarts) = (scan.interval, 0);
    let mut is_start = true;
    for y in 0..rows {
        for x in 0..columns {
            if scan.interval > 0 && until_restart == 0 {
                let end = scan.bits.end();
                let marker = scan.bits.restart(restarts)?;
                scan.stray.extend(Some(end..marker).filter(|skipped| !skipped.is_empty()));
                restarts = (restarts + 1) % 8;
                until_restart = scan.interval;
                is_start = true;
            }
            until_restart = until_restart.wrapping_sub(1);
            read(&mut scan.bits, is_start, (x, y))?;
            is_start = false;
        }
    }
    Ok(())
}
