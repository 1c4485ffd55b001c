//! Where the sun stood: its elevation and the apparent solar time.
//!
//! The formulas of NOAA's solar calculator (after Meeus, "Astronomical Algorithms"): within some hundredths of a degree from 1800
//! to 2100. A hundred times more exact algorithms, such as NREL's SPA, are a hundred times slower, and a photo's place and
//! time are not that exact.

use jiff::Timestamp;

/// The position of the sun in the sky.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sun {
    /// Degrees above the horizon, without refraction; negative below.
    pub elevation_deg: f64,
    /// Apparent solar time in hours, 0..24: at 12 the sun is highest.
    pub solar_time_h: f64,
}

impl Sun {
    /// The position at an instant, seen from coordinates in degrees.
    pub fn at(instant: Timestamp, latitude: f64, longitude: f64) -> Self {
        let days = instant.as_second() as f64 / 86_400.0;
        // Julian centuries since J2000.0, 2000-01-01T12:00Z.
        let century = (days - 10_957.5) / 36_525.0;
        let mean_longitude = (280.466_46 + century * (36_000.769_83 + century * 0.000_303_2)).rem_euclid(360.0);
        let anomaly = (357.529_11 + century * (35_999.050_29 - century * 0.000_153_7)).to_radians();
        let eccentricity = 0.016_708_634 - century * (0.000_042_037 + century * 0.000_000_126_7);
        let of_centre = anomaly.sin() * (1.914_602 - century * (0.004_817 + century * 0.000_014))
            + (2.0 * anomaly).sin() * (0.019_993 - century * 0.000_101)
            + (3.0 * anomaly).sin() * 0.000_289;
        let node = (125.04 - century * 1_934.136).to_radians();
        let ecliptic_longitude = (mean_longitude + of_centre - 0.005_69 - 0.004_78 * node.sin()).to_radians();
        let mean_obliquity =
            23.439_291_1 - century * (0.013_004_2 + century * (0.000_000_16 - century * 0.000_000_504));
        let obliquity = (mean_obliquity + 0.002_56 * node.cos()).to_radians();
        let declination = (obliquity.sin() * ecliptic_longitude.sin()).asin();
        // The equation of time: how much the sun is ahead of a mean one, hours.
        let (y, turn) = ((obliquity / 2.0).tan().powi(2), mean_longitude.to_radians());
        let equation = y * (2.0 * turn).sin() - 2.0 * eccentricity * anomaly.sin()
            + 4.0 * eccentricity * y * anomaly.sin() * (2.0 * turn).cos()
            - 0.5 * y * y * (4.0 * turn).sin()
            - 1.25 * eccentricity * eccentricity * (2.0 * anomaly).sin();
        let solar_time_h =
            (days.rem_euclid(1.0) * 24.0 + longitude / 15.0 + equation.to_degrees() / 15.0).rem_euclid(24.0);
        let hour_angle = ((solar_time_h - 12.0) * 15.0).to_radians();
        let (sin_lat, cos_lat) = latitude.to_radians().sin_cos();
        let height = sin_lat * declination.sin() + cos_lat * declination.cos() * hour_angle.cos();
        Self { elevation_deg: height.clamp(-1.0, 1.0).asin().to_degrees(), solar_time_h }
    }
}
