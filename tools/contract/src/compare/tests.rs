#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

/// What differs, a line each: kind, path, what was found.
fn found_in(schema: Value, body: Value) -> Vec<String> {
    let json = json!({"application/json": {"schema": schema}});
    seen(json, exchange(200, "application/json", body.to_string()))
}

fn seen(content: Value, exchange: Exchange) -> Vec<String> {
    let document = Document::from_value(json!({
        "paths": {"/tides/{id}": {"get": {"operationId": "getTide", "responses": {"200": {"content": content}}}}},
        "components": {"schemas": {"Tide": {"type": "object", "properties": {"cm": {"type": "integer"}}, "required": ["cm"]}}},
    }));
    let operation = document.operation("GET", &exchange.path).unwrap();
    let findings =
        reply(&document, operation, &exchange, &Discretion::new(&exchange, operation.path, &["k9-secret".to_owned()]));
    assert!(findings.iter().all(|finding| finding.operation == "getTide"));
    findings
        .iter()
        .map(|finding| format!("{:?} {} {}", finding.kind, finding.path, finding.found).trim_end().to_owned())
        .collect()
}

fn exchange(status: u16, media: &str, reply: impl Into<String>) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        path: "/tides/lagoon".to_owned(),
        query: String::new(),
        request_media: None,
        request: bytes::Bytes::new(),
        status,
        media: Some(media.to_owned()),
        reply: reply.into().into(),
    }
}

fn object(properties: Value, required: Value) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

#[test]
fn a_reply_that_fits_has_no_findings() {
    let schema = object(
        json!({
            "n": {"type": "integer"}, "when": {"type": "string", "nullable": true}, "free": {}, "bag": {"type": "object"},
            "kind": {"type": "string", "enum": ["ebb", "flow"]}, "level": {"type": "number", "enum": [2, 4]},
            "list": {"type": "array", "items": {"$ref": "#/components/schemas/Tide"}},
            "map": {"type": "object", "additionalProperties": {"type": "number"}},
            "either": {"anyOf": [{"type": "string"}, {"nullable": true, "title": "null"}]},
        }),
        json!(["n", "when"]),
    );
    let body = json!({
        "n": 3.0, "when": null, "free": null, "bag": {"x": 1}, "kind": "ebb", "level": 2.0, "list": [{"cm": 1}], "map": {"a b": 1.5},
        "either": null,
    });
    assert_eq!(found_in(schema, body), [""; 0]);
}

#[test]
fn each_kind_of_difference_is_found_with_its_path() {
    let tides =
        object(json!({"data": {"type": "array", "items": {"$ref": "#/components/schemas/Tide"}}}), json!(["data"]));
    let kind = object(json!({"kind": {"type": "string", "enum": ["ebb", "flow"]}}), json!([]));
    for (schema, body, expected) in [
        (&tides, json!({"data": [{"cm": 1, "moon": "full"}]}), "UnknownMember $.data[].moon string"),
        (&tides, json!({}), "MissingMember $.data"),
        (&tides, json!({"data": [{"cm": 1}, {}]}), "MissingMember $.data[].cm"),
        (&tides, json!({"data": null}), "Null $.data"),
        (&tides, json!({"data": [{"cm": null}]}), "Null $.data[].cm"),
        (&tides, json!({"data": {}}), "WrongType $.data object"),
        (&tides, json!({"data": [{"cm": "high"}]}), "WrongType $.data[].cm string"),
        (&tides, json!({"data": [{"cm": 1.5}]}), "WrongType $.data[].cm number"),
        (&tides, json!([]), "WrongType $ array"),
        (&tides, json!(null), "Null $"),
        (&kind, json!({"kind": "slack"}), "NewEnumValue $.kind slack"),
        (&kind, json!({"kind": 3}), "WrongType $.kind number"),
    ] {
        assert_eq!(found_in(schema.clone(), body), [expected]);
    }
}

