//! `Watch`: notes which top-level fields a JSON reply has, while the reply is deserialised as its type.
//!
//! A reply is read once, whatever its type. What is noted decides whether it is looked at a second time ([`super::verdict`]).

use std::cell::Cell;
use std::fmt;

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::runtime::operation::{Essential, Operation};

/// Which of an operation's essential fields the reply has, and whether it has any that may report an error.
pub(super) struct Watch {
    essential: &'static [Essential],
    /// One bit for each essential field.
    present: Cell<u32>,
    is_object: Cell<bool>,
    is_odd: Cell<bool>,
}

impl Watch {
    pub(super) fn new(operation: &Operation) -> Self {
        Self {
            essential: operation.essential,
            present: Cell::new(0),
            is_object: Cell::new(false),
            is_odd: Cell::new(false),
        }
    }

    /// Deserialises a whole document.
    pub(super) fn read<'de, T: Deserialize<'de>>(&self, json: &'de [u8]) -> serde_json::Result<T> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let value = T::deserialize(Probed { probe: Top(self), inner: &mut deserializer })?;
        deserializer.end()?;
        Ok(value)
    }

    /// Whether the reply has to be looked at again: an essential field is missing, or there is one that may report an error.
    pub(super) fn is_suspicious(&self) -> bool {
        self.is_object.get() && (self.is_odd.get() || self.missing().is_some())
    }

    /// The first essential field that the reply lacks.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let here = |n: usize| self.present.get() & bit(n) != 0;
        self.essential.iter().enumerate().find(|(n, _)| !here(*n)).map(|(_, field)| field.name)
    }

    fn see(&self, name: &str) -> Field<'_> {
        if let Some((n, field)) = self.essential.iter().enumerate().find(|(_, field)| field.name == name) {
            return Field { watch: self, bit: bit(n), filled: field.filled };
        }
        let may_report_an_error = match name {
            "error" | "error_type" | "error_message" | "success" => true,
            "object" | "type" | "issues" | "x402Version" => self.essential.is_empty(),
            _ => false,
        };
        if may_report_an_error {
            self.is_odd.set(true);
        }
        Field { watch: self, bit: 0, filled: false }
    }
}

/// More than 32 essential fields share the last bit.
fn bit(n: usize) -> u32 {
    1 << n.min(31)
}

/// What is noted of one value.
trait Probe: Copy {
    /// It is there, and not null.
    fn value(self) {}

    /// It is the name of a field.
    fn name(self, _: &str) {}

    fn map<'de, V: Visitor<'de>, A: MapAccess<'de>>(self, visitor: V, map: A) -> Result<V::Value, A::Error> {
        self.value();
        visitor.visit_map(map)
    }

    fn list<'de, V: Visitor<'de>, A: SeqAccess<'de>>(self, visitor: V, list: A) -> Result<V::Value, A::Error> {
        self.value();
        visitor.visit_seq(list)
    }
}

/// The whole reply.
#[derive(Clone, Copy)]
struct Top<'w>(&'w Watch);

impl Probe for Top<'_> {
    #[inline]
    fn map<'de, V: Visitor<'de>, A: MapAccess<'de>>(self, visitor: V, map: A) -> Result<V::Value, A::Error> {
        self.0.is_object.set(true);
        visitor.visit_map(Fields { watch: self.0, map, field: Field { watch: self.0, bit: 0, filled: false } })
    }
}

/// The value of a top-level field.
#[derive(Clone, Copy)]
struct Field<'w> {
    watch: &'w Watch,
    /// Its bit, if it is essential.
    bit: u32,
    filled: bool,
}

impl Field<'_> {
    fn note(self) {
        self.watch.present.set(self.watch.present.get() | self.bit);
    }
}

impl Probe for Field<'_> {
    #[inline]
    fn value(self) {
        if !self.filled {
            self.note();
        }
    }

    #[inline]
    fn list<'de, V: Visitor<'de>, A: SeqAccess<'de>>(self, visitor: V, list: A) -> Result<V::Value, A::Error> {
        self.value();
        visitor.visit_seq(Items { field: self, list })
    }
}

/// The name of a top-level field.
#[derive(Clone, Copy)]
struct FieldName<'w, 'f>(&'w Watch, &'f Cell<Field<'w>>);

impl Probe for FieldName<'_, '_> {
    #[inline]
    fn name(self, name: &str) {
        self.1.set(self.0.see(name));
    }
}

struct Fields<'w, A> {
    watch: &'w Watch,
    map: A,
    /// The field whose value comes next.
    field: Field<'w>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let field = Cell::new(Field { watch: self.watch, bit: 0, filled: false });
        let key = self.map.next_key_seed(Probed { probe: FieldName(self.watch, &field), inner: seed });
        self.field = field.get();
        key
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(Probed { probe: self.field, inner: seed })
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.size_hint()
    }
}

struct Items<'w, A> {
    field: Field<'w>,
    list: A,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let item = self.list.next_element_seed(seed)?;
        if item.is_some() {
            self.field.note();
        }
        Ok(item)
    }

    fn size_hint(&self) -> Option<usize> {
        self.list.size_hint()
    }
}

