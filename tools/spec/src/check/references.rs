//! Every `$ref` leads somewhere inside the document.

use serde_json::Value;

use venice_ai_codegen::Error;
use venice_ai_codegen::document::{Place, target};

use crate::grammar::{self, Member, Node};

pub(super) fn check(doc: &Value) -> Result<(), Error> {
    object(doc, Node::Document, doc, Place::Root)
}

fn object(doc: &Value, node: Node, value: &Value, place: Place<'_>) -> Result<(), Error> {
    let Some(members) = value.as_object() else {
        return Ok(());
    };
    for (key, value) in members {
        let place = place.key(key);
        if key == "$ref" {
            reference(doc, value, place)?;
            continue;
        }
        match grammar::member(node, key) {
            Member::One(node) => object(doc, node, value, place)?,
            Member::List(node) => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    object(doc, node, item, place.index(index))?;
                }
            }
            Member::Map(node) => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    object(doc, node, value, place.key(name))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn reference(doc: &Value, value: &Value, place: Place<'_>) -> Result<(), Error> {
    let Some(text) = value.as_str() else {
        return Err(Error::new("a `$ref` is not a string").at(place).found(value));
    };
    if !text.starts_with("#/") {
        return Err(Error::new("a `$ref` leads out of the document")
            .at(place)
            .found(text)
            .help("only references that begin with `#/` are followed: bundle the document first"));
    }
    match target(doc, text) {
        Some(_) => Ok(()),
        None => Err(Error::new("a `$ref` leads nowhere")
            .at(place)
            .found(text)
            .help("add what it names, or correct the reference")),
    }
}
