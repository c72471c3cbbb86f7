//! Every operation gets an `operationId` that gives its method a name of its own; one that has none is named after its method and path.

use std::collections::BTreeSet;

use serde_json::Value;
use venice_ai_codegen::document::operations;
use venice_ai_codegen::lower::names::member;
use venice_ai_codegen::lower::schema::operations_mut;

/// Names the operations that have no id, or one whose method another operation has; returns how many.
pub fn fill(doc: &mut Value) -> usize {
    let listed: BTreeSet<String> = operations(doc).filter_map(|operation| operation.id().map(member)).collect();
    let (mut count, mut taken) = (0, BTreeSet::new());
    operations_mut(doc, &mut |path, method, operation| {
        let Some(operation) = operation.as_object_mut() else { return };
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        if !id.is_empty() && taken.insert(member(id)) {
            return;
        }
        let mut id = derive(method, path);
        while listed.contains(&member(&id)) || !taken.insert(member(&id)) {
            id.push_str("Again");
        }
        operation.insert("operationId".into(), Value::String(id));
        count += 1;
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

    #[test]
    fn two_ids_that_give_one_method_name_are_told_apart() {
        let mut doc = json!({"paths": {
            "/a": {"get": {"operationId": "getLamp"}, "put": {"operationId": "get_lamp"}}, "/a/": {"put": {"operationId": "getLamp"}}
        }});
        assert_eq!(fill(&mut doc), 2);
        let id = |path: &str, method: &str| doc["paths"][path][method]["operationId"].as_str().unwrap().to_owned();
        assert_eq!([id("/a", "get"), id("/a", "put"), id("/a/", "put")], ["getLamp", "putA", "putAAgain"]);
    }
}
