//! Photos by month and band of latitude.

use super::Seasons;
use super::bitmap::Bitmap;
use super::table::Table;

/// Degrees of latitude in a band.
pub const LATITUDE_BAND: u8 = 15;
/// From pole to pole.
const BANDS: u8 = 180 / LATITUDE_BAND;

/// Counts the rows.
pub(super) fn seasons(table: &Table, rows: &Bitmap) -> Seasons {
    let (months_taken, latitudes) = (&table.columns.month().codes, table.columns.latitude());
    let mut months = vec![[0; 12]; usize::from(BANDS)];
    let mut unknown = 0;
    for row in rows.rows() {
        let (month, latitude) = (months_taken.at(row), latitudes[row]);
        if month == 0 || latitude.is_nan() {
            unknown += 1;
            continue;
        }
        let band = ((latitude + 90.0) / f64::from(LATITUDE_BAND)).floor().clamp(0.0, f64::from(BANDS) - 1.0) as usize;
        months[band][month as usize - 1] += 1;
    }
    let south = (0..i16::from(BANDS)).map(|band| band * i16::from(LATITUDE_BAND) - 90).collect();
    Seasons { south, months, unknown }
}
