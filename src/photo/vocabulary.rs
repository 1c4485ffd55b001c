//! Controlled vocabularies: closed lists of names, and names that are not on the list.
//!
//! A newer program may write a name that this one does not know. It is kept as it is, and no rule applies to it.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::canonical::{Canonical, Cursor};

/// A closed list of names. `vocabulary!` declares one.
pub trait Vocabulary: Copy + Eq + FromStr<Err = NotListed> + 'static {
    /// All names, in the order of the declaration.
    const NAMES: &'static [&'static str];

    /// The name, as records, filters and the API have it.
    fn as_str(self) -> &'static str;
}

/// A name is not on its list. The message completes "this ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is none of {}", .0.join(", "))]
pub struct NotListed(pub &'static [&'static str]);

/// Declares an enum that is a [`Vocabulary`]: each variant with its name. `FromStr` is the inverse of `Display` and
/// distinguishes upper and lower case; serialised, a variant is its name.
macro_rules! vocabulary {
    ($(#[$about:meta])* pub enum $list:ident { $($(#[$meaning:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list { $($(#[$meaning])* $variant,)+ }

        impl $list {
            /// All of them, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Their names, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The name, as it is written everywhere.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl $crate::photo::vocabulary::Vocabulary for $list {
            const NAMES: &'static [&'static str] = Self::NAMES;

            fn as_str(self) -> &'static str {
                Self::as_str(self)
            }
        }

        impl std::str::FromStr for $list {
            type Err = $crate::photo::NotListed;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    _ => Err($crate::photo::NotListed(Self::NAMES)),
                }
            }
        }

        impl std::fmt::Display for $list {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $list {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $list {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::photo::vocabulary::listed(deserializer)
            }
        }
    };
}
pub(crate) use vocabulary;

/// A name of a list, or one that this program does not know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrUnknown<V> {
    /// On the list.
    Known(V),
    /// Not on the list: its text.
    Unknown(Box<str>),
}

impl<V: Vocabulary> OrUnknown<V> {
    /// The name, as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Unknown(text) => text,
        }
    }

    /// The one on the list; `None` for a name that this program does not know.
    pub fn known(&self) -> Option<V> {
        match self {
            Self::Known(known) => Some(*known),
            Self::Unknown(_) => None,
        }
    }
}

impl<V> Default for OrUnknown<V> {
    /// An empty text: no name was given.
    fn default() -> Self {
        Self::Unknown(Box::default())
    }
}

impl<V: Vocabulary> From<V> for OrUnknown<V> {
    fn from(known: V) -> Self {
        Self::Known(known)
    }
}

impl<V: Vocabulary> From<&str> for OrUnknown<V> {
    fn from(name: &str) -> Self {
        name.parse().map_or_else(|_| Self::Unknown(name.into()), Self::Known)
    }
}

impl<V: Vocabulary> PartialEq<V> for OrUnknown<V> {
    fn eq(&self, other: &V) -> bool {
        self.known() == Some(*other)
    }
}

impl<V: Vocabulary> fmt::Display for OrUnknown<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<V: Vocabulary> Serialize for OrUnknown<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, V: Vocabulary> Deserialize<'de> for OrUnknown<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Name(PhantomData))
    }
}

impl<V> Canonical for OrUnknown<V> {
    /// Any text.
    fn pass(cursor: &mut Cursor<'_>) -> Option<()> {
        String::pass(cursor)
    }
}

/// Reads a name that must be on its list.
pub(crate) fn listed<'de, V: Vocabulary, D: Deserializer<'de>>(deserializer: D) -> Result<V, D::Error> {
    let name = OrUnknown::<V>::deserialize(deserializer)?;
    name.known().ok_or_else(|| D::Error::unknown_variant(name.as_str(), V::NAMES))
}

/// Reads a name without copying it.
struct Name<V>(PhantomData<V>);

impl<V: Vocabulary> Visitor<'_> for Name<V> {
    type Value = OrUnknown<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<OrUnknown<V>, E> {
        Ok(name.into())
    }
}

#[cfg(test)]
mod tests;
