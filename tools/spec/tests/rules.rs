//! Rules of the overlay about fields that do not exist.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "../../../crates/codegen/tests/common/mod.rs"]
mod common;

use common::{document, get_lantern, has_not};
use venice_ai_codegen::{Inputs, yaml};
use venice_ai_spec::{Generated, Mode, generate};

fn run(text: &str, mode: Mode) -> Result<Generated, String> {
    generate(&yaml::parse(text).unwrap(), &Inputs::default(), mode).map_err(|error| error.to_string())
}

#[test]
fn what_the_overlay_says_of_a_reply_must_fit_it() {
    for (words, place) in [
        ("x-unwrap: shade", "x-unwrap"),
        ("x-present: wick.length.unit", "x-unwrap"),
        ("x-present: {id: 'no {shade}'}", "x-unwrap"),
        ("x-handle: lanterns.get(shade)", "x-handle"),
        ("x-envelope: [a]", "getLantern"),
        ("x-becomes: a-b", "getLantern"),
        ("x-read-as: xml", "getLantern"),
        ("x-essential: [date]", "x-essential"),
    ] {
        let error = run(&get_lantern("", words), Mode::Strict).unwrap_err();
        assert!(error.contains("$.paths['/lanterns/{id}'].get"), "{words} {place}: {error}");
    }
    run(&get_lantern("", "x-unwrap: shade"), Mode::Lenient).unwrap();
}

#[test]
fn a_rule_about_a_field_that_does_not_exist_is_refused() {
    for (rule, check) in
        [("x-required-when", "required_when"), ("x-excludes", "excludes"), ("x-not-before", "not_before")]
    {
        let value = if rule == "x-excludes" { "[b]" } else { "b" };
        let paths = format!(
            "  /lanterns:
    post:
      operationId: createLantern
      requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{a: {{type: string, {rule}: {value}}}}}}}}}}}}}
      responses: {{'200': {{description: OK}}}}"
        );
        let error = run(&document(&paths, ""), Mode::Strict).unwrap_err();
        has_not(&run(&document(&paths, ""), Mode::Lenient).unwrap().code, check);
        let place = format!("properties.a['{rule}']");
        assert!(error.contains("does not have") && error.contains(&place) && error.contains("found: b"), "{error}");
    }
}

#[test]
fn a_reply_without_json_cannot_be_read_as_json() {
    let reply = "{'200': {description: OK, content: {text/csv: {schema: {type: string}}}}}";
    let get = format!("{{operationId: listLanterns, tags: [Lanterns], x-read-as: json, responses: {reply}}}");
    let error = run(&document(&format!("  /lanterns:\n    get: {get}"), ""), Mode::Strict).unwrap_err();
    assert!(error.contains("$.paths['/lanterns'].get['x-read-as']"), "{error}");
}
