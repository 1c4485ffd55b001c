//! The time zone of a place: that of the nearest populated place in its country, as GeoNames states it; at sea the nautical one.

use super::columns::Columns;
use super::sphere::Point;

/// The zones of the populated places, in the order of their table.
pub(super) struct Zones {
    names: Vec<String>,
    numbers: Vec<u16>,
}

impl Zones {
    /// Reads the embedded table.
    pub(super) fn load() -> Self {
        let mut columns = Columns::open(include_bytes!("../../data/zones.bin.z"));
        let names = columns.lines();
        Self { names, numbers: columns.integers().into_iter().map(|number| number as u16).collect() }
    }

    /// The name of the zone of a place by its row.
    pub(super) fn of_row(&self, row: usize) -> &str {
        &self.names[usize::from(self.numbers[row])]
    }
}

/// The nautical zone: 15 degrees around a multiple of 15. IANA's names have the sign of POSIX: `Etc/GMT-8` is ahead of UTC.
pub(super) fn nautical(point: Point) -> String {
    match (point.longitude / 15.0).round() as i32 {
        0 => "Etc/GMT".to_owned(),
        hours => format!("Etc/GMT{:+}", -hours),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn every_zone_has_a_known_offset() {
        let zones = Zones::load();
        let unknown: Vec<&String> = zones.names.iter().filter(|name| TimeZone::get(name).is_err()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        for longitude in -180..=180 {
            let name = nautical(Point { latitude: 0.0, longitude: f64::from(longitude) });
            assert!(TimeZone::get(&name).is_ok(), "{name}");
        }
        assert_eq!((zones.names.len(), zones.numbers.len()), (394, 234_908));
    }
}
