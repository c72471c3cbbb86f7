//! Telling names from sentences, where no grammar does.

use serde_json::Value;

/// The longest title that can be a name.
const NAME_LENGTH: usize = 60;
/// The most words that a value of an extension can have and still be a code, an id or a label.
const VALUE_WORDS: usize = 4;
/// Members of an extension that hold text for people, whatever the text looks like.
const PROSE_KEYS: [&str; 7] =
    ["description", "summary", "example", "examples", "externalDocs", "termsOfService", "guidance"];

/// Whether a title is a name (`Text Content Object`, `Output Text (for history)`) and not a sentence: at most 60 characters on
/// one line, and no punctuation that divides or ends a sentence.
pub(super) fn is_name(title: &str) -> bool {
    let one_line = !title.chars().any(char::is_control);
    let divided = [". ", ", ", "; ", ": ", "! ", "? ", " - ", " — "].iter().any(|mark| title.contains(mark));
    let ended = title.ends_with(['.', ',', ';', ':', '!', '?', '…']);
    title.chars().count() <= NAME_LENGTH && one_line && !divided && !ended
}

/// What is kept of an extension (`x-…`) or of a keyword that OpenAPI 3.0 does not have: everything but members named like
/// prose and strings of more than a few words. Prices, codes and protocols stay; guidance goes.
pub(super) fn strip(key: &str, value: &Value) -> Option<Value> {
    if PROSE_KEYS.contains(&key.strip_prefix("x-").unwrap_or(key)) {
        return None;
    }
    match value {
        Value::String(text) => is_value(text).then(|| value.clone()),
        Value::Array(items) => Some(items.iter().filter_map(|item| strip("", item)).collect()),
        Value::Object(members) => {
            let kept = members.iter().filter_map(|(key, value)| Some((key.clone(), strip(key, value)?)));
            Some(Value::Object(kept.collect()))
        }
        other => Some(other.clone()),
    }
}

fn is_value(text: &str) -> bool {
    is_name(text) && text.split_whitespace().count() <= VALUE_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_title_is_kept_when_it_is_a_name() {
        for name in
            ["null", "Text Content Object", "Output Text (for history)", "Venice.ai API", "URL Citation Annotation"]
        {
            assert!(is_name(name), "{name}");
        }
        for sentence in [
            "The key that was created.",
            "Use it with care, it costs",
            "Note: costs credits",
            "two\nlines",
            "A title that goes on and on until nobody would call it a name any more",
        ] {
            assert!(!is_name(sentence), "{sentence}");
        }
    }

    #[test]
    fn an_extension_keeps_its_facts_and_loses_its_prose() {
        let extension = json!({
            "price": {"mode": "dynamic", "min": "0.001", "description": "dear", "levels": [1, "two", "far too many words to be one"]},
            "protocols": [{"x402": {}}],
            "hint": "Call it only when you need it",
        });
        let facts =
            json!({"price": {"mode": "dynamic", "min": "0.001", "levels": [1, "two"]}, "protocols": [{"x402": {}}]});
        assert_eq!(strip("x-payment-info", &extension), Some(facts));
        assert_eq!(strip("x-guidance", &json!("short")), None);
    }
}
