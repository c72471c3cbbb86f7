//! `repair`: takes what is invalid out of a document, so that the rest of it can be generated.
//!
//! A schema that refers to nothing, or to itself without end, becomes one of any kind. Another reference to nothing goes, and so does an
//! operation that is not valid. All of it is listed.

use serde_json::{Map, Value, json};

use venice_ai_codegen::document::{self, METHODS, Place, target};

use crate::check::operations;
use crate::grammar::{self, Member, Node};
use crate::pointer::escaped;

/// What was taken out of a document.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// A line for each place.
    pub(super) notes: Vec<String>,
    /// Operations, each with the reason.
    pub(super) left_out: Vec<String>,
}

/// The keywords whose schemas are parts of the schema that holds them.
const PARTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Repairs a document in place.
pub(super) fn repair(doc: &mut Value) -> Repairs {
    let mut repairs = Repairs::default();
    loop {
        let before = (repairs.notes.len(), repairs.left_out.len());
        let source = doc.clone();
        walk(&source, Node::Document, doc, Place::Root, &mut repairs.notes);
        circles(doc, &mut repairs.notes);
        invalid_operations(doc, &mut repairs);
        repeated_ids(doc, &mut repairs.notes);
        // What was taken out may have been what something else refers to.
        if before == (repairs.notes.len(), repairs.left_out.len()) {
            return repairs;
        }
    }
}

/// The reference of an object, if it leads nowhere.
fn dangling(source: &Value, value: &Value) -> Option<String> {
    let reference = value.get("$ref")?;
    let found = reference.as_str().filter(|text| text.starts_with("#/")).and_then(|text| target(source, text));
    found.is_none().then(|| reference.to_string())
}

/// Takes references away that lead nowhere.
fn walk(source: &Value, node: Node, value: &mut Value, place: Place<'_>, notes: &mut Vec<String>) {
    let Some(members) = value.as_object_mut() else { return };
    let mut gone = Vec::new();
    for (key, value) in members.iter_mut() {
        let place = place.key(key);
        match (grammar::member(node, key), value) {
            // Without its body it would be another operation: it is left out as a whole.
            (Member::One(Node::RequestBody), value) if dangling(source, value).is_some() => {}
            (Member::One(node), value) => gone.extend((!keep(source, node, value, place, notes)).then(|| key.clone())),
            (Member::List(node), Value::Array(items)) => {
                let mut index = 0;
                items.retain_mut(|item| {
                    index += 1;
                    keep(source, node, item, place.index(index - 1), notes)
                });
            }
            (Member::Map(node), Value::Object(named)) => {
                named.retain(|name, value| keep(source, node, value, place.key(name), notes));
            }
            _ => {}
        }
    }
    members.retain(|key, _| !gone.contains(key));
}

/// Whether an object stays. What is inside is repaired.
fn keep(source: &Value, node: Node, value: &mut Value, place: Place<'_>, notes: &mut Vec<String>) -> bool {
    let Some(reference) = dangling(source, value) else {
        walk(source, node, value, place, notes);
        return true;
    };
    let became = match node {
        Node::Schema => "is read as a value of any kind",
        Node::Response => "is read as a reply without a body",
        _ => "is left out",
    };
    notes.push(format!("{place}: {reference} leads nowhere; this {became}"));
    *value = json!({});
    matches!(node, Node::Schema | Node::Response)
}

/// Cuts references by which a schema is a part of itself, or holds a copy of itself without end.
fn circles(doc: &mut Value, notes: &mut Vec<String>) {
    while let Some((pointer, reference)) = circle(doc) {
        notes.push(format!("{}: {reference} leads back to itself; it is left out", pointer.trim_start_matches('/')));
        let (parent, step) = pointer.rsplit_once('/').unwrap_or_default();
        match (doc.pointer_mut(parent), step.parse::<usize>()) {
            (Some(Value::Array(parts)), Ok(index)) if index < parts.len() => drop(parts.remove(index)),
            _ => match doc.pointer_mut(&pointer) {
                Some(schema) => *schema = json!({}),
                None => return,
            },
        }
    }
}

/// The first reference that leads back to itself: its place and what it says.
fn circle(doc: &Value) -> Option<(String, String)> {
    let mut all = Vec::new();
    schemas(Node::Document, doc, String::new(), &mut all);
    let is_part = |(pointer, _): &&(String, String)| {
        let parts = pointer.split('/').skip(4);
        pointer.starts_with("/components/schemas/")
            && parts.enumerate().all(|(place, step)| if place % 2 == 0 { PARTS.contains(&step) } else { true })
    };
    let leads_back = |(pointer, reference): &&(String, String)| {
        let own: String = pointer.split('/').take(4).collect::<Vec<_>>().join("/");
        doc.pointer(&own).is_some_and(|goal| reaches(doc, reference, goal, false, &mut Vec::new()))
    };
    let of_parts = all.iter().filter(is_part).find(leads_back);
    // A copy ends where a component is named. Of a circle of copies the reference in the copied schema is cut, and not the one to it.
    let copies = || all.iter().filter(|(_, reference)| !is_component(reference));
    let is_endless = |reference: &str| {
        target(doc, reference).is_some_and(|goal| reaches(doc, reference, goal, true, &mut Vec::new()))
    };
    let inside =
        || copies().find(|(at, reference)| at.starts_with(&format!("{}/", &reference[1..])) && is_endless(reference));
    let found = of_parts.or_else(inside).or_else(|| copies().find(|(_, reference)| is_endless(reference)));
    found.cloned()
}

