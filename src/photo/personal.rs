//! The list of all personal fields. They are sealed before anything is written to disk.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// A field that can name a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalField {
    /// The owner's display name.
    OwnerName,
    /// The owner's name in addresses.
    PathAlias,
    /// The owner's id (Flickr: NSID).
    Owner,
    /// Everything that the file says about itself: EXIF, IPTC, XMP.
    Exif,
    /// The source's record, as received.
    RawRecord,
}

impl PersonalField {
    /// All of them, in the order of the columns.
    pub const ALL: [Self; 5] = [Self::OwnerName, Self::PathAlias, Self::Owner, Self::Exif, Self::RawRecord];

    /// The field's name in stores and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnerName => "owner_name",
            Self::PathAlias => "path_alias",
            Self::Owner => "owner",
            Self::Exif => "exif",
            Self::RawRecord => "raw_record",
        }
    }

    /// The field of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

/// What is known of a personal field.
#[derive(Clone, PartialEq)]
pub enum Finding {
    /// In clear, found by this run; in memory only. `Value::Null`: there was none.
    Clear(Value),
    /// A token sealed before, as it came from the store.
    Sealed(String),
}

/// The personal fields of one photo; an absent field was never looked for. `Debug` prints no content.
#[derive(Clone, Default, PartialEq)]
pub struct Personal(BTreeMap<PersonalField, Finding>);

impl Personal {
    /// Notes what this run found, in clear.
    pub fn find(&mut self, field: PersonalField, value: impl Into<Value>) {
        self.0.insert(field, Finding::Clear(value.into()));
    }

    /// Keeps a token that was sealed before.
    pub fn keep_sealed(&mut self, field: PersonalField, token: String) {
        self.0.insert(field, Finding::Sealed(token));
    }

    /// What is known of a field.
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

    /// All fields that are known, in order.
    pub fn iter(&self) -> impl Iterator<Item = (PersonalField, &Finding)> {
        self.0.iter().map(|(field, finding)| (*field, finding))
    }

    /// Takes from `older` the fields that this one lacks.
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
