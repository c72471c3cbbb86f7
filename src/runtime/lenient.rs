//! `leniently`: retries the deserialisation of a reply without the optional fields that do not match their type.

use std::borrow::Cow;

use crate::runtime::wire::forgiving;

/// Deserialises `json`. If a value has an unexpected type or is out of range, tries again without the optional fields of which that is
/// true. The error is about what could not be left out.
pub(crate) fn leniently<T>(json: &str, read: impl Fn(&str) -> serde_json::Result<T>) -> serde_json::Result<T> {
    read(json).or_else(|error| {
        if !error.is_data() && !is_out_of_range(&error) {
            return Err(error);
        }
        let again = match forgiving(|| read(json)) {
            Err(error) if is_out_of_range(&error) => {
                let json = without_huge_numbers(json.as_bytes());
                let json = utf8(&json);
                read(&json).or_else(|_| forgiving(|| read(&json)))
            }
            again => again,
        }?;
        left_out(&error);
        Ok(again)
    })
}

/// Like [`leniently`], for a parsed document.
#[cfg(any(feature = "catalogue", feature = "unstable"))]
pub(crate) fn leniently_again<T>(read: impl Fn() -> serde_json::Result<T>) -> serde_json::Result<T> {
    leniently("", |_| read())
}

/// JSON as text, for decoders: to check the encoding of all of it at once takes a fifth of the time of doing so string by string. What is not
/// UTF-8 becomes an escape that no string can have, so that only fields that are read suffer from it.
pub(crate) fn utf8(json: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(json).map_or_else(|_| Cow::Owned(with_escapes(json)), Cow::Borrowed)
}

#[cold]
fn with_escapes(json: &[u8]) -> String {
    let mut text = String::with_capacity(json.len());
    for chunk in json.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let is_escaped = text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
            text.push_str(if is_escaped { "udfff" } else { "\\udfff" });
        }
    }
    text
}

fn left_out(error: &serde_json::Error) {
    let problem = crate::runtime::text::without_values(&error.to_string());
    tracing::debug!(problem, "an optional field of the reply has an unexpected type and is left out");
}

/// `1e400`, which is valid JSON but no 64-bit number. The parser rejects the document for it.
fn is_out_of_range(error: &serde_json::Error) -> bool {
    error.is_syntax() && error.to_string().starts_with("number out of range")
}

/// The document with `null` for each number that no type can represent.
fn without_huge_numbers(json: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(&first) = rest.first() {
        let length = match first {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => rest.iter().take_while(|byte| b"+-.eE0123456789".contains(byte)).count(),
            _ => 1,
        };
        let (token, behind) = rest.split_at(length);
        let number = std::str::from_utf8(token).ok().filter(|_| first != b'"' && length > 1);
        let is_huge = number.and_then(|number| number.parse::<f64>().ok()).is_some_and(f64::is_infinite);
        clean.extend_from_slice(if is_huge { b"null" } else { token });
        rest = behind;
    }
    clean
}

/// The length of the string that starts here, including its quotes. One without an end has the rest.
pub(crate) fn string_length(json: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if json.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf_8_costs_the_field_that_has_it() {
        #[derive(Debug, serde::Deserialize)]
        struct Read {
            needed: String,
        }
        let read = |json: &[u8]| leniently(&utf8(json), |json| serde_json::from_str::<Read>(json));
        let answer = read(b"{\"other\": \"caf\xe9\", \"needed\": \"caf\xc3\xa9\", \"cut\": [\"\xf0\x9f\"]}").unwrap();
        assert_eq!(answer.needed, "caf\u{e9}");
        for json in
            [&b"{\"needed\": \"caf\xe9\"}"[..], b"{\"needed\": \"\\\xe9\"}", b"{\"needed\": \"a\"\xe9}", b"\xff"]
        {
            read(json).unwrap_err();
        }
    }

    #[test]
    fn numbers_out_of_range_become_null() {
        for (json, clean) in [
            (r#"{"a": 1e400, "b": -1E+999}"#, r#"{"a": null, "b": null}"#),
            (r#"["1e400", "\\", "\"1e400", 1e400]"#, r#"["1e400", "\\", "\"1e400", null]"#),
            ("[1.5, -2e10, 0, 1e-400]", "[1.5, -2e10, 0, 1e-400]"),
            (r#"{"open": "1e400"#, r#"{"open": "1e400"#),
        ] {
            assert_eq!(String::from_utf8(without_huge_numbers(json.as_bytes())).unwrap(), clean, "{json}");
        }
        let digits = "9".repeat(400);
        assert_eq!(without_huge_numbers(digits.as_bytes()), b"null");
    }
}
