use venice_ai_codegen::lower::hoist::{CONST, PARAMS};
use venice_ai_codegen::lower::replies::STREAM_FORM;
use venice_ai_codegen::lower::schema::{ref_name, reference};
use venice_ai_codegen::lower::unions::NAME;

use super::*;

/// Names the types of a prepared document, and puts them among its components.
fn hoist(doc: &mut Value, names: &Names, mode: Mode) -> Result<Completed, Error> {
    of_prepared(doc, names, mode)
}

/// A document with one operation, `createLantern`, whose body and reply are the schemas given.
fn doc(body: Value, reply: Value) -> Value {
    json!({
        "paths": {"/lanterns": {"post": {
            "operationId": "createLantern",
            "requestBody": {"content": {"application/json": {"schema": body}}},
            "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": reply}}}},
        }}},
        "components": {"schemas": {}},
    })
}

fn object(properties: Value) -> Value {
    json!({"type": "object", "properties": properties})
}

fn choice(values: &[&str]) -> Value {
    json!({"type": "string", "enum": values})
}

/// Hoists and returns the schemas.
fn run(mut doc: Value) -> Map<String, Value> {
    hoist(&mut doc, &Names::default(), Mode::Strict).unwrap();
    components(&doc)
}

/// The type that a member refers to.
fn member<'a>(schemas: &'a Map<String, Value>, owner: &str, name: &str) -> &'a str {
    let property = &schemas[owner]["properties"][name];
    ref_name(property).or_else(|| ref_name(&property["items"])).unwrap_or_else(|| panic!("{owner}.{name}: {property}"))
}

#[test]
fn bodies_and_replies_are_named_after_their_operation() {
    let schemas = run(doc(object(json!({"a": {"type": "string"}})), object(json!({"b": {"type": "string"}}))));
    assert!(
        schemas.contains_key("CreateLanternRequest") && schemas.contains_key("CreateLanternResponse"),
        "{schemas:?}"
    );
}

#[test]
fn marked_scalars_become_handwritten_types_and_keep_their_words() {
    let price = json!({"type": "number", "minimum": 0, "x-amount": true, "description": "Dollars."});
    let secret = json!({"type": "string", "x-secret": true});
    let schemas = run(doc(json!({"type": "string"}), object(json!({"usd": price, "token": secret}))));
    assert_eq!(member(&schemas, "CreateLanternResponse", "usd"), "Amount");
    assert_eq!(member(&schemas, "CreateLanternResponse", "token"), "Secret");
    let usd = &schemas["CreateLanternResponse"]["properties"]["usd"];
    assert_eq!((&usd["description"], usd.get("minimum")), (&json!("Dollars."), None));
}

#[test]
fn a_member_names_its_shape_and_a_list_the_singular() {
    let schemas = run(doc(
        object(json!({"wicks": {"type": "array", "items": object(json!({"length": {"type": "number"}}))}})),
        json!({"type": "string"}),
    ));
    assert_eq!(member(&schemas, "CreateLanternRequest", "wicks"), "Wick");
}

#[test]
fn a_name_that_says_nothing_is_qualified_by_its_owner() {
    let schemas = run(doc(
        object(json!({"wick": object(json!({"type": choice(&["flat", "round"])}))})),
        json!({"type": "string"}),
    ));
    assert_eq!(member(&schemas, "Wick", "type"), "WickType");
}

#[test]
fn a_name_that_two_shapes_want_belongs_to_neither() {
    let schemas = run(doc(
        object(
            json!({"wick": object(json!({"shade": choice(&["a", "b"])})), "glass": object(json!({"shade": choice(&["c", "d"])}))}),
        ),
        json!({"type": "string"}),
    ));
    assert_eq!(member(&schemas, "Wick", "shade"), "WickShade");
    assert_eq!(member(&schemas, "Glass", "shade"), "GlassShade");
}

#[test]
fn owners_of_owners_tell_names_apart_before_a_number_would() {
    let mut body = object(
        json!({"wick": object(json!({"type": choice(&["a", "b"])})), "glass": object(json!({"x": {"type": "string"}}))}),
    );
    // The overlay calls another shape as this one would be called.
    body["properties"]["glass"][NAME] = "WickType".into();
    let schemas = run(doc(body, json!({"type": "string"})));
    assert_eq!(member(&schemas, "Wick", "type"), "CreateLanternWickType");
}

