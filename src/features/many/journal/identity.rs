//! The identity of a request in a journal: a hash of its operation, address and body.

use hmac_sha256::Hash;
use serde_json::Value;

use crate::features::hex;
use crate::runtime::transport::Outgoing;

/// The hash of a request: its operation, address and body, without key, headers and host. `None` for a request that sends a file, which
/// would have to be read.
#[inline]
pub(in crate::features::many) fn of(outgoing: &Outgoing) -> Option<String> {
    let request = outgoing.request.as_ref()?;
    let mut hasher = Hash::new();
    let url = request.url();
    for part in
        [outgoing.scope.operation().name(), request.method().as_str(), url.path(), url.query().unwrap_or_default()]
    {
        text(&mut hasher, part);
    }
    match (outgoing.form(), outgoing.body()) {
        (Some(form), _) if form.has_files() => return None,
        (Some(form), _) => json(&mut hasher, &form.to_json()),
        (None, None) => {}
        (None, Some(body)) => match serde_json::from_slice(body) {
            Ok(value) => json(&mut hasher, &value),
            Err(_) => hasher.update(body),
        },
    }
    Some(name(hasher))
}

/// The first half of the hash, in hexadecimal: 128 bits are enough.
fn name(hasher: Hash) -> String {
    hex::encode(&hasher.finalize()[..16])
}

fn text(hasher: &mut Hash, text: &str) {
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

/// Fields are hashed in the order of their names: whether the JSON library preserves order is a feature that any crate can turn on.
#[inline]
fn json(hasher: &mut Hash, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|field| field.0);
            hasher.update(b"{");
            for (name, field) in fields {
                text(hasher, name);
                json(hasher, field);
            }
            hasher.update(b"}");
        }
        Value::Array(items) => {
            hasher.update(b"[");
            items.iter().for_each(|item| json(hasher, item));
            hasher.update(b"]");
        }
        Value::String(content) => {
            hasher.update(b"\"");
            text(hasher, content);
        }
        other => {
            hasher.update(b"=");
            text(hasher, &other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline]
    fn of_json(text: &str) -> String {
        let mut hasher = Hash::new();
        json(&mut hasher, &serde_json::from_str(text).unwrap());
        name(hasher)
    }

    #[test]
    fn a_hash_is_the_same_in_every_version() {
        let mut hasher = Hash::new();
        hasher.update(b"abc");
        assert_eq!(name(hasher), "ba7816bf8f01cfea414140de5dae2223");
    }

    #[test]
    #[inline]
    fn only_the_order_of_fields_does_not_matter() {
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
