//! What a place of the plain document is in Rust, read from the lowered document, in which every type has its name.

use std::collections::BTreeMap;

use serde_json::Value;
use venice_ai_codegen::document::{self, Place, Step};
use venice_ai_codegen::lower::hoist::PARAMS;
use venice_ai_codegen::lower::names::member;
use venice_ai_codegen::lower::replies::{JSON_FORM, STREAM_FORM};
use venice_ai_codegen::lower::schema::{ref_name, reference};

use super::document::Document;

impl Document {
    /// The type, the field or the method that a place becomes; `None` where nothing with a name is made of it.
    pub fn rust(&self, place: &Place<'_>) -> Option<String> {
        let lowered = self.lowered.as_ref().ok()?;
        let steps = place.steps();
        match steps.as_slice() {
            [Step::Key("components"), Step::Key("schemas"), Step::Key(name), rest @ ..] => {
                follow(lowered, reference(self.types.get(*name)?), rest)
            }
            [Step::Key("paths"), Step::Key(path), Step::Key(method), rest @ ..] => {
                let operation = lowered.get("paths")?.get(path)?.get(method)?;
                let below = schema(operation, rest).and_then(|(schema, rest)| follow(lowered, schema, rest));
                below.or_else(|| parameter(self, operation, (path, method), rest)).or_else(|| {
                    let id = operation.get("operationId")?.as_str()?;
                    Some(format!("Raw::{}", member(id)))
                })
            }
            _ => None,
        }
    }
}

/// The types that the components of a plain document become, by their names.
pub fn types(plain: &Value, lowered: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for operation in document::operations(plain) {
        let (root, paths) = (Place::Root, "paths");
        let paths = root.key(paths);
        let path = paths.key(operation.path);
        let Some(below) = lowered.get("paths").and_then(|paths| paths.get(operation.path)?.get(operation.method))
        else {
            continue;
        };
        let mut pair = |holder: &Value, place: Place<'_>| {
            for (media, content) in holder.get("content").and_then(Value::as_object).into_iter().flatten() {
                let (place, key) = (place.key("content"), media.as_str());
                let place = place.key(key);
                let steps = place.key("schema").steps();
                if let Some((schema, _)) = schema(below, steps.get(3..).unwrap_or_default()) {
                    join_types(plain, lowered, &content["schema"], &schema, &mut found);
                }
            }
        };
        let place = path.key(operation.method);
        pair(&operation.value["requestBody"], place.key("requestBody"));
        let responses = place.key("responses");
        for (status, reply) in operation.value["responses"].as_object().into_iter().flatten() {
            pair(reply, responses.key(status));
        }
        for parameter in operation.value["parameters"].as_array().into_iter().flatten() {
            let same = |other: &&Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
            let own = below["parameters"].as_array().and_then(|all| all.iter().find(same)).map(|own| &own["schema"]);
            let name = parameter["name"].as_str().unwrap_or_default();
            let of_struct = below.get(PARAMS).and_then(Value::as_str).and_then(|name| component(lowered, name));
            let field = of_struct.and_then(|params| params.get("properties")?.get(name));
            if let Some(schema) = own.or(field) {
                join_types(plain, lowered, &parameter["schema"], schema, &mut found);
            }
        }
    }
    found
}

/// Follows the same schema in both documents.
fn join_types(plain: &Value, lowered: &Value, left: &Value, right: &Value, found: &mut BTreeMap<String, String>) {
    let mut right = right;
    let mut name = None;
    while let Some(next) = ref_name(right) {
        let Some(schema) = component(lowered, next) else { return };
        (name, right) = (name.or(Some(next)), schema);
    }
    let mut left = left;
    while let Some(component_name) = ref_name(left) {
        let (Some(schema), Some(name)) = (component(plain, component_name), name) else { return };
        if found.insert(component_name.to_owned(), name.to_owned()).is_some() {
            return;
        }
        left = schema;
    }
    for (key, below) in left.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(other) = right.get("properties").and_then(|properties| properties.get(key)) {
            join_types(plain, lowered, below, other, found);
        }
    }
    for key in ["items", "additionalProperties"] {
        if let (Some(below), Some(other)) = (left.get(key), right.get(key)) {
            join_types(plain, lowered, below, other, found);
        }
    }
    let arms = |schema: &'_ Value| schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    for (below, other) in arms(left).iter().zip(&arms(right)) {
        join_types(plain, lowered, below, other, found);
    }
}

