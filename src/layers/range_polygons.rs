//! The range of one species as polygons: whether it holds a point, and how far a point is from it.

use super::polygons::Rings;
use crate::photo::area::{Ring, distance_m};

/// The polygons of a species. Edges are straight in longitude and latitude.
#[derive(Clone, Debug, Default)]
pub struct RangePolygons(Vec<Rings>);

impl RangePolygons {
    /// Adds polygons.
    pub fn add(&mut self, polygons: impl IntoIterator<Item = Rings>) {
        self.0.extend(polygons);
    }

    /// Whether one of the polygons contains a point in degrees.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        let is_in = |ring: &Vec<[f64; 2]>| Ring::of(ring).holds(latitude, longitude);
        // A point in an odd number of rings is in the polygon and in none of its holes.
        self.0.iter().any(|rings| rings.iter().filter(|ring| is_in(ring)).count() % 2 == 1)
    }

    /// The distance in metres from a point in degrees to the nearest polygon, 0 inside; `None` without polygons.
    pub fn distance_m(&self, latitude: f64, longitude: f64) -> Option<f64> {
        if self.holds(latitude, longitude) {
            return Some(0.0);
        }
        let edges = self.0.iter().flatten().flat_map(|ring| ring.iter().zip(ring.iter().skip(1).chain(ring.first())));
        let distances = edges.map(|(a, b)| to_edge((latitude, longitude), *a, *b));
        distances.min_by(f64::total_cmp)
    }
}

/// From a point to an edge between two corners, `[longitude, latitude]`, metres. Where on the edge is found in a plane around the
/// point, so that far edges that are long count with one of their points, not always with the very nearest.
fn to_edge((latitude, longitude): (f64, f64), a: [f64; 2], b: [f64; 2]) -> f64 {
    let narrow = latitude.to_radians().cos();
    // On the side of the antimeridian where the point is.
    let east = (a[0] - longitude + 540.0).rem_euclid(360.0) - 180.0;
    let (from, along) = ((east * narrow, a[1] - latitude), ((b[0] - a[0]) * narrow, b[1] - a[1]));
    let length = along.0 * along.0 + along.1 * along.1;
    let share = if length > 0.0 { (-(from.0 * along.0 + from.1 * along.1) / length).clamp(0.0, 1.0) } else { 0.0 };
    let at = |share: f64| {
        let nearest = (a[1] + share * (b[1] - a[1]), a[0] + share * (b[0] - a[0]));
        distance_m((latitude, longitude), nearest)
    };
    at(share).min(at(0.0)).min(at(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, east: f64, north: f64) -> Vec<[f64; 2]> {
        vec![[west, south], [east, south], [east, north], [west, north], [west, south]]
    }

    fn range(polygons: Vec<Rings>) -> RangePolygons {
        let mut range = RangePolygons::default();
        range.add(polygons);
        range
    }

    #[test]
    fn inside_is_no_distance_and_outside_is_that_to_the_nearest_edge() {
        let own = range(vec![
            vec![square(10.0, 0.0, 20.0, 10.0), square(14.0, 4.0, 16.0, 6.0)],
            vec![square(170.0, -20.0, 190.0, -10.0)],
        ]);
        assert_eq!(own.distance_m(5.0, 12.0), Some(0.0));
        let metres = |distance: f64| distance.round() as u64;
        let far = |latitude, longitude| metres(own.distance_m(latitude, longitude).unwrap());
        // In the hole, a degree from its edge: along the parallel 5 north, 0.996 of one at the equator.
        assert_eq!(far(5.0, 15.0), metres(distance_m((5.0, 15.0), (5.0, 14.0))));
        // Half a degree south of the middle of the southern edge.
        assert_eq!(far(-0.5, 13.3), metres(distance_m((-0.5, 13.3), (0.0, 13.3))));
        // A corner.
        assert_eq!(far(11.0, 21.0), metres(distance_m((11.0, 21.0), (10.0, 20.0))));
        // The polygon that continues beyond 180 holds points on both sides, and is near from both.
        for longitude in [175.0, -175.0, 180.0, -180.0] {
            assert_eq!(own.distance_m(-15.0, longitude), Some(0.0), "{longitude}");
        }
        assert_eq!(far(-15.0, -169.0), metres(distance_m((-15.0, -169.0), (-15.0, -170.0))));
        assert_eq!(far(-15.0, 169.0), metres(distance_m((-15.0, 169.0), (-15.0, 170.0))));
        assert_eq!(range(Vec::new()).distance_m(0.0, 0.0), None);
    }
}
