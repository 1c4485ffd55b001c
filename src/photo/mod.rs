//! One photo and its fields.
//!
//! This module does no I/O and imports only `json` and `hash` of this crate. Serialised records can be read without a key;
//! personal data is in [`Personal`], which is not serialised.

pub mod area;
mod bbox;
pub mod country;
mod described;
pub mod equal_area;
mod fault;
pub mod fields;
mod file_hash;
pub mod filter;
mod flag;
mod identification;
mod image_format;
mod license;
mod location;
mod media;
mod observation;
mod other_record;
mod outline;
mod personal;
mod primates;
mod range;
mod score;
mod script;
mod setting;
mod source_field;
mod state;
pub mod suggest;
mod sun;
mod taken;
pub mod text;
mod unknown;
mod vector;
pub(crate) mod vocabulary;
mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use canonical::Canonical;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use bbox::{Bbox, BboxError};
pub use described::Described;
pub use fault::{Fault, FaultKind, StageName};
pub use file_hash::{FileHash, NotAFileHash};
pub use flag::Flag;
pub use identification::{
    AcceptedTaxon, CategoryBasis, Identification, IdentificationBasis, Identifications, NamedIn, ReviewedTaxon,
};
pub use image_format::ImageFormat;
pub use license::{License, LicenseSet, LicenseTerms};
pub use location::{CentreOf, City, Location, LocationOrigin, Place, Subdivision, SubdivisionOrigin};
pub use media::{Media, PictureKind};
pub use observation::{CitedDataset, Classification, ICONIC_GROUPS, Observation, RED_LIST, Taxon};
pub use other_record::{OtherRecord, RecognisedBy};
pub use personal::{Finding, Personal, PersonalField};
pub use primates::MONKEYS;
pub use range::RangeComparison;
pub use score::{Label, Labels, REVIEW, Score, ScoreKey};
pub use script::Script;
pub use setting::{
    EvidenceKind, LEAST_PROBABILITY, Probabilities, Setting, SettingEvidence, SettingInForce, SettingName,
    most_probable,
};
pub use source_field::SourceField;
pub use state::State;
pub use sun::Sun;
pub use taken::{Granularity, Interval, Period, Taken, month_named};
pub use unknown::Unknown;
pub use vector::Vector;
pub use vocabulary::{NotListed, OrUnknown, Vocabulary};

/// The key of a photo, `source:own-id`, for example `flickr:53412345678`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Canonical)]
#[serde(transparent)]
pub struct PhotoId(String);

impl PhotoId {
    /// Joins the source's name and the source's own id.
    pub fn new(source: &str, own: &str) -> Self {
        Self(format!("{source}:{own}"))
    }

    /// An id from a store or a file.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The source's name: the part before the first colon.
    pub fn source(&self) -> &str {
        self.0.split_once(':').map_or("", |(source, _)| source)
    }

    /// The source's own id: the part after the first colon.
    pub fn own(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(_, own)| own)
    }
}

