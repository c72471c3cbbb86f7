//! Scalars as Rust wants them: string formats go (a `date-time` is marked as a time, a date stays a string), the textual booleans of queries become booleans, and values of
//! several types are no enum.

use super::schema::{all_mut, operations_mut, string_enum, type_of};
use serde_json::Value;

/// Set on a string that is a time.
pub const TIMESTAMP: &str = "x-timestamp";

/// Simplifies scalars; returns how many schemas changed.
pub fn simplify(doc: &mut Value) -> usize {
    let mut count = 0;
    all_mut(doc, &mut |schema| {
        let drop = match (type_of(schema), schema.get("format").and_then(Value::as_str)) {
            (_, None | Some("binary")) => false,
            (_, Some(_)) => true,
        };
        if drop && let Some(object) = schema.as_object_mut() {
            if object.remove("format").is_some_and(|format| format == "date-time") {
                object.entry(TIMESTAMP).or_insert(Value::Bool(true));
            }
            count += 1;
        }
        if has_mixed_values(schema)
            && let Some(object) = schema.as_object_mut()
        {
            object.remove("enum");
            count += 1;
        }
    });
    operations_mut(doc, &mut |_, _, operation| {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(schema) = parameter.get_mut("schema") else { continue };
            let textual = string_enum(schema).is_some_and(|mut values| {
                values.sort_unstable();
                values == ["false", "true"]
            });
            if textual && let Some(object) = schema.as_object_mut() {
                object.remove("enum");
                object.insert("type".into(), "boolean".into());
                count += 1;
            }
        }
    });
    count
}

/// Whether the schema lists values of several types, and so says nothing that a type of Rust could.
fn has_mixed_values(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let mut kinds = values.filter(|value| !value.is_null()).map(std::mem::discriminant);
    let first = kinds.next();
    type_of(schema).is_none() && kinds.any(|kind| Some(kind) != first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_of_several_types_are_free_and_null_is_no_type() {
        let mut doc = json!({"components": {"schemas": {
            "Mixed": {"enum": ["a", 1, true]}, "Text": {"enum": ["a", null]}, "Number": {"enum": [1, 2.5]}
        }}});
        assert_eq!(simplify(&mut doc), 1);
        let schemas = &doc["components"]["schemas"];
        assert_eq!(schemas["Mixed"], json!({}));
        assert_eq!((&schemas["Text"]["enum"], &schemas["Number"]["enum"]), (&json!(["a", null]), &json!([1, 2.5])));
    }

    #[test]
    fn textual_booleans_of_a_query_become_booleans() {
        let mut doc = json!({"paths": {"/a": {"get": {"parameters": [
            {"in": "query", "name": "x", "schema": {"type": "string", "enum": ["true", "false"]}}
        ]}}}});
        assert_eq!(simplify(&mut doc), 1);
        assert_eq!(doc["paths"]["/a"]["get"]["parameters"][0]["schema"], json!({"type": "boolean"}));
    }

    #[test]
    fn formats_go_except_binary_and_a_date_time_is_marked() {
        let mut doc = json!({"components": {"schemas": {
            "A": {"type": "string", "format": "date"}, "B": {"type": "string", "format": "binary"},
            "C": {"type": "string", "format": "date-time"}
        }}});
        assert_eq!(simplify(&mut doc), 2);
        assert_eq!(doc["components"]["schemas"]["A"], json!({"type": "string"}));
        assert_eq!(doc["components"]["schemas"]["C"], json!({"type": "string", "x-timestamp": true}));
        assert_eq!(doc["components"]["schemas"]["B"]["format"], "binary");
    }
}
