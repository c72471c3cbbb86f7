//! What an import keeps, what it drops, and that its result stays the same wherever it is read.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use serde_json::{Value, json};
use venice_ai_codegen::{document, yaml};
use venice_ai_spec::import;

const EVERYTHING: &str = include_str!("../../../crates/codegen/tests/fixtures/everything.yaml");
/// What an import of it must give, reviewed by eye.
const FACTS: &str = include_str!("../../../crates/codegen/tests/fixtures/everything.facts.yaml");

fn imported() -> Value {
    import::import(&yaml::parse(EVERYTHING).unwrap()).unwrap()
}

#[track_caller]
fn assert_at(doc: &Value, pointer: &str, expected: Value) {
    let found = doc.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is gone"));
    assert_eq!(found, &expected, "{pointer}");
}

#[test]
fn no_prose_survives() {
    let text = import::render(&imported());
    let lines: Vec<_> = text.lines().filter(|line| line.contains("PROSE") && !line.contains("PROSElike")).collect();
    assert!(lines.is_empty(), "{lines:#?}");
    assert!(EVERYTHING.matches("PROSE").count() > 60, "the fixture must have prose to drop");
}

#[test]
fn the_facts_are_the_reviewed_ones() {
    let text = import::render(&imported());
    assert_eq!(text, FACTS, "if the change is right, write the new text to tests/fixtures/everything.facts.yaml");
}

#[test]
fn importing_an_import_changes_nothing() {
    let once = import::render(&imported());
    let twice = import::render(&import::import(&yaml::parse(&once).unwrap()).unwrap());
    assert_eq!(once, twice);
    assert_eq!(yaml::parse(&once).unwrap(), imported());
}

#[test]
fn json_gives_the_same_import_as_yaml() {
    let as_json = serde_json::to_string_pretty(&yaml::parse(EVERYTHING).unwrap()).unwrap();
    assert_eq!(import::render(&import::import(&yaml::parse(&as_json).unwrap()).unwrap()), import::render(&imported()));
}

#[test]
fn members_of_the_document_have_a_fixed_order() {
    let members: Vec<_> = imported().as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["openapi", "info", "servers", "security", "tags", "paths", "components"]);
}

#[test]
fn a_field_that_is_called_like_a_keyword_stays() {
    let doc = imported();
    let fields: Vec<_> =
        doc.pointer("/components/schemas/example/properties").unwrap().as_object().unwrap().keys().collect();
    let expected = [
        "description",
        "example",
        "examples",
        "summary",
        "title",
        "externalDocs",
        "x-guidance",
        "$ref",
        "default",
        "enum",
        "properties",
    ];
    assert_eq!(fields, expected);
    assert_at(&doc, "/components/schemas/example/properties/description", json!({"type": "string"}));
    assert_at(
        &doc,
        "/components/schemas/example/properties/properties/properties/properties",
        json!({"type": "string"}),
    );
    assert_at(&doc, "/components/schemas/example/required", json!(["description", "example", "title"]));
    assert_at(
        &doc,
        "/paths/~1lanterns/get/responses/200/headers/Description",
        json!({"schema": {"type": "string", "enum": ["true"]}}),
    );
}

#[test]
fn words_and_ratios_stay_strings() {
    let doc = imported();
    let lantern = "/components/schemas/Lantern/properties";
    assert_at(
        &doc,
        &format!("{lantern}/mode/enum"),
        json!(["auto", "off", "on", "yes", "No", null, "null", "PROSElike but a value"]),
    );
    assert_at(&doc, &format!("{lantern}/mode/default"), json!("off"));
    assert_at(
        &doc,
        &format!("{lantern}/ratio/enum"),
        json!(["16:9", "1:1", "4:3", "2030-01-02", "1_000", 31, "0o17", 1000.0]),
    );
    assert_at(&doc, &format!("{lantern}/ratio/default"), json!("16:9"));
}