/// A seed, a deserializer or a visitor, with what is noted of the value that passes through it.
struct Probed<P, X> {
    probe: P,
    inner: X,
}

impl<'de, P: Probe, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Probed<P, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Probed { probe: self.probe, inner: deserializer })
    }
}

macro_rules! forward_deserializer {
    ($($method:ident($($argument:ident: $kind:ty),*))*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($argument: $kind,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* Probed { probe: self.probe, inner: visitor })
        }
    )*};
}

impl<'de, P: Probe, D: Deserializer<'de>> Deserializer<'de> for Probed<P, D> {
    type Error = D::Error;

    forward_deserializer! {
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128() deserialize_f32() deserialize_f64()
        deserialize_char() deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_option()
        deserialize_unit() deserialize_seq() deserialize_map() deserialize_identifier() deserialize_ignored_any()
        deserialize_unit_struct(name: &'static str) deserialize_newtype_struct(name: &'static str) deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }
}

macro_rules! forward_visitor {
    ($($method:ident($kind:ty))*) => {$(
        #[inline]
        fn $method<E: de::Error>(self, value: $kind) -> Result<V::Value, E> {
            self.probe.value();
            self.inner.$method(value)
        }
    )*};
}

impl<'de, P: Probe, V: Visitor<'de>> Visitor<'de> for Probed<P, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    forward_visitor! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128) visit_u8(u8) visit_u16(u16)
        visit_u32(u32) visit_u64(u64) visit_u128(u128) visit_f32(f32) visit_f64(f64) visit_char(char) visit_bytes(&[u8])
        visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    #[inline]
    fn visit_str<E: de::Error>(self, value: &str) -> Result<V::Value, E> {
        self.probe.name(value);
        self.probe.value();
        self.inner.visit_str(value)
    }

    #[inline]
    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.probe.name(value);
        self.probe.value();
        self.inner.visit_borrowed_str(value)
    }

    #[inline]
    fn visit_string<E: de::Error>(self, value: String) -> Result<V::Value, E> {
        self.probe.name(&value);
        self.probe.value();
        self.inner.visit_string(value)
    }

    #[inline]
    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    #[inline]
    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Probed { probe: self.probe, inner: deserializer })
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Probed { probe: self.probe, inner: deserializer })
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.probe.list(self.inner, list)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.probe.map(self.inner, map)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.probe.value();
        self.inner.visit_enum(data)
    }
}

/// A value of which nothing is kept. Of an object, the values of the fields are looked at too, and what is in those is skipped.
pub(super) struct Skimmed<const WHOLE: bool = true>;

impl<'de, const WHOLE: bool> Deserialize<'de> for Skimmed<WHOLE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

macro_rules! skim {
    ($($method:ident($kind:ty))*) => {$(
        fn $method<E: de::Error>(self, _: $kind) -> Result<Self, E> {
            Ok(self)
        }
    )*};
}

impl<'de, const WHOLE: bool> Visitor<'de> for Skimmed<WHOLE> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    skim! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str) }

    fn visit_unit<E: de::Error>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            if WHOLE {
                map.next_value::<Skimmed<false>>()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::api::generated::operations;
    use crate::api::generated::types::ChatCompletion;

    fn missing<T: for<'de> Deserialize<'de>>(operation: &Operation, json: &str) -> (bool, Option<&'static str>) {
        let watch = Watch::new(operation);
        watch.read::<T>(json.as_bytes()).unwrap();
        (watch.is_suspicious(), watch.missing())
    }

    #[test]
    fn a_missing_a_null_and_an_empty_field_are_noted_whatever_the_type() {
        fn every<T: for<'de> Deserialize<'de>>() {
            let chat = &operations::CREATE_CHAT_COMPLETION;
            for lacking in
                [r#"{}"#, r#"{"choices": null}"#, r#"{"choices": [], "id": "x"}"#, r#"{"a": {"choices": [1]}}"#]
            {
                assert_eq!(missing::<T>(chat, lacking), (true, Some("choices")), "{lacking}");
            }
            let answer = r#"{"object": "x", "ch\u006fices": [{"message": {"error": 1}}], "message": "x"}"#;
            assert_eq!(missing::<T>(chat, answer), (false, None));
            assert!(missing::<T>(chat, r#"{"choices": [{}], "error": null}"#).0, "it is looked at again");
        }
        every::<ChatCompletion>();
        every::<Value>();
        every::<Skimmed>();
        every::<BTreeMap<String, Value>>();
        every::<Option<ChatCompletion>>();
    }

    #[test]
    fn a_list_may_be_empty_where_nothing_else_is_said() {
        assert_eq!(missing::<Value>(&operations::LIST_MODELS, r#"{"data": []}"#), (false, None));
        assert_eq!(missing::<Value>(&operations::LIST_MODELS, r#"{"data": null}"#), (true, Some("data")));
        assert!(!missing::<Value>(&operations::LIST_MODELS, "[]").0, "no object, no fields");
    }

    #[test]
    fn names_that_are_numbers_are_read_as_before() {
        let watch = Watch::new(&operations::LIST_MODELS);
        let read: BTreeMap<u32, bool> = watch.read(br#"{"7": true}"#).unwrap();
        assert!(read[&7]);
    }
}
