//! What is refused before anything is imported or generated, and how the error says so.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use serde_json::{Value, json};
use venice_ai_codegen::{Error, yaml};
use venice_ai_spec::{check, import};

fn valid() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Lantern API", "version": "1"},
        "paths": {
            "/lanterns": {"get": {"operationId": "list", "responses": {"200": {"description": "OK"}}}},
            "/lanterns/{id}": {
                "parameters": [{"$ref": "#/components/parameters/id"}],
                "get": {"operationId": "read", "responses": {"200": {"description": "OK"}}},
            },
        },
        "components": {
            "parameters": {"id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}},
            "schemas": {"A/b": {"type": "object", "properties": {"$ref": {"type": "string"}}}},
        },
    })
}

/// The valid document with one value replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut doc = valid();
    match doc.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let key = key.replace("~1", "/");
            doc.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(key, value);
        }
    }
    doc
}

/// The valid document with one member taken away.
fn without(parent: &str, key: &str) -> Value {
    let mut doc = valid();
    doc.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
    doc
}

/// Refused by the check and by the import, with that message at that place, and with advice.
#[track_caller]
fn assert_refused(doc: &Value, message: &str, path: &str) -> Error {
    let error = check(doc).unwrap_err();
    assert!(error.message().contains(message), "{error}");
    assert_eq!(error.path(), Some(path), "{error}");
    assert_eq!(import::import(doc).unwrap_err(), error);
    error
}

#[test]
fn a_valid_document_is_accepted() {
    check(&valid()).unwrap();
}

#[test]
fn what_is_no_object_is_refused() {
    assert_refused(&json!("<html>"), "not an object", "$");
    assert_refused(&yaml::parse("").unwrap(), "not an object", "$");
}

#[test]
fn other_versions_of_openapi_are_refused_by_name() {
    assert_refused(&with("/openapi", json!("3.2.0")), "OpenAPI 3.2.0", "$.openapi");
    assert_refused(&with("/openapi", json!("4.0.0")), "OpenAPI 4.0.0", "$.openapi");
    assert_refused(&with("/openapi", json!("3.01")), "OpenAPI 3.01", "$.openapi");
    assert_refused(&with("/openapi", json!(3.0)), "not a string", "$.openapi");
    assert_refused(&with("/swagger", json!("2.0")), "Swagger 2", "$.swagger");
    assert_refused(&without("", "openapi"), "no `openapi` member", "$.openapi");
}

#[test]
fn a_document_of_openapi_3_1_is_imported_as_one_of_3_0() {
    let (facts, notes) = import::import_noted(&with("/openapi", json!("3.1.0"))).unwrap();
    assert_eq!((&facts["openapi"], &facts["paths"]), (&json!("3.0.3"), &import::import(&valid()).unwrap()["paths"]));
    assert_eq!(notes, ["$.openapi: 3.1.0 is read as 3.0"]);
    assert!(check(&with("/openapi", json!("3.1.0"))).is_err(), "before the import it is not read");
}

#[test]
fn a_document_without_version_or_paths_is_refused() {
    assert_refused(&without("/info", "version"), "does not say its version", "$.info.version");
    assert_refused(&with("/info/version", json!(1.5)), "version is not a string", "$.info.version");
    assert_refused(&without("", "info"), "does not say its title", "$.info.title");
    assert_refused(&without("", "paths"), "no `paths`", "$.paths");
    assert_refused(&with("/paths", json!([])), "not an object", "$.paths");
}

#[test]
fn an_error_says_what_where_and_what_was_found() {
    let doc = with("/paths/~1lanterns/get/responses/200", json!(5));
    let error = assert_refused(&doc, "a response is not an object", "$.paths['/lanterns'].get.responses['200']");
    let text = error.in_file("spec/swagger.yaml").to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "error: a response is not an object");
    assert_eq!(lines[1], "  --> spec/swagger.yaml: $.paths['/lanterns'].get.responses['200']");
    assert_eq!(lines[2], "  = found: 5");
}

#[test]
fn a_response_without_description_is_noted_and_gets_one() {
    let doc = with("/paths/~1lanterns/get/responses/200", json!({"content": {}}));
    let (facts, notes) = import::import_noted(&doc).unwrap();
    assert_eq!(facts["paths"]["/lanterns"]["get"]["responses"]["200"], json!({"description": "OK", "content": {}}));
    assert_eq!(notes, ["$.paths['/lanterns'].get.responses['200']: the response has no description"]);
}

#[test]
fn an_operation_without_responses_is_refused() {
    let place = "$.paths['/lanterns'].get.responses";
    assert_refused(&without("/paths/~1lanterns/get", "responses"), "no responses", place);
    assert_refused(&with("/paths/~1lanterns/get/responses", json!({})), "no responses", place);
    let doc = with("/paths/~1lanterns/get/responses", json!({"ok": {"description": "OK"}}));
    assert_refused(&doc, "not a status", "$.paths['/lanterns'].get.responses.ok");
}

#[test]
fn an_operation_id_that_occurs_twice_is_refused_with_both_places() {
    let doc = with("/paths/~1lanterns~1{id}/get/operationId", json!("list"));
    let error = assert_refused(&doc, "`list` occurs twice", "$.paths['/lanterns/{id}'].get.operationId");
    assert!(error.to_string().contains("the same id at $.paths['/lanterns'].get.operationId"), "{error}");
}

