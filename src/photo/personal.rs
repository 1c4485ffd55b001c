//! The list of all personal fields. They are sealed before anything is written to disk.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// A field that can identify a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalField {
    /// The owner's display name.
    OwnerName,
    /// The owner's name in URLs.
    PathAlias,
    /// The owner's id (Flickr: NSID).
    Owner,
    /// The file's metadata: EXIF, IPTC, XMP.
    Exif,
    /// The source's record, as received.
    RawRecord,
    /// What people wrote below the photo at its source.
    Comments,
    /// The file's metadata as the source shows it, or that the owner does not show it.
    ExifApi,
}

impl PersonalField {
    /// All personal fields, in the order of the columns.
    pub const ALL: [Self; 7] =
        [Self::OwnerName, Self::PathAlias, Self::Owner, Self::Exif, Self::RawRecord, Self::Comments, Self::ExifApi];

    /// The field's name in stores and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnerName => "owner_name",
            Self::PathAlias => "path_alias",
            Self::Owner => "owner",
            Self::Exif => "exif",
            Self::RawRecord => "raw_record",
            Self::Comments => "comments",
            Self::ExifApi => "exif_api",
        }
    }

    /// Whether its value is a JSON object or list, not a text.
    pub fn is_structured(self) -> bool {
        !matches!(self, Self::OwnerName | Self::PathAlias | Self::Owner)
    }

    /// The field with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

/// The value of a personal field.
#[derive(Clone, PartialEq)]
pub enum Finding {
    /// In clear, found by this run; only in memory. `Value::Null` if the source has no value.
    Clear(Value),
    /// A token from the store.
    Sealed(String),
}

/// The personal fields of one photo; an absent field was never read. `Debug` prints no content.
#[derive(Clone, Default, PartialEq)]
pub struct Personal(BTreeMap<PersonalField, Finding>);

impl Personal {
    /// Sets a value in clear, found by this run.
    pub fn find(&mut self, field: PersonalField, value: impl Into<Value>) {
        self.0.insert(field, Finding::Clear(value.into()));
    }

    /// Sets a token from the store.
    pub fn keep_sealed(&mut self, field: PersonalField, token: String) {
        self.0.insert(field, Finding::Sealed(token));
    }

    /// The value of a field.
    pub fn finding(&self, field: PersonalField) -> Option<&Finding> {
        self.0.get(&field)
    }

    /// The clear value of a field, if this run found one.
    pub fn clear(&self, field: PersonalField) -> Option<&Value> {
        match self.0.get(&field) {
            Some(Finding::Clear(value)) => Some(value),
            _ => None,
        }
    }

    /// All present fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (PersonalField, &Finding)> {
        self.0.iter().map(|(field, finding)| (*field, finding))
    }

    /// Adds the fields of `older` that are absent here.
    pub fn fill_from(&mut self, older: Self) {
        for (field, finding) in older.0 {
            self.0.entry(field).or_insert(finding);
        }
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
