//! The cylindrical equal-area projection of WGS 84 (EPSG:6933, the grid of EASE-Grid 2.0), and hexagons of equal area in it.
//!
//! Formulas: Snyder, *Map Projections, a Working Manual* (USGS 1395, 1987), pages 16, 17 and 81 to 83.

use std::f64::consts::TAU;
use std::sync::LazyLock;

/// The equatorial radius of WGS 84, metres.
const A: f64 = 6_378_137.0;
/// The square of the eccentricity of WGS 84.
const E2: f64 = 0.006_694_379_990_141_316_5;
/// The areas that hexagons may have, km².
pub const AREAS_KM2: std::ops::RangeInclusive<u32> = 1..=10_000_000;

/// The latitude of true scale of EPSG:6933, degrees.
const TRUE_SCALE: f64 = 30.0;

/// `k0` of Snyder's equation 10-13.
static SCALE: LazyLock<f64> = LazyLock::new(|| {
    let (sin, cos) = TRUE_SCALE.to_radians().sin_cos();
    cos / (1.0 - E2 * sin * sin).sqrt()
});

/// Snyder's q at the pole.
static Q_POLE: LazyLock<f64> = LazyLock::new(|| q(1.0));

/// Snyder's equation 3-12, of the sine of a latitude.
fn q(sin: f64) -> f64 {
    let e = E2.sqrt();
    let es = e * sin;
    (1.0 - E2) * (sin / (1.0 - es * es) + es.atanh() / e)
}

/// The radius of a sphere with the area of the ellipsoid, metres.
pub fn authalic_radius_m() -> f64 {
    A * (*Q_POLE / 2.0).sqrt()
}

/// The sine of the authalic latitude of a latitude in degrees: on a sphere of [`authalic_radius_m`], zones between
/// authalic latitudes have the area that they have on the ellipsoid.
pub fn authalic_sine(latitude: f64) -> f64 {
    (q(latitude.to_radians().sin()) / *Q_POLE).clamp(-1.0, 1.0)
}

/// Coordinates in metres (EPSG:6933) of a latitude and longitude in degrees.
pub fn project(latitude: f64, longitude: f64) -> (f64, f64) {
    let x = A * *SCALE * longitude.to_radians();
    (x, A * q(latitude.to_radians().sin()) / (2.0 * *SCALE))
}

/// Latitude and longitude in degrees of coordinates in metres (EPSG:6933). Beyond a pole it is the pole.
pub fn unproject(x: f64, y: f64) -> (f64, f64) {
    let beta = (2.0 * y * *SCALE / (A * *Q_POLE)).clamp(-1.0, 1.0).asin();
    let (e4, e6) = (E2 * E2, E2 * E2 * E2);
    // Snyder's equation 3-18; the error is below a centimetre.
    let latitude = beta
        + (E2 / 3.0 + 31.0 * e4 / 180.0 + 517.0 * e6 / 5040.0) * (2.0 * beta).sin()
        + (23.0 * e4 / 360.0 + 251.0 * e6 / 3780.0) * (4.0 * beta).sin()
        + (761.0 * e6 / 45360.0) * (6.0 * beta).sin();
    (latitude.to_degrees(), (x / (A * *SCALE)).to_degrees())
}

/// A grid of hexagons that all have the same area on the ellipsoid. Towards the poles they become flat. A whole number of
/// them goes round the Earth, so that none is cut by the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HexagonGrid {
    /// Hexagons in a row round the Earth.
    columns: u32,
    /// Metres from one centre to the next in a row.
    width: f64,
    /// Metres from one row to the next.
    height: f64,
}

/// A hexagon of a grid: the row counted from the equator to the north, and the column counted from longitude 0 to the east.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hexagon {
    /// 0 at the equator; odd rows are shifted by half a hexagon.
    pub row: i32,
    /// 0 at longitude 0; less than the number of columns.
    pub column: u32,
}

/// The ratio of the distance of rows to the width of a regular hexagon.
const ROW: f64 = 0.866_025_403_784_438_6;

impl HexagonGrid {
    /// Hexagons of this area, one of [`AREAS_KM2`].
    pub fn of_area(km2: u32) -> Self {
        let area = f64::from(km2.clamp(*AREAS_KM2.start(), *AREAS_KM2.end())) * 1e6;
        let round = TAU * A * *SCALE;
        let columns = (round / (area / ROW).sqrt()).round().max(1.0);
        let width = round / columns;
        Self { columns: columns as u32, width, height: area / width }
    }

