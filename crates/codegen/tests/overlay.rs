//! OpenAPI Overlay 1.0: what actions do, and what is refused.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use serde_json::{Value, json};
use venice_ai_codegen::overlay::Overlay;
use venice_ai_codegen::{Error, yaml};
use venice_ai_spec::overlay::parse;

/// An overlay with these actions, written as YAML.
fn overlay(actions: &str) -> Result<Overlay, Error> {
    let text = format!("overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}");
    parse(&yaml::parse(&text).unwrap())
}

fn doc() -> Value {
    json!({
        "info": {"title": "Lantern API"},
        "paths": {
            "/a": {"get": {"tags": ["x"], "parameters": [{"name": "p", "in": "query"}, {"name": "q", "in": "query"}]}},
            "/b": {"get": {"tags": ["y"]}, "post": {"tags": ["x"]}},
        },
        "components": {"schemas": {"Mode": {"type": "string", "enum": ["a", "b", "c"], "nullable": false, "limit": {"min": 1}}}},
    })
}

/// The document after strict application.
fn apply(actions: &str) -> Value {
    let mut doc = doc();
    overlay(actions).unwrap().apply(&mut doc).unwrap();
    doc
}

/// The error of strict application; the document must be as it was.
fn refused(actions: &str) -> Error {
    let mut changed = doc();
    let error = overlay(actions).unwrap().apply(&mut changed).unwrap_err();
    assert_eq!(changed, doc(), "a refused action must change nothing");
    error
}

fn keys(value: &Value, pointer: &str) -> Vec<String> {
    value.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
}

#[test]
fn an_update_adds_members_and_replaces_primitives_at_their_place() {
    let doc = apply(
        "- target: $.components.schemas.Mode\n  update: {nullable: true, limit: {min: 2, max: 9}, title: Mode}\n",
    );
    let mode = doc.pointer("/components/schemas/Mode").unwrap();
    assert_eq!(mode["nullable"], json!(true));
    assert_eq!(mode["limit"], json!({"min": 2, "max": 9}));
    assert_eq!(keys(&doc, "/components/schemas/Mode"), ["type", "enum", "nullable", "limit", "title"]);
}

#[test]
fn an_update_appends_to_arrays_below_its_target() {
    let doc = apply("- target: $.components.schemas.Mode\n  update: {enum: [d, e]}\n");
    assert_eq!(doc.pointer("/components/schemas/Mode/enum").unwrap(), &json!(["a", "b", "c", "d", "e"]));
}

#[test]
fn an_update_of_an_array_appends_one_entry() {
    let doc = apply(
        "- target: $.paths['/a'].get.parameters\n  update: {name: r, in: header}\n- target: $.components.schemas.Mode.enum\n  update: d\n",
    );
    assert_eq!(doc.pointer("/paths/~1a/get/parameters/2").unwrap(), &json!({"name": "r", "in": "header"}));
    assert_eq!(doc.pointer("/components/schemas/Mode/enum").unwrap(), &json!(["a", "b", "c", "d"]));
}

#[test]
fn a_list_is_replaced_by_removing_it_first() {
    let doc = apply(
        "- target: $.components.schemas.Mode.enum\n  remove: true\n- target: $.components.schemas.Mode\n  update: {enum: [z]}\n",
    );
    assert_eq!(doc.pointer("/components/schemas/Mode/enum").unwrap(), &json!(["z"]));
}

#[test]
fn a_removal_keeps_the_order_of_the_rest() {
    let doc = apply("- target: $.components.schemas.Mode.type\n  remove: true\n");
    assert_eq!(keys(&doc, "/components/schemas/Mode"), ["enum", "nullable", "limit"]);
}

#[test]
fn several_elements_of_one_array_are_removed_together() {
    let doc = apply(
        "- target: $.components.schemas.Mode.enum[0,1]\n  remove: true\n- target: $.paths['/a'].get.parameters[?@.in == 'query']\n  remove: true\n",
    );
    assert_eq!(doc.pointer("/components/schemas/Mode/enum").unwrap(), &json!(["c"]));
    assert_eq!(doc.pointer("/paths/~1a/get/parameters").unwrap(), &json!([]));
}

#[test]
fn a_removal_reaches_what_lies_inside_something_else_that_it_removes() {
    let doc = apply("- target: $.components..*\n  remove: true\n");
    assert_eq!(doc["components"], json!({}));
}

#[test]
fn one_value_of_an_enum_is_removed_by_a_filter() {
    let doc = apply("- target: $.components.schemas.Mode.enum[?@ == 'b']\n  remove: true\n");
    assert_eq!(doc.pointer("/components/schemas/Mode/enum").unwrap(), &json!(["a", "c"]));
}

#[test]
fn a_query_updates_each_of_its_matches() {
    let mut doc = doc();
    let overlay = overlay("- target: $.paths.*[?@.tags[0] == 'x']\n  update: {tags: [z], deprecated: true}\n").unwrap();
    overlay.apply(&mut doc).unwrap();
    assert_eq!(doc.pointer("/paths/~1a/get/tags").unwrap(), &json!(["x", "z"]));
    assert_eq!(doc.pointer("/paths/~1b/post/deprecated").unwrap(), &json!(true));
    assert_eq!(doc.pointer("/paths/~1b/get").unwrap(), &json!({"tags": ["y"]}));
}