#[test]
fn request_and_reply_tell_names_apart_before_a_number_would() {
    let state = |values: &[&str]| object(json!({"status": choice(values)}));
    let schemas = run(doc(state(&["a", "b"]), state(&["c", "d"])));
    assert_eq!(member(&schemas, "CreateLanternRequest", "status"), "CreateLanternStatus");
    assert_eq!(member(&schemas, "CreateLanternResponse", "status"), "CreateLanternResponseStatus");
}

#[test]
fn the_events_of_a_stream_have_a_name_of_their_own() {
    let mut doc = doc(json!({"type": "string"}), object(json!({"text": {"type": "string"}})));
    let event = object(json!({"delta": {"type": "string"}}));
    doc["paths"]["/lanterns"]["post"]["responses"][STREAM_FORM] =
        json!({"content": {"application/json": {"schema": event}}});
    let schemas = run(doc);
    assert!(schemas.contains_key("CreateLanternResponse") && schemas.contains_key("CreateLanternEvent"), "{schemas:?}");
}

#[test]
fn a_member_called_like_its_owner_does_not_double_the_word() {
    let body = object(
        json!({"wick_output": object(json!({"output": object(json!({"a": {"type": "string"}})), "b": {"type": "string"}}))}),
    );
    let schemas = run(doc(body, json!({"type": "string"})));
    assert_eq!(member(&schemas, "WickOutput", "output"), "WickOutputValue");
}

#[test]
fn components_keep_their_names_without_the_word_schema() {
    let mut doc = doc(object(json!({"wick": {"$ref": "#/components/schemas/WickSchema"}})), json!({"type": "string"}));
    doc["components"]["schemas"] = json!({"WickSchema": object(json!({"length": {"type": "number"}}))});
    let schemas = run(doc);
    assert_eq!(member(&schemas, "CreateLanternRequest", "wick"), "Wick");
}

#[test]
fn the_overlay_has_the_last_word() {
    let mut body = object(json!({"a": choice(&["x", "y"])}));
    body["x-rust-name"] = "NewLantern".into();
    body["properties"]["a"]["x-rust-name"] = "Shade".into();
    let schemas = run(doc(body, json!({"type": "string"})));
    assert_eq!(member(&schemas, "NewLantern", "a"), "Shade");
}

#[test]
fn a_shape_is_one_type_whatever_its_order_words_and_place() {
    let one = json!({"type": "object", "description": "one", "properties": {"a": {"type": "string"}, "b": choice(&["x", "y"])}, "required": ["a", "b"]});
    let two = json!({"type": "object", "properties": {"b": choice(&["y", "x"]), "a": {"type": "string", "default": "z"}}, "required": ["b", "a"]});
    let schemas = run(doc(object(json!({"wick": one})), object(json!({"wick": two}))));
    assert_eq!(member(&schemas, "CreateLanternRequest", "wick"), "Wick");
    assert_eq!(schemas.keys().filter(|name| name.contains("Wick")).count(), 1, "{:?}", schemas.keys());
}

#[test]
fn a_reply_shares_the_request_type_whatever_its_limits() {
    let limited = object(json!({"name": {"type": "string", "maxLength": 3, "x-not-blank": true}}));
    let free = object(json!({"name": {"type": "string"}}));
    let schemas = run(doc(object(json!({"wick": limited})), object(json!({"wick": free}))));
    assert_eq!(member(&schemas, "CreateLanternRequest", "wick"), "Wick");
    assert_eq!(schemas["Wick"]["properties"]["name"]["maxLength"], 3);
    assert_eq!(schemas.keys().filter(|name| name.contains("Wick")).count(), 1, "{:?}", schemas.keys());
}

#[test]
fn two_requests_with_different_limits_are_two_types() {
    let limited = |most: u64| object(json!({"length": {"type": "number", "maximum": most}}));
    let schemas = run(doc(
        object(json!({"wick": limited(1), "glass": object(json!({"wick": limited(2)}))})),
        json!({"type": "string"}),
    ));
    assert_ne!(member(&schemas, "CreateLanternRequest", "wick"), member(&schemas, "Glass", "wick"));
}

#[test]
fn one_known_value_is_a_constant_in_requests_and_a_string_in_replies() {
    let tagged = json!({"type": "object", "properties": {"object": choice(&["lantern"]), "id": {"type": "string"}}, "required": ["object"]});
    let mut reply = tagged.clone();
    reply["properties"]["lit"] = json!({"type": "boolean"});
    let schemas = run(doc(tagged, reply));
    assert_eq!(schemas["CreateLanternRequest"]["properties"]["object"][CONST], "lantern");
    assert_eq!(schemas["CreateLanternResponse"]["properties"]["object"], json!({"type": "string"}));
}

