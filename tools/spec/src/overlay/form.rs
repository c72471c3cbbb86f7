//! `parse`: reads an overlay, and checks what the generator takes for granted.

use serde_json::{Map, Value};
use venice_ai_codegen::document::Place;
use venice_ai_codegen::overlay::{Overlay, Target};
use venice_ai_codegen::{Error, Inputs};

/// Reads the files of a folder like [`Inputs::read`], and checks the overlay.
///
/// # Errors
/// What `read` fails with, and a file that is not what it should be.
pub fn inputs<E: From<Error>>(mut read: impl FnMut(&str) -> Result<Value, E>) -> Result<Inputs, E> {
    let overlay = parse(&read("overlay.yaml")?).map_err(|error| error.in_file("spec/overlay.yaml"))?;
    Ok(Inputs { overlay, ..Inputs::read(read)? })
}

/// Reads an overlay from its document.
///
/// # Errors
/// A document that is not an Overlay 1.0; an action with an unknown member, with a target that is not JSONPath, or that does nothing.
pub fn parse(doc: &Value) -> Result<Overlay, Error> {
    let root = Place::Root;
    let members = object(doc, "the overlay", root)?;
    known(members, &["overlay", "info", "extends", "actions"], root)?;
    version(doc)?;
    let info = root.key("info");
    for name in ["title", "version"] {
        if !doc.get("info").and_then(|info| info.get(name)).is_some_and(Value::is_string) {
            return Err(Error::new(format!("the overlay does not say its {name}"))
                .at(info.key(name))
                .help(format!("add `{name}`, a string, to `info`")));
        }
    }
    let place = root.key("actions");
    let Some(actions) = doc.get("actions").and_then(Value::as_array) else {
        return Err(Error::new("the overlay has no actions")
            .at(place)
            .help("write `actions: []` if there is nothing to correct"));
    };
    actions.iter().enumerate().try_for_each(|(index, value)| action(value, place.index(index)))?;
    Overlay::parse(doc)
}

fn version(doc: &Value) -> Result<(), Error> {
    let place = Place::Root;
    let place = place.key("overlay");
    match doc.get("overlay") {
        Some(Value::String(version)) if version.starts_with("1.0.") => Ok(()),
        Some(other) => Err(Error::new("the overlay has another version than 1.0")
            .at(place)
            .found(other)
            .help("write `overlay: 1.0.0`")),
        None => Err(Error::new("the document is not an overlay: it has no `overlay` member")
            .at(place)
            .help("write `overlay: 1.0.0` at its head")),
    }
}

fn action(value: &Value, place: Place<'_>) -> Result<(), Error> {
    let members = object(value, "an action", place)?;
    known(members, &["target", "description", "update", "remove"], place)?;
    match members.get("target") {
        Some(Value::String(text)) => Target::parse(text).map(drop).map_err(|problem| {
            Error::new(format!("the target is not a JSONPath query: {problem}"))
                .at(place.key("target"))
                .found(text)
                .help("a target has names (in ['…'] those with other characters than letters, digits and _), indexes, `*`, `..` and filters on texts")
        })?,
        _ => {
            return Err(Error::new("an action has no target")
                .at(place)
                .found(value)
                .help("add `target`, a JSONPath query"));
        }
    }
    if let Some(other) = members.get("description").filter(|text| !text.is_string()) {
        return Err(Error::new("a description is not a string").at(place.key("description")).found(other));
    }
    if let Some(other) = members.get("remove").filter(|remove| !remove.is_boolean()) {
        return Err(Error::new("`remove` is not true or false").at(place.key("remove")).found(other));
    }
    Ok(())
}

fn object<'v>(value: &'v Value, what: &str, place: Place<'_>) -> Result<&'v Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| Error::new(format!("{what} is not an object")).at(place).found(value))
}

fn known(members: &Map<String, Value>, names: &[&str], place: Place<'_>) -> Result<(), Error> {
    match members.keys().find(|key| !key.starts_with("x-") && !names.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(Error::new(format!("unknown member `{key}`"))
            .at(place.key(key))
            .help(format!("Overlay 1.0 has here: {}", names.join(", ")))),
    }
}
