//! Merges the untyped fields of many chunks into one object.
//!
//! A null counts only if there is no other value.

use serde_json::map::Entry;
use serde_json::{Map, Value};

/// The newest value of a field wins.
pub(super) fn replace(all: &mut Map<String, Value>, next: Map<String, Value>) {
    merge(all, next, |known, value| *known = value);
}

/// As [`replace`], but lists are appended: each chunk has its own `token_ids`.
pub(super) fn replace_or_append_lists(all: &mut Map<String, Value>, next: Map<String, Value>) {
    merge(all, next, |known, value| match (known, value) {
        (Value::Array(known), Value::Array(more)) => known.extend(more),
        (known, value) => *known = value,
    });
}

/// Merges fields of deltas: strings and lists are appended, everything else is replaced.
pub(super) fn append(all: &mut Map<String, Value>, next: Map<String, Value>) {
    merge(all, next, |known, value| match (known, value) {
        (Value::String(known), Value::String(more)) => known.push_str(&more),
        (Value::Array(known), Value::Array(more)) => known.extend(more),
        (known, value) => *known = value,
    });
}

fn merge(all: &mut Map<String, Value>, next: Map<String, Value>, add: impl Fn(&mut Value, Value)) {
    for (name, value) in next {
        match all.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(_) if value.is_null() => {}
            Entry::Occupied(mut entry) => add(entry.get_mut(), value),
        }
    }
}
