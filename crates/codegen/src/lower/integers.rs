//! Counts, sizes and times that the document types `number` become integers.
//!
//! The document writes `number` for many members that only ever hold whole numbers; as `f64` they make poor token counts. The
//! names that mean a count are listed here once, for every document; a member that is an exception is set in the overlay.

use super::schema::{all_mut, type_of};
use serde_json::Value;

const WHOLE: &[&str] = &["created", "index", "bytes", "tokens", "x402version"];
const WHOLE_ENDINGS: &[&str] = &[
    "_tokens",
    "tokens",
    "Tokens",
    "_limit",
    "Limit",
    "token_threshold",
    "Divisor",
    "Dimensions",
    "dimensions",
    "_days",
    "Decimals",
    "MaxTimeoutSeconds",
    "maxImages",
    "maxVideos",
    "maxStyleReferences",
    "maxInputImages",
    "_prompt_length",
    "context_length",
    "token_ids",
    "statusCode",
];

/// Retypes the members whose name means a whole number; returns how many.
pub fn retype(doc: &mut Value) -> usize {
    let mut count = 0;
    all_mut(doc, &mut |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
        for (name, property) in properties {
            if !is_whole(name) {
                continue;
            }
            for schema in [Some(&mut *property)].into_iter().flatten() {
                count += usize::from(set(schema));
                if let Some(items) = schema.get_mut("items") {
                    count += usize::from(set(items));
                }
            }
        }
    });
    count
}

/// Whether the name of a member means a whole number.
pub fn is_whole(name: &str) -> bool {
    WHOLE.contains(&name.to_ascii_lowercase().as_str()) || WHOLE_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn set(schema: &mut Value) -> bool {
    let fractional = ["minimum", "maximum", "default"]
        .iter()
        .any(|key| schema.get(*key).is_some_and(|value| value.as_f64().is_some_and(|number| number.fract() != 0.0)));
    if type_of(schema) != Some("number") || fractional {
        return false;
    }
    if let Some(object) = schema.as_object_mut() {
        object.insert("type".into(), "integer".into());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_become_integers_and_money_stays() {
        let mut doc = json!({"components": {"schemas": {"A": {"type": "object", "properties": {
            "maxCompletionTokens": {"type": "number"}, "usd": {"type": "number"}, "bytes": {"type": "array", "items": {"type": "number"}}
        }}}}});
        assert_eq!(retype(&mut doc), 2);
        let a = &doc["components"]["schemas"]["A"]["properties"];
        assert_eq!(a["maxCompletionTokens"]["type"], "integer");
        assert_eq!(a["usd"]["type"], "number");
        assert_eq!(a["bytes"]["items"]["type"], "integer");
    }
}
