//! What makes a request the one that it is.

use serde_json::Value;

use super::hash::Hasher;
use crate::transport::Outgoing;

/// The hash of a request: its operation, address and body. Neither the key nor the headers nor the host are part of it. `None` for
/// one that sends a file, which would have to be read.
pub(in crate::many) fn of(outgoing: &Outgoing) -> Option<String> {
    let request = outgoing.request.as_ref()?;
    let mut hasher = Hasher::new();
    let url = request.url();
    for part in
        [outgoing.scope.operation().name(), request.method().as_str(), url.path(), url.query().unwrap_or_default()]
    {
        text(&mut hasher, part);
    }
    match (&outgoing.form, request.body()) {
        (Some(form), _) if form.has_files() => return None,
        (Some(form), _) => json(&mut hasher, &form.to_json()),
        (None, None) => {}
        (None, Some(body)) => {
            let body = body.as_bytes()?;
            match serde_json::from_slice(body) {
                Ok(value) => json(&mut hasher, &value),
                Err(_) => hasher.add(body),
            }
        }
    }
    Some(hasher.finish())
}

fn text(hasher: &mut Hasher, text: &str) {
    hasher.add(&(text.len() as u64).to_be_bytes());
    hasher.add(text.as_bytes());
}

/// Members go in by their names: whether the JSON library keeps their order is a feature that any crate can turn on.
fn json(hasher: &mut Hasher, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|member| member.0);
            hasher.add(b"{");
            for (name, member) in members {
                text(hasher, name);
                json(hasher, member);
            }
            hasher.add(b"}");
        }
        Value::Array(items) => {
            hasher.add(b"[");
            items.iter().for_each(|item| json(hasher, item));
            hasher.add(b"]");
        }
        Value::String(content) => {
            hasher.add(b"\"");
            text(hasher, content);
        }
        other => {
            hasher.add(b"=");
            text(hasher, &other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_json(text: &str) -> String {
        let mut hasher = Hasher::new();
        json(&mut hasher, &serde_json::from_str(text).unwrap());
        hasher.finish()
    }

    #[test]
    fn the_order_of_members_does_not_matter_and_everything_else_does() {
        let hash = of_json(r#"{"a": 1, "b": ["x", null]}"#);
        assert_eq!(of_json(r#"{"b":["x",null],"a":1}"#), hash);
        for other in [
            r#"{"a": 2, "b": ["x", null]}"#,
            r#"{"a": 1, "b": [null, "x"]}"#,
            r#"{"a": 1, "b": ["x", "null"]}"#,
            r#"{"a": "1", "b": ["x", null]}"#,
            r#"{"a": 1, "b": ["x"], "c": null}"#,
            r#"{"a": 1, "b": {"x": null}}"#,
        ] {
            assert_ne!(of_json(other), hash, "{other}");
        }
    }
}