#[test]
fn actions_see_what_earlier_actions_did() {
    let doc =
        apply("- target: $.paths\n  update: {/c: {get: {}}}\n- target: $.paths['/c'].get\n  update: {tags: [new]}\n");
    assert_eq!(doc.pointer("/paths/~1c/get/tags").unwrap(), &json!(["new"]));
}

#[test]
fn removal_wins_over_an_update_beside_it() {
    let doc = apply("- target: $.info\n  update: {title: other}\n  remove: true\n");
    assert_eq!(doc.get("info"), None);
}

#[test]
fn an_action_that_matches_nothing_is_an_error_that_names_it() {
    let error = refused("- target: $.paths['/gone'].get\n  description: Add the missing id\n  update: {a: 1}\n");
    let text = error.to_string();
    assert!(
        text.starts_with("error: overlay action 0 (Add the missing id) matches nothing\n  --> $.actions[0]\n"),
        "{text}"
    );
    assert!(text.contains("= found: target: $.paths['/gone'].get\n"), "{text}");
    assert!(text.contains("= help: "), "{text}");
    refused("- target: $.paths..nothing\n  remove: true\n");
}

#[test]
fn values_of_different_kinds_are_not_merged() {
    for (target, update) in [
        ("$.info", "{title: [a]}"),
        ("$.paths['/a'].get", "{tags: {a: 1}}"),
        ("$.paths['/a'].get", "{tags: null}"),
        ("$.components.schemas.Mode", "{limit: 3}"),
        ("$.components.schemas.Mode", "{nullable: true, limit: {min: {a: 1}}}"),
        ("$.info", "[a]"),
        ("$.info", "text"),
        ("$.info.title", "text"),
        ("$.components.schemas.Mode.enum", "[d, e]"),
        ("$", "[]"),
    ] {
        let error = refused(&format!("- target: {target}\n  update: {update}\n"));
        assert!(error.to_string().contains("= help: "), "{error}");
    }
}

#[test]
fn an_update_that_fits_only_some_matches_changes_none() {
    refused("- target: $.components.schemas.Mode['limit','enum']\n  update: {a: 1, min: [1]}\n");
}

#[test]
fn the_document_itself_can_be_updated_and_not_removed() {
    assert_eq!(apply("- target: $\n  update: {info: {version: '2'}}\n").pointer("/info/version").unwrap(), &json!("2"));
    refused("- target: $\n  remove: true\n");
}

#[test]
fn a_malformed_overlay_is_refused_with_its_place() {
    for (actions, path) in [
        ("- {target: $.a, updates: 1}", "$.actions[0].updates"),
        ("- {target: $.a, remove: true}\n- {target: 'paths', remove: true}", "$.actions[1].target"),
        ("- {target: '$.a[?', remove: true}", "$.actions[0].target"),
        ("- {remove: true}", "$.actions[0]"),
        ("- {target: $.a}", "$.actions[0]"),
        ("- {target: $.a, remove: false}", "$.actions[0]"),
        ("- {target: $.a, remove: 'yes'}", "$.actions[0].remove"),
        ("- {target: $.a, remove: true, description: [a]}", "$.actions[0].description"),
        ("- text", "$.actions[0]"),
        ("  {}", "$.actions"),
    ] {
        let error = overlay(actions).unwrap_err();
        assert_eq!(error.path(), Some(path), "{error}");
    }
}

#[test]
fn a_document_that_is_no_overlay_is_refused() {
    let valid = json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [{"target": "$", "update": {}}], "x-a": 1});
    parse(&valid).unwrap();
    for (key, value, path) in [
        ("overlay", json!("2.0.0"), "$.overlay"),
        ("overlay", json!(1.0), "$.overlay"),
        ("overlay", Value::Null, "$.overlay"),
        ("info", json!({"title": "t"}), "$.info.version"),
        ("actions", json!({}), "$.actions"),
        ("action", json!([]), "$.action"),
    ] {
        let mut doc = valid.clone();
        doc[key] = value;
        assert_eq!(parse(&doc).unwrap_err().path(), Some(path));
    }
    assert!(parse(&json!([])).is_err());
}

#[test]
fn every_place_that_an_error_or_an_operation_names_is_a_target() {
    let name = r#"it's a "\ name"#;
    let mut doc = json!({"paths": {"/a/{b}": {"get": {}}}, name: {"_a1": [{"x-y": 1, "é": 2}]}});
    let place = venice_ai_codegen::document::operations(&doc).next().unwrap().place();
    let update = json!({"tags": ["new"]});
    let overlay = json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [
        {"target": place, "update": update},
        {"target": r#"$['it\'s a "\\ name']._a1[0]['x-y']"#, "remove": true},
        {"target": r#"$["it's a \"\\ name"]._a1[0].é"#, "remove": true},
    ]});
    parse(&overlay).unwrap().apply(&mut doc).unwrap();
    assert_eq!(doc, json!({"paths": {"/a/{b}": {"get": {"tags": ["new"]}}}, name: {"_a1": [{}]}}));
}
