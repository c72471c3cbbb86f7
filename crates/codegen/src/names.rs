//! `Names`: the sticky Rust names of operations, types, enum values and union arms, from `spec/names.yaml`.
//!
//! A type is known by the places where its schema is used: `createChat.request.messages.*` is the item of the list `messages` in
//! the request of the operation `createChat`, whether its schema is written there or behind a reference. So a schema keeps its
//! name when it moves into a component or out of one, and when it gains a field or a value. What is found at no known place is
//! compared with the entries that no place leads to, by its fields or values.

use crate::document::{self, Place};
use crate::error::Error;
use crate::lower::{names::pascal, schema::string_enum};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Fields or values that two schemas must have in common for one to have taken the other's place, and their share of all.
const COMMON: usize = 3;
const ALIKE: f64 = 0.7;

/// The entries of `spec/names.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// `POST /path` and the id.
    operations: BTreeMap<String, String>,
    types: BTreeMap<String, Value>,
    places: HashMap<String, String>,
}

impl Names {
    /// Reads `{operations: {id: METHOD /path}, types: {Name: {places, fields | values | arms}}}`.
    ///
    /// # Errors
    /// When the file has another form, a place of two types, or one variant name for two values of a type.
    pub fn parse(doc: &Value) -> Result<Self, Error> {
        let mut names = Self::default();
        let root = Place::Root;
        let (operations, types) = (root.key("operations"), root.key("types"));
        for (id, endpoint) in section(doc, "operations", root)? {
            let endpoint = endpoint.as_str().ok_or_else(|| malformed(operations.key(id), endpoint))?;
            if let Some(other) = names.operations.insert(endpoint.to_owned(), id.clone()) {
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
                if let Some(other) = names.places.insert(at.to_owned(), name.clone()) {
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
            names.types.insert(name.clone(), entry.clone());
        }
        Ok(names)
    }

    /// The name of the type at the first known one of some places.
    #[must_use]
    pub fn at(&self, places: &[String]) -> Option<&str> {
        places.iter().find_map(|place| self.places.get(place)).map(String::as_str)
    }

    /// The name of the type at the first known one of some places, if what is there now is of the same kind: `fields`, `values` or `arms`.
    #[must_use]
    pub fn of_kind(&self, places: &[String], kind: &str) -> Option<&str> {
        let entry = |name: &&str| self.types.get(*name).and_then(Value::as_object);
        let other = |entry: &Map<String, Value>| KINDS.iter().any(|key| *key != kind && entry.contains_key(*key));
        self.at(places).filter(|name| entry(name).is_none_or(|entry| !other(entry)))
    }

    /// The variant names of an enum's values, by their text, or of a union's arms, by their key.
    #[must_use]
    pub fn variants(&self, name: &str) -> Option<&Value> {
        let entry = self.types.get(name)?;
        VARIANTS.iter().find_map(|key| entry.get(*key))
    }

    /// Gives an operation the id that its endpoint has here, so that it keeps its name when the vendor renames it.
    pub fn keep_operation_ids(&self, doc: &mut Value) {
        let id = |operation: &Value| operation.get("operationId").and_then(Value::as_str).map(str::to_owned);
        let mut used: BTreeSet<String> =
            document::operations(doc).filter_map(|operation| id(operation.value)).collect();
        crate::lower::schema::operations_mut(doc, &mut |path, method, operation| {
            let Some(known) = self.operations.get(&endpoint(method, path)) else { return };
            if let Some(object) = operation.as_object_mut().filter(|_| used.insert(known.clone())) {
                object.insert("operationId".to_owned(), Value::String(known.clone()));
            }
        });
    }

    /// Names of types that `is_free` for schemas that no place names: each goes to the one that has nearly the same fields or values,
    /// if there is exactly one.
    pub(crate) fn by_likeness<'a>(
        &self,
        schemas: impl Iterator<Item = (usize, &'a Value)>,
        is_free: impl Fn(&str) -> bool,
    ) -> Vec<(usize, String)> {
        let free: Vec<(&String, BTreeSet<&str>)> =
            self.types.iter().filter(|(name, _)| is_free(name)).map(|(name, entry)| (name, recorded(entry))).collect();
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
}

/// By one of these an entry says what its type is.
const KINDS: [&str; 3] = ["fields", "values", "arms"];
/// The sections of an entry that name variants.
const VARIANTS: [&str; 2] = ["values", "arms"];

/// How an operation's endpoint is written.
#[must_use]
pub fn endpoint(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_ascii_uppercase())
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

fn texts(list: &Value) -> Option<Vec<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
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

    fn names(doc: Value) -> Names {
        Names::parse(&doc).unwrap()
    }

    #[test]
    fn a_type_is_found_by_any_of_its_places() {
        let names =
            names(json!({"types": {"Wick": {"places": ["listWicks.reply.data.*", "$Wick.reply"], "fields": ["a"]}}}));
        assert_eq!(names.at(&["getWick.reply".into(), "$Wick.reply".into()]), Some("Wick"));
        assert_eq!(names.at(&["getWick.reply".into()]), None);
        assert_eq!(names.of_kind(&["$Wick.reply".into()], "fields"), Some("Wick"));
        assert_eq!(names.of_kind(&["$Wick.reply".into()], "arms"), None, "a union stands there now");
    }

    #[test]
    fn an_operation_keeps_its_id_unless_another_has_it() {
        let names = names(json!({"operations": {"listWicks": "GET /wicks", "burn": "POST /burn"}}));
        let mut doc = json!({"paths": {
            "/wicks": {"get": {"operationId": "wicksList"}},
            "/burn": {"post": {}},
            "/new": {"get": {"operationId": "getNew"}},
        }});
        names.keep_operation_ids(&mut doc);
        assert_eq!(doc["paths"]["/wicks"]["get"]["operationId"], "listWicks");
        assert_eq!(doc["paths"]["/burn"]["post"]["operationId"], "burn");
        assert_eq!(doc["paths"]["/new"]["get"]["operationId"], "getNew");
        let mut moved =
            json!({"paths": {"/wicks": {"get": {"operationId": "x"}}, "/all": {"get": {"operationId": "listWicks"}}}});
        let before = moved.clone();
        names.keep_operation_ids(&mut moved);
        assert_eq!(moved, before, "the operation moved, and another has its endpoint");
    }

    #[test]
    fn a_schema_without_a_known_place_is_known_by_its_members() {
        let names = names(json!({"types": {
            "Wick": {"fields": ["a", "b", "c", "d"]}, "Lamp": {"fields": ["x", "y", "z"]}, "Kind": {"values": {"a": "A", "b": "B", "c": "C"}}
        }}));
        let wider = json!({"properties": {"a": {}, "b": {}, "c": {}, "d": {}, "e": {}}});
        let other = json!({"properties": {"a": {}, "b": {}, "q": {}, "r": {}}});
        let found = names.by_likeness([(0, &wider), (1, &other)].into_iter(), |_| true);
        assert_eq!(found, [(0, "Wick".to_owned())]);
        assert!(names.by_likeness([(0, &wider), (1, &wider)].into_iter(), |_| true).is_empty(), "either could be it");
        assert!(names.by_likeness([(0, &wider)].into_iter(), |name| name != "Wick").is_empty());
    }

    #[test]
    fn conflicts_are_errors_with_both_names() {
        let twice = json!({"types": {"A": {"places": ["x.reply"]}, "B": {"places": ["x.reply"]}}});
        let error = Names::parse(&twice).unwrap_err().to_string();
        assert!(
            error.contains("two type names") && error.contains("$.types.B") && error.contains("listed at A"),
            "{error}"
        );
        let variants = json!({"types": {"A": {"values": {"a": "X", "b": "X"}}}});
        assert!(Names::parse(&variants).is_err());
        assert!(Names::parse(&json!({"types": {"A": {"values": {"a": "1x"}}}})).is_err());
        assert!(Names::parse(&json!({"types": {"a_b": {}}})).is_err(), "progenitor would write another name");
        assert!(Names::parse(&json!({"types": {"A": {"places": 7}}})).is_err());
        assert!(Names::parse(&json!({"operations": {"a": "GET /", "b": "GET /"}})).is_err());
    }
}
