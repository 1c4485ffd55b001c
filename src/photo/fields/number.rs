//! Numeric fields.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{Field, Kind, SCORE, all, named, read};
use crate::photo::{Photo, ScoreKey};

/// The largest exact count, because the explorer stores 32 bits.
pub const MAX_COUNT: u32 = u32::MAX - 1;

/// A field whose values are numbers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum NumberField {
    /// A field of the registry.
    Field(Numbered),
    /// A score, 0..=1; compared as a 32-bit float, as stored in the explorer.
    Score(ScoreKey),
}

/// A numeric field of the registry.
#[derive(Clone, Copy)]
pub struct Numbered(&'static Field);

impl Numbered {
    /// The definition of the field.
    pub fn field(self) -> &'static Field {
        self.0
    }
}

impl PartialEq for Numbered {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Numbered {}

impl std::hash::Hash for Numbered {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl NumberField {
    /// The numeric field with this name: `views`, `score.monkey`.
    pub fn named(name: &str) -> Option<Self> {
        match name.strip_prefix(SCORE) {
            Some(key) => (!key.is_empty()).then(|| Self::Score(key.into())),
            None => named(name).filter(|field| field.kind.is_number()).map(|field| Self::Field(Numbered(field))),
        }
    }

    /// The numeric fields of the registry, in the order of the CSV's columns.
    pub fn all() -> impl Iterator<Item = Self> {
        all().filter(|field| field.kind.is_number()).map(|field| Self::Field(Numbered(field)))
    }

    /// The name of the field and its facet: `views`, `score.wild animal`. A filter may need quotes.
    pub fn name(&self) -> String {
        match self {
            Self::Field(field) => field.0.name.to_owned(),
            Self::Score(key) => format!("{SCORE}{key}"),
        }
    }

    /// The smallest and the largest number that a filter may contain.
    pub fn bounds(&self) -> (f64, f64) {
        match self {
            Self::Field(Numbered(Field { kind: Kind::Cycle { first, last, .. }, .. })) => {
                (f64::from(*first), f64::from(*last))
            }
            Self::Field(Numbered(Field { kind: Kind::Range { least, most, .. }, .. })) => (*least, *most),
            Self::Field(_) | Self::Score(_) => (f64::MIN, f64::MAX),
        }
    }

    /// Whether its numbers are cyclic, so that a span may contain the end and the beginning.
    pub fn is_cycle(&self) -> bool {
        matches!(self, Self::Field(Numbered(Field { kind: Kind::Cycle { .. }, .. })))
    }

    /// The value of a photo; scores as 32-bit floats, counts up to [`MAX_COUNT`].
    pub fn value(&self, photo: &Photo) -> Option<f64> {
        match self {
            Self::Score(key) => read::score(photo, key).map(f64::from),
            Self::Field(Numbered(field)) => match field.kind {
                Kind::Counts(read) => read(photo).map(counted),
                Kind::Cycle { read, .. } => read(photo).map(f64::from),
                Kind::Range { read, .. } => read(photo),
                _ => None,
            },
        }
    }
}

fn counted(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(MAX_COUNT).min(MAX_COUNT))
}

impl fmt::Debug for NumberField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name())
    }
}

/// The form in JSON: `"views"` or `{"score": "monkey"}`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Name(String),
    Score { score: ScoreKey },
}

impl Serialize for NumberField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Field(field) => Written::Name(field.0.name.to_owned()),
            Self::Score(score) => Written::Score { score: score.clone() },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NumberField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Score { score } => Ok(Self::Score(score)),
            Written::Name(name) => Self::named(&name)
                .filter(|field| matches!(field, Self::Field(_)))
                .ok_or_else(|| D::Error::custom(format!("there is no numeric field \"{name}\""))),
        }
    }
}

impl PartialSchema for NumberField {
    fn schema() -> RefOr<Schema> {
        let names = Self::all().map(|field| field.name());
        let score = ObjectBuilder::new().schema_type(Type::String).description(Some("A concept's name."));
        OneOfBuilder::new()
            .description(Some("Fields whose values are numbers."))
            .item(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)))
            .item(ObjectBuilder::new().schema_type(Type::Object).property("score", score).required("score"))
            .into()
    }
}

impl ToSchema for NumberField {}
