//! When a photo was taken: the camera's local time and how well it is known.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// How exact a date is, as Flickr's `datetakengranularity` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// 0: to the second.
    Second,
    /// 4: to the month.
    Month,
    /// 6: to the year.
    Year,
    /// 8: about that year.
    Circa,
}

impl Granularity {
    /// From Flickr's number; other numbers are unknown to its documentation.
    pub fn flickr(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Second),
            4 => Some(Self::Month),
            6 => Some(Self::Year),
            8 => Some(Self::Circa),
            _ => None,
        }
    }
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
