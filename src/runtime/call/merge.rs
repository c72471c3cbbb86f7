//! JSON merge of `with_extra_body` fields into a request body.

use std::collections::BTreeMap;

use reqwest::Request;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::runtime::error::Error;

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

/// Adds members to the body of a request. The others stay as they were written, byte for byte: what a model said is among them.
pub(super) fn into_body(request: &mut Request, extra: Map<String, Value>) -> Result<(), Error> {
    let refused = || {
        Error::invalid_request("extra members of the body need a request whose body is a JSON object; nothing was sent")
    };
    let mut members: BTreeMap<String, Box<RawValue>> = match request.body() {
        None if request.method().is_safe() => return Err(refused()),
        None => BTreeMap::new(),
        Some(body) => {
            let bytes = body.as_bytes().ok_or_else(refused)?;
            serde_json::from_slice(bytes).map_err(|_| refused())?
        }
    };
    let written =
        |error: serde_json::Error| Error::invalid_request(format!("the body cannot be written as JSON: {error}"));
    for (name, mut value) in extra {
        if let (Value::Object(new), Some(there)) = (&mut value, members.get(&name))
            && let Ok(Value::Object(mut both)) = serde_json::from_str(there.get())
        {
            std::mem::take(new).into_iter().for_each(|(name, value)| member(&mut both, name, value));
            *new = both;
        }
        members.insert(name, to_raw_value(&value).map_err(written)?);
    }
    *request.body_mut() = Some(serde_json::to_vec(&members).map_err(written)?.into());
    request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_merged_stays_as_it_was_written() {
        let mut request = Request::new(reqwest::Method::POST, "http://localhost/".parse().unwrap());
        *request.body_mut() = Some(r#"{"z":[1.0,1e3,12345678901234567890123],"a":{"x":1.0},"c":"\u0041"}"#.into());
        let Value::Object(extra) = json!({"a": {"y": 2}, "new": null}) else { unreachable!() };
        into_body(&mut request, extra).unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap();
        let wanted = r#"{"a":{"x":1.0,"y":2},"c":"\u0041","new":null,"z":[1.0,1e3,12345678901234567890123]}"#;
        assert_eq!(std::str::from_utf8(body).unwrap(), wanted);
    }

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