impl fmt::Display for PhotoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One photo. Each stage of the pipeline fills its own fields; an absent field is unknown, or not yet known.
///
/// Its serialised form is the record: without personal data, and with the fields that a newer program wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default, remote = "Self")]
pub struct Photo {
    /// `source:own-id`.
    pub id: PhotoId,
    /// Every search that found it, with its rank.
    pub searches: Vec<Found>,
    /// As received from the source; may be empty, may be in any script.
    pub title: String,
    /// As received from the source; may contain HTML.
    pub description: String,
    /// Normalised tags in the source's order.
    pub tags: Vec<String>,
    /// `namespace:predicate=value` tags.
    pub machine_tags: Vec<String>,
    /// The type of medium: `photo`, `video`, ...
    pub media: OrUnknown<Media>,
    /// The kind of picture according to the source: `photo`, `screenshot`, `illustration`, `virtual`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OrUnknown<PictureKind>>,
    /// The photo's web page, with an address that does not contain the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landing_url: Option<String>,
    /// The address of the image to download, as received from the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The file name at the source (`53412345678_0a1b2c3d4e_b.jpg`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The available sizes, smallest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<Size>,
    /// Number of views at the time of the search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
    /// Number of favourites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faves: Option<u64>,
    /// Number of comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<u64>,
    /// The licence that its own source reports, and the day. [`Photo::license_in_force`] is the one that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<License>,
    /// The author to credit, if the licence or the user's own metadata states it publicly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Changes since the author published it, which CC BY asks to state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
    /// When it was taken, by the camera's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// When it was posted at the source, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted_at: Option<Timestamp>,
    /// When the source last changed the record, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Where it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Coordinates that the source states although they cannot be a place, `latitude, longitude`: 0,0, or not on Earth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verbatim_coordinates: Option<String>,
    /// The taxon that it shows, according to the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxon: Option<Taxon>,
    /// The taxon that it shows, according to machine tags, words, labels and the model; absent until looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifications: Option<Identifications>,
    /// The taxon that it shows, according to a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed_taxon: Option<ReviewedTaxon>,
    /// The accepted taxon of the taxon that counts; absent until it was looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_taxon: Option<AcceptedTaxon>,
    /// How far it is from the known range of its species; absent until compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<RangeComparison>,
    /// The setting in which it shows its subject, with evidence; absent until something was found that speaks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<Setting>,
    /// The observation that it belongs to, if the source records observations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observation: Option<Observation>,
    /// The dataset to cite for it, if the source is a collection of datasets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<CitedDataset>,
    /// When a search first found it, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_at: Option<Timestamp>,
    /// More that the source says in words; absent until it was asked for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub described: Option<Described>,
    /// When its source last answered with its record, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
    /// The records of other sources that show the same photo, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_records: Vec<OtherRecord>,
    /// The photo of another source that is listed in place of this one, because it shows the same picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<PhotoId>,
    /// The image on disk; absent until downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<ImageFile>,
    /// The thumbnail on disk; absent until the image was decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Thumbnail>,
    /// The camera, without personal data; absent until the file's EXIF was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
    /// Which of `taken`, `location`, `title` and `description` are what the file itself says (EXIF, IPTC, XMP), because
    /// the metadata of the user's folder did not. Absent: not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_file: Option<Vec<String>>,
    /// Country, subdivision and city of `location`; absent until looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Concept -> main score, and `concept@scorer` -> score by each scorer. Absent if not scored.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scores: BTreeMap<ScoreKey, Score>,
    /// Service -> its labels; absent until the photo was sent to it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Labels>,
    /// Keyed pseudonym of the owner (24 hex digits).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_pseudonym: Option<String>,
    /// Why it did not complete the pipeline, if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Fields of the record that this program does not know.
    #[serde(skip)]
    pub unknown: Unknown,
    /// Personal data; never serialised, only sealed.
    #[serde(skip)]
    pub personal: Personal,
    /// Fields that the source was not asked for in the answer that this is made of; never serialised.
    #[serde(skip)]
    pub unasked: BTreeSet<SourceField>,
    /// The received bytes, while the photo is in the pipeline; never serialised.
    #[serde(skip)]
    pub received: Option<Received>,
}

/// One search that found a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Canonical)]
pub struct Found {
    /// The search term, as typed.
    pub term: String,
    /// Best position in that search's results, from 1.
    pub rank: u64,
    /// The box that was searched: `west,south,east,north`, degrees. Its text is part of the identity of a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bbox: Option<String>,
    /// What else was asked for, part of the identity too: `country:PH taken:2015.. license:open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<String>,
    /// The language of a term that was translated, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The source that was searched, if it is not the photo's own: an aggregator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Found {
    /// Whether both were found by the same search, at whatever rank.
    pub fn is_same_search(&self, other: &Self) -> bool {
        let search = |found: &Self| Self { rank: 0, language: None, ..found.clone() };
        search(self) == search(other)
    }
}

/// One size that the source offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct Size {
    /// The source's name of the size (`l`, `o`, ...).
    pub label: String,
    /// Its address.
    pub url: String,
    /// Pixels; 0 if unknown.
    pub width: u32,
    /// Pixels; 0 if unknown.
    pub height: u32,
}

impl Size {
    /// The longer edge in pixels; 0 if unknown.
    pub fn long_edge(&self) -> u32 {
        self.width.max(self.height)
    }
}

