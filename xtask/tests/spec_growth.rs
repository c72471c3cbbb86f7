//! A document with one more of everything: the workspace compiles with it, and nothing has to be changed by hand.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// Adds an optional field to every object that has more than a tag, and a value to every enum; counts both.
fn grow(schema: &mut Value, grown: &mut [usize; 2]) {
    match schema {
        Value::Object(members) => {
            for (_, member) in members.iter_mut().filter(|(name, _)| !["example", "default"].contains(&name.as_str())) {
                grow(member, grown);
            }
            let choices = members.get_mut("enum").and_then(Value::as_array_mut);
            // A boolean as a text is a boolean in Rust, and one value is a constant.
            if let Some(values) =
                choices.filter(|values| values.len() > 1 && values[0] != "true" && values[0].is_string())
            {
                values.push("brand-new".into());
                grown[1] += 1;
            }
            let is_object = members.get("type").is_some_and(|kind| kind == "object");
            if let Some(fields) = members.get_mut("properties").and_then(Value::as_object_mut).filter(|_| is_object)
                && fields.iter().any(|(name, field)| name != "type" && !is_constant(field))
            {
                fields.insert("new_hint".into(), json!({"type": "string", "description": "A hint."}));
                grown[0] += 1;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| grow(item, grown)),
        _ => {}
    }
}

fn is_constant(field: &Value) -> bool {
    field["enum"].as_array().is_some_and(|values| values.len() == 1)
}

/// Adds a form to the unions of parts of a message.
fn add_forms(value: &mut Value, added: &mut usize) {
    let is_part = |form: &Value| form["properties"]["type"]["enum"][0] == "image_url";
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| add_forms(member, added));
            for word in ["oneOf", "anyOf"] {
                let forms = members.get_mut(word).and_then(Value::as_array_mut);
                if let Some(forms) = forms.filter(|forms| forms.iter().any(is_part)) {
                    let tag = json!({"type": "string", "enum": ["hologram"]});
                    let fields = json!({"type": tag, "hologram": {"type": "string"}});
                    forms.push(json!({"type": "object", "required": ["type", "hologram"], "properties": fields}));
                    *added += 1;
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_forms(item, added)),
        _ => {}
    }
}

/// Operations of a new tag, one of them without an id, with names that clash.
fn operations() -> Value {
    let content = |schema: Value| json!({"description": "OK", "content": {"application/json": {"schema": schema}}});
    let state = |values: Value| json!({"type": "object", "required": ["status"], "properties": {"status": {"type": "string", "enum": values}}});
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    json!({
        "/lagoons": {"post": {
            "operationId": "createLagoon",
            "tags": ["Lagoons"],
            "requestBody": content(state(json!(["draft", "live"]))),
            "responses": {"200": {"description": "OK", "content": {
                "application/json": {"schema": state(json!(["queued", "done"]))},
                "text/event-stream": {"schema": {"type": "object", "properties": {"delta": {"type": "string"}}}},
            }}},
        }},
        "/lagoons/{id}": {"get": {"tags": ["Lagoons"], "parameters": id, "responses": {"200": content(json!({"type": "array", "items": {"type": "string"}}))}}},
    })
}

#[test]
#[ignore = "compiles the workspace with another document: two minutes"]
fn with_one_more_of_everything_the_workspace_compiles_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("spec/swagger.yaml")).unwrap();
    let mut document = venice_ai_codegen::yaml::parse(&text).unwrap();
    let (mut grown, mut forms) = ([0; 2], 0);
    for operation in document["paths"].as_object_mut().unwrap().values_mut() {
        grow(operation, &mut grown);
    }
    grow(&mut document["components"], &mut grown);
    add_forms(&mut document, &mut forms);
    assert!(grown[0] > 200 && grown[1] > 80 && forms > 0, "{grown:?} {forms}");
    document["info"]["version"] = "29991231.235959".into();
    document["paths"].as_object_mut().unwrap().extend(operations().as_object().unwrap().clone());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grown.json");
    std::fs::write(&file, document.to_string()).unwrap();

    let mut bump = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = bump.args(["spec", "bump", "--dry-run", "--format", "json"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(report["compiler"], Value::Null, "{report:#}");
    for left in [&report["left_out"], &report["dropped"], &report["left"]["renamed"], &report["left"]["gone"]] {
        assert_eq!(left, &json!([]), "{report:#}");
    }
    let of_class = |class: &str| {
        report["diff"]["changes"].as_array().unwrap().iter().filter(|change| change["class"] == class).count()
    };
    assert_eq!((of_class("breaking"), of_class("behaviour")), (0, 0), "{report:#}");
    assert!(of_class("additive") > 200, "{report:#}");
}
