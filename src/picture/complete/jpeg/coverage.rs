//! Whether the scans of a JPEG together contain every coefficient of every component at full precision.

use crate::photo::ImageFormat::Jpeg;
use crate::picture::Defect;

/// The coefficients found so far.
pub struct Coverage {
    progressive: bool,
    /// Identifier of a component, and one bit for each of its 64 coefficients.
    components: Vec<(u8, u64)>,
}

impl Coverage {
    /// No coefficients yet.
    pub fn of(components: &[u8], progressive: bool) -> Self {
        Self { progressive, components: components.iter().map(|&id| (id, 0)).collect() }
    }

    /// Adds a scan header (ITU-T T.81, B.2.3).
    pub fn add(&mut self, header: &[u8]) -> Result<(), Defect> {
        let bad = || Defect::corrupt(Jpeg, "a scan header is malformed");
        let (&count, rest) = header.split_first().ok_or_else(bad)?;
        let (selectors, rest) = rest.split_at_checked(usize::from(count) * 2).ok_or_else(bad)?;
        let &[first, last, approximation] = rest else { return Err(bad()) };
        if first > last || last > 63 {
            return Err(bad());
        }
        let contained = match (self.progressive, approximation & 15) {
            (false, _) => u64::MAX,
            (true, 0) => (u64::MAX >> (63 - last)) & (u64::MAX << first),
            // The lowest bits follow in a later scan.
            (true, _) => 0,
        };
        for selector in selectors.chunks_exact(2) {
            let component = self.components.iter_mut().find(|(id, _)| *id == selector[0]);
            component.ok_or_else(bad)?.1 |= contained;
        }
        Ok(())
    }

    /// Whether all coefficients were found.
    pub fn is_complete(&self) -> bool {
        self.components.iter().all(|&(_, contained)| contained == u64::MAX)
    }
}
