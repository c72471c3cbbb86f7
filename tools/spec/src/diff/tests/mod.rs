//! The table of pairs, and what must hold of every comparison.
#![allow(clippy::unwrap_used, clippy::panic)]

mod places;
mod unseen;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::{Mode, generate, import};
use serde_json::{Map, Value, json};
use venice_ai_codegen::{Inputs, yaml};

use super::change::Change;
use super::{Class, Diff, Document, Format, diff, render};

/// One row of the table.
struct Pair {
    name: String,
    old: Value,
    new: Value,
    expect: Vec<String>,
    /// Differences of the generated surface: names of arguments, which callers do not write, or `validate`.
    surface: String,
}

fn pairs() -> &'static [Pair] {
    static PAIRS: OnceLock<Vec<Pair>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let table = yaml::parse(include_str!("pairs.yaml")).unwrap_or_else(|error| panic!("{error}"));
        table.as_array().unwrap().iter().map(pair).collect()
    })
}

fn pair(row: &Value) -> Pair {
    let known = ["name", "in", "old", "new", "schemas", "expect", "surface"];
    assert!(row.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{row}");
    let document = |side: &str| {
        let schemas = row.get("schemas").map(|schemas| schemas.get(side).unwrap_or(schemas));
        built(row["in"].as_str().unwrap(), &row[side], schemas)
    };
    Pair {
        name: row["name"].as_str().unwrap().to_owned(),
        old: document("old"),
        new: document("new"),
        expect: row["expect"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect(),
        surface: row.get("surface").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

/// A whole document around what a row shows.
fn built(place: &str, part: &Value, schemas: Option<&Value>) -> Value {
    let mut operation = json!({"operationId": "light", "responses": {"200": {"description": "OK"}}});
    let mut paths = Map::new();
    let mut document = json!({
        "openapi": "3.0.0",
        "x-integers": ["max_tokens"],
        "info": {"title": "Lanterns", "version": "7"},
        "security": [{"lamp": []}],
        "components": {
            "securitySchemes": {"lamp": {"type": "http", "scheme": "bearer"}, "siwx": {"type": "apiKey", "in": "header", "name": "X-Sign"}},
            "schemas": schemas.cloned().unwrap_or_else(|| json!({})),
        },
    });
    let schema = |media: &str, schema: &Value| json!({"content": {media: {"schema": schema}}});
    match place {
        "request" => operation["requestBody"] = schema("application/json", part),
        "form" => operation["requestBody"] = schema("multipart/form-data", part),
        "forms" => {
            operation["requestBody"] = json!({"content": {
                "application/json": {"schema": part["json"]}, "multipart/form-data": {"schema": part["form"]},
            }});
        }
        "reply" | "error" => {
            let mut reply = schema("application/json", part);
            reply["description"] = "".into();
            operation["responses"][if place == "reply" { "200" } else { "400" }] = reply;
        }
        "parameters" => operation["parameters"] = part.clone(),
        "operation" => operation.as_object_mut().unwrap().extend(part.as_object().unwrap().clone()),
        "paths" => paths = part.as_object().unwrap().clone(),
        "document" => merge(&mut document, part),
        other => panic!("no such place: {other}"),
    }
    operation.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    paths.insert("/a".into(), json!({"post": operation}));
    document["paths"] = Value::Object(paths);
    document
}

/// Members of `components` one by one, everything else as a whole.
fn merge(document: &mut Value, part: &Value) {
    for (key, value) in part.as_object().unwrap() {
        match key.as_str() {
            "components" => merge(&mut document[key], value),
            _ => document[key] = value.clone(),
        }
    }
}

fn prepared(document: &Value) -> Document {
    Document::prepare(document, &Inputs::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn compared(old: &Value, new: &Value) -> Diff {
    let diff = diff(&prepared(old), &prepared(new));
    assert!(diff.notes.is_empty(), "{:?}", diff.notes);
    diff
}

fn line(change: &Change) -> String {
    format!("{} {} {}", change.class.name(), change.what, change.direction())
}

/// Fails with all rows that do not hold, so that one run shows them all.
#[track_caller]
fn all(rows: impl Iterator<Item = Result<(), String>>) {
    let failures: Vec<String> = rows.filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{} do not hold:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_pair_has_the_class_that_a_reviewer_gives_it() {
    assert!(pairs().len() >= 60);
    let names: BTreeSet<&str> = pairs().iter().map(|pair| pair.name.as_str()).collect();
    assert_eq!(names.len(), pairs().len(), "two pairs have one name");
    all(pairs().iter().map(|pair| {
        let diff = compared(&pair.old, &pair.new);
        let mut found: Vec<String> = diff.changes.iter().map(line).collect();
        let mut expected = pair.expect.clone();
        found.sort();
        expected.sort();
        if found == expected { Ok(()) } else { Err(format!("{}\n{}", pair.name, render(&diff, Format::Text))) }
    }));
}

/// The generated surface of a document without what is not to be looked at.
fn surface(document: &Value, without: &str) -> BTreeSet<String> {
    let facts = import::import(document).unwrap();
    let generated = generate(&facts, &Inputs::default(), Mode::Lenient).unwrap_or_else(|error| panic!("{error}"));
    let plain = |line: &String| match line.split_once('(') {
        Some((head, arguments)) if without == "argument names" => {
            let types: Vec<&str> =
                arguments.split(',').map(|argument| argument.rsplit(':').next().unwrap_or_default()).collect();
            format!("{head}({}", types.join(","))
        }
        _ => line.clone(),
    };
    // A type that a reply uses too gets another list of traits.
    let lines = generated.api.iter().filter(|line| !line.starts_with("traits "));
    lines.filter(|line| without != "validate" || !line.contains(": validate(")).map(plain).collect()
}

#[test]
fn what_breaks_takes_something_from_the_generated_surface_and_nothing_else_does() {
    all(pairs().iter().map(|pair| {
        let (old, new) = (surface(&pair.old, &pair.surface), surface(&pair.new, &pair.surface));
        let gone: Vec<&String> = old.difference(&new).collect();
        let breaks = compared(&pair.old, &pair.new).class() == Some(Class::Breaking);
        if breaks == gone.is_empty() {
            Err(format!("{}: breaking: {breaks}, gone: {gone:#?}", pair.name))
        } else {
            Ok(())
        }
    }));
}

#[test]
fn what_adds_shows_in_the_other_direction_as_what_goes() {
    all(pairs().iter().map(|pair| {
        let forward = compared(&pair.old, &pair.new);
        let backward = compared(&pair.new, &pair.old);
        let key = |before: &Option<Value>, after: &Option<Value>, change: &Change| {
            let path = if change.direction() == "changed" { "" } else { &change.path };
            format!("{} {path} {before:?} {after:?}", change.what)
        };
        let mut there: Vec<String> =
            forward.changes.iter().map(|change| key(&change.before, &change.after, change)).collect();
        let mut back: Vec<String> =
            backward.changes.iter().map(|change| key(&change.after, &change.before, change)).collect();
        there.sort();
        back.sort();
        if there == back { Ok(()) } else { Err(format!("{}\n{there:#?}\n{back:#?}", pair.name)) }
    }));
}

#[test]
fn a_document_is_as_itself_and_as_its_import() {
    for document in pairs().iter().flat_map(|pair| [&pair.old, &pair.new]) {
        assert_eq!(compared(document, document).changes, []);
        let facts = import::import(document).unwrap();
        assert_eq!(compared(document, &facts).changes, []);
        assert_eq!(compared(&facts, document).changes, []);
    }
}
