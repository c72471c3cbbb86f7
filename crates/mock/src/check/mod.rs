//! Validation of a request against the OpenAPI document.

mod limits;
mod schema;

use serde_json::{Map, Value};
use venice_ai::Operation;

use self::schema::Checker;
use super::issues::Issues;
use super::request_body::{self, RequestBody};
use super::route::Route;
use super::{UnknownFields, document};

/// Everything that is wrong with a request of this operation.
pub(super) fn request(operation: &Operation, route: &Route, given: &RequestBody, unknown: UnknownFields) -> Issues {
    let mut checker = Checker::new(unknown);
    let described = document::operation(operation);
    parameters(&mut checker, described, operation, route);
    if !operation.request_media.is_empty() {
        body(&mut checker, described, given);
    }
    checker.into_issues()
}

/// Everything that is wrong with a value by itself.
#[cfg(test)]
pub(super) fn value(schema: &'static Value, value: &Value, unknown: UnknownFields) -> Issues {
    let mut checker = Checker::new(unknown);
    checker.value(schema, value);
    checker.into_issues()
}

fn parameters(checker: &mut Checker, described: &'static Value, operation: &Operation, route: &Route) {
    let all = || described["parameters"].as_array().into_iter().flatten().map(document::resolved);
    let of = |place: &'static str| all().filter(move |parameter| parameter["in"] == place);
    let find = |place, name: &str| of(place).find(|parameter| parameter["name"] == name).map(|found| &found["schema"]);
    let segments = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let path = segments.zip(&route.parameters).map(|(name, value)| (name.to_owned(), value.clone()));
    let path = request_body::typed(path, |name| find("path", name));
    let query = request_body::typed(route.query.iter().cloned(), |name| find("query", name));
    for (place, values) in [("path", &path), ("query", &query)] {
        for parameter in of(place) {
            let name = parameter["name"].as_str().unwrap_or_default();
            checker.field(name, &parameter["schema"], values, parameter["required"] == true);
        }
    }
    // The description of a query is never open, so these are mistakes, though the API may pass them over.
    let others = query.keys().filter(|name| find("query", name).is_none());
    checker.unrecognised(others.map(String::as_str));
}

fn body(checker: &mut Checker, described: &'static Value, given: &RequestBody) {
    let content = &described["requestBody"]["content"];
    let Some(schema) = content.get(given.media.as_str()).and_then(|media| media.get("schema")) else {
        // No body was sent, which is all right where one may be left out.
        if described["requestBody"]["required"] != false {
            checker.body_is_missing();
        }
        return;
    };
    if !given.body.is_object() {
        return checker.value(schema, &given.body);
    }
    checker.no_texts_for_files(schema, given);
    checker.value(schema, &with_files(schema, given));
}

/// The fields of a form, with a text in the place of each file.
fn with_files(schema: &'static Value, given: &RequestBody) -> Value {
    let mut fields: Map<String, Value> = given.body.as_object().cloned().unwrap_or_default();
    for file in &given.files {
        let is_list =
            document::property(schema, &file.field).is_some_and(|property| document::may_be(property, "array"));
        request_body::add(&mut fields, file.field.clone(), "a file".into(), is_list);
    }
    fields.into()
}
