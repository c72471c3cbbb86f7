//! `check`: whether `spec/names.yaml` is in order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use venice_ai_codegen::lower::names::pascal;
use venice_ai_codegen::{Error, document::Place};

/// The sections of an entry that name variants.
const VARIANTS: [&str; 2] = ["values", "arms"];

/// Whether the file has the form `{operations: {id: METHOD /path}, types: {Name: {places, fields | values | arms}}}`.
///
/// # Errors
/// When the file has another form, a place of two types, or one variant name for two values of a type.
pub fn check(doc: &Value) -> Result<(), Error> {
    let (mut endpoints, mut all): (BTreeMap<&str, _>, BTreeMap<&str, _>) = Default::default();
    let root = Place::Root;
    let (operations, types) = (root.key("operations"), root.key("types"));
    for (id, endpoint) in section(doc, "operations", root)? {
        let endpoint = endpoint.as_str().ok_or_else(|| malformed(operations.key(id), endpoint))?;
        if let Some(other) = endpoints.insert(endpoint, id) {
            let error = Error::new("an endpoint has two operation ids").at(operations.key(id));
            return Err(error.found(format!("{endpoint} is also that of {other}")));
        }
    }
    for (name, entry) in section(doc, "types", root)? {
        let place = types.key(name);
        if pascal(name) != *name {
            return Err(Error::new("a type's name is not in Rust's case").at(place).found(name));
        }
        let texts = |key: &str| entry.get(key).map_or(Some(Vec::new()), texts);
        let (Some(places), Some(_)) = (texts("places"), texts("fields")) else {
            return Err(malformed(place, entry));
        };
        for at in places {
            if let Some(other) = all.insert(at, name) {
                let error = Error::new("a place has two type names").at(place);
                return Err(error.found(format!("{at} is also listed at {other}")));
            }
        }
        for key in VARIANTS {
            let mut seen = BTreeSet::new();
            for variant in section(entry, key, place)?.values() {
                let variant = variant.as_str().ok_or_else(|| malformed(place, entry))?;
                if syn::parse_str::<syn::Ident>(variant).is_err() || !seen.insert(variant) {
                    let error = Error::new("a variant name is used twice or is no identifier").at(place);
                    return Err(error.found(variant));
                }
            }
        }
    }
    Ok(())
}

fn section<'d>(doc: &'d Value, key: &'d str, place: Place<'_>) -> Result<&'d Map<String, Value>, Error> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    match doc.get(key) {
        None | Some(Value::Null) => Ok(&EMPTY),
        Some(Value::Object(members)) => Ok(members),
        Some(other) => Err(malformed(place.key(key), other)),
    }
}

fn malformed(place: Place<'_>, found: &Value) -> Error {
    let error = Error::new("an entry of the names has another form than it should").at(place).found(found);
    error.help("`cargo xtask spec check --update` writes the file")
}

/// A list whose members are all texts.
pub fn texts(list: &Value) -> Option<Vec<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conflicts_are_errors_with_both_names() {
        let twice = json!({"types": {"A": {"places": ["x.reply"]}, "B": {"places": ["x.reply"]}}});
        let error = check(&twice).unwrap_err().to_string();
        assert!(
            error.contains("two type names") && error.contains("$.types.B") && error.contains("listed at A"),
            "{error}"
        );
        let variants = json!({"types": {"A": {"values": {"a": "X", "b": "X"}}}});
        assert!(check(&variants).is_err());
        assert!(check(&json!({"types": {"A": {"values": {"a": "1x"}}}})).is_err());
        assert!(check(&json!({"types": {"a_b": {}}})).is_err(), "progenitor would write another name");
        assert!(check(&json!({"types": {"A": {"places": 7}}})).is_err());
        assert!(check(&json!({"operations": {"a": "GET /", "b": "GET /"}})).is_err());
    }
}
