//! Merging an update into what an action matches.

use serde_json::Value;

use super::Unfit;
use crate::document::Place;

/// Whether the update can be merged: Overlay 1.0 says nothing about merging values of different kinds, and guessing would hide mistakes.
pub(super) fn fits(target: &Value, update: &Value, place: &Place<'_>) -> Result<(), Unfit> {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            for (key, update) in update {
                match target.get(key) {
                    None => {}
                    Some(target @ (Value::Object(_) | Value::Array(_))) => {
                        member_fits(target, update, &place.key(key))?
                    }
                    Some(_) if update.is_object() || update.is_array() => {
                        return Err(mismatch(target.get(key), update, &place.key(key)));
                    }
                    Some(_) => {}
                }
            }
            Ok(())
        }
        (Value::Object(_), other) => Err(Unfit {
            problem: format!("updates an object with {}", kind(other)),
            help: "give an object with the members to merge",
        }),
        (Value::Array(_), Value::Array(_)) => Err(Unfit {
            problem: "updates an array with an array".to_owned(),
            help: "Overlay 1.0 appends the update as one entry: give an entry, or update the object above to add several",
        }),
        (Value::Array(_), _) => Ok(()),
        (other, _) => Err(Unfit {
            problem: format!("updates {}", kind(other)),
            help: "Overlay 1.0 updates objects and arrays only: target the object that holds this value",
        }),
    }
}

fn member_fits(target: &Value, update: &Value, place: &Place<'_>) -> Result<(), Unfit> {
    match (target, update) {
        (Value::Array(_), Value::Array(_)) => Ok(()),
        (Value::Object(_), Value::Object(_)) => fits(target, update, place),
        _ => Err(mismatch(Some(target), update, place)),
    }
}

fn mismatch(target: Option<&Value>, update: &Value, place: &Place<'_>) -> Unfit {
    let target = target.map_or("nothing", kind);
    Unfit {
        problem: format!("merges {} into {target}, at {place} below its target", kind(update)),
        help: "remove the old value with an action of its own first",
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Merges: objects member by member, arrays by concatenation, everything else by replacement. What is targeted itself, if it is
/// an array, takes the update as one more entry.
pub(super) fn merge(target: &mut Value, update: &Value) {
    match (target, update) {
        (Value::Array(items), update) => items.push(update.clone()),
        (target, update) => merge_member(target, update),
    }
}

fn merge_member(target: &mut Value, update: &Value) {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            for (key, update) in update {
                match target.get_mut(key) {
                    Some(value) => merge_member(value, update),
                    None => {
                        target.insert(key.clone(), update.clone());
                    }
                }
            }
        }
        (Value::Array(target), Value::Array(update)) => target.extend(update.iter().cloned()),
        (target, update) => *target = update.clone(),
    }
}
