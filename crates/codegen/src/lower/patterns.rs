//! Patterns that the run-time can read stay; others go, so that the server alone judges these texts.
//!
//! The document's patterns are those of JavaScript, which has look-around and back-references. At run time `regex-lite` reads them.

use super::schema::all_mut;
use serde_json::Value;

/// Drops the patterns that cannot be read; returns a line for each.
pub fn drop_unreadable(doc: &mut Value) -> Vec<String> {
    let mut notices = Vec::new();
    all_mut(doc, &mut |schema| {
        let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else { return };
        if let Err(error) = regex_lite::Regex::new(pattern) {
            notices.push(format!("the pattern `{pattern}` is not checked before sending: {error}"));
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("pattern");
            }
        }
    });
    notices
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn look_around_goes_and_what_can_be_read_stays() {
        let mut doc = json!({"components": {"schemas": {
            "A": {"type": "string", "pattern": "(?<=x)y"},
            "B": {"type": "object", "properties": {"pattern": {"type": "string", "pattern": "^\\d{4}-\\d{2}\\/x$"}}}
        }}});
        let notices = drop_unreadable(&mut doc);
        assert_eq!(notices.len(), 1);
        assert!(notices[0].contains("(?<=x)y"), "{notices:?}");
        assert_eq!(doc["components"]["schemas"]["A"], json!({"type": "string"}));
        assert_eq!(doc["components"]["schemas"]["B"]["properties"]["pattern"]["pattern"], "^\\d{4}-\\d{2}\\/x$");
    }
}
