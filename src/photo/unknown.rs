//! Fields of a record that this version does not know, written by a newer version. They are read, kept and written
//! again, so that a team need not update all programs at the same time.
//!
//! Kept are fields of the record, of the objects in it, and of the objects in its lists (`searches`, `sizes`).

mod reader;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Photo;

/// Fields that this version does not know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown(Vec<Entry>);

/// One field.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// The way to the object that it is in, from the record on.
    within: Vec<Step>,
    name: String,
    value: Value,
}

/// A step from an object or a list to what is in it.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// The field of this name.
    Field(String),
    /// The item at this place of a list, as it was read; [`Unknown::name_items`] replaces it.
    Index(usize),
    /// The item of a list that has these known fields: lists are sorted and get new items. `nth` of equal ones, from 0.
    Item { known: Value, nth: usize },
}

impl Step {
    /// What the step leads to, and its part of a JSON pointer (RFC 6901).
    fn take<'a>(&self, from: &'a Value) -> Option<(&'a Value, String)> {
        match self {
            Self::Field(name) => Some((from.get(name)?, name.replace('~', "~0").replace('/', "~1"))),
            Self::Index(at) => Some((from.get(at)?, at.to_string())),
            Self::Item { known, nth } => {
                let equal = from.as_array()?.iter().enumerate().filter(|(_, item)| *item == known);
                equal.map(|(at, item)| (item, at.to_string())).nth(*nth)
            }
        }
    }
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

    /// Removes fields of the record with these names: fields that a store adds to the record.
    pub fn forget(&mut self, names: &[&str]) {
        self.0.retain(|entry| !entry.within.is_empty() || !names.contains(&entry.name.as_str()));
    }

    /// Adds the fields of `older` that are missing here. `before` and `after` are the known fields of both records:
    /// fields of an object that has changed are left out, because they may refer to its old content.
    pub fn fill_from(&mut self, older: Self, before: &Value, after: &Value) {
        for entry in older.0 {
            let known = self.0.iter().any(|own| own.within == entry.within && own.name == entry.name);
            let same = entry.within.is_empty() || found(before, &entry.within) == found(after, &entry.within);
            if same && !known {
                self.0.push(entry);
            }
        }
    }

    /// Whether any is in an item of a list.
    fn has_items(&self) -> bool {
        self.0.iter().flat_map(|entry| &entry.within).any(|step| matches!(step, Step::Index(_)))
    }

    /// Names the items of lists by their known fields, since their places change. `record` has the known fields.
    fn name_items(&mut self, record: &Value) {
        self.0.retain_mut(|entry| {
            let mut at = record;
            entry.within.iter_mut().all(|step| {
                let list = at;
                let Some((next, _)) = step.take(list) else { return false };
                at = next;
                if let (Step::Index(index), Value::Array(items)) = (&*step, list) {
                    let nth = items.iter().take(*index).filter(|item| *item == next).count();
                    *step = Step::Item { known: next.clone(), nth };
                }
                true
            })
        });
    }

    /// Adds them to a record. Where an object is gone, so are they; a field that is known by now stays as it is.
    fn complete(&self, record: &mut Value) {
        // All ways are found first: an item that has got its unknown fields no longer equals its known ones.
        let pointers: Vec<Option<String>> = self.0.iter().map(|entry| pointer(record, &entry.within)).collect();
        for (entry, pointer) in self.0.iter().zip(pointers) {
            let Some(pointer) = pointer else { continue };
            if let Some(Value::Object(object)) = record.pointer_mut(&pointer) {
                object.entry(entry.name.clone()).or_insert_with(|| entry.value.clone());
            }
        }
    }
}

/// What some steps lead to.
fn found<'a>(record: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(record, |at, step| Some(step.take(at)?.0))
}

/// The JSON pointer to what some steps lead to.
fn pointer(record: &Value, steps: &[Step]) -> Option<String> {
    let mut pointer = String::new();
    let mut at = record;
    for step in steps {
        let (next, part) = step.take(at)?;
        pointer = format!("{pointer}/{part}");
        at = next;
    }
    Some(pointer)
}

impl Photo {
    /// The record without the fields that this version does not know.
    pub fn known_fields(&self) -> Value {
        Self::serialize(self, serde_json::value::Serializer).unwrap_or_else(|_| Value::Object(Map::new()))
    }
}

impl Serialize for Photo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `Self::serialize` is the derived function.
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
        let (photo, mut unknown) = reader::read(deserializer, |reader| Self::deserialize(reader))?;
        if unknown.has_items() {
            unknown.name_items(&photo.known_fields());
        }
        Ok(Self { unknown, ..photo })
    }
}
