//! Every string enum accepts any string and returns it unchanged.

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use venice_ai::types;

/// Asserts that `text` is read, kept and written unchanged, alone and as an enum in a list.
fn assert_kept<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(name: &str, text: &str) {
    let wire = Value::from(text);
    let value: T =
        serde_json::from_value(wire.clone()).unwrap_or_else(|error| panic!("{name} refuses {text:?}: {error}"));
    assert_eq!(serde_json::to_value(&value).unwrap(), wire, "{name}");
    let list: Vec<T> = serde_json::from_str(&json!([text]).to_string()).unwrap();
    assert_eq!(list, [value], "{name}");
}

/// The enums by name, so that a property is tested for all.
macro_rules! open_enums {
    ($($name:ident),* $(,)?) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        fn assert_all_keep(text: &str) {
            $(assert_kept::<types::$name>(stringify!($name), text);)*
        }

        fn assert_known_values_are_variants() {
            $(for text in types::$name::KNOWN {
                assert_kept::<types::$name>(stringify!($name), text);
                let value = types::$name::from_wire(text);
                assert!(!matches!(value, types::$name::Unknown(_)), "{} of {}", text, stringify!($name));
                assert_eq!(value.as_str(), *text);
            })*
        }
    };
}

include!("enum_names.rs");

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives_in_every_enum(text in any::<String>()) {
        assert_all_keep(&text);
    }

    #[test]
    fn a_text_that_is_almost_known_is_not_mistaken_for_it(index in any::<prop::sample::Index>(), tail in "[ A-Za-z_-]") {
        let known = types::FinishReason::KNOWN;
        assert_all_keep(&format!("{}{tail}", index.get(known)));
        assert_all_keep(&index.get(known).to_uppercase());
    }
}

#[test]
fn every_known_value_is_a_variant() {
    assert_known_values_are_variants();
}

#[test]
fn no_enum_of_the_public_surface_is_left_out() {
    let surface = include_str!("../../spec/api.txt").lines();
    let enums: Vec<&str> =
        surface.filter_map(|line| line.strip_prefix("enum types::")?.strip_suffix("::Unknown(String)")).collect();
    let missing: Vec<&&str> = enums.iter().filter(|name| !NAMES.contains(name)).collect();
    let gone: Vec<&&str> = NAMES.iter().filter(|name| !enums.contains(name)).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "missing in enum_names.rs: {missing:?}; no longer an enum: {gone:?}"
    );
}

#[test]
fn a_setter_takes_a_value_of_the_wire() {
    let request = types::QueueVideoRequest::new("m").duration("5s").aspect_ratio(String::from("7:5"));
    assert_eq!(request.duration, Some(types::VideoDuration::Seconds5));
    assert_eq!(request.aspect_ratio.as_ref().map(|ratio| ratio.as_str()), Some("7:5"));
}
