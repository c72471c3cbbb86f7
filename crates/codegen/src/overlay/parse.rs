//! From a tree to a checked overlay.

use serde_json::{Map, Value};

use super::{Action, Overlay, Target};
use crate::document::Place;
use crate::error::Error;

pub(super) fn overlay(doc: &Value) -> Result<Overlay, Error> {
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
    let actions = actions.iter().enumerate().map(|(index, value)| action(value, place.index(index)));
    Ok(Overlay { actions: actions.collect::<Result<_, _>>()? })
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

fn action(value: &Value, place: Place<'_>) -> Result<Action, Error> {
    let members = object(value, "an action", place)?;
    known(members, &["target", "description", "update", "remove"], place)?;
    let target = match members.get("target") {
        Some(Value::String(text)) => Target::parse(text).map_err(|problem| {
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
    };
    let description = match members.get("description") {
        None => None,
        Some(Value::String(text)) => Some(text.trim().to_owned()),
        Some(other) => {
            return Err(Error::new("a description is not a string").at(place.key("description")).found(other));
        }
    };
    let removes = match members.get("remove") {
        None => false,
        Some(Value::Bool(value)) => *value,
        Some(other) => return Err(Error::new("`remove` is not true or false").at(place.key("remove")).found(other)),
    };
    // The specification says that `update` has no effect beside `remove: true`.
    let update = match members.get("update") {
        _ if removes => None,
        Some(update) => Some(update.clone()),
        None => {
            return Err(Error::new("an action does nothing")
                .at(place)
                .found(value)
                .help("add `update`, or `remove: true`"));
        }
    };
    Ok(Action { target, description, update })
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
