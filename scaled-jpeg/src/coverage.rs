//! Whether the scans of a JPEG together contain every coefficient of every component at full precision.

use crate::{Error, Frame};

/// A scan header (ITU-T T.81, B.2.3). A sequential scan holds all coefficients, whatever its parameters say.
pub struct ScanHeader {
    /// Which components of the frame, and their tables for DC and AC.
    pub components: Vec<(usize, usize, usize)>,
    /// The first and the last coefficient in zigzag order.
    pub band: (u8, u8),
    /// The bit positions of the last scan of this band and of this one.
    pub approximation: (u8, u8),
}

impl ScanHeader {
    /// Reads the segment. Where components share an identifier, the first one that is not in the scan yet is meant, as
    /// in libjpeg-turbo.
    pub fn parse(header: &[u8], frame: &Frame) -> Result<Self, Error> {
        let bad = || Error::Invalid("a scan header is malformed");
        let (&count, rest) = header.split_first().ok_or_else(bad)?;
        let (selectors, rest) = rest.split_at_checked(usize::from(count) * 2).ok_or_else(bad)?;
        let &[first, last, approximation] = rest else { return Err(bad()) };
        let mut components: Vec<(usize, usize, usize)> = Vec::new();
        for selector in selectors.chunks_exact(2) {
            let is_free = |nth: usize| components.iter().all(|&(taken, ..)| taken != nth);
            let found = frame.components.iter().enumerate().position(|(nth, c)| c.id == selector[0] && is_free(nth));
            components.push((found.ok_or_else(bad)?, usize::from(selector[1] >> 4), usize::from(selector[1] & 15)));
        }
        if components.is_empty() {
            return Err(bad());
        }
        if !frame.progressive {
            return Ok(Self { components, band: (0, 63), approximation: (0, 0) });
        }
        if first > last || last > 63 {
            return Err(bad());
        }
        Ok(Self { components, band: (first, last), approximation: (approximation >> 4, approximation & 15) })
    }
}

impl ScanHeader {
    /// How many samples the scan passes over.
    pub fn samples(&self, frame: &Frame) -> u64 {
        let samples = |&(component, ..): &(usize, usize, usize)| {
            let (columns, rows) = frame.blocks(frame.components[component]);
            u64::from(columns) * u64::from(rows) * 64
        };
        self.components.iter().map(samples).sum()
    }
}

/// The coefficients found so far.
pub struct Coverage {
    progressive: bool,
    /// One bit for each of the 64 coefficients of a component.
    components: Vec<u64>,
}

impl Coverage {
    /// No coefficients yet.
    pub fn of(frame: &Frame) -> Self {
        Self { progressive: frame.progressive, components: vec![0; frame.components.len()] }
    }

    /// Adds a scan.
    pub fn add(&mut self, scan: &ScanHeader) {
        let (first, last) = scan.band;
        let contained = match (self.progressive, scan.approximation.1) {
            (false, _) => u64::MAX,
            (true, 0) => (u64::MAX >> (63 - last)) & (u64::MAX << first),
            // The lowest bits follow in a later scan.
            (true, _) => 0,
        };
        for &(component, ..) in &scan.components {
            self.components[component] |= contained;
        }
    }

    /// Whether all coefficients were found.
    pub fn is_complete(&self) -> bool {
        self.components.iter().all(|&contained| contained == u64::MAX)
    }
}
