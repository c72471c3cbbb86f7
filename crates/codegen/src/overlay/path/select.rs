//! Walking a document along a query.

use serde_json::Value;

use super::{Query, Segment, Selector};
use crate::document::Place;

/// Is told every node of a nodelist.
type Visit<'f, 'v> = dyn FnMut(Place<'_>, &'v Value) + 'f;

impl Query {
    /// Visits the nodes. The recursion is as deep as the document: each step is one into it.
    pub(super) fn select<'v>(&self, root: &'v Value, current: &'v Value, visit: &mut Visit<'_, 'v>) {
        let start = if self.absolute { root } else { current };
        walk(&self.segments, root, Place::Root, start, visit);
    }

    /// The values of the nodes.
    pub(super) fn values<'v>(&self, root: &'v Value, current: &'v Value) -> Vec<&'v Value> {
        let mut values = Vec::new();
        self.select(root, current, &mut |_, value| values.push(value));
        values
    }
}

fn walk<'v>(segments: &[Segment], root: &'v Value, place: Place<'_>, value: &'v Value, visit: &mut Visit<'_, 'v>) {
    let Some((segment, rest)) = segments.split_first() else {
        return visit(place, value);
    };
    for selector in &segment.selectors {
        apply(selector, root, place, value, &mut |place, value| walk(rest, root, place, value, visit));
    }
    if segment.descends {
        children(place, value, &mut |place, value| walk(segments, root, place, value, visit));
    }
}

/// Visits what a selector selects of a value.
fn apply<'v>(selector: &Selector, root: &'v Value, place: Place<'_>, value: &'v Value, visit: &mut Visit<'_, 'v>) {
    match (selector, value) {
        (Selector::Name(name), Value::Object(members)) => {
            if let Some(member) = members.get(name) {
                visit(place.key(name), member);
            }
        }
        (Selector::Index(index), Value::Array(items)) => {
            let index = if *index < 0 { length(items) + index } else { *index };
            item(place, items, index, visit);
        }
        (Selector::Slice { start, end, step }, Value::Array(items)) => {
            slice(place, items, *start, *end, *step, visit);
        }
        (Selector::Wildcard, _) => children(place, value, visit),
        (Selector::Filter(filter), _) => children(place, value, &mut |place, child| {
            if filter.holds(root, child) {
                visit(place, child);
            }
        }),
        _ => {}
    }
}

fn children<'v>(place: Place<'_>, value: &'v Value, visit: &mut Visit<'_, 'v>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(place.index(index), item);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                visit(place.key(key), member);
            }
        }
        _ => {}
    }
}

/// As RFC 9535 has it in 2.3.4.2.2: negative bounds count from the end, and both are put back into the array.
fn slice<'v>(
    place: Place<'_>,
    items: &'v [Value],
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
    visit: &mut Visit<'_, 'v>,
) {
    let len = length(items);
    let from_start = |bound: i64| if bound < 0 { len + bound } else { bound };
    if step > 0 {
        let end = end.map_or(len, from_start).clamp(0, len);
        let mut index = start.map_or(0, from_start).clamp(0, len);
        while index < end {
            item(place, items, index, visit);
            index = index.saturating_add(step);
        }
    } else if step < 0 {
        let end = end.map_or(-1, from_start).clamp(-1, len - 1);
        let mut index = start.map_or(len - 1, from_start).clamp(-1, len - 1);
        while index > end {
            item(place, items, index, visit);
            index = index.saturating_add(step);
        }
    }
}

fn item<'v>(place: Place<'_>, items: &'v [Value], index: i64, visit: &mut Visit<'_, 'v>) {
    let Ok(index) = usize::try_from(index) else { return };
    if let Some(item) = items.get(index) {
        visit(place.index(index), item);
    }
}

/// Signed, as indices are; no array in memory is too long for it.
fn length(items: &[Value]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}
