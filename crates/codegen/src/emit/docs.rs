//! Doc comments: our own sentence, then the facts that the document gives (range, length, default).

use crate::lower::names::words;
use crate::lower::schema::{ref_name, type_of};
use crate::model::Field;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

/// `#[doc]` attributes for a text of one or more lines.
pub fn doc(text: &str) -> TokenStream {
    let lines = text.trim_end().lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// The documentation of a member.
pub fn field(field: &Field) -> String {
    let mut text = field.doc.as_deref().map_or_else(|| undocumented(field), |text| text.trim_end().to_owned());
    let facts = facts(&field.schema, field.default.as_ref());
    if !facts.is_empty() {
        text.push_str("\n\n");
        text.push_str(&facts.join(" "));
    }
    text
}

/// What stands for the documentation of a field that has none: its title, or else its name as words, and its type.
fn undocumented(field: &Field) -> String {
    let title = field.schema.get("title").and_then(Value::as_str).map(str::to_owned);
    let title = title.unwrap_or_else(|| {
        let words = words(&field.wire).join(" ");
        let mut letters = words.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or(words)
    });
    let kind = ref_name(&field.schema).map(|name| format!("`{name}`"));
    let kind = kind.or_else(|| Some(type_of(&field.schema)?.to_owned())).unwrap_or_else(|| "any value".to_owned());
    format!("{title} ({kind}), `{}` on the wire.", field.wire)
}

/// What the document says about a value: `Range: `-2.0..=2.0``, `Length: `1..=64``, `Items: `..=4``, `Default: `0``.
pub fn facts(schema: &Value, default: Option<&Value>) -> Vec<String> {
    let mut facts = Vec::new();
    for (name, low, high) in
        [("Range", "minimum", "maximum"), ("Length", "minLength", "maxLength"), ("Items", "minItems", "maxItems")]
    {
        facts.extend(range(schema, low, high).map(|range| format!("{name}: {range}.")));
    }
    match default {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) if !text.is_empty() => facts.push(format!("Default: `{text}`.")),
        Some(value) => facts.push(format!("Default: `{value}`.")),
    }
    facts
}

/// A range as Rust writes it; Rust has none without its lower end.
fn range(schema: &Value, low: &str, high: &str) -> Option<String> {
    let exclusive = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let is_number = type_of(schema) == Some("number");
    let number = |key: &str| {
        let number = schema.get(key).filter(|value| value.is_number())?;
        let float = number.as_f64().filter(|_| is_number);
        Some(float.map_or_else(|| number.to_string(), |float| format!("{float:?}")))
    };
    let (from, to) = (number(low), number(high));
    let until = |to: &String| if exclusive("exclusiveMaximum") { to.clone() } else { format!("={to}") };
    match (from, to) {
        (Some(from), to) if exclusive("exclusiveMinimum") => {
            let to = to.map(|to| format!(", `..{}`", until(&to))).unwrap_or_default();
            Some(format!("above `{from}`{to}"))
        }
        (Some(from), Some(to)) => Some(format!("`{from}..{}`", until(&to))),
        (Some(from), None) => Some(format!("`{from}..`")),
        (None, Some(to)) => Some(format!("`..{}`", until(&to))),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn facts_are_written_as_rust_writes_ranges_and_values() {
        for (schema, default, expected) in [
            (json!({"type": "number", "minimum": -2, "maximum": 2}), json!(0), "Range: `-2.0..=2.0`. Default: `0`."),
            (json!({"type": "integer", "minimum": 1}), json!(null), "Range: `1..`."),
            (
                json!({"type": "integer", "maximum": 9, "exclusiveMaximum": true}),
                json!(7),
                "Range: `..9`. Default: `7`.",
            ),
            (
                json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1}),
                json!(null),
                "Range: above `0.0`, `..=1.0`.",
            ),
            (
                json!({"type": "string", "minLength": 1, "maxLength": 64}),
                json!("auto"),
                "Length: `1..=64`. Default: `auto`.",
            ),
            (json!({"type": "array", "maxItems": 4}), json!([]), "Items: `..=4`. Default: `[]`."),
            (json!({"type": "string"}), json!(""), "Default: `\"\"`."),
        ] {
            assert_eq!(facts(&schema, Some(&default)).join(" "), expected);
        }
        assert!(facts(&json!({"type": "string"}), None).is_empty());
    }
}
