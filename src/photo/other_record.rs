//! The records of one photo at several sources.

use std::borrow::Cow;

use canonical::Canonical;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::vocabulary::vocabulary;
use super::{License, OrUnknown, Photo, PhotoId};

vocabulary! {
    /// How the record of another source was recognised as one of the same photo.
    #[derive(Default)]
    pub enum RecognisedBy {
        /// It names the photo at the source that owns it.
        #[default]
        Id = "id",
        /// The image files have the same bytes.
        Bytes = "bytes",
        /// The pictures are nearly equal.
        Picture = "picture",
    }
}

/// The record of a photo at another source than its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct OtherRecord {
    /// `source:own-id` at that source.
    pub id: PhotoId,
    /// Its web page there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landing_url: Option<String>,
    /// The licence that this source reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<License>,
    /// How it was recognised.
    pub recognised_by: OrUnknown<RecognisedBy>,
    /// When this source last answered with the record, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
}

impl OtherRecord {
    /// Whether the record itself names the photo. The others are found by comparing pictures, again in each pass.
    pub fn is_by_id(&self) -> bool {
        self.recognised_by.known() == Some(RecognisedBy::Id)
    }
}

impl Photo {
    /// Adds another source's record, in place of an older one with the same id.
    pub fn add_other_record(&mut self, record: OtherRecord) {
        match self.other_records.binary_search_by(|known| known.id.cmp(&record.id)) {
            Ok(at) => self.other_records[at] = record,
            Err(at) => self.other_records.insert(at, record),
        }
    }

    /// Adds an aggregator's record of this photo. What is known of the photo may be from an older version of that record:
    /// then its licence follows.
    pub fn add_copy(&mut self, copy: OtherRecord) {
        let older = self.other_records.iter().find(|known| known.id == copy.id);
        let is_copied = self.checked_at.is_none() && older.is_some_and(|older| older.license == self.license);
        if is_copied {
            self.license.clone_from(&copy.license);
        }
        self.add_other_record(copy);
    }

    /// Whether explorer, exports and counts have this photo: no photo of another source is listed in its place.
    pub fn is_listed(&self) -> bool {
        self.same_as.is_none()
    }

    /// The licences that its sources report, its own source's first. A source that reports none says nothing.
    pub fn licenses(&self) -> impl Iterator<Item = &License> {
        self.license.iter().chain(self.other_records.iter().filter_map(|record| record.license.as_ref()))
    }

    /// The licence that counts: what its own source reports, or something stricter if another source reports that.
    pub fn license_in_force(&self) -> Option<Cow<'_, License>> {
        if self.other_records.is_empty() {
            return self.license.as_ref().map(Cow::Borrowed);
        }
        License::strictest(self.licenses())
    }

    /// Whether its sources report licences that do not allow the same.
    pub fn licenses_disagree(&self) -> bool {
        License::disagree(self.licenses())
    }
}
