//! A deserializer that wraps another one and records the fields that are ignored.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Value;

use super::{Entry, Step, Unknown};

/// Reads a value and the ignored fields in it.
pub(super) fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(Reader<'_, D>) -> Result<T, D::Error>,
) -> Result<(T, Unknown), D::Error> {
    let ignored = RefCell::new(Vec::new());
    let value =
        read(Reader { inner: deserializer, place: Place { above: None, part: Part::Record }, ignored: &ignored })?;
    Ok((value, Unknown(ignored.into_inner())))
}

/// A position in the record.
#[derive(Clone, Copy)]
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    part: Part<'a>,
}

/// Which part it is of what is above it.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// The record itself.
    Record,
    Field(&'a str),
    Item(usize),
}

impl Place<'_> {
    /// The steps from the record to this place.
    fn steps(&self) -> Vec<Step> {
        let mut steps = self.above.map(Place::steps).unwrap_or_default();
        match self.part {
            Part::Record => {}
            Part::Field(name) => steps.push(Step::Field(name.to_owned())),
            Part::Item(index) => steps.push(Step::Index(index)),
        }
        steps
    }
}

type Ignored = RefCell<Vec<Entry>>;

/// A deserializer of a value in the record.
pub(super) struct Reader<'a, D> {
    inner: D,
    place: Place<'a>,
    ignored: &'a Ignored,
}

/// Forwards to the inner deserializer. Ignored fields inside these values are not recorded.
macro_rules! as_it_is {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Reader<'_, D> {
    type Error = D::Error;

    as_it_is! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_option(Within { visitor, place: self.place, ignored: self.ignored })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_seq(Within { visitor, place: self.place, ignored: self.ignored })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Within { visitor, place: self.place, ignored: self.ignored })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_struct(name, fields, Within { visitor, place: self.place, ignored: self.ignored })
    }

    /// This is called for unknown fields only.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let Part::Field(name) = self.place.part else { return self.inner.deserialize_ignored_any(visitor) };
        let value = Value::deserialize(self.inner)?;
        let within = self.place.above.map(Place::steps).unwrap_or_default();
        self.ignored.borrow_mut().push(Entry { within, name: name.to_owned(), value });
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// A visitor that wraps the deserializers of the values that it visits.
struct Within<'a, V> {
    visitor: V,
    place: Place<'a>,
    ignored: &'a Ignored,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Within<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Reader { inner, place: self.place, ignored: self.ignored })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Items { inner, within: self.place, next: 0, ignored: self.ignored })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Fields { inner, within: self.place, name: Name::Lent(""), ignored: self.ignored })
    }
}

/// The name of the field whose value comes next.
enum Name<'de> {
    Lent(&'de str),
    Own(String),
}

/// The fields of an object.
struct Fields<'a, 'de, A> {
    inner: A,
    within: Place<'a>,
    name: Name<'de>,
    ignored: &'a Ignored,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        self.inner.next_key_seed(Remember { inner: seed, name: &mut self.name })
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let name = match &self.name {
            Name::Lent(name) => name,
            Name::Own(name) => name.as_str(),
        };
        let place = Place { above: Some(&self.within), part: Part::Field(name) };
        self.inner.next_value_seed(InPlace { seed, place, ignored: self.ignored })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The items of a list.
struct Items<'a, A> {
    inner: A,
    within: Place<'a>,
    next: usize,
    ignored: &'a Ignored,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let place = Place { above: Some(&self.within), part: Part::Item(self.next) };
        self.next += 1;
        self.inner.next_element_seed(InPlace { seed, place, ignored: self.ignored })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// A seed that wraps the deserializer of a value at its position.
struct InPlace<'a, T> {
    seed: T,
    place: Place<'a>,
    ignored: &'a Ignored,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for InPlace<'_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        self.seed.deserialize(Reader { inner, place: self.place, ignored: self.ignored })
    }
}

/// Forwards a field's name and keeps a copy.
struct Remember<'a, 'de, T> {
    inner: T,
    name: &'a mut Name<'de>,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Remember<'_, 'de, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        self.inner.deserialize(Remember { inner, name: self.name })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Remember<'_, 'de, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_str(Remember { inner: visitor, name: self.name })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_identifier(Remember { inner: visitor, name: self.name })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Remember<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<V::Value, E> {
        *self.name = Name::Lent(name);
        self.inner.visit_borrowed_str(name)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        *self.name = Name::Own(name.to_owned());
        self.inner.visit_str(name)
    }

    fn visit_string<E: Error>(self, name: String) -> Result<V::Value, E> {
        *self.name = Name::Own(name.clone());
        self.inner.visit_string(name)
    }
}
