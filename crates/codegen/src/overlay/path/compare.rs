//! Comparisons (RFC 9535, 2.3.5.2.2). Nothing, the value of a query without a match, equals itself alone.

use std::cmp::Ordering;

use serde_json::{Number, Value};

#[derive(Debug, Clone, Copy)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    pub(super) fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        match self {
            Operator::Equal => equal(left, right),
            Operator::NotEqual => !equal(left, right),
            Operator::Less => less(left, right),
            Operator::LessOrEqual => less(left, right) || equal(left, right),
            Operator::Greater => less(right, left),
            Operator::GreaterOrEqual => less(right, left) || equal(left, right),
        }
    }
}

fn equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => same(left, right),
        (left, right) => left.is_none() && right.is_none(),
    }
}

/// Equality of values, in which 1 is 1.0 at every depth.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}

/// Only numbers and strings have an order; that of UTF-8 is that of Unicode scalar values.
fn less(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => order(left, right) == Some(Ordering::Less),
        (Some(Value::String(left)), Some(Value::String(right))) => left < right,
        _ => false,
    }
}

/// Integers exactly, as doubles do not tell the large ones apart.
fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}
