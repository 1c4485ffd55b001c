//! The instant at which a photo was taken: the camera's clock with the offset from UTC that the source states, or else
//! with that of the time zone of the coordinates.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Photo, Taken};

/// The longest period that counts as a time of day, seconds.
const MINUTE_S: i64 = 60;

impl Photo {
    /// The instant, to the minute; `None` if the time of day or the offset from UTC is unknown.
    pub fn taken_at(&self) -> Option<Timestamp> {
        let taken = self.taken.as_ref()?;
        let local = taken.clock_time()?;
        if let Some(minutes) = taken.offset_minutes() {
            let zero = TimeZone::UTC.to_timestamp(local).ok()?;
            return zero.checked_sub(i64::from(minutes).minutes()).ok();
        }
        let zone = self.time_zone()?;
        zone.to_ambiguous_timestamp(local).compatible().ok()
    }

    /// The offset from UTC at the coordinates when it was taken, in ISO 8601: `+08:00`. It is that of the zone of the coordinates
    /// alone; what the source states is `taken.utc_offset`.
    pub fn utc_offset_there(&self) -> Option<String> {
        let local = self.taken.as_ref()?.clock_time()?;
        let zone = TimeZone::get(self.place.as_ref()?.time_zone.as_deref()?).ok()?;
        let at = zone.to_ambiguous_timestamp(local).compatible().ok()?;
        let minutes = zone.to_offset(at).seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        Some(format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60))
    }

    /// Whether the time of day is known but not the offset from UTC.
    pub(super) fn lacks_time_zone(&self) -> bool {
        let Some(taken) = &self.taken else { return false };
        taken.clock_time().is_some() && taken.offset_minutes().is_none() && self.time_zone().is_none()
    }

    /// The zone that the source names, if it is known, or that of the coordinates.
    fn time_zone(&self) -> Option<TimeZone> {
        let of_source = self.taken.as_ref().and_then(|taken| taken.time_zone.as_deref());
        let of_place = self.place.as_ref().and_then(|place| place.time_zone.as_deref());
        of_source.into_iter().chain(of_place).find_map(|name| TimeZone::get(name).ok())
    }
}

impl Taken {
    /// The camera's clock; `None` if the date is not known to the minute.
    fn clock_time(&self) -> Option<DateTime> {
        let period = self.period()?;
        let seconds = period.first.duration_until(period.last).as_secs();
        (seconds < MINUTE_S).then_some(self.local?)
    }
}
