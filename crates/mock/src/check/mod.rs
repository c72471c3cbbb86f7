//! Validation of a request against the OpenAPI document.

mod limits;
mod schema;

use serde_json::{Map, Value, json};
use venice_ai::Operation;

use self::schema::Zod;
use super::issues::{Issue, Issues, Step};
use super::request_body::{self, RequestBody};
use super::route::Route;
use super::{UnknownFields, document};

/// All findings in a request of this operation.
pub(super) fn request(operation: &Operation, route: &Route, given: &RequestBody, unknown: UnknownFields) -> Issues {
    let (zod, described) = (Zod { unknown }, document::operation(operation));
    let mut issues = Issues::default();
    parameters(&zod, described, operation, route, &mut issues);
    if !operation.request_media.is_empty() {
        body(&zod, described, given, &mut issues);
    }
    issues
}

/// All findings in a single value.
#[cfg(test)]
pub(super) fn value(schema: &'static Value, value: &Value, unknown: UnknownFields) -> Issues {
    let mut issues = Issues::default();
    issues.extend(document::schemas().compare(&Zod { unknown }, schema, value));
    issues
}

fn parameters(zod: &Zod, described: &'static Value, operation: &Operation, route: &Route, issues: &mut Issues) {
    let all = || described["parameters"].as_array().into_iter().flatten().map(document::resolved);
    let of = |place: &'static str| all().filter(move |parameter| parameter["in"] == place);
    let find = |place, name: &str| of(place).find(|parameter| parameter["name"] == name).map(|found| &found["schema"]);
    let segments = document::path_parameters(operation);
    let path = segments.zip(&route.parameters).map(|(name, value)| (name.to_owned(), value.clone()));
    let path = request_body::typed(path, |name| find("path", name));
    let query = request_body::typed(route.query.iter().cloned(), |name| find("query", name));
    for (place, values) in [("path", &path), ("query", &query)] {
        for parameter in of(place) {
            let field = (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"]);
            issues.extend(document::schemas().compare_field(zod, field, values, parameter["required"] == true));
        }
    }
    // The description of a query is never open, so these are mistakes, though the API may pass them over.
    let others: Vec<&str> = query.keys().map(String::as_str).filter(|name| find("query", name).is_none()).collect();
    if !others.is_empty() {
        issues.add(schema::unrecognised(Vec::new(), &others));
    }
}

fn body(zod: &Zod, described: &'static Value, given: &RequestBody, issues: &mut Issues) {
    let content = &described["requestBody"]["content"];
    let Some(schema) = content.get(given.media.as_str()).and_then(|media| media.get("schema")) else {
        // No body was sent, which is valid if it is optional.
        if described["requestBody"]["required"] != false {
            issues.add(schema::missing(Vec::new(), "object"));
        }
        return;
    };
    if !given.body.is_object() {
        return issues.extend(document::schemas().compare(zod, schema, &given.body));
    }
    issues.extend(texts_for_files(schema, given));
    issues.extend(document::schemas().compare(zod, schema, &with_files(schema, given)));
}

/// Fields that are files and came as texts.
fn texts_for_files(schema: &'static Value, given: &RequestBody) -> impl Iterator<Item = Issue> {
    let names = given.body.as_object().into_iter().flatten().map(|(name, _)| name);
    let is_file = move |name: &&String| {
        let alternatives = document::property(schema, name).map(document::alternatives).unwrap_or_default();
        !alternatives.is_empty() && alternatives.iter().all(|part| part["format"] == "binary")
    };
    let issue = |name: &String| {
        Issue::new("custom", vec![Step::Field(name.clone())], "Expected a file, received a text", json!({}))
    };
    names.filter(is_file).map(issue)
}

/// The fields of a form, with a text in place of each file.
fn with_files(schema: &'static Value, given: &RequestBody) -> Value {
    let mut fields: Map<String, Value> = given.body.as_object().cloned().unwrap_or_default();
    for file in &given.files {
        let is_list =
            document::property(schema, &file.field).is_some_and(|property| document::may_be(property, "array"));
        request_body::add(&mut fields, file.field.clone(), "a file".into(), is_list);
    }
    fields.into()
}