#[test]
fn parts_of_a_whole_know_each_others_fields() {
    let a = object(json!({"a": {"type": "string"}}), json!(["a"]));
    let b = object(json!({"b": {"type": "string"}}), json!([]));
    let whole = json!({"allOf": [a, b], "properties": {"c": {"type": "string"}}});
    assert_eq!(found_in(whole.clone(), json!({"a": "", "b": "", "c": ""})), [""; 0]);
    assert_eq!(
        found_in(whole, json!({"b": 1, "d": ""})),
        ["MissingMember $.a", "WrongType $.b number", "UnknownMember $.d string"]
    );
}

#[test]
fn of_alternatives_the_nearest_counts() {
    let tagged = |tag: &str, member: &str| {
        object(json!({"type": {"type": "string", "enum": [tag]}, member: {"type": "string"}}), json!(["type", member]))
    };
    let either = json!({"oneOf": [tagged("text", "text"), tagged("image", "url")]});
    assert_eq!(found_in(either.clone(), json!({"type": "image", "url": "u"})), [""; 0]);
    assert_eq!(found_in(either.clone(), json!({"type": "image"})), ["MissingMember $.url"]);
    assert_eq!(
        found_in(either.clone(), json!({"type": "image", "url": "u", "alt": 1})),
        ["UnknownMember $.alt number"]
    );
    assert_eq!(found_in(either.clone(), json!({"type": "film", "frames": 3})), ["NewEnumValue $.type film"]);
    assert_eq!(found_in(either, json!(7)), ["WrongType $ number"]);
    let mixed = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "number"}}]});
    assert_eq!(found_in(mixed.clone(), json!([1, "x"])), ["WrongType $[] string"]);
    assert_eq!(found_in(mixed.clone(), json!(true)), ["WrongType $ boolean"]);
    assert_eq!(found_in(mixed, json!(null)), ["Null $"]);
}

#[test]
fn events_are_compared_one_by_one() {
    let stream = json!({"text/event-stream": {"schema": {"$ref": "#/components/schemas/Tide"}}});
    let events = "data: {\"cm\": 1}\n\n: still here\n\ndata: {\"cm\": null}\n\ndata: [DONE]\n\n";
    assert_eq!(seen(stream.clone(), exchange(200, "text/event-stream", events)), ["Null $.cm"]);
    assert_eq!(seen(stream, exchange(200, "text/event-stream", "data: {\"cm\n\n")), ["Unparsable $"]);
}

#[test]
fn statuses_and_media_types_that_are_not_declared_are_found() {
    let json = json!({"application/json": {"schema": {"type": "object"}}, "image/png": {}});
    assert_eq!(seen(json.clone(), exchange(202, "application/json", "{}")), ["UndeclaredStatus $ 202"]);
    assert_eq!(seen(json.clone(), exchange(200, "text/html", "<html>")), ["UndeclaredMediaType $ text/html"]);
    assert_eq!(seen(json.clone(), exchange(200, "application/json", "{")), ["Unparsable $"]);
    assert_eq!(seen(json, exchange(200, "image/png", "\u{1}")), [""; 0]);
    // Nothing is said about the body.
    assert_eq!(seen(json!({}), exchange(200, "text/html", "")), [""; 0]);
}

#[test]
fn private_text_is_not_shown() {
    let schema = object(
        json!({"kind": {"type": "string", "enum": ["ebb"]}, "map": {"additionalProperties": {"type": "number"}}}),
        json!([]),
    );
    for (body, expected) in [
        (json!({"kind": "Tell nobody"}), "NewEnumValue $.kind (a text of 11 characters)"),
        (json!({"kind": "k9-secret"}), "NewEnumValue $.kind (a text of 9 characters)"),
        // It is in the path of the request.
        (json!({"kind": "lagoon"}), "NewEnumValue $.kind (a text of 6 characters)"),
        (json!({"Tell nobody": 1}), "UnknownMember $.(a text of 11 characters) number"),
        (json!({"map": {"giovanni": "x"}}), "WrongType $.map.* string"),
    ] {
        assert_eq!(found_in(schema.clone(), body), [expected]);
    }
}
