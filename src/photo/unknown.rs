//! Fields of a record that this program does not know: a newer program wrote them. They are read, kept and written
//! again, so that the programs of a team need not be updated at once.
//!
//! Kept are fields of the record and of the objects in it. In lists (`searches`, `sizes`) they are not.

mod reader;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Photo;

/// Fields that this program does not know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown(Vec<Entry>);

/// One of them.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// The names of the objects that it is in, from the record on.
    within: Vec<String>,
    name: String,
    value: Value,
}

impl Unknown {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their values.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|entry| &entry.value)
    }

    /// Forgets the record's fields of these names: a store's own, which it keeps beside those of the record.
    pub fn forget(&mut self, names: &[&str]) {
        self.0.retain(|entry| !entry.within.is_empty() || !names.contains(&entry.name.as_str()));
    }

    /// Takes over what `older` has and this one has not. `before` and `after` are the known fields of both records:
    /// what is in an object that has changed is left out, since it may speak of what was there before.
    pub fn fill_from(&mut self, older: Self, before: &Value, after: &Value) {
        for entry in older.0 {
            let known = self.0.iter().any(|own| own.within == entry.within && own.name == entry.name);
            let same = entry.within.is_empty() || within(before, &entry.within) == within(after, &entry.within);
            if same && !known {
                self.0.push(entry);
            }
        }
    }

    /// Adds them to a record. Where an object is gone, so are they; a field that is known by now stands.
    fn complete(&self, record: &mut Value) {
        for entry in &self.0 {
            let mut at = Some(&mut *record);
            for name in &entry.within {
                at = at.and_then(|object| object.get_mut(name));
            }
            if let Some(Value::Object(object)) = at {
                object.entry(entry.name.clone()).or_insert_with(|| entry.value.clone());
            }
        }
    }
}

fn within<'a>(record: &'a Value, names: &[String]) -> Option<&'a Value> {
    names.iter().try_fold(record, |at, name| at.get(name))
}

impl Photo {
    /// The record without the fields that this program does not know.
    pub fn known_fields(&self) -> Value {
        Self::serialize(self, serde_json::value::Serializer).unwrap_or_else(|_| Value::Object(Map::new()))
    }
}

impl Serialize for Photo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `Self::serialize` is the one that is derived.
        if self.unknown.is_empty() {
            return Self::serialize(self, serializer);
        }
        let mut record = Self::serialize(self, serde_json::value::Serializer).map_err(serde::ser::Error::custom)?;
        self.unknown.complete(&mut record);
        record.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Photo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (photo, unknown) = reader::read(deserializer, |reader| Self::deserialize(reader))?;
        Ok(Self { unknown, ..photo })
    }
}
