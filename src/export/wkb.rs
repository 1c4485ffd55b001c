//! Points in Well-Known Binary (OGC 06-103r4), as GeoPackage and GeoParquet store them.

use crate::photo::Location;

/// A point, little-endian: longitude and latitude in degrees, WGS 84.
pub fn point(location: &Location) -> Vec<u8> {
    let mut bytes = vec![1, 1, 0, 0, 0];
    bytes.extend(location.longitude.to_le_bytes());
    bytes.extend(location.latitude.to_le_bytes());
    bytes
}

/// The box of some points: west, south, east, north.
#[derive(Clone, Copy, Default)]
pub struct Extent(Option<[f64; 4]>);

impl Extent {
    /// Adds a point.
    pub fn add(&mut self, at: &Location) {
        let (x, y) = (at.longitude, at.latitude);
        let [west, south, east, north] = self.0.unwrap_or([x, y, x, y]);
        self.0 = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
    }

    /// The box; `None` without points.
    pub fn get(self) -> Option<[f64; 4]> {
        self.0
    }
}
