//! Choice fields, whose values are names.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{Field, Form, Kind, all, named};
use crate::photo::Photo;
use crate::photo::text::normalise;

/// A field whose values are names, of which a filter selects some.
#[derive(Clone, Copy)]
pub struct ChoiceField(&'static Field);

impl ChoiceField {
    /// The choice field with this name.
    pub fn named(name: &str) -> Option<Self> {
        named(name).filter(|field| field.kind.is_choice()).map(Self)
    }

    /// All choice fields, in the order of the CSV's columns.
    pub fn all() -> impl Iterator<Item = Self> {
        all().filter(|field| field.kind.is_choice()).map(Self)
    }

    /// The definition of the field.
    pub fn field(self) -> &'static Field {
        self.0
    }

    /// Its name in a filter.
    pub fn as_str(self) -> &'static str {
        self.0.name
    }

    /// The names that a filter may contain.
    pub fn form(self) -> Form {
        match &self.0.kind {
            Kind::Names(names) => names.form,
            _ => Form::Free,
        }
    }

    /// The values of a photo as written in a filter. Blank values are left out.
    pub fn names(self, photo: &Photo) -> Vec<Cow<'_, str>> {
        match &self.0.kind {
            Kind::Names(names) => names.of(photo).map(|name| name.value).into_iter().collect(),
            Kind::Sets(read) | Kind::Branches(read) => read(photo),
            _ => Vec::new(),
        }
    }

    /// Whether a photo's value (from [`Self::names`]) equals a value in a filter. Both are compared after
    /// [`normalise`], also with the field's alternative form (a city without its country).
    pub fn is(self, name: &str, asked: &str) -> bool {
        let (name, asked) = (normalise(name), normalise(asked));
        self.asked_as(&name).any(|name| name == asked)
    }

    /// The texts in a filter that match a normalised value: the value, and the field's
    /// alternative form.
    pub fn asked_as(self, name: &str) -> impl Iterator<Item = &str> {
        let also = match &self.0.kind {
            Kind::Names(names) => (names.also)(name),
            _ => None,
        };
        std::iter::once(name).chain(also)
    }
}

/// Whether a name is not empty after normalisation.
pub(in crate::photo) fn says_something(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_alphanumeric()) || !normalise(name).is_empty()
}

impl fmt::Debug for ChoiceField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for ChoiceField {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ChoiceField {}

impl Hash for ChoiceField {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for ChoiceField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ChoiceField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom(format!("there is no choice field \"{name}\"")))
    }
}

impl PartialSchema for ChoiceField {
    fn schema() -> RefOr<Schema> {
        let names = Self::all().map(Self::as_str);
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
        schema.description(Some("Fields whose values are names.")).into()
    }
}

impl ToSchema for ChoiceField {}
