//! Documents that need nothing by hand: one with one more of everything, with which the workspace compiles, and one whose schemas moved into
//! components, which changes nothing for callers.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

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

/// Moves the objects and enums of a schema into components.
fn extract(schema: &mut Value, name: &str, components: &mut Map<String, Value>) {
    for (field, below) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let name = format!("{name}_{field}");
        if below["items"]["properties"].is_object() {
            move_out(&mut below["items"], &format!("{name}_item"), components);
        } else if below["properties"].is_object() || below["enum"].as_array().is_some_and(|values| values.len() > 1) {
            move_out(below, &name, components);
        }
    }
}

fn members<'v>(value: &'v mut Value, place: &str) -> impl Iterator<Item = (&'v String, &'v mut Value)> {
    value.pointer_mut(place).and_then(Value::as_object_mut).into_iter().flatten()
}

fn move_out(schema: &mut Value, name: &str, components: &mut Map<String, Value>) {
    extract(schema, name, components);
    if schema.get("nullable").is_none() && schema.get("default").is_none() {
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        components.insert(name.to_owned(), std::mem::replace(schema, reference));
    }
}

#[test]
#[ignore = "takes half a minute"]
fn schemas_that_move_into_components_and_back_change_nothing_for_callers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("spec/swagger.yaml")).unwrap();
    let document = venice_ai_codegen::yaml::parse(&text).unwrap();
    let mut moved = document.clone();
    let mut components = moved["components"]["schemas"].as_object().unwrap().clone();
    let before = components.len();
    // No types are made of error documents, so the diff has no names for their forms.
    let names: Vec<String> = components.keys().filter(|name| !name.contains("Required")).cloned().collect();
    for name in names {
        let mut schema = components[&name].clone();
        extract(&mut schema, &name, &mut components);
        components[&name] = schema;
    }
    for (path, methods) in moved["paths"].as_object_mut().unwrap() {
        for (method, operation) in methods.as_object_mut().unwrap() {
            let name = format!("{method}{}", path.replace(['/', '-', '{', '}'], "_"));
            for (media, content) in members(operation, "/requestBody/content") {
                if content["schema"]["properties"].is_object() {
                    move_out(&mut content["schema"], &format!("{name}_{}", media.replace('/', "_")), &mut components);
                }
            }
            for (status, reply) in members(operation, "/responses") {
                for (_, content) in members(reply, "/content") {
                    if content["schema"]["properties"].is_object() {
                        move_out(&mut content["schema"], &format!("{name}_{status}"), &mut components);
                    }
                }
            }
        }
    }
    assert!(components.len() > before + 150, "{before} and {}", components.len());
    moved["components"]["schemas"] = components.into();

    let tree = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moved");
    let _ = std::fs::remove_dir_all(&tree);
    std::fs::create_dir_all(tree.join("spec")).unwrap();
    for name in ["swagger.yaml", "overlay.yaml", "names.yaml", "docs.yaml", "api.txt"] {
        std::fs::copy(root.join("spec").join(name), tree.join("spec").join(name)).unwrap();
    }
    for (version, mut document) in [("29991231.000001", moved), ("29991231.000002", document)] {
        document["info"]["version"] = version.into();
        let file = tree.join(format!("{version}.json"));
        std::fs::write(&file, document.to_string()).unwrap();
        let mut bump = Command::new(env!("CARGO_BIN_EXE_xtask"));
        bump.args(["spec", "bump", "--no-check", "--format", "json", "--spec"]).arg(tree.join("spec")).arg(&file);
        let output = bump.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert_eq!((&report["status"], &report["class"]), (&"bumped".into(), &"cosmetic".into()), "{report:#}");
        for left in [&report["left_out"], &report["dropped"], &report["left"]["renamed"], &report["left"]["gone"]] {
            assert_eq!(left, &json!([]), "{report:#}");
        }
        let read = |folder: &Path| std::fs::read_to_string(folder.join("spec/api.txt")).unwrap();
        assert!(read(&tree) == read(root), "the interface is another one with {version}");
    }
}
