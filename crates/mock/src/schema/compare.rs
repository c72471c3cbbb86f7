//! `Walker`: walks a JSON value along its schema and reports the differences to a `Judge`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Schemas, UNIONS, is_null_stand_in, items, kind_of, kind_of_schema};

/// A step on the way to a value.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// To a field that the schema names.
    Field(&'a str),
    /// To a field with any name, whose schema is that of `additionalProperties`.
    Other(&'a str),
    /// To an item of a list.
    Item(usize),
}

/// In which way a value differs from its schema. `expected` has JSON types.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Difference<'a> {
    /// A field is missing, at the end of the path.
    Missing { expected: Vec<&'a str> },
    /// A null where the schema has none.
    Null { expected: Vec<&'a str> },
    /// Another JSON type.
    WrongType { expected: Vec<&'a str>, value: &'a Value },
    /// A value that an enum does not list.
    NotInEnum { known: &'a [Value], value: &'a Value },
    /// The discriminator of the alternatives, at the end of the path, has a value that none of them has.
    UnknownTag { alternatives: usize, value: &'a Value },
    /// Fields that no part of the schema names.
    Unknown { names: Vec<&'a str>, fields: &'a Map<String, Value> },
}

/// What a schema says of fields that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They are refused: `additionalProperties: false`.
    Refused,
    /// Nothing.
    Unsaid,
    /// They are allowed: `additionalProperties: true`.
    Allowed,
}

/// Decides what is reported of differences, and how.
pub trait Judge {
    /// What is reported.
    type Finding;
    /// Whether an unknown tag is a finding of its own. Otherwise the value is compared with the nearest alternative.
    const TAGS: bool;

    /// Adds the findings for a difference; none where it does not count.
    fn report(&self, path: &[Step<'_>], difference: &Difference<'_>, found: &mut Vec<Self::Finding>);

    /// Whether unknown fields count.
    fn counts_unknown(&self, others: Others) -> bool;

    /// Adds the findings for a value that has the right type: limits, patterns.
    fn limits(&self, _path: &[Step<'_>], _schema: &Value, _value: &Value, _found: &mut Vec<Self::Finding>) {}
}

impl<'a> Schemas<'a> {
    /// Everything in which a value differs from a schema.
    pub fn compare<J: Judge>(self, judge: &J, schema: &'a Value, value: &'a Value) -> Vec<J::Finding> {
        let mut walker = Walker { schemas: self, judge, path: Vec::new(), found: Found::default() };
        walker.value(schema, value);
        walker.found.findings
    }

    /// The same for a field of an object, which may be missing.
    pub fn compare_field<J: Judge>(
        self,
        judge: &J,
        (name, schema): (&'a str, &'a Value),
        fields: &'a Map<String, Value>,
        required: bool,
    ) -> Vec<J::Finding> {
        let mut walker = Walker { schemas: self, judge, path: Vec::new(), found: Found::default() };
        walker.field(name, schema, fields, required);
        walker.found.findings
    }
}

struct Walker<'a, 'j, J: Judge> {
    schemas: Schemas<'a>,
    judge: &'j J,
    path: Vec<Step<'a>>,
    found: Found<J::Finding>,
}

/// Findings, and how much each of them weighs: the depth at which it was found, and its weight there.
struct Found<F> {
    findings: Vec<F>,
    weights: Vec<(usize, Weight)>,
}

impl<F> Default for Found<F> {
    fn default() -> Self {
        Self { findings: Vec::new(), weights: Vec::new() }
    }
}

/// How far a finding takes a value away from an alternative.
#[derive(Clone, Copy)]
enum Weight {
    /// Another type: at the depth of the alternative the value is none of it.
    Type,
    Other(usize),
}

const OF_ANOTHER_TYPE: usize = 1_000_000;

impl<F> Found<F> {
    fn weigh(&mut self, depth: usize, weight: Weight) {
        self.weights.resize(self.findings.len(), (depth, weight));
    }

    fn distance(&self, depth: usize) -> usize {
        let weight = |(at, weight): &(usize, Weight)| match weight {
            Weight::Type if *at == depth => OF_ANOTHER_TYPE,
            Weight::Type => 20,
            Weight::Other(weight) => *weight,
        };
        self.weights.iter().map(weight).sum()
    }

    fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.weights.extend(other.weights);
    }
}

/// The fields of an object that the parts of its schema name.
#[derive(Default)]
struct Names<'a> {
    known: BTreeSet<&'a str>,
    /// Fields are named at all: an object without any is free.
    described: bool,
    closed: bool,
    open: bool,
    /// Fields with any name have a schema of their own, or belong to an unknown alternative.
    any: bool,
}

impl<'a> Names<'a> {
    fn absorb(&mut self, other: Self) {
        self.known.extend(other.known);
        self.described |= other.described;
        self.closed |= other.closed;
        self.open |= other.open;
        self.any |= other.any;
    }
}

impl<'a, J: Judge> Walker<'a, '_, J> {
    fn report(&mut self, difference: &Difference<'_>) {
        let weight = match difference {
            Difference::WrongType { .. } => Weight::Type,
            Difference::NotInEnum { known: [_], .. } | Difference::UnknownTag { alternatives: 1, .. } => {
                Weight::Other(1000)
            }
            Difference::Missing { .. } => Weight::Other(40),
            Difference::Null { .. } | Difference::NotInEnum { .. } | Difference::UnknownTag { .. } => Weight::Other(10),
            Difference::Unknown { .. } => Weight::Other(1),
        };
        self.judge.report(&self.path, difference, &mut self.found.findings);
        self.found.weigh(self.path.len(), weight);
    }

    /// Compares what is one step further.
    fn below(&mut self, step: Step<'a>, compare: impl FnOnce(&mut Self)) {
        self.path.push(step);
        compare(self);
        self.path.pop();
    }

    fn value(&mut self, schema: &'a Value, value: &'a Value) {
        if value.is_null() {
            if !self.schemas.may_be_null(schema) {
                let expected = self.schemas.kinds(schema);
                self.report(&Difference::Null { expected });
            }
            return;
        }
        let mut names = Names::default();
        self.part(schema, value, &mut names);
        self.unknown(&names, value);
    }

    /// One of the schemas that a value has to fit together; `names` gathers the fields over all of them.
    fn part(&mut self, schema: &'a Value, value: &'a Value, names: &mut Names<'a>) {
        let schema = self.schemas.resolved(schema);
        for part in items(schema, "allOf") {
            self.part(part, value, names);
        }
        let before = self.found.findings.len();
        for keyword in UNIONS {
            // A value that no alternative accepts was reported, and is not reported again.
            if !self.alternatives(items(schema, keyword), value, names) {
                return;
            }
        }
        let is_null = schema["title"] == "null" && is_null_stand_in(schema);
        let expected = if is_null { Some("null") } else { kind_of_schema(schema) };
        if let Some(expected) = expected.filter(|expected| !is_of(value, expected)) {
            return self.report(&Difference::WrongType { expected: vec![expected], value });
        }
        if let Some(known) = schema["enum"].as_array() {
            if !known.iter().any(|known| same(known, value)) {
                self.report(&Difference::NotInEnum { known, value });
            }
            return;
        }
        if self.found.findings.len() == before {
            self.judge.limits(&self.path, schema, value, &mut self.found.findings);
        }
        self.found.weigh(self.path.len(), Weight::Other(1));
        match value {
            Value::Array(values) => {
                let Some(of_item) = schema.get("items") else { return };
                for (index, item) in values.iter().enumerate() {
                    self.below(Step::Item(index), |walker| walker.value(of_item, item));
                }
            }
            Value::Object(fields) => self.object(schema, fields, names),
            _ => {}
        }
    }

    fn object(&mut self, schema: &'a Value, fields: &'a Map<String, Value>, names: &mut Names<'a>) {
        let properties = schema["properties"].as_object();
        let required: BTreeSet<&str> = items(schema, "required").filter_map(Value::as_str).collect();
        for name in items(schema, "required").filter_map(Value::as_str) {
            // A field without a schema can be required too.
            self.field(name, schema["properties"].get(name).unwrap_or(&Value::Null), fields, true);
        }
        for (name, property) in properties.into_iter().flatten() {
            names.known.insert(name);
            names.described = true;
            if !required.contains(name.as_str()) {
                self.field(name, property, fields, false);
            }
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(is_open)) => {
                names.open |= is_open;
                names.closed |= !is_open;
            }
            Some(of_others) => {
                names.any = true;
                for (name, value) in fields.iter().filter(|(name, _)| schema["properties"].get(name.as_str()).is_none())
                {
                    self.below(Step::Other(name), |walker| walker.value(of_others, value));
                }
            }
            None => {}
        }
    }

    /// A field of an object that may have to be there.
    fn field(&mut self, name: &'a str, schema: &'a Value, fields: &'a Map<String, Value>, required: bool) {
        let needed = || schema["x-required-when"].as_str().is_some_and(|other| fields.contains_key(other));
        match fields.get(name) {
            Some(value) => self.below(Step::Field(name), |walker| walker.value(schema, value)),
            None if required || needed() => {
                let expected = self.schemas.kinds(schema);
                self.below(Step::Field(name), |walker| walker.report(&Difference::Missing { expected }));
            }
            None => {}
        }
    }

    /// A value that has to fit one of several schemas: it is compared with the one that is nearest. False if it is of another type than all.
    fn alternatives(&mut self, all: impl Iterator<Item = &'a Value>, value: &'a Value, names: &mut Names<'a>) -> bool {
        // A null is no alternative of a value that is none.
        let all = all.map(|schema| self.schemas.resolved(schema)).filter(|schema| !is_null_stand_in(schema));
        let all: Vec<&Value> = all.collect();
        if let Some(tag) = J::TAGS.then(|| self.unknown_tag(&all, value)).flatten() {
            let difference = Difference::UnknownTag { alternatives: all.len(), value: &value[tag] };
            self.below(Step::Field(tag), |walker| walker.report(&difference));
            names.any = true;
            return true;
        }
        let mut nearest: Option<(usize, Names<'a>, Found<J::Finding>)> = None;
        for schema in all.iter().copied() {
            let outer = std::mem::take(&mut self.found);
            let mut own = Names::default();
            self.part(schema, value, &mut own);
            // Unknown fields count for the distance; they are reported where the fields of all parts are known.
            let count = self.found.findings.len();
            self.unknown(&own, value);
            let distance = self.found.distance(self.path.len());
            self.found.findings.truncate(count);
            self.found.weights.truncate(count);
            let found = std::mem::replace(&mut self.found, outer);
            if nearest.as_ref().is_none_or(|(least, ..)| distance < *least) {
                nearest = Some((distance, own, found));
            }
            if distance == 0 {
                break;
            }
        }
        let Some((distance, own, found)) = nearest else { return true };
        names.absorb(own);
        if distance < OF_ANOTHER_TYPE {
            self.found.extend(found);
            return true;
        }
        let mut expected: Vec<&str> = all.iter().flat_map(|schema| self.schemas.kinds(schema)).collect();
        expected.dedup();
        self.report(&Difference::WrongType { expected, value });
        false
    }

    /// The discriminator of the alternatives, if the value has one that none of them has.
    fn unknown_tag(&self, all: &[&'a Value], value: &Value) -> Option<&'a str> {
        let (first, fields) = (*all.first()?, value.as_object()?);
        let tag_of = |schema: &'a Value, name: &str| {
            let values = self.schemas.resolved(&schema["properties"][name])["enum"].as_array()?;
            (values.len() == 1).then(|| &values[0])
        };
        let tags = first["properties"].as_object()?.keys().map(String::as_str);
        tags.filter(|_| all.len() > 1).find(|name| {
            let known: Option<Vec<&Value>> = all.iter().map(|schema| tag_of(schema, name)).collect();
            let value = fields.get(*name).filter(|value| value.is_string());
            known.zip(value).is_some_and(|(known, value)| !known.contains(&value))
        })
    }

    /// Fields that no part of a schema names.
    fn unknown(&mut self, names: &Names<'a>, value: &'a Value) {
        let Some(fields) = value.as_object().filter(|_| (names.described || names.closed) && !names.any) else {
            return;
        };
        let others = match (names.open, names.closed) {
            (true, _) => Others::Allowed,
            (false, true) => Others::Refused,
            (false, false) => Others::Unsaid,
        };
        let unknown: Vec<&str> = fields.keys().map(String::as_str).filter(|name| !names.known.contains(name)).collect();
        if !unknown.is_empty() && self.judge.counts_unknown(others) {
            self.report(&Difference::Unknown { names: unknown, fields });
        }
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
