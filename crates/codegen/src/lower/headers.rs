//! Reply headers: each that the document or the overlay has, with the name and type of its accessor.
//!
//! The overlay's `x-headers` has those that are read by hand (`x-request-id: handwritten`), names and types that do not follow from
//! the document, and headers that it leaves out.

use super::names::{member, words};
use super::schema::operations_mut;
use serde_json::{Map, Value, json};

/// On the document, headers by name in lower case: in the overlay `handwritten` or `{name, type}`, after this pass `{name, type}`.
pub const HEADERS: &str = "x-headers";
/// Methods of `Meta` that are no headers.
const OF_META: [&str; 12] = [
    "attempts",
    "balances",
    "content_flags",
    "cost",
    "deprecation",
    "header",
    "headers",
    "pagination",
    "preflight",
    "received_at",
    "retry_after",
    "status",
];

/// Collects the headers of all replies; returns how many have an accessor.
pub fn collect(doc: &mut Value) -> usize {
    let mut headers = doc.get(HEADERS).and_then(Value::as_object).cloned().unwrap_or_default();
    operations_mut(doc, &mut |_, _, operation| {
        let replies = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        for (name, header) in replies.filter_map(|(_, reply)| reply.get("headers")?.as_object()).flatten() {
            let known = headers.entry(name.to_ascii_lowercase()).or_insert_with(|| json!({}));
            if let Some(known) = known.as_object_mut() {
                known.entry("type").or_insert_with(|| kind(&header["schema"]).into());
            }
        }
    });
    headers.retain(|_, facts| facts.is_object());
    name(&mut headers);
    let count = headers.len();
    doc[HEADERS] = Value::Object(headers);
    count
}

fn name(headers: &mut Map<String, Value>) {
    for (header, facts) in headers {
        let Some(facts) = facts.as_object_mut() else { continue };
        let is_switch = facts.get("type").is_some_and(|kind| kind == "boolean");
        facts.entry("name").or_insert_with(|| accessor(header, is_switch).into());
    }
}

/// `x-venice-model-name` gives `model_name`; a switch is `is_…`.
fn accessor(header: &str, is_switch: bool) -> String {
    let words = words(header);
    let own = words.iter().skip_while(|word| ["x", "venice"].contains(&word.as_str()));
    let mut name = own.cloned().collect::<Vec<_>>().join("_");
    if is_switch && !name.starts_with("is_") {
        name.insert_str(0, "is_");
    }
    if name.is_empty() || OF_META.contains(&name.as_str()) {
        name.push_str("_header");
    }
    member(&name)
}

/// `boolean`, `integer` or `string`.
fn kind(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("boolean") => "boolean",
        Some("integer" | "number") => "integer",
        _ if schema["enum"] == json!(["true"]) => "boolean",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_all_replies_have_a_name_and_a_type() {
        let headers = json!({
            "x-venice-Wick-Count": {"schema": {"type": "number"}}, "Lit": {"schema": {"type": "string", "enum": ["true"]}},
            "X-Request-ID": {"schema": {"type": "string"}}, "cost": {},
        });
        let mut doc = json!({
            HEADERS: {"x-request-id": "handwritten", "lit": {"name": "is_alight"}, "x-shade": {"type": "string"}},
            "paths": {"/a": {"get": {"responses": {"200": {"headers": headers}, "404": {"headers": {"x-why": {}}}}}}},
        });
        assert_eq!(collect(&mut doc), 5);
        assert_eq!(
            doc[HEADERS],
            json!({
                "lit": {"name": "is_alight", "type": "boolean"},
                "x-shade": {"name": "shade", "type": "string"},
                "x-venice-wick-count": {"name": "wick_count", "type": "integer"},
                "cost": {"name": "cost_header", "type": "string"},
                "x-why": {"name": "why", "type": "string"},
            })
        );
    }
}
