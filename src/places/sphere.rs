//! Distances and directions on a sphere with the Earth's mean radius.

/// Mean radius of the Earth in kilometres (IUGG R1).
pub(super) const RADIUS_KM: f64 = 6371.0088;

/// The sixteen compass points, clockwise from north.
const COMPASS_POINTS: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

/// A point on the unit sphere.
pub(super) type Vector = [f64; 3];

/// Coordinates in degrees, latitude -90..=90, longitude -180..180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

impl Point {
    /// The point, its longitude normalised to -180..180; `None` for a latitude beyond the poles, a longitude beyond a full
    /// turn, or NaN.
    pub(super) fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let sane = (-90.0..=90.0).contains(&latitude) && (-360.0..=360.0).contains(&longitude);
        sane.then(|| Self { latitude, longitude: wrapped(longitude) })
    }

    /// The point on the unit sphere.
    pub(super) fn vector(self) -> Vector {
        let (sin_lat, cos_lat) = self.latitude.to_radians().sin_cos();
        let (sin_lon, cos_lon) = self.longitude.to_radians().sin_cos();
        [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
    }

    /// The point at `distance_km` along the great circle that starts at `bearing` degrees.
    pub(super) fn towards(self, bearing: f64, distance_km: f64) -> Self {
        let (sin_lat, cos_lat) = self.latitude.to_radians().sin_cos();
        let (sin_far, cos_far) = (distance_km / RADIUS_KM).sin_cos();
        let (sin_way, cos_way) = bearing.to_radians().sin_cos();
        let sin_new = (sin_lat * cos_far + cos_lat * sin_far * cos_way).clamp(-1.0, 1.0);
        let turn = (sin_way * sin_far * cos_lat).atan2(cos_far - sin_lat * sin_new);
        Self { latitude: sin_new.asin().to_degrees(), longitude: wrapped(self.longitude + turn.to_degrees()) }
    }

    /// The compass point of the great circle to `other`: `SE` if `other` is to the south-east.
    pub(super) fn direction_to(self, other: Self) -> &'static str {
        let (sin_from, cos_from) = self.latitude.to_radians().sin_cos();
        let (sin_to, cos_to) = other.latitude.to_radians().sin_cos();
        let (sin_turn, cos_turn) = (other.longitude - self.longitude).to_radians().sin_cos();
        let bearing = (sin_turn * cos_to).atan2(cos_from * sin_to - sin_from * cos_to * cos_turn).to_degrees();
        COMPASS_POINTS[(bearing.rem_euclid(360.0) / 22.5).round() as usize % 16]
    }
}

/// Normalises degrees of longitude to -180..180.
fn wrapped(longitude: f64) -> f64 {
    let turned =
        if (-180.0..180.0).contains(&longitude) { longitude } else { (longitude + 180.0).rem_euclid(360.0) - 180.0 };
    // Rounding may turn a value just below -180 into 180.
    if turned >= 180.0 { -180.0 } else { turned }
}

/// The square of the straight-line distance between two points: cheap, and orders points like the distance.
pub(super) fn chord2(a: Vector, b: Vector) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)
}

/// The square of the chord of an angle; radians, up to half a turn.
pub(super) fn chord2_of(angle: f64) -> f64 {
    (2.0 * (angle.min(std::f64::consts::PI) / 2.0).sin()).powi(2)
}

/// The distance along the ground that a chord spans, in kilometres.
pub(super) fn ground_km(chord2: f64) -> f64 {
    2.0 * RADIUS_KM * (chord2.sqrt() / 2.0).min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).expect("on Earth")
    }

    #[test]
    fn a_quarter_of_a_meridian_is_ten_thousand_kilometres() {
        let km = ground_km(chord2(point(0.0, 20.0).vector(), point(90.0, 0.0).vector()));
        assert!((km - 10_007.6).abs() < 0.1, "{km}");
    }

    #[test]
    fn one_arrives_where_one_set_out_for() {
        for (latitude, longitude, bearing) in [(52.0, 13.0, 45.0), (-16.5, 179.99, 90.0), (89.99, 0.0, 10.0)] {
            let from = point(latitude, longitude);
            let to = from.towards(bearing, 120.0);
            let km = ground_km(chord2(from.vector(), to.vector()));
            assert!((km - 120.0).abs() < 1e-6, "{km}");
            assert!((-180.0..180.0).contains(&to.longitude));
        }
    }

    #[test]
    fn directions_are_from_the_first_point() {
        assert_eq!(point(0.0, 0.0).direction_to(point(1.0, 0.0)), "N");
        assert_eq!(point(0.0, 0.0).direction_to(point(-1.0, 1.0)), "SE");
        assert_eq!(point(0.0, 179.5).direction_to(point(0.0, -179.5)), "E");
        assert_eq!(point(10.0, 0.0).direction_to(point(10.01, -0.03)), "WNW");
    }

    #[test]
    fn a_full_turn_is_the_same_point() {
        assert_eq!(point(1.0, 350.0), point(1.0, -10.0));
        assert_eq!(point(1.0, 180.0), point(1.0, -180.0));
        assert_eq!(Point::new(90.1, 0.0), None);
        assert_eq!(Point::new(0.0, f64::INFINITY), None);
        assert_eq!(Point::new(f64::NAN, 0.0), None);
    }
}