fn is_component(reference: &str) -> bool {
    reference.strip_prefix("#/components/schemas/").is_some_and(|name| !name.contains('/'))
}

/// The schemas of a document that are references: their places as JSON pointers, and what they refer to.
fn schemas(node: Node, value: &Value, at: String, found: &mut Vec<(String, String)>) {
    let below = |key: &str| format!("{at}/{}", escaped(key));
    let Some(members) = value.as_object() else { return };
    if let (Node::Schema, Some(reference)) = (node, members.get("$ref").and_then(Value::as_str)) {
        found.push((at.clone(), reference.to_owned()));
        return;
    }
    for (key, value) in members {
        match (grammar::member(node, key), value) {
            (Member::One(node), value) => schemas(node, value, below(key), found),
            (Member::List(node), Value::Array(items)) => {
                let list = below(key);
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| schemas(node, item, format!("{list}/{index}"), found));
            }
            (Member::Map(node), Value::Object(named)) => {
                let map = below(key);
                for (name, value) in named {
                    let name = escaped(name);
                    schemas(node, value, format!("{map}/{name}"), found);
                }
            }
            _ => {}
        }
    }
}

/// Whether a reference leads to a schema: by the parts of what it names or, for copies, by all that is in it and no component.
fn reaches<'d>(doc: &'d Value, reference: &'d str, goal: &Value, copies: bool, seen: &mut Vec<&'d str>) -> bool {
    if seen.contains(&reference) {
        return false;
    }
    seen.push(reference);
    let Some(found) = target(doc, reference) else { return false };
    // The goal itself counts when it is met again, and not where a copy begins.
    (std::ptr::eq(found, goal) && (!copies || seen.len() > 1)) || holds(doc, found, goal, copies, seen)
}

fn holds<'d>(doc: &'d Value, schema: &'d Value, goal: &Value, copies: bool, seen: &mut Vec<&'d str>) -> bool {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        if copies && is_component(reference) {
            return false;
        }
        let is_goal = target(doc, reference).is_some_and(|found| std::ptr::eq(found, goal));
        return is_goal || reaches(doc, reference, goal, copies, seen);
    }
    let mut inner = |schema: &'d Value| holds(doc, schema, goal, copies, seen);
    let Some(members) = schema.as_object() else { return false };
    members.iter().any(|(key, value)| match grammar::member(Node::Schema, key) {
        Member::List(_) if copies || PARTS.contains(&key.as_str()) => {
            value.as_array().into_iter().flatten().any(&mut inner)
        }
        Member::One(_) if copies => inner(value),
        Member::Map(_) if copies => value.as_object().into_iter().flat_map(Map::values).any(&mut inner),
        _ => false,
    })
}

/// Leaves out the paths and operations that are not valid.
fn invalid_operations(doc: &mut Value, repairs: &mut Repairs) {
    let source = doc.clone();
    let Some(paths) = doc.get_mut("paths").and_then(Value::as_object_mut) else { return };
    paths.retain(|path, item| match operations::path(path, item, Place::Root) {
        Ok(()) => true,
        Err(error) => {
            repairs.left_out.push(format!("{path}: {}", error.message()));
            false
        }
    });
    for (path, item) in paths.iter_mut().filter(|(path, _)| !path.starts_with("x-")) {
        let whole = item.clone();
        let Some(members) = item.as_object_mut() else { continue };
        members.retain(|method, operation| {
            if !METHODS.contains(&method.as_str()) {
                return true;
            }
            let body = operation.get("requestBody").and_then(|body| dangling(&source, body));
            let problem = match operations::operation(&source, (path, &whole), operation, Place::Root) {
                Err(error) => Some(error.message().to_owned()),
                Ok(()) => body.map(|reference| format!("its body is {reference}, which leads nowhere")),
            };
            match problem {
                None => true,
                Some(problem) => {
                    repairs.left_out.push(format!("{} {path}: {problem}", method.to_ascii_uppercase()));
                    false
                }
            }
        });
    }
}

