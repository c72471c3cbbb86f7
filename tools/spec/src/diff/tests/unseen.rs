//! No fact of a document changes unseen: whatever is altered in documents with every construct, something is found.

use super::*;
use crate::pointer::{escaped, unescaped};

const FIXTURES: [&str; 2] = [
    include_str!("../../../../../crates/codegen/tests/fixtures/everything.yaml"),
    include_str!("../../../../../crates/codegen/tests/fixtures/other_versions.yaml"),
];
/// What says nothing about the API: what stands at the head of the result, names for people, words that are put in by the import.
const WORDS: [&str; 6] = ["title", "description", "summary", "openapi", "version", "x-guidance"];

/// What says the same in both documents: null said twice, an empty list of members, a flag that is not set, a type that another part says,
/// a reference to a response without contents.
const SAME: [&str; 9] = [
    "/components/schemas/Wick/allOf/1/type",
    "/paths/~1lanterns/parameters/0/required",
    "/components/parameters",
    "/components/schemas/Lantern/properties/mode/enum/5",
    "/components/schemas/Lantern/properties/mode/nullable",
    "/components/schemas/Lantern/properties/note/anyOf/2",
    "/components/schemas/Lantern/properties/note/anyOf/3",
    "/components/schemas/Part/properties",
    "/paths/~1lanterns/get/responses/410/$ref",
];

/// One value of so many is altered: all of them take half a minute, and find no more than they did when this was written.
const STRIDE: usize = 5;

/// Calls `visit` with the pointer of every value.
fn pointers(value: &Value, pointer: &str, visit: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let is_name = pointer.ends_with("/properties");
                if is_name || !WORDS.contains(&key.as_str()) {
                    pointers(member, &format!("{pointer}/{}", escaped(key)), visit);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{pointer}/{index}"), visit);
            }
        }
        _ => {}
    }
    if !pointer.is_empty() {
        visit.push(pointer.to_owned());
    }
}

/// The document without a value, and with another one in its place where that can be made up.
fn mutants(document: &Value, pointer: &str) -> Vec<Value> {
    let mut without = document.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = unescaped(key);
    match without.pointer_mut(parent).unwrap() {
        Value::Object(members) => drop(members.shift_remove(&key)),
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        _ => {}
    }
    let mut other = document.clone();
    let value = other.pointer_mut(pointer).unwrap();
    *value = match &*value {
        Value::Bool(set) => (!set).into(),
        Value::Number(number) => (number.as_f64().unwrap() + 1.0).into(),
        Value::String(text) => format!("{text}Other").into(),
        _ => return vec![without],
    };
    vec![without, other]
}

#[test]
fn whatever_changes_is_found() {
    let mut tried = 0;
    let mut unseen = Vec::new();
    for fixture in FIXTURES {
        let document = import::import(&yaml::parse(fixture).unwrap()).unwrap();
        let old = prepared(&document);
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        for pointer in all.into_iter().step_by(STRIDE).filter(|pointer| !SAME.contains(&pointer.as_str())) {
            for mutant in mutants(&document, &pointer) {
                // What is no valid document any more, or a word that the import drops, is no case.
                let Ok(new) = Document::prepare(&mutant, &Inputs::default()) else { continue };
                if new.facts == old.facts {
                    continue;
                }
                tried += 1;
                if diff(&old, &new).changes.is_empty() {
                    unseen.push(format!(
                        "{pointer}: {:?} -> {:?}",
                        document.pointer(&pointer),
                        mutant.pointer(&pointer)
                    ));
                }
            }
        }
    }
    assert!(tried > 150, "{tried}");
    assert!(unseen.is_empty(), "{} of {tried} changes are not seen:\n{}", unseen.len(), unseen.join("\n"));
}

#[test]
fn every_reply_that_goes_or_comes_is_found() {
    let mut tried = 0;
    for fixture in FIXTURES {
        let document = import::import(&yaml::parse(fixture).unwrap()).unwrap();
        let whole = prepared(&document);
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        let is_reply =
            |pointer: &&String| pointer.rsplit_once('/').is_some_and(|(above, _)| above.ends_with("/responses"));
        for pointer in all.iter().filter(is_reply).filter(|pointer| pointer.starts_with("/paths/")) {
            let without = mutants(&document, pointer).remove(0);
            // An operation needs a reply.
            let Ok(without) = Document::prepare(&without, &Inputs::default()) else { continue };
            tried += 1;
            assert!(!diff(&whole, &without).changes.is_empty(), "{pointer} goes unseen");
            assert!(!diff(&without, &whole).changes.is_empty(), "{pointer} comes unseen");
        }
    }
    assert!(tried > 5, "{tried}");
}
