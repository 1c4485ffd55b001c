//! Whether the scans of a JPEG together bring every coefficient of every component to full precision.

use crate::picture::Defect;
use crate::picture::format::Format::Jpeg;

/// What the scans so far have brought.
pub struct Coverage {
    progressive: bool,
    /// Identifier of a component, and one bit for each of its 64 coefficients.
    components: Vec<(u8, u64)>,
}

impl Coverage {
    /// Nothing yet.
    pub fn of(components: &[u8], progressive: bool) -> Self {
        Self { progressive, components: components.iter().map(|&id| (id, 0)).collect() }
    }

    /// Takes a scan header in (ITU-T T.81, B.2.3).
    pub fn add(&mut self, header: &[u8]) -> Result<(), Defect> {
        let bad = || Defect::corrupt(Jpeg, "a scan header is malformed");
        let (&count, rest) = header.split_first().ok_or_else(bad)?;
        let (selectors, rest) = rest.split_at_checked(usize::from(count) * 2).ok_or_else(bad)?;
        let &[first, last, approximation] = rest else { return Err(bad()) };
        if first > last || last > 63 {
            return Err(bad());
        }
        let brought = match (self.progressive, approximation & 15) {
            (false, _) => u64::MAX,
            (true, 0) => (u64::MAX >> (63 - last)) & (u64::MAX << first),
            // The lowest bits are still to come.
            (true, _) => 0,
        };
        for selector in selectors.chunks_exact(2) {
            let component = self.components.iter_mut().find(|(id, _)| *id == selector[0]);
            component.ok_or_else(bad)?.1 |= brought;
        }
        Ok(())
    }

    /// Whether nothing is left to come.
    pub fn is_complete(&self) -> bool {
        self.components.iter().all(|&(_, brought)| brought == u64::MAX)
    }
}
