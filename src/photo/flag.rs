//! Flags: reasons to doubt the place or the date of a photo. They are read from the record each time, and nothing is
//! changed or left out because of them.

use jiff::civil::{Date, Time, date};
use jiff::tz::TimeZone;

use super::vocabulary::vocabulary;
use super::{CentreOf, Location, Period, Photo, Taxon};

vocabulary! {
    /// A reason to doubt the place or the date. docs/quality.md says which tests of TDWG's BDQ they correspond to.
    pub enum Flag {
        /// The source states the coordinates 0,0.
        CoordinatesZero = "coordinates_zero",
        /// The source states coordinates that are not on Earth.
        CoordinatesOutOfRange = "coordinates_out_of_range",
        /// Latitude and longitude are whole tenths of degrees, or whole degrees.
        CoordinatesRounded = "coordinates_rounded",
        /// The coordinates are those of the middle of a country.
        CountryCentroid = "country_centroid",
        /// The coordinates are those of the middle of a capital.
        CapitalCentroid = "capital_centroid",
        /// At sea, with a taxon of the land.
        SeaForLandTaxon = "sea_for_land_taxon",
        /// The disc of the coordinates' uncertainty does not touch the known range of the species.
        OutOfRange = "out_of_range",
        /// A date with which cameras start whose clock was not set.
        DateDefault = "date_default",
        /// The time at which it was taken is that at which it was posted.
        DateOfUpload = "date_of_upload",
        /// Later than it was posted or found.
        DateInFuture = "date_in_future",
        /// Before the first photograph.
        DateBeforePhotography = "date_before_photography",
        /// The time of day is known, but not its offset from UTC.
        TimeZoneUnknown = "time_zone_unknown",
    }
}

/// The year of the first photograph that exists (Niépce, 1826 or 1827).
const FIRST_PHOTOGRAPH: Date = date(1826, 1, 1);
/// Days with which clocks of cameras, computers and QuickTime start.
const FIRST_DAYS: [Date; 4] = [date(1900, 1, 1), date(1904, 1, 1), date(1970, 1, 1), date(1980, 1, 1)];
/// The largest difference of a clock from UTC, hours.
const MAX_OFFSET_H: i64 = 14;
/// Zones differ from UTC by multiples of this.
const OFFSET_STEP_S: i64 = 15 * 60;

/// Orders and families of animals that live on land; bats, and mammals with species in the sea, are not among them.
const OF_LAND: [&str; 44] = [
    "Amphibia",
    "Afrosoricida",
    "Cingulata",
    "Dasyuromorphia",
    "Dermoptera",
    "Didelphimorphia",
    "Diprotodontia",
    "Eulipotyphla",
    "Hyracoidea",
    "Lagomorpha",
    "Macroscelidea",
    "Microbiotheria",
    "Monotremata",
    "Notoryctemorphia",
    "Paucituberculata",
    "Peramelemorphia",
    "Perissodactyla",
    "Pholidota",
    "Pilosa",
    "Primates",
    "Proboscidea",
    "Rodentia",
    "Scandentia",
    "Soricomorpha",
    "Tubulidentata",
    "Ailuridae",
    "Canidae",
    "Eupleridae",
    "Felidae",
    "Herpestidae",
    "Hyaenidae",
    "Mephitidae",
    "Nandiniidae",
    "Procyonidae",
    "Viverridae",
    "Antilocapridae",
    "Bovidae",
    "Camelidae",
    "Cervidae",
    "Giraffidae",
    "Moschidae",
    "Suidae",
    "Tayassuidae",
    "Tragulidae",
];