#[test]
fn constraints_keep_their_exact_values() {
    let doc = imported();
    let lantern = "/components/schemas/Lantern/properties";
    let glow = json!({
        "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1.5, "exclusiveMaximum": false, "default": 1.0,
        "format": "float",
    });
    assert_at(&doc, &format!("{lantern}/glow"), glow);
    assert_at(&doc, &format!("{lantern}/huge/maximum"), json!(u64::MAX));
    assert_at(&doc, &format!("{lantern}/huge/minimum"), json!(i64::MIN));
    assert_at(&doc, &format!("{lantern}/name/pattern"), json!(r#"^[a-z"\\ ]+$"#));
}

#[test]
fn unions_keep_members_references_and_name_like_titles() {
    let doc = imported();
    let lantern = "/components/schemas/Lantern/properties";
    let note = json!([
        {"type": "string", "title": "Text Content String"},
        {"type": "number"},
        {"nullable": true, "title": "null"},
        {"nullable": true, "title": "null"},
    ]);
    assert_at(&doc, &format!("{lantern}/note/anyOf"), note);
    let part = json!([
        {"allOf": [
            {"$ref": "#/components/schemas/Part"},
            {"type": "object", "properties": {"kind": {"type": "string", "enum": ["a"]}}, "required": ["kind"]},
        ]},
        {"$ref": "#/components/schemas/Part"},
    ]);
    assert_at(&doc, &format!("{lantern}/part/oneOf"), part);
    let mapping = json!({"a": "#/components/schemas/Part", "description": "#/components/schemas/Part"});
    assert_at(&doc, &format!("{lantern}/part/discriminator/mapping"), mapping);
    assert_at(&doc, "/components/schemas/Lantern/additionalProperties", json!(false));
    assert_at(&doc, &format!("{lantern}/free/additionalProperties"), json!({}));
    assert_at(&doc, &format!("{lantern}/marked/default"), json!({"description": "kept in a default", "example": 1}));
}

#[test]
fn what_a_call_depends_on_stays() {
    let doc = imported();
    let get = "/paths/~1lanterns/get";
    assert_at(&doc, &format!("{get}/operationId"), json!("listLanterns"));
    assert_at(&doc, &format!("{get}/security"), json!([]));
    assert_at(&doc, &format!("{get}/deprecated"), json!(true));
    assert_at(&doc, &format!("{get}/tags"), json!(["Lanterns", "Wicks"]));
    let limit = json!({
        "name": "limit", "in": "query", "required": true, "deprecated": true, "allowEmptyValue": true, "style": "form",
        "explode": false, "schema": {"type": "integer", "default": 20, "nullable": true},
    });
    assert_at(&doc, &format!("{get}/parameters/0"), limit);
    assert_at(&doc, &format!("{get}/responses/200/content/text~1csv"), json!({"schema": {"type": "string"}}));
    let header = json!({"required": false, "schema": {"type": "string"}});
    assert_at(&doc, &format!("{get}/responses/200/headers/x-lantern-warning"), header);
    let post = "/paths/~1lanterns/post";
    let payment = json!({
        "price": {"mode": "dynamic", "currency": "USD", "min": "0.001", "max": "10.00"}, "protocols": [{"wick402": {}}],
    });
    assert_at(&doc, &format!("{post}/x-payment-info"), payment);
    let form = json!({
        "schema": {"type": "object", "properties": {
            "file": {"anyOf": [{}, {"type": "string", "format": "binary"}]},
            "image": {"type": "string", "format": "binary"},
        }},
        "encoding": {"file": {"contentType": "image/png, image/jpeg", "headers": {"X-Part": {"schema": {"type": "string"}}}}},
    });
    assert_at(&doc, &format!("{post}/requestBody/content/multipart~1form-data"), form);
    assert_at(&doc, &format!("{post}/requestBody/required"), json!(true));
    let delete = "/paths/~1lanterns~1{id}~1{part}/delete";
    assert_at(&doc, &format!("{delete}/security"), json!([{"Lamp": []}, {"wallet": [], "oauth": ["lanterns:read"]}]));
}

#[test]
fn a_response_is_described_by_the_reason_phrase_of_its_status() {
    let doc = imported();
    let get = "/paths/~1lanterns/get/responses";
    for (status, phrase) in [
        ("200", "OK"),
        ("429", "Too Many Requests"),
        ("4XX", "Client Error"),
        ("599", "Server Error"),
        ("default", "Default"),
    ] {
        assert_at(&doc, &format!("{get}/{status}/description"), json!(phrase));
    }
    assert_at(&doc, &format!("{get}/410"), json!({"$ref": "#/components/responses/Gone"}));
    assert_at(&doc, "/components/responses/Gone/description", json!("Response"));
    assert_at(&doc, "/paths/~1lanterns/post/responses/201/description", json!("Created"));
}

#[test]
fn an_import_finds_all_operations_where_they_stand() {
    let doc = imported();
    let operations: Vec<_> = document::operations(&doc).map(|operation| operation.place()).collect();
    assert_eq!(
        operations,
        ["$.paths['/lanterns'].get", "$.paths['/lanterns'].post", "$.paths['/lanterns/{id}/{part}'].delete"]
    );
}
