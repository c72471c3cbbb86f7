use super::*;
use serde_json::json;

fn read(schemas: Value) -> Model {
    Model::read(&json!({"info": {"version": "1"}, "paths": {}, "components": {"schemas": schemas}}))
}

fn read_operation(method: &str, operation: Value) -> Operation {
    let doc = json!({
        "info": {"version": "1"}, "security": [{"bearer": []}], "paths": {"/lanterns/{id}": {method: operation}}, "components": {"schemas": {}},
    });
    Model::read(&doc).operations.remove(0)
}

fn one_field(schema: Value) -> Field {
    read(json!({"A": schema})).object("A").unwrap().fields[0].clone()
}

#[test]
fn who_may_call_follows_from_security() {
    for (security, expected) in [
        (json!([]), "Public"),
        (json!([{}]), "Public"),
        (json!([{"bearer": []}, {}]), "Public"),
        (json!([{"bearer": []}]), "Bearer"),
        (json!([{"bearer": []}, {"siwx": []}]), "BearerOrWallet"),
        (json!([{"SIWX": []}]), "Wallet"),
    ] {
        assert_eq!(read_operation("get", json!({"security": security})).auth, expected, "{security}");
    }
    assert_eq!(
        read_operation("get", json!({})).auth,
        "Bearer",
        "the document's own security counts where an operation has none"
    );
}

#[test]
fn what_may_be_repeated_follows_from_method_and_security_unless_the_overlay_says_so() {
    let paid = json!([{"bearer": []}, {"siwx": []}]);
    for (method, operation, expected) in [
        ("get", json!({}), "Safe"),
        ("head", json!({}), "Safe"),
        ("post", json!({}), "Once"),
        ("delete", json!({}), "Once"),
        ("post", json!({"security": paid}), "Inference"),
        ("post", json!({"security": paid, "x-retry": "once"}), "Once"),
        ("post", json!({"x-retry": "payment"}), "Payment"),
        ("post", json!({"x-retry": "safe"}), "Safe"),
        ("get", json!({"x-retry": "inference"}), "Inference"),
    ] {
        assert_eq!(read_operation(method, operation.clone()).retry, expected, "{method} {operation}");
    }
}

#[test]
fn a_member_of_the_body_may_change_the_retry_class() {
    let deletes = json!({"x-retry": "safe", "x-retry-once-with": "delete"});
    assert_eq!(read_operation("post", deletes).once_with.as_deref(), Some("delete"));
    assert_eq!(read_operation("post", json!({})).once_with, None);
}

#[test]
fn an_operation_keeps_its_facts() {
    let operation = read_operation(
        "post",
        json!({
            "operationId": "lightLantern", "tags": ["Lanterns", "Wicks"], "summary": "Lights it.", "description": "More.", "deprecated": true,
            "x-statuses": [200, 401], "x-request-media": ["application/json"], "x-reply-media": ["text/csv"], "x-header-parameters": ["Idempotency-Key"],
            "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}}, {"name": "dryRun", "in": "query", "schema": {"type": "boolean", "default": true}}],
            "x-reply-event": "Spark",
        }),
    );
    assert_eq!(
        (operation.id.as_str(), operation.method.as_str(), operation.path.as_str(), operation.tag.as_str()),
        ("lightLantern", "POST", "/lanterns/{id}", "Lanterns")
    );
    assert_eq!(operation.doc().as_deref(), Some("Lights it.\n\nMore."));
    assert_eq!(operation.statuses, [200, 401]);
    assert_eq!(
        (operation.request_media, operation.reply_media),
        (vec!["application/json".to_owned()], vec!["text/csv".to_owned()])
    );
    assert_eq!(operation.headers, ["Idempotency-Key"]);
    assert_eq!(operation.event.as_deref(), Some("Spark"));
    assert!(operation.deprecated && operation.parameters[0].required && !operation.parameters[1].required);
    assert_eq!(
        (operation.parameters[1].rust.as_str(), &operation.parameters[1].default),
        ("dry_run", &Some(json!(true)))
    );
}

