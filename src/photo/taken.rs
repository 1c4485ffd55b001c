//! When a photo was taken: the camera's local time and how well it is known.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// How exact a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// To the second.
    Second,
    /// To the month.
    Month,
    /// To the year.
    Year,
    /// About that year.
    Circa,
}

/// When it was taken. Cameras record no time zone: `local` is the camera's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Absent when the source says that it does not know (it then repeats the upload date).
    pub local: Option<DateTime>,
    /// Absent when the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granularity: Option<Granularity>,
    /// Whether the source says that it does not know.
    #[serde(default)]
    pub unknown: bool,
    /// How far `local` is ahead of UTC, as ISO 8601 has it: `+08:00`. Absent for a camera's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
    /// The time zone of `local`, where the source names it: `Asia/Kuala_Lumpur`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}
