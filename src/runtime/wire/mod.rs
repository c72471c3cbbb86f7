//! `Object`, `Field`: lenient deserialisation and compact serialisation of generated types.
//!
//! The generated code could derive all of this. Written once and called by name it compiles in a fraction of the time, and it accepts what
//! a derived implementation rejects: null for a required field, a whole number written `5.0`, a number in quotes.

mod macros;
mod names;

pub(crate) use self::macros::{object_impls, open_enum_impls, union_default, union_impls};
pub(crate) use self::names::with_names;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A value as the API may send it.
pub(crate) trait Field: Sized {
    /// Reads the value.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// The value of a field that was not read.
    fn blank() -> Self;
}

/// An object with named fields.
pub(crate) trait Object: Sized {
    /// The type's name, for messages.
    const NAME: &'static str;
    /// The required fields of a request. Absent fields of a reply are empty.
    const REQUIRED: &'static [&'static str] = &[];
    /// The object before its fields are read.
    fn empty() -> Self;
    /// Reads the value of the field `name`; an unknown field is skipped or kept.
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Whether a value is empty: an empty string, list or object, or null.
pub(crate) fn is_empty<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

struct Seed<T>(PhantomData<T>);

impl<'de, T: Field> DeserializeSeed<'de> for Seed<T> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// Reads a field that the document requires: null leaves the empty value.
pub(crate) fn required<'de, T: Field, A: MapAccess<'de>>(slot: &mut T, map: &mut A) -> Result<(), A::Error> {
    if LENIENCE.get() != Lenience::None {
        LENIENCE.set(Lenience::Required);
    }
    if let Some(value) = map.next_value_seed(Seed::<Option<T>>(PhantomData))? {
        *slot = value;
    }
    Ok(())
}

/// Reads a field that a request must have: null is an error, unless it is a value of the type.
pub(crate) fn given<'de, T: Field, A: MapAccess<'de>>(slot: &mut T, map: &mut A) -> Result<(), A::Error> {
    *slot = map.next_value_seed(Seed(PhantomData))?;
    Ok(())
}

/// Reads a field in which null is a value, different from an absent field.
pub(crate) fn clearable<'de, T: Field, A: MapAccess<'de>>(
    slot: &mut Option<Option<T>>,
    map: &mut A,
) -> Result<(), A::Error> {
    *slot = Some(map.next_value_seed(Seed(PhantomData))?);
    Ok(())
}

/// Reads an optional field. Null changes nothing: a field with two names may be sent under both, one of them null.
pub(crate) fn optional<'de, T: Field, A: MapAccess<'de>>(slot: &mut Option<T>, map: &mut A) -> Result<(), A::Error> {
    let value = if LENIENCE.get() != Lenience::None {
        let value: serde_json::Value = map.next_value()?;
        LENIENCE.set(Lenience::Optional);
        Option::<T>::read(value).unwrap_or_default()
    } else {
        map.next_value_seed(Seed::<Option<T>>(PhantomData))?
    };
    if value.is_some() {
        *slot = value;
    }
    Ok(())
}

/// Skips a field.
pub(crate) fn ignore<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// Keeps a field that is not part of the type.
pub(crate) fn keep<'de, A: MapAccess<'de>>(
    extra: &mut serde_json::Map<String, serde_json::Value>,
    name: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    extra.insert(name.to_owned(), map.next_value()?);
    Ok(())
}

/// What is left out of a reply that does not match its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lenience {
    /// Nothing: the first attempt.
    None,
    /// Optional fields of another type. An optional field is being read.
    Optional,
    /// As before. A required field is being read; a number out of range counts as absent.
    Required,
}

thread_local! {
    static LENIENCE: Cell<Lenience> = const { Cell::new(Lenience::None) };
}

/// Deserialises again what failed, without optional fields of an unexpected type and numbers out of range.
///
/// A paid reply is not lost because a field that the caller may not need changed its type.
pub(crate) fn forgiving<T>(read: impl FnOnce() -> T) -> T {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            LENIENCE.set(Lenience::None);
        }
    }
    LENIENCE.set(Lenience::Optional);
    let _reset = Reset;
    read()
}

/// Reads an object.
pub(crate) fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an object ({})", T::NAME)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
            let mut object = T::empty();
            let mut missing = T::REQUIRED.to_vec();
            while let Some(name) = map.next_key::<Name<'de>>()? {
                missing.retain(|required| *required != name.as_str());
                object.member(name.as_str(), &mut map)?;
            }
            match missing.first() {
                Some(name) => Err(de::Error::missing_field(name)),
                None => Ok(object),
            }
        }
    }

    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// Reads a union.
pub(crate) fn union<'de, T: Union, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    <serde_json::Value as de::Deserialize<'de>>::deserialize(deserializer).map(T::of)
}

/// A field's name, borrowed from the input if possible.
enum Name<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl Name<'_> {
    fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(name) => name,
            Self::Owned(name) => name,
        }
    }
}

impl<'de> de::Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }
            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Name<'de>, E> {
                names::note(name);
                Ok(Name::Borrowed(name))
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Name<'de>, E> {
                names::note(name);
                Ok(Name::Owned(name.to_owned()))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

