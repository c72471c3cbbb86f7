//! What an overlay leaves behind in a document that it was not written for.
//!
//! A correction may refer to a place of the document (`$ref`) that an older or newer version does not have. Here such a reference
//! becomes a value of any kind, and is reported; in the document that the overlay belongs to it is an error.

use crate::document::target;
use crate::lower::schema::all_mut;
use serde_json::{Value, json};

/// Loosens every schema whose `$ref` leads nowhere; returns a line for each.
pub fn loosen(doc: &mut Value) -> Vec<String> {
    let source = doc.clone();
    let mut notices = Vec::new();
    all_mut(doc, &mut |schema| {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return };
        if target(&source, reference).is_none() {
            notices.push(format!("a reference of the overlay leads nowhere: {reference}"));
            *schema = json!({});
        }
    });
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_nowhere_becomes_free() {
        let mut doc = json!({"components": {"schemas": {
            "A": {"type": "object", "properties": {"kept": {"$ref": "#/components/schemas/B"}, "lost": {"$ref": "#/components/schemas/B/properties/x"}}},
            "B": {"type": "object"}
        }}});
        let notices = loosen(&mut doc);
        assert_eq!(notices, ["a reference of the overlay leads nowhere: #/components/schemas/B/properties/x"]);
        let properties = &doc["components"]["schemas"]["A"]["properties"];
        assert_eq!(properties["kept"], json!({"$ref": "#/components/schemas/B"}));
        assert_eq!(properties["lost"], json!({}));
    }
}
