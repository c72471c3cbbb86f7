//! Default answers, generated from the response schemas of the OpenAPI document.

mod headers;
mod media_type;
mod text;
mod value;

use bytes::Bytes;
use serde_json::Value;
use venice_ai::Operation;

use self::value::ValueGenerator;
use super::form::FilePart;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::{document, errors, media};

const JSON: &str = "application/json";
const CSV: &str = "text/csv";

/// Answers an operation without a handler.
pub(super) fn answer(
    state: &mut State,
    request: &ParsedRequest<'_>,
    operation: &'static Operation,
) -> Result<Reply, Reply> {
    let Some((status, success)) = success(operation) else {
        return Err(errors::of_status(operation.statuses.first().copied().unwrap_or(501)));
    };
    let wanted = media_type::choose(request, operation, success);
    let body = json(state, operation, success, request);
    let mut reply = match media::file(wanted) {
        Some(file) if request.body["streaming"] == true => Reply::pieces(status, wanted, pieces(&file)),
        Some(file) => Reply::new(status, wanted, file),
        None if wanted == JSON => Reply::json(status, &body),
        None if wanted == CSV => Reply::new(status, "text/csv; charset=utf-8", table(&body)),
        None => Reply::text(status, sentence(&body)),
    };
    headers::add(state, &mut reply, success, request, &body);
    Ok(reply)
}

/// A JSON body for an operation, for a request without options.
pub(super) fn body(state: &mut State, operation: &Operation) -> Option<Value> {
    let schema = success(operation)?.1["content"][JSON].get("schema")?;
    Some(ValueGenerator::new(state, None).value(schema))
}

/// The first documented success.
fn success(operation: &Operation) -> Option<(u16, &'static Value)> {
    let responses = document::operation(operation)["responses"].as_object()?;
    let statuses = responses.iter().filter_map(|(status, response)| Some((status.parse().ok()?, response)));
    statuses.into_iter().find(|(status, _): &(u16, _)| (200..300).contains(status))
}

fn json(state: &mut State, operation: &Operation, success: &'static Value, request: &ParsedRequest<'_>) -> Value {
    // A table or a text is made from the JSON that would be answered instead.
    let Some(schema) = success["content"][JSON].get("schema") else { return Value::Null };
    let of_path =
        document::path_parameters(operation).zip(&request.route.parameters).map(|(name, value)| (name, value.as_str()));
    let of_query = request.route.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let given = of_path.chain(of_query).map(|(name, value)| (name.to_owned(), value.into()));
    let mut given: serde_json::Map<String, Value> = given.collect();
    if let Value::Array(requests) = &request.body {
        // A batch is answered with a list, each request with its own item.
        let alternatives = document::alternatives(schema);
        let item = alternatives.iter().find_map(|part| part.get("items")).unwrap_or(schema);
        return requests.iter().map(|request| ValueGenerator::new(state, request.as_object()).value(item)).collect();
    }
    given.extend(request.body.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    if let Some(text) = request.files.iter().find_map(written) {
        given.insert("text".to_owned(), text.into());
    }
    ValueGenerator::new(state, Some(&given)).value(schema)
}

/// The content of a text file, for a reply about it.
fn written(file: &FilePart) -> Option<&str> {
    let is_text = file.media.as_deref().is_some_and(|media| media.starts_with("text/"));
    std::str::from_utf8(&file.bytes).ok().filter(|_| is_text)
}

fn pieces(file: &Bytes) -> Vec<Bytes> {
    file.chunks(file.len().div_ceil(4).max(1)).map(|piece| file.slice_ref(piece)).collect()
}

/// The list in a body, as a table with a header.
fn table(body: &Value) -> String {
    let lists = body.as_object().into_iter().flatten().filter_map(|(_, field)| field.as_array());
    let rows: Vec<_> = lists.flatten().filter_map(Value::as_object).collect();
    let names: Vec<&String> = rows.first().map(|row| row.keys().collect()).unwrap_or_default();
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let quoted = |text: String| {
        if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let line = |cells: Vec<String>| cells.into_iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
    let mut text = line(names.iter().map(|name| (*name).clone()).collect());
    for row in rows {
        text += &line(names.iter().map(|name| row.get(*name).map(cell).unwrap_or_default()).collect());
    }
    text
}

/// The text in a body, for replies in plain text.
fn sentence(body: &Value) -> String {
    let text = ["text", "transcript"].iter().find_map(|name| body[name].as_str());
    text.unwrap_or("This is the mock that comes with the crate.").to_owned()
}

#[cfg(test)]
mod tests;
