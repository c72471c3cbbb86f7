//! Generating from small made-up documents.
#![allow(dead_code)]

use venice_ai_codegen::overlay::Overlay;
use venice_ai_codegen::{Error, Inputs, yaml};
use venice_ai_spec::{Generated, Mode, unchecked};

/// An overlay that changes nothing.
pub fn nothing() -> Overlay {
    Overlay::default()
}

/// An overlay from its actions.
pub fn overlay(actions: &str) -> Overlay {
    let text = format!("overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}");
    Overlay::parse(&yaml::parse(&text).unwrap_or_else(|error| panic!("{error}")))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A document from what stands below `paths` and below `components.schemas`, each indented by two and four blanks.
pub fn document(paths: &str, schemas: &str) -> String {
    let schemas = if schemas.is_empty() { " {}".to_owned() } else { format!("\n{schemas}") };
    format!(
        "openapi: 3.0.0\ninfo: {{title: Lanterns, version: '7'}}\nsecurity: [{{lamp: []}}]\npaths:\n{paths}\ncomponents:\n  securitySchemes: {{lamp: {{type: http, scheme: bearer}}}}\n  schemas:{schemas}\n"
    )
}

/// A `GET /lanterns/{id}` whose reply has an id, a wick with a name and an optional length, and maybe `success`.
pub fn get_lantern(parameters: &str, words: &str) -> String {
    let paths = format!(
        "  /lanterns/{{id}}:
    get:
      operationId: getLantern
      tags: [Lanterns]
      {words}
      parameters: [{{in: path, name: id, required: true, schema: {{type: string}}}}{parameters}]
      responses: {{'200': {{description: OK, content: {{application/json: {{schema: {{
        type: object, required: [id, wick], properties: {{id: {{type: string}}, success: {{type: boolean}}, wick: {{
          x-rust-name: Wick, type: object, required: [name], properties: {{name: {{type: string}}, length: {{type: integer}}}}}}}}}}}}}}}}}}"
    );
    document(&paths, "")
}

/// Generates from a document without an overlay.
pub fn run(text: &str) -> Generated {
    try_run(text, &nothing(), Mode::Strict).unwrap_or_else(|error| panic!("{error}"))
}

/// Generates from a document, whose types are named.
pub fn try_run(text: &str, overlay: &Overlay, mode: Mode) -> Result<Generated, Error> {
    let inputs = Inputs { overlay: overlay.clone(), ..Inputs::default() };
    unchecked(&yaml::parse(text).unwrap_or_else(|error| panic!("{error}")), &inputs, mode)
}

/// Code without blanks and line breaks, so that a test does not depend on where lines break.
pub fn flat(code: &str) -> String {
    code.split_whitespace().collect::<String>().replace(",)", ")").replace(",}", "}")
}

/// Asserts that `code` has `part`, whatever its blanks.
#[track_caller]
pub fn has(code: &str, part: &str) {
    assert!(flat(code).contains(&flat(part)), "not generated: {part}\n\n{code}");
}

/// Asserts that `code` does not have `part`, whatever its blanks.
#[track_caller]
pub fn has_not(code: &str, part: &str) {
    assert!(!flat(code).contains(&flat(part)), "generated: {part}\n\n{code}");
}