#[test]
fn a_member_is_required_when_it_is_listed_and_never_null() {
    let field = |nullable: bool, required: bool| {
        let required = if required { json!(["a"]) } else { json!([]) };
        one_field(json!({"type": "object", "required": required, "properties": {"a": {"type": "string", "x-nullable": nullable}}})).required
    };
    assert_eq!([field(false, true), field(true, true), field(false, false)], [true, false, false]);
}

#[test]
fn two_spellings_of_one_member_are_one_and_two_meanings_are_two() {
    let same = json!({"aspectRatios": {"type": "string"}, "aspect_ratios": {"type": "string", "default": "x"}, "aspect-ratios": {"type": "number"}});
    let model = read(json!({"A": {"type": "object", "properties": same}}));
    let fields = &model.object("A").unwrap().fields;
    assert_eq!(fields.len(), 2);
    assert_eq!(
        (fields[0].rust.as_str(), fields[0].aliases.as_slice()),
        ("aspect_ratios", ["aspect_ratios".to_owned()].as_slice())
    );
    assert_eq!((fields[1].rust.as_str(), fields[1].wire.as_str()), ("aspect_ratios_value", "aspect-ratios"));
}

#[test]
fn constants_are_no_members_and_an_object_may_be_open() {
    let schema = json!({"type": "object", "properties": {"type": {"type": "string", "x-const": "wick"}, "a": {"type": "string"}}, "additionalProperties": true});
    let model = read(json!({"A": schema, "B": {"type": "object", "properties": {}, "additionalProperties": false}}));
    let a = model.object("A").unwrap();
    assert_eq!(a.constants, [("type".to_owned(), "wick".to_owned())]);
    assert!(a.open && a.fields.len() == 1 && !model.is_unit("A"));
    assert!(!model.object("B").unwrap().open && model.is_unit("B"));
}

#[test]
fn variants_have_the_names_of_the_file_and_arms_without_members_are_units() {
    let names =
        json!({"auto": "Auto", "4k": "K4", "wick": "Wick", "dark": "Dark", "Free": "Untagged", "boolean": "Bool"});
    let model = read(json!({
        "Size": {"type": "string", "enum": ["auto", "4k"], "x-variants": names},
        "Tagged": {"x-tag": "type", "x-variants": names, "oneOf": [{"$ref": "#/components/schemas/Wick"}, {"$ref": "#/components/schemas/Dark"}, {"$ref": "#/components/schemas/Free"}]},
        "Wick": {"type": "object", "properties": {"type": {"x-const": "wick"}, "a": {"type": "string"}}},
        "Dark": {"type": "object", "properties": {"type": {"x-const": "dark"}}},
        "Free": {"type": "object", "properties": {"b": {"type": "string"}}},
        "Twice": {"x-variants": names, "oneOf": [{"type": "boolean"}, {"type": "boolean", "default": true}]},
    }));
    let Kind::Enum(values) = &model.types["Size"].kind else { panic!("not an enum") };
    let values: Vec<_> = values.iter().map(|value| value.name.as_str()).collect();
    assert_eq!(values, ["Auto", "K4"]);
    let arms = |name: &str| match &model.types[name].kind {
        Kind::Union(union) => union.arms.iter().map(|arm| (arm.name.clone(), arm.unit)).collect::<Vec<_>>(),
        other => panic!("{name} is {other:?}"),
    };
    let named = |arms: &[(&str, bool)]| arms.iter().map(|(name, unit)| ((*name).to_owned(), *unit)).collect::<Vec<_>>();
    assert_eq!(arms("Tagged"), named(&[("Wick", false), ("Dark", true), ("Untagged", false)]));
    assert_eq!(arms("Twice"), named(&[("Bool", false), ("BoolOther", false)]));
}

#[test]
fn a_type_knows_whether_requests_or_replies_lead_to_it() {
    let media = |name: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
    let holder =
        |name: &str| json!({"type": "object", "properties": {"a": {"$ref": format!("#/components/schemas/{name}")}}});
    let model = Model::read(&json!({
        "info": {"version": "1"},
        "paths": {"/a": {"post": {"operationId": "a", "requestBody": media("Asked"), "responses": {"200": media("Told")}, "x-params": "Params"}}},
        "components": {"schemas": {"Asked": holder("Both"), "Told": holder("Both"), "Both": {"type": "object", "properties": {"b": {"type": "string"}}}, "Params": {"type": "object"}, "None": {"type": "object"}}},
    }));
    let places = |name: &str| (model.types[name].in_request, model.types[name].in_reply);
    assert_eq!(
        [places("Asked"), places("Told"), places("Both"), places("None")],
        [(true, false), (false, true), (true, true), (false, false)]
    );
    assert!(model.object("Params").unwrap().query && !model.object("Asked").unwrap().query);
}

