//! `Zod`: reports the differences between a request and its schema as the API does, as issues of zod.

use serde_json::{Value, json};

use super::limits;
use crate::UnknownFields;
use crate::issues::{self, Issue};
use crate::schema::{Difference, Judge, Others, Step, kind_of};

/// Fields whose values depend on the model. The document has the union over the models of its day, and the API accepts what the model
/// accepts, so other values are allowed.
const OF_THE_MODEL: [&str; 3] = ["aspect_ratio", "duration", "resolution"];

#[derive(Debug)]
pub(super) struct Zod {
    pub(super) unknown: UnknownFields,
}

impl Judge for Zod {
    type Finding = Issue;
    const TAGS: bool = false;

    fn report(&self, path: &[Step<'_>], difference: &Difference<'_>, found: &mut Vec<Issue>) {
        let path = owned(path);
        found.push(match difference {
            Difference::Missing { expected } if expected.is_empty() => missing(path, "unknown"),
            Difference::Missing { expected } => missing(path, &expected.join(" | ")),
            Difference::Null { expected } => wrong_type(path, expected, "null"),
            Difference::WrongType { expected, value } => wrong_type(path, expected, kind_of(value)),
            Difference::NotInEnum { .. } if path.last().is_some_and(is_of_the_model) => return,
            Difference::NotInEnum { known, value } => not_in_enum(path, known, value),
            Difference::Unknown { names, .. } => unrecognised(path, names),
            // Without `TAGS` there is none.
            Difference::UnknownTag { .. } => return,
        });
    }

    fn counts_unknown(&self, others: Others) -> bool {
        match others {
            Others::Refused => true,
            Others::Unsaid => self.unknown == UnknownFields::Refuse,
            Others::Allowed => false,
        }
    }

    fn limits(&self, path: &[Step<'_>], schema: &Value, value: &Value, found: &mut Vec<Issue>) {
        limits::check(path, schema, value, found);
    }
}

pub(super) fn owned(path: &[Step<'_>]) -> Vec<issues::Step> {
    let step = |step: &Step<'_>| match step {
        Step::Field(name) | Step::Other(name) => issues::Step::Field((*name).to_owned()),
        Step::Item(index) => issues::Step::Item(*index),
    };
    path.iter().map(step).collect()
}

fn is_of_the_model(step: &issues::Step) -> bool {
    OF_THE_MODEL.iter().any(|name| step.is(name))
}

/// A required value that is not there.
pub(super) fn missing(path: Vec<issues::Step>, expected: &str) -> Issue {
    Issue::new("invalid_type", path, "Required", json!({"expected": expected, "received": "undefined"}))
}

fn wrong_type(path: Vec<issues::Step>, expected: &[&str], received: &str) -> Issue {
    // Of a union the first type is named.
    let expected = expected.first().copied().unwrap_or("unknown");
    let message = format!("Expected {expected}, received {received}");
    Issue::new("invalid_type", path, message, json!({"expected": expected, "received": received}))
}

fn not_in_enum(path: Vec<issues::Step>, known: &[Value], value: &Value) -> Issue {
    let quoted = |value: &Value| value.to_string().replace('"', "'");
    let all = known.iter().map(quoted).collect::<Vec<_>>().join(" | ");
    let message = format!("Invalid enum value. Expected {all}, received {}", quoted(value));
    Issue::new("invalid_enum_value", path, message, json!({"received": value, "options": known}))
}

/// Unknown fields of the object at a path.
pub(super) fn unrecognised(path: Vec<issues::Step>, names: &[&str]) -> Issue {
    let list = names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let message = format!("Unrecognized key(s) in object: {list}");
    Issue::new("unrecognized_keys", path, message, json!({"keys": names}))
}
