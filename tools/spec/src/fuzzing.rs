//! `spec`: the fuzz target of what a document from outside goes through: YAML, import, overlay, lowering.
//!
//! Compiled for tests and for `cargo fuzz` only.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::sync::LazyLock;

use serde_json::Value;
use venice_ai_codegen::overlay::Overlay;
use venice_ai_codegen::{Inputs, yaml};

use crate::overlay::{Mode, correct, parse};
use crate::{import, names, yaml_out};

/// The corrections of the API's document.
static INPUTS: LazyLock<Inputs> = LazyLock::new(|| {
    let overlay = yaml::parse(include_str!("../../../spec/overlay.yaml")).unwrap();
    Inputs { overlay: Overlay::parse(&overlay).unwrap(), ..Inputs::default() }
});

/// A document: what is written and read again is the same, an import of an import changes nothing, and what is repaired is valid.
pub fn spec(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(tree) = yaml::parse(text) else { return };
    assert_eq!(yaml::parse(&yaml_out::write(&tree)).unwrap(), tree);
    let _ = parse(&tree);
    let imported = import::import(&tree);
    imported.iter().for_each(assert_fixed);
    if let Ok(repaired) = import::import_repaired(&tree) {
        assert_fixed(&repaired.facts);
        assert!(imported.is_err() || repaired.left_out.is_empty(), "{:?}", repaired.left_out);
        let corrected = correct(&repaired.facts, &INPUTS, Mode::Lenient);
        let _ = corrected.and_then(|(document, _)| names::lowered(&document, &INPUTS.names, Mode::Lenient));
    }
}

fn assert_fixed(facts: &Value) {
    let written = import::render(facts);
    let again = import::import(&yaml::parse(&written).unwrap()).unwrap();
    assert_eq!(import::render(&again), written);
}

#[cfg(test)]
#[path = "../../../src/fuzzing/tests/growth.rs"]
mod growth;
#[cfg(test)]
#[path = "../../../src/fuzzing/tests/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::growth::assert_linear;
    use super::replay::replay;
    use super::spec;

    #[test]
    fn seeds_and_their_parts_are_read() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/spec");
        assert!(replay(&seeds, 64, spec) > 20);
    }

    #[test]
    fn work_is_linear_in_the_document() {
        let around = |before: &'static str, part: &'static str, after: &'static str| {
            move |size: usize| format!("{before}{}{after}", part.repeat(size / part.len())).into_bytes()
        };
        let schemas = |size: usize| {
            let schemas =
                (0..size / 60).map(|i| format!("    T{i}: {{type: object, properties: {{a: {{type: string}}}}}}\n"));
            let head = "openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n";
            (head.to_owned() + &schemas.collect::<String>()).into_bytes()
        };
        let keys = |size: usize| (0..size / 10).map(|i| format!("k{i:06}: 1\n")).collect::<String>().into_bytes();
        type Input<'a> = &'a dyn Fn(usize) -> Vec<u8>;
        let inputs: [(&str, Input<'_>); 11] = [
            ("items", &around("", "- a\n", "")),
            ("items in a line", &around("[", "a, ", "]")),
            ("keys", &keys),
            ("a text", &around("a: ", "x", "\n")),
            ("lines of a text", &around("a: |\n", "  x\n", "")),
            ("folded lines", &around("a: >\n", "  x\n\n", "")),
            ("quotes", &around("a: '", "''", "'\n")),
            ("escapes", &around("a: \"", "\\u00e9", "\"\n")),
            ("comments", &around("", "# x\n", "a: 1")),
            ("lists in lists", &around("", "[", "")),
            ("schemas", &schemas),
        ];
        for (what, input) in inputs {
            assert_linear(what, spec, 4 * 1024, input);
        }
    }
}