    /// The hexagon that contains a point: the one with the nearest centre in the projection.
    pub fn hexagon(&self, latitude: f64, longitude: f64) -> Hexagon {
        let (x, y) = project(latitude, longitude);
        // In units in which the hexagons are regular and one wide.
        let (x, y) = (x / self.width, y / self.height);
        let nearest = |row: f64| {
            let shift = if row.rem_euclid(2.0) == 0.0 { 0.0 } else { 0.5 };
            let column = (x - shift).round();
            let (across, along) = (x - shift - column, (y - row) * ROW);
            (across * across + along * along, row, column)
        };
        let (below, above) = (nearest(y.floor()), nearest(y.floor() + 1.0));
        let (_, row, column) = if above.0 < below.0 { above } else { below };
        Hexagon { row: row as i32, column: column.rem_euclid(f64::from(self.columns)) as u32 }
    }

    /// The corners of a hexagon, `[longitude, latitude]` in degrees, counterclockwise from the south-east, not closed.
    /// Longitudes run from -180 to beyond 180, so that neighbouring corners are near each other.
    pub fn outline(&self, hexagon: Hexagon) -> [[f64; 2]; 6] {
        let shift = if hexagon.row.rem_euclid(2) == 0 { 0.0 } else { 0.5 };
        let half = f64::from(self.columns) / 2.0;
        let column = f64::from(hexagon.column) + shift;
        let column = if column >= half { column - f64::from(self.columns) } else { column };
        // A regular hexagon, one wide, has its corners at a third and two thirds of the distance of rows.
        let corners = [(0.5, -1.0), (0.5, 1.0), (0.0, 2.0), (-0.5, 1.0), (-0.5, -1.0), (0.0, -2.0)];
        corners.map(|(across, along)| {
            let y = (f64::from(hexagon.row) + along / 3.0) * self.height;
            let (latitude, longitude) = unproject((column + across) * self.width, y);
            [longitude, latitude]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projection_is_that_of_epsg_6933_and_can_be_reversed() {
        // By pyproj 3.7.2 (PROJ 9.5.1), EPSG:4326 to EPSG:6933.
        let known = [
            ((0.0, 0.0), (0.0, 0.0)),
            ((90.0, 180.0), (17_367_530.445, 7_342_230.136)),
            ((45.0, -100.0), (-9_648_628.025, 5_180_102.328)),
            ((-33.5, 151.25), (14_593_549.888, -4_039_829.284)),
        ];
        for ((latitude, longitude), (x, y)) in known {
            let at = project(latitude, longitude);
            assert!((at.0 - x).abs() < 0.01 && (at.1 - y).abs() < 0.01, "{latitude}, {longitude}: {at:?}");
            let (back, east) = unproject(at.0, at.1);
            assert!((back - latitude).abs() < 1e-7 && (east - longitude).abs() < 1e-7, "{back}, {east}");
        }
        assert!((authalic_radius_m() - 6_371_007.181).abs() < 0.001, "{}", authalic_radius_m());
    }

    proptest::proptest! {
        #[test]
        fn a_hexagon_contains_its_points_also_across_the_antimeridian(
            latitude in -89.9_f64..89.9, longitude in -180.0_f64..=180.0, km2 in 10_u32..500_000,
        ) {
            let grid = HexagonGrid::of_area(km2);
            let hexagon = grid.hexagon(latitude, longitude);
            proptest::prop_assert!(hexagon.column < grid.columns);
            // In the projection, where its edges are straight.
            let (x, y) = project(latitude, longitude);
            let round = TAU * A * *SCALE;
            let corners = grid.outline(hexagon).map(|[longitude, latitude]| project(latitude, longitude));
            // A hexagon at a pole is cut there.
            let polar = grid.outline(hexagon).iter().any(|corner| corner[1].abs() > 89.999);
            let inside = |x: f64| (0..6).all(|at| {
                let ((ax, ay), (bx, by)) = (corners[at], corners[(at + 1) % 6]);
                (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1.0
            });
            proptest::prop_assert!(polar || inside(x) || inside(x - round) || inside(x + round), "{hexagon:?}");
        }
    }

    #[test]
    fn the_hexagons_have_the_area_that_was_asked_for() {
        for km2 in [25, 1_000, 250_000] {
            let grid = HexagonGrid::of_area(km2);
            let corners = grid.outline(Hexagon { row: 3, column: 2 }).map(|[lon, lat]| project(lat, lon));
            let area: f64 = (0..6)
                .map(|at| {
                    let ((ax, ay), (bx, by)) = (corners[at], corners[(at + 1) % 6]);
                    ax * by - bx * ay
                })
                .sum();
            assert!((area / 2e6 / f64::from(km2) - 1.0).abs() < 1e-6, "{}", area / 2e6);
        }
    }
}
