//! Taxa, observations and their datasets, from sources that record observations of organisms.

use serde::{Deserialize, Serialize};

/// A taxon, as identified by the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taxon {
    /// Darwin Core `scientificName`.
    pub scientific_name: String,
    /// Darwin Core `vernacularName`, in the language of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vernacular_name: Option<String>,
    /// Darwin Core `taxonRank`, in lower case: `species`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<String>,
    /// The large group to which the source assigns it: `Mammalia`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iconic_group: Option<String>,
    /// The source's own id of the taxon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// Its category on the IUCN Red List: `VU`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iucn_category: Option<String>,
}

/// An observation, which may have several photos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observation {
    /// The source's own id of the observation.
    pub id: String,
    /// How well it is documented and identified, in the source's terms (iNaturalist: `research`, `needs_id`, `casual`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_grade: Option<String>,
    /// Whether the organism was captive or cultivated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captive: Option<bool>,
}

/// The published dataset to cite for a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CitedDataset {
    /// Its key at the source (GBIF: a UUID; `https://www.gbif.org/dataset/KEY` has the citation).
    pub key: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The key of the organisation that published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
}
