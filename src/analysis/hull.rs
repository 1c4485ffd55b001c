//! The convex hull of points on the globe and its area.
//!
//! The hull is made in the Lambert azimuthal equal-area projection of the authalic sphere around the points' centre (Snyder,
//! USGS 1395, page 185), so that its area is that on the WGS 84 ellipsoid.

use crate::photo::equal_area::{authalic_radius_m, authalic_sine};

/// A point on the unit sphere of authalic latitudes.
pub type Vector = [f64; 3];

/// Points farther from the centre than this, in degrees, have no hull: they would go round the Earth.
const REACH_DEG: f64 = 90.0;

/// The vector of a latitude and longitude in degrees.
pub fn vector(latitude: f64, longitude: f64) -> Vector {
    let sin = authalic_sine(latitude);
    let cos = (1.0 - sin * sin).max(0.0).sqrt();
    let (east, north) = longitude.to_radians().sin_cos();
    [cos * north, cos * east, sin]
}

/// The projection around a centre.
pub struct Projection {
    centre: Vector,
    east: Vector,
    north: Vector,
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl Projection {
    /// Around the mean direction of points; `None` if there are none or if some are too far from it.
    pub fn around(points: &[Vector]) -> Option<Self> {
        let sum = points.iter().fold([0.0; 3], |sum: Vector, point| [0, 1, 2].map(|axis| sum[axis] + point[axis]));
        let length = dot(sum, sum).sqrt();
        if length < 1e-9 * points.len() as f64 || points.is_empty() {
            return None;
        }
        let centre = sum.map(|x| x / length);
        let least = REACH_DEG.to_radians().cos();
        if points.iter().any(|point| dot(*point, centre) < least) {
            return None;
        }
        let flat = centre[0].hypot(centre[1]);
        let east = if flat < 1e-12 { [0.0, 1.0, 0.0] } else { [-centre[1] / flat, centre[0] / flat, 0.0] };
        let north = [
            centre[1] * east[2] - centre[2] * east[1],
            centre[2] * east[0] - centre[0] * east[2],
            centre[0] * east[1] - centre[1] * east[0],
        ];
        Some(Self { centre, east, north })
    }

    /// Metres to the east and north of the centre.
    pub fn project(&self, point: Vector) -> [f64; 2] {
        let scale = authalic_radius_m() * (2.0 / (1.0 + dot(point, self.centre))).sqrt();
        [scale * dot(point, self.east), scale * dot(point, self.north)]
    }
}

/// The corners of the convex hull of points in a plane, counterclockwise (Andrew's monotone chain).
pub fn convex_hull(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then_with(|| a[1].total_cmp(&b[1])));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let half = |points: &mut dyn Iterator<Item = &[f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for point in points {
            while let [.., a, b] = chain[..]
                && (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) <= 0.0
            {
                chain.pop();
            }
            chain.push(*point);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut points.iter());
    hull.extend(half(&mut points.iter().rev()));
    hull
}

/// The area of a polygon in a plane, in square units.
pub fn area(corners: &[[f64; 2]]) -> f64 {
    let ends = corners.iter().skip(1).chain(corners.first());
    let twice: f64 = corners.iter().zip(ends).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    twice.abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn km2(points: &[(f64, f64)]) -> Option<f64> {
        let vectors: Vec<Vector> = points.iter().map(|(latitude, longitude)| vector(*latitude, *longitude)).collect();
        let projection = Projection::around(&vectors)?;
        Some(area(&convex_hull(vectors.iter().map(|point| projection.project(*point)).collect())) / 1e6)
    }

    #[test]
    fn an_octant_of_the_earth_has_an_eighth_of_its_area() {
        // 510,065,621.7 km² by the authalic radius. The sides of the octant are chords here, so points along them are needed.
        let mut points = Vec::new();
        for step in 0..=90 {
            let degrees = f64::from(step);
            points.extend([(0.0, degrees), (degrees, 0.0), (degrees, 90.0)]);
        }
        let octant = km2(&points).unwrap();
        assert!((octant / (510_065_621.7 / 8.0) - 1.0).abs() < 1e-3, "{octant}");
    }

    #[test]
    fn few_points_and_points_round_the_earth_have_no_area() {
        assert_eq!(km2(&[]), None);
        assert_eq!(km2(&[(1.0, 2.0)]), Some(0.0));
        assert_eq!(km2(&[(1.0, 2.0), (3.0, 4.0), (1.0, 2.0)]).map(f64::round), Some(0.0));
        assert_eq!(km2(&[(0.0, 0.0), (0.0, 120.0), (0.0, -120.0)]), None);
    }

    #[test]
    fn the_antimeridian_and_the_poles_are_like_any_other_place() {
        let square = [(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)];
        let here = km2(&square).unwrap();
        let there = km2(&square.map(|(lat, lon): (f64, f64)| (lat, if lon < 0.0 { 179.0 } else { -179.0 }))).unwrap();
        assert!((here - there).abs() < 1e-6 * here, "{here} {there}");
        let cap = km2(&[(80.0, 0.0), (80.0, 90.0), (80.0, 180.0), (80.0, -90.0)]).unwrap();
        assert!((2_300_000.0..2_600_000.0).contains(&cap), "{cap}");
    }
}
