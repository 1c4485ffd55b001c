//! What a source says of a photo in words when it is asked for that photo alone.

use canonical::Canonical;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Tags as they were typed, and the source's names of the place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Described {
    /// Tags as their author typed them, with blanks and capitals, in the source's order.
    pub raw_tags: Vec<String>,
    /// The source's name of the quarter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbourhood: Option<String>,
    /// The source's name of the town or village.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// The source's name of the county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// The source's name of the region or state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The source's name of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// When the source said so, UTC.
    pub at: Timestamp,
}
