//! Polygons in Well-Known Binary, as ISO and PostGIS write it.

use super::{Rings, corner};

/// A reader of bytes that cannot run past their end.
struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or("its geometry ends too early")?;
        self.bytes = rest;
        let mut head = *head;
        if !self.little {
            head.reverse();
        }
        Ok(head)
    }

    fn count(&mut self) -> Result<u32, String> {
        self.take().map(u32::from_le_bytes)
    }

    fn number(&mut self) -> Result<f64, String> {
        self.take().map(f64::from_le_bytes)
    }

    /// The kind of geometry, and the numbers of a corner.
    fn head(&mut self) -> Result<(u32, usize), String> {
        self.little = self.take::<1>()? == [1];
        let kind = self.count()?;
        // ISO adds 1000 for Z, 2000 for M, 3000 for both; PostGIS sets bits.
        let (high, iso) = (kind >> 29, kind & 0x1fff_ffff);
        let more = match iso / 1000 {
            0 => (high >> 2 & 1) + (high >> 1 & 1),
            3 => 2,
            _ => 1,
        };
        if high & 1 == 1 {
            self.count()?;
        }
        Ok((iso % 1000, 2 + more as usize))
    }

    fn rings(&mut self, size: usize) -> Result<Rings, String> {
        let rings = self.count()?;
        (0..rings).map(|_| self.ring(size)).collect()
    }

    fn ring(&mut self, size: usize) -> Result<Vec<[f64; 2]>, String> {
        let corners = self.count()?;
        let read = |_| {
            let at = corner(self.number()?, self.number()?)?;
            (2..size).try_for_each(|_| self.number().map(drop))?;
            Ok(at)
        };
        (0..corners).map(read).collect()
    }
}

/// The polygons of a geometry.
pub fn polygons(bytes: &[u8]) -> Result<Vec<Rings>, String> {
    let mut reader = Reader { bytes, little: true };
    match reader.head()? {
        (3, size) => Ok(vec![reader.rings(size)?]),
        (6, _) => {
            let parts = reader.count()?;
            let part = |_| match reader.head()? {
                (3, size) => reader.rings(size),
                _ => Err("a part of its geometry is no polygon".to_owned()),
            };
            (0..parts).map(part).collect()
        }
        _ => Err("its geometry is no polygon".to_owned()),
    }
}
