//! The vendor's document, reduced to its facts.
//!
//! What types and calls depend on stays: paths, ids, parameters, schemas, enums, constraints, formats, defaults,
//! deprecations, security, statuses, media types, response headers, names. What is written for people goes: descriptions,
//! summaries, examples, guidance, terms. Documentation is written by this project, and an update of the API is then a
//! difference of facts alone.

mod convert;
mod prose;
mod reason;
mod repair;

use serde_json::{Map, Value};

use venice_ai_codegen::Error;

use crate::check::check;
use crate::grammar::{self, Member, Node};
use crate::yaml_out;

/// The comment at the head of an imported document.
const HEADER: &str = "\
# The facts of the Venice.ai API, imported from the vendor's OpenAPI document; no prose. Do not edit: corrections go to
# overlay.yaml, words to docs.yaml. Refresh with `cargo xtask spec import FILE|URL`.
";

/// The order of the document's own members, so that a vendor who shuffles them makes no difference.
const ORDER: [&str; 7] = ["openapi", "info", "servers", "security", "tags", "paths", "components"];

/// Reduces a document to its facts.
///
/// A fixed point: importing the result changes nothing. Keeps the document's order below the top level, where the order of
/// properties and of union members means something. The `description` that OpenAPI requires of a response becomes the
/// standard reason phrase of its status; titles stay where they are names and not sentences.
///
/// # Errors
/// What [`check`] finds, before anything else is done.
pub fn import(doc: &Value) -> Result<Value, Error> {
    import_noted(doc).map(|(facts, _)| facts)
}

/// Reduces a document to its facts, and says what of it could not be kept: words of OpenAPI 3.1 that 3.0 does not have, and what the
/// generator cannot express. A line for each place.
///
/// # Errors
/// As [`import`].
pub fn import_noted(doc: &Value) -> Result<(Value, Vec<String>), Error> {
    let mut doc = doc.clone();
    let notes = convert::to_3_0(&mut doc);
    Ok((facts(&doc)?, notes))
}

/// What of a document can be used.
#[derive(Debug)]
pub struct Imported {
    /// Its facts.
    pub facts: Value,
    /// What of it could not be kept, a line for each place.
    pub notes: Vec<String>,
    /// Operations that are not valid, each with the reason.
    pub left_out: Vec<String>,
}

/// Reduces a document to its facts. What is invalid in it is taken out and listed: references that lead nowhere or back to themselves,
/// and operations.
///
/// # Errors
/// When it is no OpenAPI document.
pub fn import_repaired(doc: &Value) -> Result<Imported, Error> {
    let mut doc = doc.clone();
    let mut notes = convert::to_3_0(&mut doc);
    let repairs = repair::repair(&mut doc);
    notes.extend(repairs.notes);
    Ok(Imported { facts: facts(&doc)?, notes, left_out: repairs.left_out })
}

/// The facts of a document of OpenAPI 3.0.
fn facts(doc: &Value) -> Result<Value, Error> {
    check(doc)?;
    let mut facts = object(Node::Document, doc);
    if let Value::Object(members) = &mut facts {
        let mut ordered = Map::new();
        for name in ORDER {
            ordered.extend(members.shift_remove_entry(name));
        }
        ordered.extend(std::mem::take(members));
        *members = ordered;
    }
    Ok(facts)
}

/// An imported document as the text of `spec/swagger.yaml`.
#[must_use]
pub fn render(facts: &Value) -> String {
    format!("{HEADER}{}", yaml_out::write(facts))
}

/// The facts of one object of a known kind. What is not an object (`additionalProperties: false`) is a fact already.
fn object(node: Node, value: &Value) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let kept = members.iter().filter_map(|(key, value)| Some((key.clone(), kept(node, key, value)?)));
    Value::Object(kept.collect())
}

/// What is kept of one member, if anything.
fn kept(node: Node, key: &str, value: &Value) -> Option<Value> {
    match grammar::member(node, key) {
        Member::Prose => None,
        Member::Fact => Some(value.clone()),
        Member::Title => (node == Node::Info || value.as_str().is_some_and(prose::is_name)).then(|| value.clone()),
        Member::One(Node::Response) => Some(response(value, reason::phrase(key))),
        Member::One(node) => Some(object(node, value)),
        Member::List(node) => Some(match value {
            Value::Array(items) => items.iter().map(|item| object(node, item)).collect(),
            other => other.clone(),
        }),
        Member::Map(Node::Response) => Some(named(value, |value| response(value, reason::UNNAMED))),
        Member::Map(node) => Some(named(value, |value| object(node, value))),
        Member::ProseMap => Some(named(value, |_| Value::from(""))),
        Member::Extension => prose::strip(key, value),
    }
}

/// An object whose keys are names: all of them stay.
fn named(value: &Value, facts: impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), facts(value))).collect(),
        other => other.clone(),
    }
}

/// A response with a reason phrase at the place of the vendor's sentence.
fn response(value: &Value, phrase: &str) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let facts = members.iter().filter_map(|(key, value)| {
        let value = match key.as_str() {
            "description" => Value::from(phrase),
            key => kept(Node::Response, key, value)?,
        };
        Some((key.clone(), value))
    });
    let mut facts: Map<String, Value> = facts.collect();
    if !facts.contains_key("$ref") && !facts.contains_key("description") {
        facts.shift_insert(0, "description".to_owned(), Value::from(phrase));
    }
    Value::Object(facts)
}
