//! A value against a schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::discretion::Discretion;
use crate::document::Document;
use crate::finding::Kind;

/// A difference, in a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub kind: Kind,
    pub path: String,
    pub expected: String,
    pub found: String,
}

pub struct Schemas<'d> {
    pub document: &'d Document,
    pub discretion: &'d Discretion,
}

/// The members of an object that the parts of its schema name.
#[derive(Debug, Default)]
struct Names<'d> {
    known: BTreeSet<&'d str>,
    /// Members are named at all: an object without any is free.
    described: bool,
    /// Members with any name have a schema of their own.
    any: bool,
}

impl<'d> Schemas<'d> {
    /// Everything in which a value differs from a schema.
    pub fn compare(&self, schema: &'d Value, value: &Value) -> Vec<Difference> {
        let mut found = Vec::new();
        self.value(schema, value, "$", &mut found);
        found
    }

    fn value(&self, schema: &'d Value, value: &Value, path: &str, found: &mut Vec<Difference>) {
        if value.is_null() {
            if !self.may_be_null(schema) {
                found.push(difference(Kind::Null, path, self.kinds(schema), String::new()));
            }
            return;
        }
        let mut names = Names::default();
        self.part(schema, value, path, &mut names, found);
        self.unknown(&names, value, path, found);
    }

    /// One of the schemas that a value has to fit together; `names` gathers the members over all of them.
    fn part(&self, schema: &'d Value, value: &Value, path: &str, names: &mut Names<'d>, found: &mut Vec<Difference>) {
        let schema = self.document.resolved(schema);
        for part in items(schema, "allOf") {
            self.part(part, value, path, names, found);
        }
        for keyword in ["anyOf", "oneOf"] {
            self.alternatives(items(schema, keyword), value, path, names, found);
        }
        if let Some(expected) = kind_of_schema(schema)
            && !is_of(value, expected)
        {
            found.push(difference(Kind::WrongType, path, expected.to_owned(), kind_of(value).to_owned()));
            return;
        }
        if let Some(values) = schema["enum"].as_array()
            && !values.iter().any(|known| same(known, value))
        {
            let expected = format!("one of {}", values.len());
            found.push(difference(Kind::NewEnumValue, path, expected, self.word(value)));
        }
        match value {
            Value::Array(all) if schema.get("items").is_some() => {
                let path = format!("{path}[]");
                all.iter().for_each(|item| self.value(&schema["items"], item, &path, found));
            }
            Value::Object(members) => self.members(schema, members, path, names, found),
            _ => {}
        }
    }

    fn members(
        &self,
        schema: &'d Value,
        members: &Map<String, Value>,
        path: &str,
        names: &mut Names<'d>,
        found: &mut Vec<Difference>,
    ) {
        let properties = schema["properties"].as_object();
        for name in items(schema, "required").filter_map(Value::as_str).filter(|name| !members.contains_key(*name)) {
            let expected =
                properties.and_then(|all| all.get(name)).map_or_else(String::new, |schema| self.kinds(schema));
            found.push(difference(Kind::MissingMember, &format!("{path}.{name}"), expected, String::new()));
        }
        for (name, property) in properties.into_iter().flatten() {
            names.known.insert(name);
            names.described = true;
            if let Some(value) = members.get(name) {
                self.value(property, value, &format!("{path}.{name}"), found);
            }
        }
        if let Some(of_others @ Value::Object(_)) = schema.get("additionalProperties") {
            names.any = true;
            // Their names are data: ids, wallets, models.
            let path = format!("{path}.*");
            let others = members.iter().filter(|(name, _)| properties.is_none_or(|all| !all.contains_key(*name)));
            others.for_each(|(_, value)| self.value(of_others, value, &path, found));
        }
    }

    /// A value that has to fit one of several schemas: it is compared with the one that is nearest.
    fn alternatives(
        &self,
        all: impl Iterator<Item = &'d Value>,
        value: &Value,
        path: &str,
        names: &mut Names<'d>,
        found: &mut Vec<Difference>,
    ) {
        // A null is no alternative of a value that is none.
        let all: Vec<&Value> =
            all.map(|schema| self.document.resolved(schema)).filter(|schema| !is_null_stand_in(schema)).collect();
        if all.is_empty() {
            return;
        }
        if let Some(tag) = self.unknown_tag(&all, value) {
            let path = format!("{path}.{tag}");
            found.push(difference(Kind::NewEnumValue, &path, format!("one of {}", all.len()), self.word(&value[tag])));
            names.any = true;
            return;
        }
        let tried = all.iter().map(|schema| {
            let (mut own_names, mut differences) = (Names::default(), Vec::new());
            self.part(schema, value, path, &mut own_names, &mut differences);
            let mut with_unknown = differences.clone();
            self.unknown(&own_names, value, path, &mut with_unknown);
            let distance: usize = with_unknown.iter().map(|difference| weight(difference, path)).sum();
            (distance, own_names, differences)
        });
        let Some((distance, own_names, differences)) = tried.min_by_key(|(distance, ..)| *distance) else { return };
        names.known.extend(own_names.known);
        names.described |= own_names.described;
        names.any |= own_names.any;
        if distance >= OF_ANOTHER_TYPE {
            let kinds: BTreeSet<String> = all.iter().map(|schema| self.kinds(schema)).collect();
            let expected = kinds.into_iter().collect::<Vec<_>>().join(" | ");
            found.push(difference(Kind::WrongType, path, expected, kind_of(value).to_owned()));
        } else {
            found.extend(differences);
        }
    }