#[test]
fn a_reply_that_is_a_request_with_constants_is_the_same_type() {
    let part = json!({"type": "object", "properties": {"type": choice(&["wick"]), "id": {"type": "string"}}, "required": ["type"]});
    let schemas = run(doc(object(json!({"part": part})), object(json!({"piece": part}))));
    assert_eq!(member(&schemas, "CreateLanternRequest", "part"), member(&schemas, "CreateLanternResponse", "piece"));
}

#[test]
fn the_arms_of_a_tagged_union_are_named_after_their_tag() {
    let arm = |tag: &str, member: &str| json!({"type": "object", "properties": {"type": choice(&[tag]), member: {"type": "string"}}, "required": ["type"]});
    let part = json!({"x-tag": "type", "oneOf": [arm("wick", "a"), arm("glass", "b")]});
    let schemas = run(doc(object(json!({"piece": part})), json!({"type": "string"})));
    let arms: Vec<_> = schemas["Piece"]["oneOf"].as_array().unwrap().iter().filter_map(ref_name).collect();
    assert_eq!(arms, ["PieceWick", "PieceGlass"]);
}

#[test]
fn a_component_may_hold_itself_in_requests_and_in_replies() {
    let node = json!({"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "kind": choice(&["node"])}, "required": ["kind"]});
    let reference = json!({"$ref": "#/components/schemas/Node"});
    let mut doc =
        doc(object(json!({"node": reference})), object(json!({"tree": reference, "more": {"type": "string"}})));
    doc["components"]["schemas"] = json!({"Node": node});
    let schemas = run(doc);
    for (owner, name) in [("CreateLanternRequest", "node"), ("CreateLanternResponse", "tree")] {
        let node = member(&schemas, owner, name);
        assert_eq!(member(&schemas, node, "next"), node, "the inner node is the outer one");
    }
}

#[test]
fn two_query_parameters_become_a_struct() {
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}, "deprecated": name == "a", "required": name == "b"});
    let mut doc = doc(object(json!({"x": {"type": "string"}})), json!({"type": "string"}));
    doc["paths"]["/lanterns"]["post"]["parameters"] = json!([parameter("a"), parameter("b")]);
    hoist(&mut doc, &Names::default(), Mode::Strict).unwrap();
    assert_eq!(doc["paths"]["/lanterns"]["post"][PARAMS], "CreateLanternParams");
    let params = &doc["components"]["schemas"]["CreateLanternParams"];
    assert_eq!(params["properties"]["a"]["deprecated"], true);
    assert_eq!(params["required"], json!(["b"]));
}

#[test]
fn a_prelude_name_is_never_taken() {
    let schemas =
        run(doc(object(json!({"string": object(json!({"a": {"type": "string"}}))})), json!({"type": "string"})));
    assert_eq!(member(&schemas, "CreateLanternRequest", "string"), "CreateLanternString");
}

fn named(name: &str, properties: Value) -> Value {
    let mut shape = object(properties);
    shape[NAME] = name.into();
    shape
}

#[test]
fn one_shape_with_two_names_is_refused() {
    let same = || json!({"a": {"type": "string"}});
    let mut doc =
        doc(object(json!({"one": named("One", same()), "two": named("Two", same())})), json!({"type": "string"}));
    let error = hoist(&mut doc.clone(), &Names::default(), Mode::Strict).unwrap_err().to_string();
    assert!(error.contains("conflicting x-rust-name for one schema") && error.contains("One and Two"), "{error}");
    let hoisted = hoist(&mut doc, &Names::default(), Mode::Lenient).unwrap();
    assert_eq!(hoisted.notices.len(), 1);
    assert!(components(&doc).contains_key("One"));
}

#[test]
fn two_shapes_with_one_name_are_refused() {
    let mut doc = doc(
        object(
            json!({"one": named("One", json!({"a": {"type": "string"}})), "two": named("One", json!({"b": {"type": "string"}}))}),
        ),
        json!({"type": "string"}),
    );
    let error = hoist(&mut doc.clone(), &Names::default(), Mode::Strict).unwrap_err().to_string();
    assert!(error.contains("duplicate type name") && error.contains("One"), "{error}");
    let hoisted = hoist(&mut doc, &Names::default(), Mode::Lenient).unwrap();
    assert_eq!(hoisted.notices.len(), 1);
    let schemas = components(&doc);
    assert_ne!(member(&schemas, "CreateLanternRequest", "one"), member(&schemas, "CreateLanternRequest", "two"));
}

