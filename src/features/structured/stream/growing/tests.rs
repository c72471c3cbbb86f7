//! Tests of the incremental parser, with arbitrary pieces.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Whether `earlier` can grow to `later`.
fn is_growth(earlier: &Value, later: &Value) -> bool {
    match (earlier, later) {
        (Value::Object(earlier), Value::Object(later)) => {
            earlier.iter().all(|(name, value)| later.get(name).is_some_and(|later| is_growth(value, later)))
        }
        (Value::Array(earlier), Value::Array(later)) => {
            earlier.len() <= later.len() && earlier.iter().zip(later).all(|(earlier, later)| is_growth(earlier, later))
        }
        (Value::String(earlier), Value::String(later)) => later.starts_with(&**earlier),
        (earlier, later) => earlier == later,
    }
}

/// All values that the pieces produce, asserting that there is one exactly when something is new.
fn values<'p>(pieces: impl IntoIterator<Item = &'p str>) -> Vec<Value> {
    let mut growing = Growing::default();
    let mut values: Vec<Value> = Vec::new();
    for piece in pieces {
        let has_grown = growing.push(piece);
        let value = growing.value().map(|value| Value::clone(value));
        assert_eq!(has_grown, value.as_ref() != values.last(), "{piece:?}");
        values.extend(value.filter(|_| has_grown));
    }
    values
}

fn in_chars(text: &str) -> Vec<Value> {
    let pieces: Vec<String> = text.chars().map(String::from).collect();
    values(pieces.iter().map(String::as_str))
}

#[test]
fn texts_grow_and_other_values_appear_when_complete() {
    let text = r#"{"a": "b\u00e9\n", "c": [1.5, true, null, {}], "d": 12}"#;
    let expected = [
        json!({}),
        json!({"a": ""}),
        json!({"a": "b"}),
        json!({"a": "bé"}),
        json!({"a": "bé\n"}),
        json!({"a": "bé\n", "c": []}),
        json!({"a": "bé\n", "c": [1.5]}),
        json!({"a": "bé\n", "c": [1.5, true]}),
        json!({"a": "bé\n", "c": [1.5, true, null]}),
        json!({"a": "bé\n", "c": [1.5, true, null, {}]}),
        json!({"a": "bé\n", "c": [1.5, true, null, {}], "d": 12}),
    ];
    assert_eq!(in_chars(text), expected);
}

