//! The values of a raster within a disc.

use super::{METRES_PER_DEGREE, Raster, half_width};
use crate::photo::area::distance_m;

/// Pixels of a disc that are looked at, at most; of a larger one every second, third ... row and column.
const MOST_PIXELS: f64 = 4_096.0;

/// What the pixels of a disc have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiscValues {
    /// The mean, weighted by the area of the pixels.
    pub mean: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// Pixels that have a value.
    pub pixels: u32,
}

impl Raster {
    /// The values of the pixels whose middle is within `radius_m` metres of a point in degrees, and of the pixel that contains the
    /// point; `None` if none of them has a value.
    pub fn disc(&self, latitude: f64, longitude: f64, radius_m: f64) -> Option<DiscValues> {
        let (width, height) = self.step();
        let radius = radius_m.max(0.0) / METRES_PER_DEGREE;
        let across = half_width(latitude, radius);
        let stride = ((radius * 2.0 / height) * (across * 2.0 / width) / MOST_PIXELS).sqrt().ceil().max(1.0);
        let mut found = Found::default();
        let own = self.middle_of(latitude, longitude);
        found.add_some(self.value(latitude, longitude), own.0);
        let steps = |degrees: f64, step: f64| (degrees / step / stride).ceil() as i64 + 1;
        for row in -steps(radius, height)..=steps(radius, height) {
            let at_latitude = own.0 + row as f64 * stride * height;
            for column in -steps(across, width)..=steps(across, width) {
                let east = column as f64 * stride * width;
                // Near a pole the disc goes round, and no pixel counts twice.
                if east <= -180.0 || east > 180.0 {
                    continue;
                }
                let at_longitude = (own.1 + east + 540.0).rem_euclid(360.0) - 180.0;
                let is_own = row == 0 && column == 0;
                let is_within = || distance_m((latitude, longitude), (at_latitude, at_longitude)) <= radius_m;
                if !is_own && at_latitude.abs() <= 90.0 && is_within() {
                    found.add_some(self.value(at_latitude, at_longitude), at_latitude);
                }
            }
        }
        found.values()
    }
}

#[derive(Default)]
struct Found {
    sum: f64,
    weight: f64,
    range: Option<(f64, f64)>,
    pixels: u32,
}

impl Found {
    fn add_some(&mut self, value: Option<f64>, latitude: f64) {
        if let Some(value) = value {
            self.add(value, latitude);
        }
    }

    fn add(&mut self, value: f64, latitude: f64) {
        let weight = latitude.to_radians().cos().max(1e-9);
        self.sum += value * weight;
        self.weight += weight;
        let (min, max) = self.range.unwrap_or((value, value));
        self.range = Some((min.min(value), max.max(value)));
        self.pixels += 1;
    }

    fn values(self) -> Option<DiscValues> {
        let (min, max) = self.range?;
        Some(DiscValues { mean: self.sum / self.weight, min, max, pixels: self.pixels })
    }
}
