//! How far from the known range of its species a photo was taken.

use canonical::Canonical;
use serde::{Deserialize, Serialize};

use super::Photo;

/// The comparison of a photo's coordinates with the range of its species. Empty: no layer has a range of its species, which takes the
/// place of an earlier comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct RangeComparison {
    /// The species.
    pub species: String,
    /// From the coordinates to the nearest point of the range, metres; 0 inside.
    pub distance_m: u32,
    /// The edge of the cells in which the range is known, metres; absent for polygons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell_m: Option<u32>,
    /// The layer of ranges.
    pub layer: String,
    /// The SHA-256 sum of the layer's file, hexadecimal.
    pub layer_sha256: String,
}

impl Photo {
    /// The comparison with the range of the species that counts; `None` if the photo was not compared, or as another species.
    pub fn range_in_force(&self) -> Option<&RangeComparison> {
        let species = self.taxon_in_force()?.species()?;
        self.range.as_ref().filter(|range| range.species == species)
    }

    /// From the disc of the coordinates' uncertainty to the range of the species that counts, metres; 0 where they touch. `None` if
    /// the range is not known.
    pub fn outside_range_m(&self) -> Option<u32> {
        let uncertainty_m = self.location.as_ref()?.uncertainty_m.unwrap_or(0);
        Some(self.range_in_force()?.distance_m.saturating_sub(uncertainty_m))
    }
}
