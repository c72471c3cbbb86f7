//! Paths, operations and their responses.

use std::collections::HashMap;

use serde_json::Value;

use venice_ai_codegen::Error;
use venice_ai_codegen::document::{METHODS, Place, operations, target};

pub(super) fn check(doc: &Value) -> Result<(), Error> {
    let root = Place::Root;
    let paths_place = root.key("paths");
    let paths = doc.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten().filter(|(path, _)| !path.starts_with("x-")) {
        let place = paths_place.key(path);
        self::path(path, item, place)?;
        let members = item.as_object().into_iter().flatten();
        for (method, operation) in members.filter(|(method, _)| METHODS.contains(&method.as_str())) {
            self::operation(doc, (path, item), operation, place.key(method))?;
        }
    }
    unique_ids(doc)
}

/// Checks a member of `paths`.
pub(crate) fn path(path: &str, item: &Value, place: Place<'_>) -> Result<(), Error> {
    if path.starts_with("x-") {
        return Ok(());
    }
    if !path.starts_with('/') {
        return Err(Error::new("a path does not begin with `/`").at(place).found(path));
    }
    if !item.is_object() {
        return Err(Error::new("a path item is not an object").at(place).found(item));
    }
    Ok(())
}

/// Checks an operation of a path.
pub(crate) fn operation(
    doc: &Value,
    (path, item): (&str, &Value),
    operation: &Value,
    place: Place<'_>,
) -> Result<(), Error> {
    if !operation.is_object() {
        return Err(Error::new("an operation is not an object").at(place).found(operation));
    }
    responses(operation, place)?;
    parameters(doc, path, item, operation, place)
}

fn responses(operation: &Value, place: Place<'_>) -> Result<(), Error> {
    let place = place.key("responses");
    let responses = operation.get("responses");
    let Some(statuses) = responses.and_then(Value::as_object).filter(|statuses| !statuses.is_empty()) else {
        let error =
            Error::new("an operation has no responses").at(place).help("add at least the response of a success");
        return Err(match responses {
            Some(other) => error.found(other),
            None => error,
        });
    };
    for (status, response) in statuses.iter().filter(|(status, _)| !status.starts_with("x-")) {
        let place = place.key(status);
        if !is_status(status) {
            return Err(Error::new("a response is listed under something that is not a status")
                .at(place)
                .found(status)
                .help("use three digits, `2XX` or `default`"));
        }
        if !response.is_object() {
            return Err(Error::new("a response is not an object").at(place).found(response));
        }
    }
    Ok(())
}

fn is_status(text: &str) -> bool {
    let digits = match text.as_bytes() {
        [first, b'X', b'X'] => return (b'1'..=b'5').contains(first),
        digits => digits,
    };
    text == "default" || (digits.len() == 3 && digits.iter().all(u8::is_ascii_digit))
}

/// Every `{name}` of the path is declared, and every declared path parameter is in the path.
fn parameters(doc: &Value, path: &str, item: &Value, operation: &Value, place: Place<'_>) -> Result<(), Error> {
    let templated = templated(path).map_err(|error| error.at(place))?;
    let declared: Vec<&str> = [item, operation]
        .into_iter()
        .filter_map(|holder| holder.get("parameters")?.as_array())
        .flatten()
        .filter_map(|parameter| resolve(doc, parameter))
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("path"))
        .filter_map(|parameter| parameter.get("name")?.as_str())
        .collect();
    if let Some(name) = templated.iter().find(|name| !declared.contains(name)) {
        return Err(Error::new(format!("path parameter `{name}` is not declared"))
            .at(place)
            .found(path)
            .help("add it to `parameters` with `in: path`"));
    }
    if let Some(name) = declared.iter().find(|name| !templated.contains(name)) {
        return Err(Error::new(format!("path parameter `{name}` is declared but not in the path"))
            .at(place)
            .found(path)
            .help(format!("add `{{{name}}}` to the path, or take the parameter away")));
    }
    Ok(())
}

fn templated(path: &str) -> Result<Vec<&str>, Error> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(Error::new("a path has a `{` without `}`").found(path));
        };
        names.push(name);
        rest = after;
    }
    Ok(names)
}

fn resolve<'d>(doc: &'d Value, parameter: &'d Value) -> Option<&'d Value> {
    match parameter.get("$ref").and_then(Value::as_str) {
        Some(reference) => target(doc, reference),
        None => Some(parameter),
    }
}

fn unique_ids(doc: &Value) -> Result<(), Error> {
    let mut seen: HashMap<&str, String> = HashMap::new();
    for operation in operations(doc) {
        let Some(id) = operation.value.get("operationId") else {
            continue;
        };
        let place = format!("{}.operationId", operation.place());
        let Some(id) = id.as_str().filter(|id| !id.is_empty()) else {
            return Err(Error::new("an operationId is not a string").at(place).found(id));
        };
        if let Some(first) = seen.get(id) {
            return Err(Error::new(format!("operationId `{id}` occurs twice"))
                .at(place)
                .found(format!("the same id at {first}"))
                .help("every operation needs an id of its own: is this the vendor's latest document?"));
        }
        seen.insert(id, place);
    }
    Ok(())
}