impl Photo {
    /// The reasons to doubt its place or its date, in the order of [`Flag::ALL`].
    pub fn flags(&self) -> impl Iterator<Item = Flag> + '_ {
        Flag::ALL.iter().copied().filter(|flag| self.has(*flag))
    }

    fn has(&self, flag: Flag) -> bool {
        let centre = || self.place.as_ref()?.centre.as_ref()?.known();
        match flag {
            Flag::CoordinatesZero => self.states_coordinates(|latitude, longitude| latitude == 0.0 && longitude == 0.0),
            Flag::CoordinatesOutOfRange => {
                self.states_coordinates(|latitude, longitude| latitude != 0.0 || longitude != 0.0)
            }
            Flag::CoordinatesRounded => self.location.as_ref().is_some_and(is_rounded),
            Flag::CountryCentroid => centre() == Some(CentreOf::Country),
            Flag::CapitalCentroid => centre() == Some(CentreOf::Capital),
            Flag::SeaForLandTaxon => self.is_at_sea() && self.taxon.as_ref().is_some_and(is_of_land),
            Flag::OutOfRange => self.outside_range_m().is_some_and(|metres| metres > 0),
            Flag::DateDefault => self.has_default_date(),
            Flag::DateOfUpload => self.has_date_of_upload(),
            Flag::DateInFuture => self.is_in_future(),
            Flag::DateBeforePhotography => self.period().is_some_and(|period| period.last.date() < FIRST_PHOTOGRAPH),
            Flag::TimeZoneUnknown => self.lacks_time_zone(),
        }
    }

    fn period(&self) -> Option<Period> {
        self.taken.as_ref()?.period()
    }

    /// Whether the source states coordinates that cannot be a place, and they are such.
    fn states_coordinates(&self, such: impl Fn(f64, f64) -> bool) -> bool {
        let numbers = || {
            let (latitude, longitude) = self.verbatim_coordinates.as_deref()?.split_once(", ")?;
            Some((latitude.parse().ok()?, longitude.parse().ok()?))
        };
        numbers().is_some_and(|(latitude, longitude)| such(latitude, longitude))
    }

    /// Whether the whole disc of uncertainty is at sea.
    fn is_at_sea(&self) -> bool {
        let uncertainty_m = self.location.as_ref().and_then(|location| location.uncertainty_m).unwrap_or(0);
        let Some(place) = self.place.as_ref().filter(|place| place.at_sea) else { return false };
        place.offshore_km.is_none_or(|km| km * 1000.0 > f64::from(uncertainty_m))
    }

    fn has_default_date(&self) -> bool {
        let Some(day) = self.period().and_then(|period| period.day()) else { return false };
        let midnight = self.is_to_the_second(Time::midnight());
        // Also the first hour of 2000, since a clock that was not set goes on.
        let first_hour = day == date(2000, 1, 1) && self.period().is_some_and(|period| period.hour() == Some(0));
        FIRST_DAYS.contains(&day) || day.month() == 1 && day.day() == 1 && midnight || first_hour
    }

    /// Whether the source states that it is exact to the second, and it is this one.
    fn is_to_the_second(&self, time: Time) -> bool {
        let Some(taken) = &self.taken else { return false };
        let period = taken.period().filter(|period| period.first == period.last);
        period.is_some_and(|period| period.first.time() == time)
    }

    /// Whether the clock showed the time of posting, in whatever zone.
    fn has_date_of_upload(&self) -> bool {
        let (Some(posted), Some(period)) = (self.posted_at, self.period()) else { return false };
        let posted = TimeZone::UTC.to_datetime(posted);
        let seconds = posted.duration_until(period.first).as_secs();
        let off = seconds.rem_euclid(OFFSET_STEP_S);
        period.first == period.last
            && seconds.abs() <= MAX_OFFSET_H * 3600 + 1
            && (off <= 1 || off >= OFFSET_STEP_S - 1)
    }

    /// Whether even the start of the period is later than the source posted it, or later than it was found.
    fn is_in_future(&self) -> bool {
        let known = [self.posted_at, self.found_at].into_iter().flatten().min();
        let (Some(known), Some(period)) = (known, self.period()) else { return false };
        let known = TimeZone::UTC.to_datetime(known);
        known.duration_until(period.first).as_secs() > MAX_OFFSET_H * 3600 + 1
    }
}

/// Whether both coordinates are on a grid of whole or tenth degrees, and the stated uncertainty does not say so.
fn is_rounded(location: &Location) -> bool {
    let on_grid = |step: f64| {
        let on = |degrees: f64| (degrees / step - (degrees / step).round()).abs() < 1e-7;
        on(location.latitude) && on(location.longitude)
    };
    // Half of the diagonal of a square of the grid at the equator, metres.
    let covers = |metres: f64| location.uncertainty_m.is_some_and(|stated| f64::from(stated) >= metres);
    on_grid(1.0) && !covers(78_700.0) || on_grid(0.1) && !on_grid(1.0) && !covers(7_870.0)
}

fn is_of_land(taxon: &Taxon) -> bool {
    let group = taxon.iconic_group.as_deref();
    taxon.branch().into_iter().chain(group).any(|name| OF_LAND.contains(&name))
}

#[cfg(test)]
mod tests;