/// The schema of a body or a reply, with the steps below it.
fn schema<'s, 'p>(operation: &Value, steps: &'s [Step<'p>]) -> Option<(Value, &'s [Step<'p>])> {
    match steps {
        [Step::Key("requestBody"), Step::Key("content"), _, Step::Key("schema"), rest @ ..] => {
            let content = operation.pointer("/requestBody/content")?.as_object()?;
            Some((content.values().next()?.get("schema")?.clone(), rest))
        }
        [
            Step::Key("responses"),
            Step::Key(status),
            Step::Key("content"),
            Step::Key(media),
            Step::Key("schema"),
            rest @ ..,
        ] => {
            let form = if media.starts_with("text/event-stream") { STREAM_FORM } else { JSON_FORM };
            if let Some(name) = operation.get(form).and_then(Value::as_str).filter(|_| status.starts_with('2')) {
                return Some((reference(name), rest));
            }
            let content = operation.get("responses")?.get(status)?.get("content")?;
            Some((content.get(media)?.get("schema")?.clone(), rest))
        }
        _ => None,
    }
}

/// A parameter: a field of the struct of parameters, or a type of its own.
fn parameter(
    document: &Document,
    operation: &Value,
    (path, method): (&str, &str),
    steps: &[Step<'_>],
) -> Option<String> {
    let [Step::Key("parameters"), Step::Index(index), rest @ ..] = steps else { return None };
    let plain = document.plain.get("paths")?.get(path)?.get(method)?.get("parameters")?.get(*index)?;
    let name = plain.get("name")?.as_str()?;
    let lowered = document.lowered.as_ref().ok()?;
    if let (Some(params), "query") = (operation.get(PARAMS).and_then(Value::as_str), plain.get("in")?.as_str()?) {
        let steps = [Step::Key("properties"), Step::Key(name)];
        let rest = if let [Step::Key("schema"), rest @ ..] = rest { rest } else { rest };
        let steps: Vec<Step<'_>> = steps.into_iter().chain(rest.iter().copied()).collect();
        return follow(lowered, reference(params), &steps);
    }
    let same = |other: &&Value| other["name"] == name && other["in"] == plain["in"];
    let schema = operation.get("parameters")?.as_array()?.iter().find(same)?.get("schema")?.clone();
    ref_name(&schema).map(|name| format!("types::{name}"))
}

/// The type or the field that steps below a schema lead to.
fn follow(lowered: &Value, mut schema: Value, steps: &[Step<'_>]) -> Option<String> {
    let mut label = None;
    let mut steps = steps.iter();
    loop {
        let mut owner = None;
        while let Some(name) = ref_name(&schema).map(str::to_owned) {
            schema = component(lowered, &name)?.clone();
            label = label.or_else(|| Some(format!("types::{name}")));
            owner = Some(name);
        }
        let next = match steps.next() {
            Some(Step::Key("properties")) => {
                let Some(Step::Key(name)) = steps.next() else { break };
                if let Some(owner) = owner {
                    label = Some(format!("types::{owner}.{}", member(name)));
                }
                schema.get("properties").and_then(|properties| properties.get(name)).cloned()
            }
            Some(Step::Key(key @ ("items" | "additionalProperties"))) => schema.get(key).cloned(),
            Some(Step::Key("oneOf")) => {
                let Some(Step::Index(index)) = steps.next() else { break };
                schema.get("oneOf").and_then(|arms| arms.get(*index)).cloned()
            }
            _ => break,
        };
        let Some(next) = next else { break };
        // What is said of a type that has a name belongs to the type, and not to the field that holds it.
        if steps.len() > 0 && ref_name(&next).is_some() {
            label = None;
        }
        schema = next;
    }
    label
}

fn component<'d>(lowered: &'d Value, name: &str) -> Option<&'d Value> {
    lowered.pointer("/components/schemas")?.get(name)
}
