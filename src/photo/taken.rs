//! When a photo was taken: the camera's local time and its precision.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::vocabulary::{OrUnknown, vocabulary};

vocabulary! {
    /// The precision of a date.
    pub enum Granularity {
        /// Exact to the second.
        Second = "second",
        /// Exact to the month.
        Month = "month",
        /// Exact to the year.
        Year = "year",
        /// About that year.
        Circa = "circa",
    }
}

/// When a photo was taken. Cameras record no time zone: `local` is the camera's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Absent if the source states that the date is unknown (it then repeats the upload date).
    pub local: Option<DateTime>,
    /// Absent if the source does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granularity: Option<OrUnknown<Granularity>>,
    /// Whether the source states that the date is unknown.
    #[serde(default)]
    pub unknown: bool,
    /// The offset of `local` from UTC in ISO 8601: `+08:00`. Absent for a camera's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
    /// The time zone of `local`, if the source gives it: `Asia/Kuala_Lumpur`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}