#[test]
fn a_component_in_capitals_gets_the_name_that_progenitor_writes() {
    let mut document = doc(reference("AIModel"), json!({"type": "string"}));
    document["components"]["schemas"]["AIModel"] =
        object(json!({"wick": object(json!({"length": {"type": "number"}}))}));
    let schemas = run(document);
    assert_eq!(member(&schemas, "AiModel", "wick"), "Wick");
}

/// The names of a document with one operation, and what becomes of another document under them.
fn kept(before: Value, after: Value) -> Map<String, Value> {
    let mut before = before;
    let places = hoist(&mut before, &Names::default(), Mode::Strict).unwrap().places;
    let schemas = components(&before);
    let types = places.into_iter().map(|(name, places)| {
        let kind = if schemas[&name].get("properties").is_some() { "fields" } else { "values" };
        let members = if kind == "fields" { json!([]) } else { json!({}) };
        (name, json!({"places": places, kind: members}))
    });
    let names = Names::new(json!({"types": types.collect::<Map<_, _>>()}));
    let mut after = after;
    hoist(&mut after, &names, Mode::Strict).unwrap();
    components(&after)
}

#[test]
fn a_type_keeps_its_name_when_its_schema_becomes_a_component_and_grows() {
    let wick = json!({"length": {"type": "number"}, "flame": object(json!({"hue": choice(&["red", "blue"])}))});
    let mut wider = wick.clone();
    wider["age"] = json!({"type": "integer"});
    wider["flame"]["properties"]["hue"]["enum"] = json!(["red", "blue", "green"]);
    let inline = doc(object(json!({"wick": object(wick)})), json!({"type": "string"}));
    let mut moved = doc(object(json!({"wick": reference("BurningThing")})), json!({"type": "string"}));
    moved["components"]["schemas"]["BurningThing"] = object(wider);
    for (before, after) in [(&inline, &moved), (&moved, &inline)] {
        let mut first = before.clone();
        let schemas = {
            hoist(&mut first, &Names::default(), Mode::Strict).unwrap();
            components(&first)
        };
        let schemas_after = kept(before.clone(), after.clone());
        assert_eq!(schemas.keys().collect::<Vec<_>>(), schemas_after.keys().collect::<Vec<_>>());
    }
}

#[test]
fn an_enum_of_several_places_stays_one_type_when_one_of_them_gains_a_value() {
    let shade = |values: &[&str]| object(json!({"shade": choice(values)}));
    let before = doc(shade(&["dim", "bright"]), object(json!({"lamp": shade(&["dim", "bright"])})));
    let after = doc(shade(&["dim", "bright"]), object(json!({"lamp": shade(&["dim", "bright", "off"])})));
    let schemas = kept(before, after);
    assert_eq!(schemas["Shade"]["enum"], json!(["dim", "bright", "off"]));
    assert_eq!(member(&schemas, "CreateLanternRequest", "shade"), "Shade");
}

#[test]
fn types_that_become_equal_stay_two_types() {
    let two = |more: Value| {
        let (wick, mut glass) = (json!({"size": {"type": "number"}}), json!({"size": {"type": "number"}}));
        glass.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        doc(object(json!({"wick": object(wick), "glass": object(glass)})), json!({"type": "string"}))
    };
    let schemas = kept(two(json!({"colour": {"type": "string"}})), two(json!({})));
    assert_eq!(member(&schemas, "CreateLanternRequest", "wick"), "Wick");
    assert_eq!(member(&schemas, "CreateLanternRequest", "glass"), "Glass");
}

#[test]
fn of_two_shapes_that_cannot_be_one_the_more_used_keeps_the_name() {
    let wick = |kind: &str| object(json!({"size": {"type": kind}}));
    let before = object(json!({"a": wick("number"), "b": wick("number"), "c": wick("number")}));
    let after = object(json!({"a": wick("string"), "b": wick("number"), "c": wick("number")}));
    let names = Names::new(json!({"types": {"Wick": {"places": [
        "createLantern.request.a", "createLantern.request.b", "createLantern.request.c"
    ]}}}));
    let name = |request: Value, field: &str| {
        let mut doc = doc(request, json!({"type": "string"}));
        let hoisted = hoist(&mut doc, &names, Mode::Strict).unwrap();
        (member(&components(&doc), "CreateLanternRequest", field).to_owned(), hoisted.notices)
    };
    assert_eq!(name(before, "a"), ("Wick".to_owned(), Vec::new()));
    assert_eq!(name(after.clone(), "b").0, "Wick");
    let (other, notices) = name(after, "a");
    assert!(other != "Wick" && notices[0].contains("Wick has another shape at createLantern.request.a"), "{notices:?}");
}
