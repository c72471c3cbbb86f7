//! Header parameters leave the argument list and stay on the operation as `x-header-parameters`: content negotiation is the
//! transport's business, and the few others are options of a call. Parameters of style `deepObject` are left out.

use super::schema::operations_mut;
use serde_json::{Map, Value};

/// Where header parameters are kept.
pub const HEADERS: &str = "x-header-parameters";

/// What the transport sets, from the operation and the client.
pub const NEGOTIATED: [&str; 4] = ["accept", "accept-encoding", "authorization", "content-type"];

/// Moves header parameters aside and drops cookies; returns how many.
pub fn normalise(doc: &mut Value) -> usize {
    let mut count = 0;
    operations_mut(doc, &mut |_, _, operation| {
        let Some(operation) = operation.as_object_mut() else { return };
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        let mut headers = Vec::new();
        parameters.retain(|parameter| !is_deep(parameter) || parameter["required"] == true);
        parameters.retain(|parameter| match parameter["in"].as_str() {
            Some("header") => {
                headers.push(parameter["name"].clone());
                false
            }
            Some("cookie") => false,
            _ => true,
        });
        count += headers.len();
        headers.retain(|name| {
            name.as_str().is_some_and(|name| !NEGOTIATED.iter().any(|header| name.eq_ignore_ascii_case(header)))
        });
        if !headers.is_empty() {
            operation.insert(HEADERS.into(), Value::Array(headers));
        }
    });
    count
}

/// An object in the query, each member a parameter of its own.
fn is_deep(parameter: &Value) -> bool {
    parameter.get("style").is_some_and(|style| style == "deepObject")
}

/// A parameter that is needed and cannot be sent; one that is not needed is left out.
pub fn unsendable(operation: &Map<String, Value>) -> Option<&str> {
    let parameters = operation.get("parameters")?.as_array()?;
    parameters.iter().find(|parameter| is_deep(parameter))?.get("name").and_then(Value::as_str).or(Some(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn headers_are_kept_aside_and_cookies_go() {
        let parameter = |place: &str, name: &str| json!({"in": place, "name": name, "schema": {"type": "string"}});
        let mut doc = json!({"paths": {"/a": {"get": {"parameters": [
            parameter("header", "Idempotency-Key"), parameter("query", "limit"), parameter("header", "accept-Encoding"), parameter("cookie", "session"),
            parameter("header", "Accept"), parameter("path", "id"),
        ]}}}});
        assert_eq!(normalise(&mut doc), 3);
        let get = &doc["paths"]["/a"]["get"];
        assert_eq!(get[HEADERS], json!(["Idempotency-Key"]));
        let left: Vec<_> = get["parameters"].as_array().unwrap().iter().map(|parameter| &parameter["name"]).collect();
        assert_eq!(left, ["limit", "id"]);
    }

    #[test]
    fn without_headers_nothing_is_added() {
        let mut doc = json!({"paths": {"/a": {"get": {"parameters": [{"in": "query", "name": "limit"}]}}}});
        let before = doc.clone();
        assert_eq!(normalise(&mut doc), 0);
        assert_eq!(doc, before);
    }
}
