//! Members that are added to a request's JSON.

use reqwest::Request;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value};

use crate::error::Error;

/// Adds a member. Two objects become one; anything else is replaced.
pub(super) fn member(object: &mut Map<String, Value>, name: String, value: Value) {
    match (object.get_mut(&name), value) {
        (Some(Value::Object(there)), Value::Object(new)) => {
            for (name, value) in new {
                member(there, name, value);
            }
        }
        (_, value) => {
            object.insert(name, value);
        }
    }
}

/// Adds members to the body of a request.
pub(super) fn into_body(request: &mut Request, extra: Map<String, Value>) -> Result<(), Error> {
    let refused = || {
        Error::invalid_request("extra members of the body need a request whose body is a JSON object; nothing was sent")
    };
    let mut object = match request.body() {
        None if request.method().is_safe() => return Err(refused()),
        None => Map::new(),
        Some(body) => {
            let bytes = body.as_bytes().ok_or_else(refused)?;
            serde_json::from_slice(bytes).map_err(|_| refused())?
        }
    };
    for (name, value) in extra {
        member(&mut object, name, value);
    }
    let body = Value::Object(object).to_string();
    *request.body_mut() = Some(body.into());
    request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_merged_and_everything_else_is_replaced() {
        let Value::Object(mut object) = json!({"a": {"x": 1, "y": {"z": 2}}, "b": [1], "c": 3}) else { unreachable!() };
        member(&mut object, "a".into(), json!({"y": {"new": true}, "x": null}));
        member(&mut object, "b".into(), json!([2]));
        member(&mut object, "c".into(), json!({"d": 4}));
        member(&mut object, "e".into(), json!(5));
        let merged = json!({"a": {"x": null, "y": {"z": 2, "new": true}}, "b": [2], "c": {"d": 4}, "e": 5});
        assert_eq!(Value::Object(object), merged);
    }
}
