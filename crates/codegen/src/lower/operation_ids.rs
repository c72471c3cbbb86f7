//! Every operation gets an `operationId`; one that has none is named after its method and path.

use super::schema::operations_mut;
use serde_json::Value;

/// Names the operations that have no id; returns how many.
pub fn fill(doc: &mut Value) -> usize {
    let mut count = 0;
    operations_mut(doc, &mut |path, method, operation| {
        let Some(operation) = operation.as_object_mut() else { return };
        if operation.get("operationId").and_then(Value::as_str).is_none_or(str::is_empty) {
            operation.insert("operationId".into(), Value::String(derive(method, path)));
            count += 1;
        }
    });
    count
}

/// `get` and `/image/styles/{id}` give `getImageStylesById`.
fn derive(method: &str, path: &str) -> String {
    let mut id = method.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let name = segment.trim_matches(['{', '}']);
        if name.len() != segment.len() {
            id.push_str("By");
        }
        for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let (head, tail) = word.split_at(1);
            id.push_str(&head.to_ascii_uppercase());
            id.push_str(tail);
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_operation_without_id_is_named_after_method_and_path() {
        let mut doc = json!({"paths": {"/image/styles": {"get": {}}, "/x_y/{id}": {"post": {"operationId": "kept"}, "delete": {}}}});
        assert_eq!(fill(&mut doc), 2);
        assert_eq!(doc["paths"]["/image/styles"]["get"]["operationId"], "getImageStyles");
        assert_eq!(doc["paths"]["/x_y/{id}"]["post"]["operationId"], "kept");
        assert_eq!(doc["paths"]["/x_y/{id}"]["delete"]["operationId"], "deleteXYById");
    }
}