#[test]
fn a_missing_operation_id_is_not_an_error() {
    check(&without("/paths/~1lanterns/get", "operationId")).unwrap();
}

#[test]
fn references_must_lead_somewhere_inside_the_document() {
    let schema = |reference: &str| with("/components/schemas/B", json!({"anyOf": [{"items": {"$ref": reference}}]}));
    let place = "$.components.schemas.B.anyOf[0].items['$ref']";
    assert_refused(&schema("#/components/schemas/Nothing"), "leads nowhere", place);
    assert_refused(&schema("other.yaml#/A"), "out of the document", place);
    assert_refused(&schema("A"), "out of the document", place);
    check(&schema("#/components/schemas/A~1b")).unwrap();
    check(&schema("#/components/schemas/A%7E1b")).unwrap();
}

#[test]
fn a_reference_in_sample_data_or_in_a_value_is_none() {
    let doc = with(
        "/components/schemas/B",
        json!({"example": {"$ref": "#/x"}, "default": {"$ref": "y"}, "enum": [{"$ref": "z"}]}),
    );
    check(&doc).unwrap();
}

#[test]
fn path_parameters_and_the_path_must_agree() {
    let place = "$.paths['/lanterns/{id}'].get";
    assert_refused(&without("/paths/~1lanterns~1{id}", "parameters"), "`id` is not declared", place);
    let doc = with("/paths/~1lanterns~1{id}/get/parameters", json!([{"name": "part", "in": "path"}]));
    assert_refused(&doc, "`part` is declared but not in the path", place);
    let doc = with("/paths/~1a{b", json!({"get": {"responses": {"200": {"description": "OK"}}}}));
    assert_refused(&doc, "`{` without `}`", "$.paths['/a{b'].get");
    let doc = with("/paths/lamps", json!({}));
    assert_refused(&doc, "does not begin with `/`", "$.paths.lamps");
}

#[test]
fn text_that_is_not_yaml_is_refused_with_line_and_column() {
    let error = yaml::parse("a: 1\nb: [1, 2\nc: }").unwrap_err();
    assert!(error.message().starts_with("not valid YAML: "), "{error}");
    assert!(error.message().len() > "not valid YAML: ".len(), "{error}");
    assert_eq!(error.line_and_column().unwrap().0, 3, "{error}");
    assert!(error.in_file("a.yaml").to_string().contains("--> a.yaml:3:"));
}

#[test]
fn a_key_that_occurs_twice_is_refused_with_its_place() {
    let error = yaml::parse("paths:\n  /a:\n    get: 1\n    get: 2\n").unwrap_err();
    assert!(error.message().contains("occurs twice"), "{error}");
    assert_eq!(error.line_and_column(), Some((4, 5)));
    assert_eq!(error.path(), Some("$.paths['/a']"));
    assert!(yaml::parse(r#"{"a": 1, "a": 1}"#).is_err());
}

#[test]
fn what_json_cannot_say_is_refused() {
    for text in [
        "? [a]\n: 1",
        "{a: 1}: 2",
        "!thing a",
        "a: !!binary aGk=",
        "a: .nan",
        "--- a\n--- b",
        "%YAML 1.1\n---\na: off",
        "a: !!int x",
        "*a : 1",
    ] {
        assert!(yaml::parse(text).is_err(), "{text}");
    }
    let error = yaml::parse("a: &a {b: 1}\nc:\n  <<: *a\n").unwrap_err();
    assert!(error.message().contains("merge keys"), "{error}");
}

#[test]
fn plain_keys_become_strings_as_they_are_written() {
    let doc = yaml::parse("200: a\n~: b\noff: c\n1.50: d\n\"<<\": e\n").unwrap();
    assert_eq!(doc, json!({"200": "a", "~": "b", "off": "c", "1.50": "d", "<<": "e"}));
}

#[test]
fn anchors_tags_and_block_scalars_are_read() {
    let doc = yaml::parse(
        "%YAML 1.2\n---\na: &x [1, &y two]\nb: *x\n*y : !!str 3\nd: ! 4\ne: |\n  l1\n  l2\nf: >-\n  g\n  h\n",
    )
    .unwrap();
    assert_eq!(doc, json!({"a": [1, "two"], "b": [1, "two"], "two": "3", "d": "4", "e": "l1\nl2\n", "f": "g h"}));
}

#[test]
fn aliases_cannot_blow_a_document_up() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let list = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    let error = yaml::parse(&text).unwrap_err();
    assert!(error.message().contains("too large"), "{error}");
    assert!(yaml::parse("a: &a [*a]").is_err());
}

#[test]
fn aliases_of_long_texts_cannot_either() {
    let long = "x".repeat(1024 * 1024);
    let listed = format!("a: &x {long}\nb: [{}*x]\n", "*x, ".repeat(1_999));
    let named = format!("a: &x {{? {long} : 1}}\nb: [{}*x]\n", "*x, ".repeat(1_999));
    // An anchor copies as well: each of these remembers all that is inside of it.
    let nested = format!("{}{long}{}\n", (0..200).map(|n| format!("&a{n} [")).collect::<String>(), "]".repeat(200));
    for text in [listed, named, nested] {
        let error = yaml::parse(&text).unwrap_err();
        assert!(error.message().contains("too large"), "{error}");
    }
    let few = format!("a: &x {long}\nb: [*x, *x]\n");
    assert_eq!(yaml::parse(&few).unwrap()["b"][1], long.as_str());
}