/// An image file of the dataset, without metadata, named by the hash of the received bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct ImageFile {
    /// SHA-256 (hex) of the received bytes; names the file.
    pub sha256: FileHash,
    /// SHA-256 (hex) of the stored bytes, which have no metadata.
    pub stored_sha256: String,
    /// `jpeg`, `png`, `webp` or `gif`, by content.
    pub format: OrUnknown<ImageFormat>,
    /// Pixels as encoded, before orientation.
    pub width: u32,
    /// Pixels as encoded, before orientation.
    pub height: u32,
    /// EXIF orientation, 1-8 (1 by default).
    pub orientation: u8,
    /// Number of received bytes.
    pub bytes: u64,
    /// Number of stored bytes.
    pub stored_bytes: u64,
    /// When the download ended, UTC.
    pub downloaded_at: Timestamp,
    /// Whether the file as received lacked its end marker although every pixel is there. The stored file has one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end_marker_added: bool,
    /// Whether the animation of the PNG as received was not in order. The stored file has its default image only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub animation_removed: bool,
    /// Why there is no thumbnail although nothing is known to be wrong: decoding takes more memory than the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_decoded: Option<String>,
}

/// A thumbnail file of the dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct Thumbnail {
    /// Pixels, orientation applied.
    pub width: u32,
    /// Pixels, orientation applied.
    pub height: u32,
    /// ThumbHash, base64: a 25-byte placeholder to show while the thumbnail loads.
    pub thumbhash: String,
    /// SHA-256 (hex) of the file; absent in records from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<FileHash>,
    /// PDQ hash of the picture, 64 hexadecimal digits; nearly equal pictures differ in few of its bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdq: Option<String>,
    /// How much there is to see, 0-100. Below 50 the hash says little.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdq_quality: Option<u8>,
}

/// The camera and its settings, without serial numbers, which could identify people. Names as in EXIF.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Camera {
    /// EXIF Make.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// EXIF Model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// EXIF LensModel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// EXIF ExposureTime, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure_time_s: Option<f64>,
    /// EXIF FNumber.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f_number: Option<f64>,
    /// EXIF PhotographicSensitivity (ISO speed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iso: Option<u32>,
    /// EXIF ExposureBiasValue, EV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure_bias_ev: Option<f64>,
    /// EXIF FocalLength, millimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length_mm: Option<f64>,
    /// EXIF FocalLengthIn35mmFilm, millimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length_35mm: Option<u32>,
    /// EXIF Flash, bit 0: whether it fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flash_fired: Option<bool>,
}

/// Bytes received from a source. They may contain personal data and must never be written.
#[derive(Clone)]
pub struct Received {
    /// The whole body.
    pub bytes: std::sync::Arc<[u8]>,
    /// When the last byte was received, UTC.
    pub at: Timestamp,
    /// Reserves memory for the bytes until it is dropped.
    pub reservation: Option<std::sync::Arc<dyn std::any::Any + Send + Sync>>,
}

impl PartialEq for Received {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.at == other.at
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} bytes)", self.bytes.len())
    }
}

impl ImageFile {
    /// Displayed width and height in pixels.
    pub fn upright(&self) -> (u32, u32) {
        // EXIF orientations 5-8 are rotated by a quarter turn.
        if self.orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) }
    }
}

impl Photo {
    /// Displayed width and height in pixels, of the image or, without an image, of the largest size whose pixels
    /// are known.
    pub fn pixels(&self) -> Option<(u32, u32)> {
        let offered = self.sizes.iter().rev().map(|size| (size.width, size.height));
        let known = self.file.as_ref().map(ImageFile::upright).into_iter().chain(offered);
        known.into_iter().find(|(width, height)| *width > 0 && *height > 0)
    }

    /// Adds a search that found this photo. For the same search the best rank is kept.
    pub fn found_by(&mut self, found: Found) {
        match self.searches.iter_mut().find(|known| known.is_same_search(&found)) {
            Some(known) => known.rank = known.rank.min(found.rank),
            None => {
                self.searches.push(found);
                self.searches.sort();
            }
        }
    }
}
