//! Layers of reference data: what a raster or polygons say about a place, with licence and citation.

mod class_layer;
mod disc;
mod gazetteer;
pub mod polygons;
mod range_polygons;
mod ranges;
mod raster;
mod shipped;
mod species_grid;

use std::f64::consts::TAU;
use std::sync::LazyLock;

pub use class_layer::{ClassLayer, NumberLayer};
pub use disc::DiscValues;
pub use gazetteer::{FeatureCode, Gazetteer, GazetteerError, Nearest, Row as GazetteerRow};
pub use ranges::{Ranges, RangesError};
pub use raster::{Raster, RasterError};
pub use shipped::{CLIMATE, LAND_COVER, SHIPPED, ShippedLayer};
pub use species_grid::SpeciesGrid;

/// The middle of a disc of radius 1, and points on two rings: number and radius. Each point covers about the same area.
const RINGS: [(u8, f64); 3] = [(1, 0.0), (6, 0.45), (12, 0.85)];

/// The points of [`RINGS`], to the east and to the north.
static DISC: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let ring = |(points, radius): (u8, f64)| {
        (0..points).map(move |nth| {
            let (north, east) = (TAU * f64::from(nth) / f64::from(points)).sin_cos();
            (radius * east, radius * north)
        })
    };
    RINGS.into_iter().flat_map(ring).collect()
});

/// Metres per degree of latitude.
pub const METRES_PER_DEGREE: f64 = 111_195.0;

/// The points, latitude and longitude in degrees, that stand for a disc of this radius in metres: one if the disc is smaller
/// than `detail_m`.
pub fn disc_points(latitude: f64, longitude: f64, radius_m: f64, detail_m: f64) -> impl Iterator<Item = (f64, f64)> {
    let points = if radius_m * 2.0 < detail_m { &DISC[..1] } else { &DISC[..] };
    let north = radius_m / METRES_PER_DEGREE;
    let east = north / latitude.to_radians().cos().max(1e-6);
    points.iter().map(move |(across, along)| {
        let longitude = longitude + across * east;
        ((latitude + along * north).clamp(-90.0, 90.0), (longitude + 540.0).rem_euclid(360.0) - 180.0)
    })
}

/// Degrees of longitude that a disc around a point of this latitude reaches to either side; 180 if it has a pole.
fn half_width(latitude: f64, radius_degrees: f64) -> f64 {
    if latitude.abs() + radius_degrees >= 90.0 {
        return 180.0;
    }
    (radius_degrees.to_radians().sin() / latitude.to_radians().cos()).min(1.0).asin().to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::area::distance_m;

    #[test]
    fn the_points_of_a_disc_are_within_it_also_across_the_antimeridian() {
        for (latitude, longitude) in [(0.0, 0.0), (60.0, 179.99), (-45.0, -180.0)] {
            let points: Vec<_> = disc_points(latitude, longitude, 5_000.0, 1_000.0).collect();
            assert_eq!(points.len(), 19);
            let far = points.iter().map(|point| distance_m((latitude, longitude), *point)).fold(0.0, f64::max);
            assert!((4_000.0..=5_000.0).contains(&far), "{far}");
            assert!(points.iter().all(|(_, longitude)| (-180.0..180.0).contains(longitude)));
        }
        assert_eq!(disc_points(1.0, 2.0, 10.0, 1_000.0).collect::<Vec<_>>(), [(1.0, 2.0)]);
    }
}