/// Takes an `operationId` away that another operation has, or that is no name: the operation is called after its path.
fn repeated_ids(doc: &mut Value, notes: &mut Vec<String>) {
    let mut seen = Vec::new();
    let mut wrong = Vec::new();
    for operation in document::operations(doc) {
        let Some(id) = operation.value.get("operationId") else { continue };
        match id.as_str().filter(|id| !id.is_empty() && !seen.contains(id)) {
            Some(id) => seen.push(id),
            None => {
                notes.push(format!(
                    "{}: the operationId {id} is no name, or that of another operation",
                    operation.place()
                ));
                wrong.push((operation.path.to_owned(), operation.method.to_owned()));
            }
        }
    }
    for (path, method) in wrong {
        if let Some(operation) = doc["paths"][&path][&method].as_object_mut() {
            operation.shift_remove("operationId");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(schemas: Value) -> Value {
        json!({"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {}, "components": {"schemas": schemas}})
    }

    fn repaired(mut doc: Value) -> (Value, Repairs) {
        let repairs = repair(&mut doc);
        crate::check(&doc).unwrap_or_else(|error| panic!("{error}: {doc}"));
        assert!(repair(&mut doc.clone()).notes.is_empty(), "nothing is left to repair");
        (doc, repairs)
    }

    #[test]
    fn a_schema_that_refers_to_nothing_is_a_value_of_any_kind() {
        let lost = json!({"$ref": "#/components/schemas/Gone"});
        let schemas = json!({"A": {"properties": {"a": lost, "$ref": {"type": "string"}}, "allOf": [lost]}, "B": {"$ref": "b.yaml"}});
        let (doc, repairs) = repaired(doc(schemas));
        let found = json!({"A": {"properties": {"a": {}, "$ref": {"type": "string"}}, "allOf": [{}]}, "B": {}});
        assert_eq!(doc["components"]["schemas"], found);
        assert_eq!(repairs.notes.len(), 3, "{repairs:?}");
        assert!(
            repairs.notes[0]
                .starts_with("$.components.schemas.A.properties.a: \"#/components/schemas/Gone\" leads nowhere")
        );
    }

    #[test]
    fn a_schema_that_is_a_part_of_itself_loses_that_part() {
        let of = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let own = |name: &str| json!({"properties": {name: {"type": "string"}}});
        let schemas = json!({
            "A": {"allOf": [of("B"), own("a")]}, "B": {"oneOf": [own("b"), {"allOf": [of("A")]}]}, "C": of("D"), "D": of("C"),
            "Kept": {"allOf": [of("A")], "properties": {"again": of("Kept")}},
        });
        let (doc, repairs) = repaired(doc(schemas));
        let schemas = &doc["components"]["schemas"];
        assert_eq!(schemas["A"], json!({"allOf": [own("a")]}));
        assert_eq!(schemas["B"], json!({"oneOf": [own("b"), {"allOf": [of("A")]}]}));
        assert_eq!((&schemas["C"], &schemas["D"]), (&json!({}), &of("C")));
        assert_eq!(schemas["Kept"], json!({"allOf": [of("A")], "properties": {"again": of("Kept")}}));
        assert_eq!(repairs.notes.len(), 2, "{repairs:?}");
    }

    #[test]
    fn a_copy_that_holds_itself_ends() {
        let inner = json!({"$ref": "#/components/schemas/A/properties/b"});
        let b = |again: Value| json!({"properties": {"again": again}});
        let (doc, repairs) = repaired(doc(json!({"A": {"properties": {"a": inner, "b": b(inner.clone())}}})));
        assert_eq!(doc["components"]["schemas"]["A"], json!({"properties": {"a": inner, "b": b(json!({}))}}));
        assert_eq!(repairs.notes.len(), 1, "{repairs:?}");
    }

    #[test]
    fn an_operation_that_is_not_valid_is_left_out_and_the_others_stay() {
        let good = json!({"operationId": "a", "responses": {"200": {"$ref": "#/components/responses/Gone"}}});
        let mut document = doc(json!({}));
        document["paths"] = json!({
            "/a": {"get": good, "post": {"responses": {"ok": {}}}, "put": {"requestBody": {"$ref": "#/x"}, "responses": {"200": {}}}},
            "/a/{id}": {"get": {"operationId": "a", "responses": {"200": {}}}},
            "b": {}, "/c": 5,
            "/d": {"get": {"operationId": "a", "parameters": [{"$ref": "#/x"}], "responses": {"200": {}}}},
        });
        let (doc, repairs) = repaired(document);
        assert_eq!(
            doc["paths"],
            json!({
                "/a": {"get": {"operationId": "a", "responses": {"200": {}}}}, "/a/{id}": {},
                "/d": {"get": {"parameters": [], "responses": {"200": {}}}},
            })
        );
        let left_out = ["b: ", "/c: ", "POST /a: ", "PUT /a: its body is \"#/x\"", "GET /a/{id}: path parameter `id`"];
        assert!(
            repairs.left_out.iter().zip(left_out).all(|(line, start)| line.starts_with(start))
                && repairs.left_out.len() == 5,
            "{repairs:?}"
        );
        assert!(repairs.notes.iter().any(|note| note.contains("the operationId \"a\"")), "{repairs:?}");
    }
}
