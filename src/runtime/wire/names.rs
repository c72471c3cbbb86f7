//! `with_names`: whether a reply names a field that may report an error, learned while it is decoded.

use std::cell::Cell;

/// What is known of the names of a text that is being decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Not all names of its object are read here.
    Unseen,
    /// Its first name is at this address, and not read yet.
    First(usize),
    Harmless,
    /// One of them, at any depth, may report an error.
    Error,
}

thread_local! {
    static NAMES: Cell<Names> = const { Cell::new(Names::Unseen) };
}

/// Decodes an object. Returns whether certainly no field of it has a name that may report an error.
pub(crate) fn with_names<T>(json: &str, decode: impl FnOnce(&str) -> T) -> (T, bool) {
    let first = json.trim_start().strip_prefix('{').and_then(|object| object.trim_start().strip_prefix('"'));
    NAMES.set(first.map_or(Names::Unseen, |first| Names::First(first.as_ptr().addr())));
    let decoded = decode(json);
    (decoded, NAMES.replace(Names::Unseen) == Names::Harmless)
}

/// A name is read.
#[inline]
pub(super) fn note(name: &str) {
    match NAMES.get() {
        Names::Unseen | Names::Error => return,
        // Decoders that read names themselves, or a name with an escape.
        Names::First(address) if name.as_ptr().addr() != address => return NAMES.set(Names::Unseen),
        Names::First(_) => NAMES.set(Names::Harmless),
        Names::Harmless => {}
    }
    if matches!(name, "error" | "error_type" | "error_message" | "success") {
        NAMES.set(Names::Error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::generated::types::{ChatCompletion, ResponseFormat};

    fn is_harmless<T: serde::de::DeserializeOwned>(json: &str) -> bool {
        let (decoded, is_harmless) = with_names(json, |json| serde_json::from_str::<T>(json));
        decoded.unwrap();
        is_harmless
    }

    #[test]
    fn names_of_errors_are_seen_wherever_they_are_and_texts_are_not() {
        for harmless in [
            r#"{"choices": []}"#,
            " { \"id\": \"error\", \"new\": {\"error\": 1}}",
            r#"{"id": "\"error\"", "ch\u006fices": [], "errors": 1}"#,
        ] {
            assert!(is_harmless::<ChatCompletion>(harmless), "{harmless}");
        }
        for other in [
            r#"{"error": null}"#,
            r#"{"choices": [], "success": false}"#,
            r#"{"choices": [], "\u0065rror": 1}"#,
            r#"{"id": "x", "error_type": 1, "error_message": 2}"#,
            r#"{"choices": [{"error": 1}]}"#,
        ] {
            assert!(!is_harmless::<ChatCompletion>(other), "{other}");
        }
    }

    #[test]
    fn an_object_whose_names_are_read_elsewhere_is_not_known_to_be_harmless() {
        #[derive(serde::Deserialize)]
        struct Whole {
            #[allow(dead_code)]
            part: ChatCompletion,
        }
        assert!(!is_harmless::<Whole>(r#"{"part": {"choices": []}, "error": 1}"#));
        assert!(!is_harmless::<serde_json::Value>(r#"{"choices": []}"#));
        assert!(!is_harmless::<ResponseFormat>(r#"{"type": "text", "error": 1}"#), "a union");
        assert!(!is_harmless::<ChatCompletion>("{}"), "no name");
        assert!(!is_harmless::<ChatCompletion>(r#"{"\u0069d": "x"}"#), "a first name with an escape");
    }
}
