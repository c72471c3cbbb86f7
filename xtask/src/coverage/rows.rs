//! The rows of the report: one for each operation, request media type and success media type of the API's document.
//!
//! Read from `spec/swagger.yaml` itself and not from the generator's table, which is one of the things that are checked.

use std::fmt;

use serde_json::Value;
use venice_ai_codegen::document;

/// An operation, a media type of its request and one of its success reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The operation's id; `GET /image/styles` where the document gives none and nothing is generated.
    pub operation: String,
    /// In capitals.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// The media type of the request, when it has a body.
    pub request: Option<String>,
    /// The media type of the reply, when a success has one.
    pub success: Option<String>,
    /// The statuses of a success. Where the document has none, all of its statuses: the operation is of the past.
    pub statuses: Vec<String>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operation)?;
        if let Some(request) = &self.request {
            write!(f, " with {request}")?;
        }
        match &self.success {
            Some(success) => write!(f, " for {success}"),
            None => Ok(()),
        }
    }
}

/// The rows of a document, in its order.
pub fn read(doc: &Value) -> Vec<Row> {
    document::operations(doc).flat_map(|operation| rows(doc, &operation)).collect()
}

fn rows(doc: &Value, operation: &document::Operation<'_>) -> Vec<Row> {
    let method = operation.method.to_ascii_uppercase();
    let name = operation.id().map_or_else(|| format!("{method} {}", operation.path), str::to_owned);
    let body = operation.value.get("requestBody").map(|body| follow(doc, body));
    let body = body.filter(|body| !is_empty(body));
    let requests = one_at_least(body.map(media).unwrap_or_default());
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let responses: Vec<(&String, &Value)> =
        responses.into_iter().flatten().map(|(status, reply)| (status, follow(doc, reply))).collect();
    let good: Vec<_> = responses.iter().filter(|(status, _)| status.starts_with('2')).collect();
    let mut successes: Vec<String> = Vec::new();
    for name in good.iter().flat_map(|(_, reply)| media(reply)) {
        if !successes.contains(&name) {
            successes.push(name);
        }
    }
    let statuses: Vec<String> = match good.as_slice() {
        [] => responses.iter().map(|(status, _)| (*status).clone()).collect(),
        good => good.iter().map(|(status, _)| (*status).clone()).collect(),
    };
    let successes = one_at_least(successes);
    let row = |request: &Option<String>, success: &Option<String>| Row {
        operation: name.clone(),
        method: method.clone(),
        path: operation.path.to_owned(),
        request: request.clone(),
        success: success.clone(),
        statuses: statuses.clone(),
    };
    requests
        .iter()
        .flat_map(|request| successes.iter().map(|success| row(request, success)).collect::<Vec<_>>())
        .collect()
}

fn follow<'d>(doc: &'d Value, value: &'d Value) -> &'d Value {
    let target =
        value.get("$ref").and_then(Value::as_str).and_then(|reference| doc.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(value)
}

fn media(holder: &Value) -> Vec<String> {
    holder.get("content").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| essence(name)).collect()
}

/// Whether a body may be left out and can hold nothing.
fn is_empty(body: &Value) -> bool {
    let holds_nothing = |media: &Value| {
        media.pointer("/schema/properties").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty)
    };
    let media = body.get("content").and_then(Value::as_object);
    body.get("required") != Some(&Value::Bool(true)) && media.is_some_and(|media| media.values().all(holds_nothing))
}

/// A media type without its parameters.
pub fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn one_at_least(names: Vec<String>) -> Vec<Option<String>> {
    if names.is_empty() { vec![None] } else { names.into_iter().map(Some).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_that_can_hold_nothing_is_none() {
        let rows_of = |body: Value| {
            let post = json!({"operationId": "addWick", "requestBody": body, "responses": {"200": {}}});
            read(&json!({"paths": {"/wicks": {"post": post}}})).remove(0).request
        };
        let schema =
            |properties: Value| json!({"application/json": {"schema": {"type": "object", "properties": properties}}});
        assert_eq!(rows_of(json!({"content": schema(json!({}))})), None);
        let json = Some("application/json".to_owned());
        assert_eq!(rows_of(json!({"content": schema(json!({})), "required": true})), json);
        assert_eq!(rows_of(json!({"content": schema(json!({"wax": {}}))})), json);
        assert_eq!(rows_of(json!({"content": {"application/json": {"schema": {"type": "object"}}}})), json);
    }

    #[test]
    fn a_row_for_each_combination_of_media_types() {
        let doc = json!({"paths": {"/wicks": {
            "get": {"responses": {"200": {"$ref": "#/components/responses/Wicks"}, "404": {"content": {"text/html": {}}}}},
            "post": {
                "operationId": "addWick",
                "requestBody": {"content": {"application/json; charset=utf-8": {}, "multipart/form-data": {}}},
                "responses": {"200": {"content": {"image/png": {}}}, "201": {"content": {"image/png": {}, "image/webp": {}}}},
            },
        }}, "components": {"responses": {"Wicks": {"content": {"application/json": {}}}}}});
        let rows: Vec<String> = read(&doc).iter().map(ToString::to_string).collect();
        assert_eq!(
            rows,
            [
                "GET /wicks for application/json",
                "addWick with application/json for image/png",
                "addWick with application/json for image/webp",
                "addWick with multipart/form-data for image/png",
                "addWick with multipart/form-data for image/webp",
            ]
        );
    }

    #[test]
    fn an_operation_without_a_success_is_one_row_with_all_its_statuses() {
        let doc = json!({"paths": {"/old": {"get": {"operationId": "old", "responses": {"410": {"content": {"application/json": {}}}}}}}});
        let rows = read(&doc);
        assert_eq!(
            (rows.len(), &rows[0].success, rows[0].statuses.as_slice()),
            (1, &None, ["410".to_owned()].as_slice())
        );
    }
}
