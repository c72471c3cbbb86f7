//! Rules of the overlay about fields that do not exist.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "../../../crates/codegen/tests/common/mod.rs"]
mod common;

use common::{document, has_not};
use venice_ai_codegen::overlay::Mode;
use venice_ai_codegen::{Inputs, yaml};
use venice_ai_spec::{Generated, generate};

fn run(text: &str, mode: Mode) -> Result<Generated, String> {
    generate(&yaml::parse(text).unwrap(), &Inputs::default(), mode).map_err(|error| error.to_string())
}

/// A `GET /lanterns/{id}` whose reply has an id, a wick with a name and an optional length, and maybe `success`.
fn get(words: &str) -> String {
    let paths = format!(
        "  /lanterns/{{id}}:
    get:
      operationId: getLantern
      tags: [Lanterns]
      {words}
      parameters: [{{in: path, name: id, required: true, schema: {{type: string}}}}]
      responses: {{'200': {{description: OK, content: {{application/json: {{schema: {{
        type: object, required: [id, wick], properties: {{id: {{type: string}}, success: {{type: boolean}}, wick: {{
          x-rust-name: Wick, type: object, required: [name], properties: {{name: {{type: string}}, length: {{type: integer}}}}}}}}}}}}}}}}}}"
    );
    document(&paths, "")
}

#[test]
fn what_the_overlay_says_of_a_reply_must_fit_it() {
    for (words, place) in [
        ("x-unwrap: shade", "x-unwrap"),
        ("x-present: wick.length.unit", "x-unwrap"),
        ("x-present: {id: 'no {shade}'}", "x-unwrap"),
        ("x-handle: lanterns.get(shade)", "x-handle"),
        ("x-envelope: [a]", "getLantern"),
        ("x-essential: [date]", "x-essential"),
    ] {
        let error = run(&get(words), Mode::Strict).unwrap_err();
        assert!(error.contains("$.paths['/lanterns/{id}'].get"), "{words} {place}: {error}");
    }
    run(&get("x-unwrap: shade"), Mode::Lenient).unwrap();
}

#[test]
fn a_member_that_is_needed_beside_nothing_is_refused() {
    let paths = "  /lanterns:
    post:
      operationId: createLantern
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string, x-required-when: b}}}}}}
      responses: {'200': {description: OK}}";
    let error = run(&document(paths, ""), Mode::Strict).unwrap_err();
    has_not(&run(&document(paths, ""), Mode::Lenient).unwrap().code, "required_when");
    assert!(
        error.contains("does not have")
            && error.contains("properties.a['x-required-when']")
            && error.contains("found: b"),
        "{error}"
    );
}
