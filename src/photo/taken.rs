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

/// When it was taken. Cameras know no zone: `local` is what the camera's clock said.
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
}
