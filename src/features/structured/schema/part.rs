//! `Subschema`: a schema as its alternatives, one per type of the value.
//!
//! `serde` has many ways to compose a type (flattened fields, tags beside fields, variants of variants), each with its own keyword in JSON
//! Schema. This form is the same for all: alternatives are collected, and combined constraints merged.

use serde_json::{Map, Value};

use super::error::SchemaError;
use super::node::Kind;

/// One alternative.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Subschema {
    /// `None`: no keyword so far requires a type.
    pub(super) kind: Option<Kind>,
    pub(super) description: Option<String>,
    pub(super) values: Option<Vec<Value>>,
    pub(super) format: Option<String>,
    /// The schemas of fields, as written.
    pub(super) properties: Map<String, Value>,
    pub(super) required: Vec<Value>,
    /// Whether it allows fields that are not listed.
    pub(super) is_map: bool,
    pub(super) items: Option<Value>,
    pub(super) prefix: Vec<Value>,
    /// The constraints, as text.
    pub(super) hints: Vec<String>,
}

/// The alternatives of a schema, and what applies to all of them.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) description: Option<String>,
    pub(super) parts: Vec<Subschema>,
}

/// Keywords without a meaning for a model, or handled elsewhere.
const SILENT: [&str; 9] =
    ["$schema", "$id", "$anchor", "$comment", "title", "readOnly", "writeOnly", "deprecated", "contentEncoding"];

/// Keywords without a short description.
const REFUSED: [&str; 10] = [
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependentRequired",
    "propertyNames",
    "contains",
    "unevaluatedItems",
    "$dynamicRef",
];

/// Formats of strings that all providers of strict schemas support.
const FORMATS: [&str; 9] = ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

impl Choice {
    pub(super) fn of(schema: &Value) -> Result<Self, SchemaError> {
        let keywords = match schema {
            Value::Bool(false) => return Ok(Self { description: None, parts: Vec::new() }),
            Value::Object(keywords) => keywords,
            _ => return Ok(Self { description: None, parts: vec![Subschema::default()] }),
        };
        let mut description = None;
        let mut parts = vec![Subschema::default()];
        for (keyword, value) in keywords {
            match (&**keyword, value) {
                ("description", Value::String(text)) => description = Some(text.clone()),
                ("allOf", Value::Array(all)) => {
                    for schema in all {
                        parts = both(&parts, &Self::of(schema)?.into_parts());
                    }
                }
                ("anyOf" | "oneOf", Value::Array(all)) => {
                    let alternatives = all.iter().map(|schema| Ok(Self::of(schema)?.into_parts()));
                    let alternatives = alternatives.collect::<Result<Vec<_>, SchemaError>>()?;
                    parts = both(&parts, &alternatives.concat());
                }
                _ => parts = both(&parts, &Subschema::of(keyword, value)?),
            }
        }
        Ok(Self { description, parts: parts.into_iter().flat_map(Subschema::typed).collect() })
    }

    /// The alternatives alone. The description of a single one is kept; one of several is dropped.
    fn into_parts(self) -> Vec<Subschema> {
        let Self { description, mut parts } = self;
        if let [part] = parts.as_mut_slice() {
            part.description = description.or(part.description.take());
        }
        parts
    }
}

impl Subschema {
    /// The alternatives of one keyword.
    fn of(keyword: &str, value: &Value) -> Result<Vec<Self>, SchemaError> {
        let none = Self::default();
        Ok(vec![match (keyword, value) {
            ("type", value) => {
                let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                let kinds = names.iter().filter_map(Value::as_str).filter_map(Kind::named);
                return Ok(kinds.map(|kind| Self { kind: Some(kind), ..Self::default() }).collect());
            }
            ("const", value) => Self { values: Some(vec![value.clone()]), ..none },
            ("enum", Value::Array(values)) => Self { values: Some(values.clone()), ..none },
            ("properties", Value::Object(properties)) => Self { properties: properties.clone(), ..none },
            ("required", Value::Array(names)) => Self { required: names.clone(), ..none },
            ("additionalProperties" | "unevaluatedProperties", Value::Bool(false)) => none,
            ("additionalProperties" | "unevaluatedProperties" | "patternProperties", _) => {
                Self { is_map: true, ..none }
            }
            ("items", items @ Value::Object(_)) => Self { items: Some(items.clone()), ..none },
            ("items", _) => none,
            ("prefixItems", Value::Array(items)) => Self { prefix: items.clone(), ..none },
            ("format", Value::String(format)) => Self { format: Some(format.clone()), ..none },
            ("$ref", Value::String(target)) => return Err(reference(target)),
            // The schema from `schemars` for an enum without variants.
            ("not", Value::Object(anything)) if anything.is_empty() => return Ok(Vec::new()),
            (keyword, _) if REFUSED.contains(&keyword) => {
                return Err(SchemaError::new(format!("uses `{keyword}`, which strict schemas do not support")));
            }
            (keyword, _) if SILENT.contains(&keyword) || keyword.starts_with("x-") => none,
            // A default of null is the meaning of an absent field anyway.
            ("default", Value::Null) => none,
            ("uniqueItems", Value::Bool(unique)) => {
                let hint = unique.then(|| "unique items".to_owned());
                Self { hints: hint.into_iter().collect(), ..none }
            }
            (keyword, value) => Self { hints: vec![hint(keyword, value)], ..none },
        }])
    }

