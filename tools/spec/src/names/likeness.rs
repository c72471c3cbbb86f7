//! Schemas that are probably those of an entry of `spec/names.yaml`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use venice_ai_codegen::lower::schema::string_enum;
use venice_ai_codegen::names::Names;

use super::check::texts;

/// Fields or values that two schemas must have in common for one to have taken the other's place, and their share of all.
const COMMON: usize = 3;
const ALIKE: f64 = 0.7;

/// By one of these an entry says what its type is.
const KINDS: [&str; 3] = ["fields", "values", "arms"];

/// The name of the type at the first known one of some places, if what is there now is of the same kind: `fields`, `values` or `arms`.
pub fn of_kind<'n>(names: &'n Names, places: &[String], kind: &str) -> Option<&'n str> {
    let entry = |name: &&str| names.doc()["types"].get(*name).and_then(Value::as_object);
    let other = |entry: &Map<String, Value>| KINDS.iter().any(|key| *key != kind && entry.contains_key(*key));
    names.at(places).filter(|name| entry(name).is_none_or(|entry| !other(entry)))
}

/// Names of types that `is_free` for schemas that no place names: each goes to the one that has nearly the same fields or values,
/// if there is exactly one.
pub fn by_likeness<'a>(
    names: &Names,
    schemas: impl Iterator<Item = (usize, &'a Value)>,
    is_free: impl Fn(&str) -> bool,
) -> Vec<(usize, String)> {
    let types = names.doc()["types"].as_object().into_iter().flatten();
    let free: Vec<(&String, BTreeSet<&str>)> =
        types.filter(|(name, _)| is_free(name)).map(|(name, entry)| (name, recorded(entry))).collect();
    let mut pairs: Vec<(f64, usize, &String)> = Vec::new();
    for (id, schema) in schemas {
        let own = members(schema);
        pairs.extend(free.iter().filter_map(|(name, known)| Some((likeness(&own, known)?, id, *name))));
    }
    let rivals = |pair: &(f64, usize, &String)| {
        let rivals = pairs.iter().filter(|other| (other.1 == pair.1) != (other.2 == pair.2));
        rivals.filter(|other| other.0 >= pair.0).count()
    };
    pairs.iter().filter(|pair| rivals(pair) == 0).map(|(_, id, name)| (*id, (*name).clone())).collect()
}

/// The fields or values of an entry.
fn recorded(entry: &Value) -> BTreeSet<&str> {
    let fields = entry.get("fields").and_then(texts).unwrap_or_default();
    let values = entry.get("values").and_then(Value::as_object).into_iter().flatten().map(|(value, _)| value.as_str());
    fields.into_iter().chain(values).collect()
}

fn members(schema: &Value) -> BTreeSet<&str> {
    let fields =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(field, _)| field.as_str());
    fields.chain(string_enum(schema).unwrap_or_default()).collect()
}

fn likeness(one: &BTreeSet<&str>, other: &BTreeSet<&str>) -> Option<f64> {
    let common = one.intersection(other).count();
    let share = common as f64 / one.union(other).count() as f64;
    (common >= COMMON && share >= ALIKE).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_kept_by_what_is_of_the_same_kind() {
        let names = Names::new(json!({"types": {"Wick": {"places": ["$Wick.reply"], "fields": ["a"]}}}));
        assert_eq!(of_kind(&names, &["$Wick.reply".into()], "fields"), Some("Wick"));
        assert_eq!(of_kind(&names, &["$Wick.reply".into()], "arms"), None, "a union stands there now");
    }

    #[test]
    fn a_schema_without_a_known_place_is_known_by_its_members() {
        let names = Names::new(json!({"types": {
            "Wick": {"fields": ["a", "b", "c", "d"]}, "Lamp": {"fields": ["x", "y", "z"]}, "Kind": {"values": {"a": "A", "b": "B", "c": "C"}}
        }}));
        let wider = json!({"properties": {"a": {}, "b": {}, "c": {}, "d": {}, "e": {}}});
        let other = json!({"properties": {"a": {}, "b": {}, "q": {}, "r": {}}});
        let found = by_likeness(&names, [(0, &wider), (1, &other)].into_iter(), |_| true);
        assert_eq!(found, [(0, "Wick".to_owned())]);
        assert!(by_likeness(&names, [(0, &wider), (1, &wider)].into_iter(), |_| true).is_empty(), "either could be it");
        assert!(by_likeness(&names, [(0, &wider)].into_iter(), |name| name != "Wick").is_empty());
    }
}
