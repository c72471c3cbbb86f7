//! `is_suspicious`: whether a JSON reply may report an error, or may lack a field that its operation promises.
//!
//! Checks only the names of the top-level fields. Suspicious replies are examined again ([`super::verdict`]).

use std::borrow::Cow;

use memchr::memchr3;

use crate::runtime::lenient::string_length;
use crate::runtime::operation::{Essential, Operation};

/// Whether it is an object with a field that reports errors, or without an essential one.
///
/// Every reply passes here after it was decoded. One that names no error anywhere ([`with_names`](crate::runtime::wire::with_names)) is read
/// up to its last essential field, and a value is skipped rather than parsed again.
pub(super) fn is_suspicious(operation: &Operation, json: &[u8], names_no_error: bool) -> bool {
    let essential = operation.essential;
    let all = essential.iter().enumerate().fold(0, |all, (n, _)| all | bit(n));
    let is_harmless = names_no_error && !essential.is_empty();
    let (mut present, mut reports_an_error) = (0, false);
    let fields = each_field(json, |name, value| {
        if let Some((n, field)) = essential.iter().enumerate().find(|(_, field)| field.name == name) {
            present |= if is_there(field, value) { bit(n) } else { 0 };
        } else {
            reports_an_error |= match name {
                "error" | "error_type" | "error_message" | "success" => true,
                "object" | "type" | "issues" | "x402Version" => essential.is_empty(),
                _ => false,
            };
        }
        is_harmless && present == all
    });
    fields.is_some() && (reports_an_error || present != all)
}

fn bit(n: usize) -> u32 {
    1 << n.min(31)
}

/// Whether the value at the beginning of a text is not null and, if required, a list that is not empty.
fn is_there(field: &Essential, text: &[u8]) -> bool {
    match text.strip_prefix(b"[") {
        Some(items) => !field.filled || !items.trim_ascii_start().starts_with(b"]"),
        None => !field.filled && !text.starts_with(b"null"),
    }
}

/// Visits the names of an object, each with the text from its value on, until the visitor returns `true`. `None` if it is no object, or
/// not complete.
fn each_field(json: &[u8], mut visit: impl FnMut(&str, &[u8]) -> bool) -> Option<()> {
    let mut rest = json.trim_ascii().strip_prefix(b"{")?;
    loop {
        rest = rest.trim_ascii_start();
        match rest.first()? {
            b'}' => return rest[1..].is_empty().then_some(()),
            b',' => rest = &rest[1..],
            b'"' => {
                let (name, after) = rest.split_at_checked(string_length(rest))?;
                let value = after.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
                if unescaped(name).is_some_and(|name| visit(&name, value)) {
                    return Some(());
                }
                rest = value.get(value_length(value)?..)?;
            }
            _ => return None,
        }
    }
}

/// The length of the value that starts here. Brackets of the other kind are in pairs between those of the first.
fn value_length(text: &[u8]) -> Option<usize> {
    let (open, close) = match text.first()? {
        b'"' => return Some(string_length(text)),
        b'{' => (b'{', b'}'),
        b'[' => (b'[', b']'),
        _ => return text.iter().position(|byte| matches!(byte, b',' | b'}') || byte.is_ascii_whitespace()),
    };
    let (mut end, mut depth) = (0, 0_usize);
    loop {
        end += memchr3(b'"', open, close, text.get(end..)?)?;
        match text[end] {
            b'"' => end += string_length(&text[end..]),
            bracket => {
                depth = if bracket == open { depth + 1 } else { depth - 1 };
                end += 1;
            }
        }
        if depth == 0 {
            return Some(end);
        }
    }
}

/// The text of a JSON string.
fn unescaped(string: &[u8]) -> Option<Cow<'_, str>> {
    if string.contains(&b'\\') {
        return serde_json::from_slice(string).ok().map(Cow::Owned);
    }
    std::str::from_utf8(string.get(1..string.len() - 1)?).ok().map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::{json, value::RawValue};

    use super::*;
    use crate::api::generated::operations;

    fn suspicious(operation: &Operation, json: &str) -> bool {
        is_suspicious(operation, json.as_bytes(), false)
    }

    #[test]
    fn a_missing_a_null_and_an_empty_field_are_noted() {
        let chat = &operations::CREATE_CHAT_COMPLETION;
        let lacking = [r#"{}"#, r#"{"choices": null}"#, r#"{"choices": [ ], "id": "x"}"#, r#"{"a": {"choices": [1]}}"#];
        for lacking in lacking {
            assert!(suspicious(chat, lacking), "{lacking}");
        }
        let answer = r#"{"object": "x", "ch\u006fices": [{"message": {"error": 1}}], "message": "x"}"#;
        assert!(!suspicious(chat, answer));
        assert!(suspicious(chat, r#"{"choices": [{}], "error": null}"#), "it is looked at again");
        assert!(suspicious(chat, r#"{"choices": [{"text": "\"error\""}], "\u0065rror": 1}"#));
        assert!(suspicious(chat, r#"{"choices": [{}], "success": false}"#));
        assert!(!suspicious(chat, r#"{"choices": [{"error": 1, "success": false}]}"#));
    }

    #[test]
    fn a_list_may_be_empty_unless_required() {
        assert!(!suspicious(&operations::LIST_MODELS, r#"{"data": []}"#));
        assert!(suspicious(&operations::LIST_MODELS, r#"{"data": null}"#));
        assert!(!suspicious(&operations::LIST_MODELS, "[]"), "no object, no fields");
    }

    #[test]
    fn invalid_json_is_left_to_the_decoder() {
        for text in
            ["", "null", "{", "{\"error\": 1", "plain text", "{\"error\": \"\\", "{\"error\"", "{\"error\": [}", "{]"]
        {
            assert!(!suspicious(&operations::CREATE_CHAT_COMPLETION, text), "{text}");
        }
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let text = || "[a-c\"\\\\{}\\[\\]:, é\n]{0,6}";
        let leaf = prop_oneof![Just(json!(null)), any::<i64>().prop_map(|n| json!(n)), text().prop_map(|t| json!(t))];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|list| json!(list)),
                prop::collection::btree_map(text(), inner, 0..4).prop_map(|object| json!(object)),
            ]
        })
    }

    proptest! {
        #[test]
        fn fields_are_those_of_the_parser(value in values(), is_pretty: bool) {
            let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let mut found = BTreeMap::new();
            let complete = each_field(text.as_bytes(), |name, value| {
                let length = value_length(value).unwrap();
                found.insert(name.to_owned(), String::from_utf8(value[..length].to_vec()).unwrap());
                false
            });
            let expected = serde_json::from_str::<BTreeMap<String, &RawValue>>(&text).ok();
            prop_assert_eq!(complete.is_some(), expected.is_some());
            if let Some(expected) = expected {
                let expected: BTreeMap<_, _> = expected.into_iter().map(|(name, raw)| (name, raw.get().to_owned())).collect();
                prop_assert_eq!(found, expected);
            }
            for cut in 0..text.len() {
                if text.is_char_boundary(cut) {
                    let is_complete = each_field(&text.as_bytes()[..cut], |_, _| false).is_some();
                    prop_assert!(!is_complete, "cut at {}", cut);
                }
            }
        }
    }
}