#[test]
fn the_overlay_may_name_a_member() {
    let object = json!({"type": "object", "properties": {"modelId": {"type": "string", "x-rust-member": "model"}}});
    let field = one_field(object);
    assert_eq!((field.wire.as_str(), field.rust.as_str()), ("modelId", "model"));
}

/// The essential fields of an operation whose reply has these properties, all of them required unless listed.
fn essential_of(extensions: Value, properties: Value, required: Value) -> Vec<(String, bool)> {
    let reply = json!({"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}});
    let mut operation = json!({"operationId": "a", "responses": reply});
    operation.as_object_mut().unwrap().extend(extensions.as_object().unwrap().clone());
    let schema = json!({"type": "object", "required": required, "properties": properties});
    let doc = json!({
        "info": {"version": "1"}, "paths": {"/lanterns": {"get": operation}}, "components": {"schemas": {"A": schema}},
    });
    let model = Model::read(&doc);
    let essential = model.operations[0].essential.iter();
    essential.map(|field| (field.name.clone(), field.filled)).collect()
}

#[test]
fn a_reply_cannot_do_without_its_content() {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": {"type": "string"}});
    let object = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let of = essential_of;
    let one = |name: &str| vec![(name.to_owned(), false)];
    let both = json!({"id": text, "data": list, "more": object});
    assert_eq!(of(json!({}), both.clone(), json!(["id", "data", "more"])), one("data"));
    assert_eq!(of(json!({}), both.clone(), json!(["id", "more"])), one("more"), "an object is content too");
    assert_eq!(of(json!({}), both.clone(), json!(["id"])), one("id"), "a text, where there is nothing else");
    assert_eq!(of(json!({}), both.clone(), json!([])), []);
    let named = json!({"x-essential": ["id", "data[]"]});
    assert_eq!(of(named, both.clone(), json!(["more"])), [("id".to_owned(), false), ("data".to_owned(), true)]);
    assert_eq!(of(json!({"x-essential": []}), both.clone(), json!(["data"])), []);
    assert_eq!(
        of(json!({"x-essential": ["date"]}), both, json!([])),
        one("date"),
        "whether it is there is checked elsewhere"
    );
}

#[test]
fn an_error_may_be_a_part_of_a_reply() {
    assert!(read_operation("get", json!({"x-error-inside": true})).error_inside);
    assert!(!read_operation("get", json!({})).error_inside);
}

#[test]
fn who_gets_the_content_of_a_request_is_what_the_overlay_says() {
    use super::content::{Carries, SendsOn};

    let read = |words: Value| read_operation("post", words);
    assert_eq!(read(json!({})).carries, Carries::Unclassified);
    assert_eq!(read(json!({"x-carries": "nothing"})).carries, Carries::Nothing);
    let others = json!({"x-carries": {"others": "a lighthouse"}});
    assert_eq!(read(others).carries, Carries::Others("a lighthouse".into()));
    let models = json!({"models": ["model"], "types": ["text"], "characters": ["who"]});
    let [fields, types, characters] = ["model", "text", "who"].map(|name| vec![name.to_owned()]);
    let expected = Carries::Models { fields, types, characters };
    assert_eq!(read(json!({"x-carries": models})).carries, expected);
    let sends_on = json!({"x-sends-on": {"search": {"to": "a lighthouse", "unless": ["off"]}}});
    let expected = SendsOn { field: "search".into(), to: "a lighthouse".into(), unless: vec!["off".into()] };
    assert_eq!(read(sends_on).sends_on, [expected]);
    let doc =
        json!({"info": {"version": "1"}, "paths": {}, "components": {"schemas": {}}, "x-harmless": ["b", "a", "b"]});
    assert_eq!(Model::read(&doc).harmless, ["a", "b"]);
}