impl<T: Field> Field for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OptionVisitor<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for OptionVisitor<T> {
            type Value = Option<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }
            fn visit_none<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }
            fn visit_unit<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
                T::read(deserializer).map(Some)
            }
        }
        deserializer.deserialize_option(OptionVisitor(PhantomData))
    }
}

impl<T: Field> Field for Box<T> {
    fn blank() -> Self {
        Self::new(T::blank())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Box::new)
    }
}

/// A list; null items are skipped.
impl<T: Field> Field for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for ListVisitor<T> {
            type Value = Vec<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut list = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(4096));
                while let Some(item) = seq.next_element_seed(Seed::<Option<T>>(PhantomData))? {
                    list.extend(item);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

/// A map; null values are skipped.
impl<T: Field> Field for BTreeMap<String, T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TableVisitor<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for TableVisitor<T> {
            type Value = BTreeMap<String, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut table = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if let Some(value) = map.next_value_seed(Seed::<Option<T>>(PhantomData))? {
                        table.insert(name, value);
                    }
                }
                Ok(table)
            }
        }
        deserializer.deserialize_map(TableVisitor(PhantomData))
    }
}

struct Number<T>(PhantomData<T>);

impl<'de> Visitor<'de> for Number<f64> {
    type Value = f64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }
    fn visit_f64<E>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }
    fn visit_i64<E>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }
    fn visit_u64<E>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| E::invalid_type(de::Unexpected::Str(text), &self))
    }
}

impl<'de> Visitor<'de> for Number<i64> {
    type Value = i64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }
    fn visit_i64<E>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value)
            .or_else(|_| too_large().ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(value), &self)))
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        // Up to 2^53 floats are exact; a fraction or a larger number would not be the number that was sent.
        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
            Ok(value as i64)
        } else if value.fract() == 0.0
            && let Some(missing) = too_large()
        {
            Ok(missing)
        } else {
            Err(E::invalid_value(de::Unexpected::Float(value), &self))
        }
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        text.trim().parse().map_err(|_| E::invalid_type(de::Unexpected::Str(text), &self))
    }
}

/// The value of an out-of-range whole number in a required field, which cannot be left out.
#[cold]
fn too_large() -> Option<i64> {
    (LENIENCE.get() == Lenience::Required).then_some(0)
}

macro_rules! numbers {
    ($($name:ty),*) => {$(
        impl Field for $name {
            fn blank() -> Self {
                Self::default()
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Number::<$name>(PhantomData))
            }
        }
    )*};
}

numbers!(f64, i64);

impl Field for u32 {
    fn blank() -> Self {
        0
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::read(deserializer)?;
        let count = Self::try_from(number).ok().or_else(|| too_large().map(|_| 0));
        count.ok_or_else(|| de::Error::invalid_value(de::Unexpected::Signed(number), &"a count of at most 4294967295"))
    }
}

macro_rules! plain_fields {
    ($($name:ty),* $(,)?) => {$(
        impl Field for $name {
            fn blank() -> Self {
                Self::default()
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$name as de::Deserialize<'de>>::deserialize(deserializer)
            }
        }
    )*};
}

plain_fields!(
    String,
    bool,
    serde_json::Value,
    serde_json::Map<String, serde_json::Value>,
    crate::runtime::amount::Amount,
    crate::runtime::secret::Secret,
    crate::runtime::timestamp::Timestamp,
);

/// Writes a field if it is set.
pub(crate) fn entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: &Option<T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// Writes the fields that are not part of the type.
pub(crate) fn extra<M: SerializeMap>(
    map: &mut M,
    extra: &serde_json::Map<String, serde_json::Value>,
) -> Result<(), M::Error> {
    extra.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))
}

/// Writes an object with only its tag.
pub(crate) fn tag<S: Serializer>(serializer: S, name: &'static str, value: &'static str) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, value)?;
    map.end()
}

/// Reads an arm of a union from a value, if it matches.
pub(crate) fn arm<T: Field>(value: &serde_json::Value) -> Option<T> {
    T::read(value).ok()
}

/// Whether no object of a list has another constant: those would be read as empty ones.
pub(crate) fn items_are(list: &serde_json::Value, field: &str, constant: &str) -> bool {
    let says_other = |item: &serde_json::Value| item.get(field).is_some_and(|found| found.as_str() != Some(constant));
    list.as_array().is_some_and(|items| !items.iter().any(says_other))
}

/// An enum that is a string on the wire.
pub(crate) trait OpenEnum {
    fn text(&self) -> &str;
}

/// Reads a string without keeping it.
pub(crate) fn text<'de, D: Deserializer<'de>, T>(deserializer: D, make: fn(&str) -> T) -> Result<T, D::Error> {
    struct TextVisitor<T>(fn(&str) -> T);
    impl<T> Visitor<'_> for TextVisitor<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
            Ok((self.0)(value))
        }
    }
    deserializer.deserialize_str(TextVisitor(make))
}

/// A union, which is read from a JSON value.
pub(crate) trait Union {
    /// The arm that matches the value, or the value itself.
    fn of(value: serde_json::Value) -> Self;
}