    /// The intersection; `None` if it is empty.
    fn and(&self, other: &Self) -> Option<Self> {
        let kind = match (self.kind, other.kind) {
            (Some(one), Some(other)) => Some(one.and(other)?),
            (one, other) => one.or(other),
        };
        let values = match (&self.values, &other.values) {
            (Some(one), Some(other)) => Some(one.iter().filter(|value| other.contains(value)).cloned().collect()),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        let mut merged = self.clone();
        merged.kind = kind;
        merged.values = values;
        merged.description = self.description.clone().or_else(|| other.description.clone());
        merged.format = self.format.clone().or_else(|| other.format.clone());
        for (name, schema) in &other.properties {
            let schema = match merged.properties.get(name) {
                Some(known) => together(known, schema),
                None => schema.clone(),
            };
            merged.properties.insert(name.clone(), schema);
        }
        merged.required.extend(other.required.iter().cloned());
        merged.is_map |= other.is_map;
        merged.items = match (&self.items, &other.items) {
            (Some(one), Some(other)) => Some(together(one, other)),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        merged.prefix.extend(other.prefix.iter().cloned());
        merged.hints.extend(other.hints.iter().filter(|hint| !self.hints.contains(hint)).cloned());
        Some(merged)
    }

    /// One alternative for each type of its values, or with the type of its keywords.
    fn typed(self) -> Vec<Self> {
        if let Some(values) = &self.values {
            let mut kinds: Vec<Kind> = Vec::new();
            for kind in values.iter().map(Kind::of) {
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            let of_kind = |kind: Kind| {
                let kept = match self.kind {
                    Some(known) => known.and(kind)?,
                    None => kind,
                };
                let values = values.iter().filter(|value| Kind::of(value) == kind).cloned().collect();
                Some(Self { kind: Some(kept), values: Some(values), ..self.clone() })
            };
            return kinds.into_iter().filter_map(of_kind).collect();
        }
        let has_members = !self.properties.is_empty() || !self.required.is_empty() || self.is_map;
        let has_items = self.items.is_some() || !self.prefix.is_empty();
        let implied = match self.kind {
            None if has_members => Some(Kind::Object),
            None if has_items => Some(Kind::List),
            kind => kind,
        };
        vec![Self { kind: implied, ..self }]
    }

    /// Keeps the format if every provider supports it; otherwise it becomes a hint. The formats of numbers are Rust types and are dropped.
    pub(super) fn settle_format(&mut self) {
        let Some(format) = self.format.take() else { return };
        match self.kind {
            Some(Kind::String) if FORMATS.contains(&&*format) => self.format = Some(format),
            Some(Kind::String) => self.hints.push(format!("format: {format}")),
            _ => {}
        }
    }
}

/// Combines every alternative of one with every alternative of the other.
fn both(one: &[Subschema], other: &[Subschema]) -> Vec<Subschema> {
    one.iter().flat_map(|one| other.iter().filter_map(|other| one.and(other))).collect()
}

fn together(one: &Value, other: &Value) -> Value {
    match one == other {
        true => one.clone(),
        false => serde_json::json!({"allOf": [one, other]}),
    }
}

/// `minimum: 1`.
fn hint(keyword: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{keyword}: {text}"),
        value => format!("{keyword}: {value}"),
    }
}

/// References are what is left after inlining.
fn reference(target: &str) -> SchemaError {
    let name = target.rsplit('/').next().unwrap_or_default();
    SchemaError::new(match (target, name) {
        ("#", _) => "is recursive; a strict schema has no references. Use a flat list \
                     whose items name their parents"
            .to_owned(),
        (_, name) if target.starts_with("#/$defs/") => format!(
            "is in a `{name}`, which is recursive; a strict schema has no references. Use a flat list whose \
             items name their parents"
        ),
        _ => format!("refers to `{target}`; a strict schema has no references"),
    })
}