    /// The member by which the alternatives are told apart, if the value has one that none of them has.
    fn unknown_tag(&self, all: &[&'d Value], value: &Value) -> Option<&'d str> {
        let (first, members) = (all.first()?, value.as_object()?);
        let tag_of = |schema: &'d Value, name: &str| {
            let values = self.document.resolved(&schema["properties"][name])["enum"].as_array()?;
            (values.len() == 1).then(|| &values[0])
        };
        let tags = first["properties"].as_object()?.keys().map(String::as_str);
        tags.filter(|_| all.len() > 1).find(|name| {
            let values: Option<Vec<&Value>> = all.iter().map(|schema| tag_of(schema, name)).collect();
            let has_new = |known: Vec<&Value>| {
                members.get(*name).is_some_and(|value| value.is_string() && !known.contains(&value))
            };
            values.is_some_and(has_new)
        })
    }

    fn unknown(&self, names: &Names<'_>, value: &Value, path: &str, found: &mut Vec<Difference>) {
        let Some(members) = value.as_object().filter(|_| names.described && !names.any) else { return };
        for (name, value) in members.iter().filter(|(name, _)| !names.known.contains(name.as_str())) {
            let path = format!("{path}.{}", self.discretion.shown(name));
            found.push(difference(Kind::UnknownMember, &path, String::new(), kind_of(value).to_owned()));
        }
    }

    fn may_be_null(&self, schema: &'d Value) -> bool {
        let schema = self.document.resolved(schema);
        let says_something = ["type", "enum", "anyOf", "oneOf", "allOf", "properties"]
            .iter()
            .any(|keyword| schema.get(keyword).is_some());
        schema["nullable"] == true
            || !says_something
            || items(schema, "enum").any(Value::is_null)
            || ["anyOf", "oneOf"].iter().any(|keyword| items(schema, keyword).any(|part| self.may_be_null(part)))
            || schema.get("type").is_none()
                && schema.get("allOf").is_some()
                && items(schema, "allOf").all(|part| self.may_be_null(part))
    }

    /// The types that a schema takes, in words.
    fn kinds(&self, schema: &'d Value) -> String {
        let schema = self.document.resolved(schema);
        let parts = ["anyOf", "oneOf", "allOf"].into_iter().flat_map(|keyword| items(schema, keyword));
        let mut kinds: BTreeSet<String> =
            parts.map(|part| self.kinds(part)).filter(|kinds| !kinds.is_empty()).collect();
        kinds.extend(kind_of_schema(schema).map(str::to_owned));
        kinds.into_iter().collect::<Vec<_>>().join(" | ")
    }

    /// A value of an enum, if it may be shown.
    fn word(&self, value: &Value) -> String {
        match value {
            Value::String(text) => self.discretion.shown(text),
            Value::Number(_) => self.discretion.shown(&value.to_string()),
            other => kind_of(other).to_owned(),
        }
    }
}

const OF_ANOTHER_TYPE: usize = 1_000_000;

/// How far a difference takes a value away from an alternative that lies at `path`.
fn weight(difference: &Difference, path: &str) -> usize {
    match difference.kind {
        Kind::WrongType if difference.path == path => OF_ANOTHER_TYPE,
        Kind::NewEnumValue if difference.expected == "one of 1" => 1000,
        Kind::MissingMember => 40,
        Kind::WrongType => 20,
        Kind::Null | Kind::NewEnumValue => 10,
        _ => 1,
    }
}

fn difference(kind: Kind, path: &str, expected: String, found: String) -> Difference {
    Difference { kind, path: path.to_owned(), expected, found }
}

fn items<'d>(schema: &'d Value, keyword: &str) -> impl Iterator<Item = &'d Value> {
    schema[keyword].as_array().into_iter().flatten()
}

/// How OpenAPI 3.0 writes "or null" beside other schemas.
fn is_null_stand_in(schema: &Value) -> bool {
    schema["nullable"] == true
        && schema.as_object().is_some_and(|all| all.keys().all(|key| ["nullable", "title"].contains(&key.as_str())))
}

fn kind_of_schema(schema: &Value) -> Option<&str> {
    schema["type"].as_str().or_else(|| schema.get("properties").map(|_| "object"))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        kind => kind_of(value) == kind,
    }
}

/// Whether two values are the same; 2 and 2.0 are.
fn same(left: &Value, right: &Value) -> bool {
    left == right || left.is_number() && left.as_f64() == right.as_f64()
}
