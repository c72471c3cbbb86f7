//! `Amount` in JSON: exact digits, read and written.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::Amount;

/// The name by which `serde_json` is asked for the raw text of a value. A number that went through an `f64` may have lost its last digit.
/// Other deserializers ignore this name.
const WORD_FOR_WORD: &str = "$serde_json::private::RawValue";

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(WORD_FOR_WORD, AmountVisitor)
    }
}

struct AmountVisitor;

impl AmountVisitor {
    fn read<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        Amount::read(text).ok_or_else(|| E::invalid_value(Unexpected::Other("invalid text"), &self))
    }
}

impl<'de> Visitor<'de> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Amount, D::Error> {
        deserializer.deserialize_any(self)
    }

    /// A raw value, or a number of arbitrary precision: a map with one field, whose value is the text.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Amount, A::Error> {
        let name = map.next_key::<String>()?;
        if !name.is_some_and(|name| name.starts_with("$serde_json::private::")) {
            return Err(de::Error::invalid_type(Unexpected::Map, &self));
        }
        let json = map.next_value::<String>()?;
        if json.starts_with('"') {
            let text: String = serde_json::from_str(&json).map_err(de::Error::custom)?;
            return self.read(&text);
        }
        self.read(&json)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Amount, E> {
        Amount::try_from(number).map_err(|_| E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Amount, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Amount, E> {
        Ok(number.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        self.read(text)
    }
}

/// A number. One that no floating point number represents keeps all of its digits if the format is `serde_json`'s text.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.places == 0
            && let Ok(number) = i64::try_from(self.digits)
        {
            return serializer.serialize_i64(number);
        }
        let float = self.to_f64();
        if Self::try_from(float).is_ok_and(|same| same == *self) {
            return serializer.serialize_f64(float);
        }
        RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_json(json: &str) -> serde_json::Result<Amount> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_number_keeps_every_digit() {
        // The last two are not floating point numbers, and a fast parser misreads the third by one digit.
        for json in [
            "0.0005813",
            "5",
            "0.30000000000000004",
            "0.12345678901234567890123456789",
            "170141183460469231731687303715884105.5",
        ] {
            let amount = from_json(json).unwrap();
            assert_eq!(amount.to_string(), json);
            assert_eq!(serde_json::to_string(&amount).unwrap(), json);
            assert_eq!(serde_json::from_slice::<Amount>(json.as_bytes()).unwrap(), amount);
            assert_eq!(serde_json::from_reader::<_, Amount>(json.as_bytes()).unwrap(), amount);
        }
        assert_eq!(from_json("1e-7").unwrap().to_string(), "0.0000001");
        assert_eq!(serde_json::to_string(&from_json("1e-7").unwrap()).unwrap(), "1e-7");
    }

    #[test]
    fn a_text_is_a_number_too() {
        assert_eq!(from_json(r#"" 0.25 ""#).unwrap().to_string(), "0.25");
        assert_eq!(from_json(r#""\u0031""#).unwrap().to_string(), "1");
    }

    #[test]
    fn a_document_in_memory_is_read_as_well() {
        let value: serde_json::Value = serde_json::from_str(r#"[0.0005813, 7, -2, "1e-7"]"#).unwrap();
        let amounts: Vec<Amount> = serde_json::from_value(value).unwrap();
        assert_eq!(format!("{amounts:?}"), "[0.0005813, 7, -2, 0.0000001]");
    }

    #[test]
    fn other_deserializers_are_understood() {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Either {
            Amount(Amount),
            Flag(bool),
        }
        let read = |json: &str| serde_json::from_str::<Either>(json).unwrap();
        for (json, shown) in [("0.5", "0.5"), ("3", "3"), ("-3", "-3"), (r#""0.5""#, "0.5")] {
            assert!(matches!(read(json), Either::Amount(amount) if amount.to_string() == shown), "{json}");
        }
        assert!(matches!(read("true"), Either::Flag(true)));
    }

    #[test]
    fn invalid_amounts_are_rejected() {
        for json in ["null", "true", "{}", "[]", r#"{"a": 1}"#, r#""NaN""#, "1e999", r#""5 USD""#, r#""""#] {
            let error = from_json(json).unwrap_err().to_string();
            assert!(error.contains("a decimal number"), "{json}: {error}");
        }
    }
}
