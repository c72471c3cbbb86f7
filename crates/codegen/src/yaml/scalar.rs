//! The core schema of YAML 1.2 (§10.3.2): what a plain scalar means.

use serde_json::{Number, Value};

use crate::error::Error;

/// The value of a plain scalar without a tag.
///
/// # Errors
/// `.inf` and `.nan`, which JSON cannot say.
pub(super) fn resolve(text: &str) -> Result<Value, Error> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    if let Some(digits) = text.strip_prefix("0o").filter(|digits| all(digits, |b| matches!(b, b'0'..=b'7'))) {
        return radix(text, digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x").filter(|digits| all(digits, |b| b.is_ascii_hexdigit())) {
        return radix(text, digits, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if all(unsigned, |b| b.is_ascii_digit()) {
        return decimal(text);
    }
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Err(not_a_json_number(text)),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Err(not_a_json_number(text)),
        _ => {}
    }
    if is_float(unsigned) {
        return float(text);
    }
    Ok(Value::String(text.to_owned()))
}

fn all(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(allowed)
}

fn radix(text: &str, digits: &str, radix: u32) -> Result<Value, Error> {
    u64::from_str_radix(digits, radix)
        .map(Value::from)
        .map_err(|_| Error::new("a number is too large for a JSON document").found(text))
}

/// An integer keeps its exact value in the 64-bit range, and beyond it becomes a float, as in every JSON reader.
fn decimal(text: &str) -> Result<Value, Error> {
    if let Ok(value) = text.parse::<i64>() {
        return Ok(Value::from(value));
    }
    match text.parse::<u64>() {
        Ok(value) => Ok(Value::from(value)),
        Err(_) => float(text),
    }
}

/// `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, then `([eE][-+]?[0-9]+)?`; the sign is already gone.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => all(fraction, |b| b.is_ascii_digit()),
        Some((whole, fraction)) => all(whole, |b| b.is_ascii_digit()) && fraction.bytes().all(|b| b.is_ascii_digit()),
        None => all(mantissa, |b| b.is_ascii_digit()),
    };
    let exponent_fits =
        exponent.is_none_or(|digits| all(digits.strip_prefix(['-', '+']).unwrap_or(digits), |b| b.is_ascii_digit()));
    mantissa_fits && exponent_fits
}

fn float(text: &str) -> Result<Value, Error> {
    text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number).ok_or_else(|| not_a_json_number(text))
}

fn not_a_json_number(text: &str) -> Error {
    Error::new("JSON has no such number").found(text).help("quote it if it is meant as a string")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_that_only_yaml_1_1_reads_as_something_else_stay_strings() {
        for text in [
            "off",
            "on",
            "yes",
            "no",
            "y",
            "n",
            "16:9",
            "1:1",
            "1_000",
            "0b11",
            "2025-01-01",
            "=",
            "<",
            "0o9",
            "0xg",
            "1e",
            "e1",
            "+",
            "-",
            ".",
            "..",
            "1.2.3",
            "20260821.193530.1",
            ".NAN1",
            "-.nan",
            "nUll",
            "tRUE",
            "+ 1",
            "1 ",
            "٣",
            "0X1F",
            "0O17",
        ] {
            assert_eq!(resolve(text).unwrap(), json!(text), "{text}");
        }
    }

    #[test]
    fn core_schema_scalars_become_json_values() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("True", json!(true)),
            ("FALSE", json!(false)),
            ("0", json!(0)),
            ("-0", json!(0)),
            ("017", json!(17)),
            ("0o17", json!(15)),
            ("0xFf", json!(255)),
            ("+12", json!(12)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551615", json!(u64::MAX)),
            ("36893488147419103232", json!(36893488147419103232.0)),
            ("1.", json!(1.0)),
            (".5", json!(0.5)),
            ("-.5", json!(-0.5)),
            ("1e3", json!(1000.0)),
            ("1.5E-7", json!(1.5e-7)),
            ("+1.0", json!(1.0)),
        ] {
            assert_eq!(resolve(text).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn numbers_that_json_cannot_say_are_refused() {
        for text in [".inf", "-.INF", "+.inf", ".nan", "1e999", "0xffffffffffffffffff"] {
            assert!(resolve(text).is_err(), "{text}");
        }
    }
}
