//! Layers of reference data: what a raster says about a place, with its licence and citation.

mod raster;
mod shipped;

pub use raster::{Raster, RasterError};
pub use shipped::{CLIMATE, LAND_COVER, ShippedLayer};

/// Offsets in a disc of radius 1: the middle, and two rings. Together they stand for the area of the disc.
const DISC: [(f64, f64); 19] = disc();

/// The middle, 6 points at 0.45 and 12 at 0.85 of the radius: rings of about equal area for each point.
const fn disc() -> [(f64, f64); 19] {
    // Cosine and sine of multiples of 30 degrees.
    const COS: [f64; 12] =
        [1.0, 0.866_025_4, 0.5, 0.0, -0.5, -0.866_025_4, -1.0, -0.866_025_4, -0.5, 0.0, 0.5, 0.866_025_4];
    let mut points = [(0.0, 0.0); 19];
    let mut at = 0;
    while at < 12 {
        points[7 + at] = (0.85 * COS[at], 0.85 * COS[(at + 9) % 12]);
        if at % 2 == 0 {
            points[1 + at / 2] = (0.45 * COS[at], 0.45 * COS[(at + 9) % 12]);
        }
        at += 1;
    }
    points
}

/// Metres per degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.0;

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