#[test]
fn incomplete_escapes_names_and_numbers_are_not_returned() {
    for (text, expected) in [
        (r#"{"a": "x\"#, json!({"a": "x"})),
        (r#"{"a": "x\u00e"#, json!({"a": "x"})),
        (r#"{"a": "x\ud83d"#, json!({"a": "x"})),
        (r#"{"a": "x\ud83d\ude"#, json!({"a": "x"})),
        (r#"{"a": "x\ud83d\ude00"#, json!({"a": "x😀"})),
        (r#"{"a": "x", "na"#, json!({"a": "x"})),
        (r#"{"a": "x", "name""#, json!({"a": "x"})),
        (r#"{"a": "x", "name": "#, json!({"a": "x"})),
        (r#"{"a": -12.5e"#, json!({})),
        (r#"{"a": 12"#, json!({})),
        (r#"{"a": tru"#, json!({})),
        (r#"{"a": 12 "#, json!({"a": 12})),
        (r#"[[], ["a", "#, json!([[], ["a"]])),
    ] {
        assert_eq!(in_chars(text).last(), Some(&expected), "{text}");
        assert_eq!(values([text]), [expected], "{text}");
    }
}

#[test]
fn the_text_before_an_invalid_escape_is_the_same_in_all_pieces() {
    for text in [r#"{"a": "b\x"#, "{\"a\": \"b\n", r#"{"a": "b\ud800c"#, r#"{"a": "b\ud800\n"#] {
        assert_eq!(values([text]), [json!({"a": "b"})], "{text}");
        assert_eq!(in_chars(text).last(), Some(&json!({"a": "b"})), "{text}");
    }
}

#[test]
fn a_word_ends_at_the_same_letter_in_all_pieces() {
    for (text, expected) in [(r#"[truex"#, json!([true])), ("[nullnull]", json!([null])), ("[1x, 2]", json!([]))] {
        assert_eq!(values([text]).last(), Some(&expected), "{text}");
        assert_eq!(in_chars(text).last(), Some(&expected), "{text}");
    }
}

#[test]
fn invalid_json_stops_the_growth_and_keeps_the_value() {
    for text in [
        r#"{"a": 1, oops"#,
        r#"{"a": 1 "b": 2}"#,
        r#"{"a": 1, "a": 2}"#,
        r#"{"a": 1, "b": 01, "c": 2}"#,
        r#"{"a": 1, "b": nul, "c": 2}"#,
        r#"{"a": 1]"#,
        r#"{"a": 1,}"#,
        r#"{"a": 1, 2"#,
        r#"{"a": 1} {"b": 2}"#,
        r#"{"a": 1}, "b": 2}"#,
    ] {
        assert_eq!(in_chars(text).last(), Some(&json!({"a": 1})), "{text}");
    }
    for text in [
        r#"{"a": "x\q", "b": 1}"#,
        r#"{"a": "x\ud83dy", "b": 1}"#,
        r#"{"a": "x\ud83d\n"#,
        r#"{"a": "x\ude00"#,
        "{\"a\": \"x\ny\"",
    ] {
        assert_eq!(in_chars(text).last(), Some(&json!({"a": "x"})), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(in_chars(&deep).len() <= 128);
}

#[test]
fn a_shared_value_is_not_changed() {
    let mut growing = Growing::default();
    growing.push(r#"{"a": "x"#);
    let held = growing.value().map(Arc::clone);
    growing.push(r#"yz", "b": 1}"#);
    assert_eq!(held.as_deref(), Some(&json!({"a": "x"})));
    assert_eq!(growing.value().map(|value| Value::clone(value)), Some(json!({"a": "xyz", "b": 1})));
}

#[test]
fn the_document_is_not_copied_per_piece() {
    let mut growing = Growing::default();
    growing.push(r#"{"text": ""#);
    let place = growing.value().map(Arc::as_ptr);
    for _ in 0..10_000 {
        assert!(growing.push("word "));
        let seen = growing.value().map(Arc::clone);
        assert_eq!(seen.as_ref().map(Arc::as_ptr), place);
    }
}

/// Quadratic time would take minutes.
#[test]
fn a_long_document_takes_linear_time() {
    let mut growing = Growing::default();
    growing.push(r#"{"items": ["#);
    for number in 0..200_000 {
        growing.push(r#"{"text": "wo"#);
        growing.push("rd");
        assert!(growing.push(&format!(r#"s", "number": {number}}},"#)));
    }
    let items = growing.value().and_then(|value| value["items"].as_array().map(Vec::len));
    assert_eq!(items, Some(200_000));
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-4_000..4_000i32).prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        "[\\PC\n\t\"\\\\/\u{1}😀é]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-c\"é]{0,2}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Splits a text at these positions, or at the next character boundaries.
fn cut(text: &str, places: &[usize]) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for (at, c) in text.char_indices() {
        if places.contains(&at) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

proptest! {
    #[test]
    fn the_document_grows_to_the_whole_value(
        inner in document(),
        places in proptest::collection::vec(0..200usize, 0..12),
        is_pretty in any::<bool>(),
        is_ascii in any::<bool>(),
    ) {
        let whole = json!({"value": inner});
        let mut text = if is_pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) }.unwrap_or_default();
        if is_ascii {
            let escaped = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            text = text.chars().map(|c| if c.is_ascii() { c.to_string() } else { escaped(c) }).collect();
        }
        for pieces in [cut(&text, &places), text.chars().map(String::from).collect()] {
            let values = values(pieces.iter().map(String::as_str));
            prop_assert_eq!(values.last(), Some(&whole));
            for pair in values.windows(2) {
                prop_assert!(is_growth(&pair[0], &pair[1]), "{} to {}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}\":,\\\\u0-9a-f truenlse.+-]{0,40}") {
        let whole = serde_json::from_str::<Value>(&text).ok();
        let values = in_chars(&text);
        if let Some(whole @ (Value::Object(_) | Value::Array(_))) = whole {
            prop_assert!(values.iter().all(|value| is_growth(value, &whole)), "{}", text);
        }
    }
}
