//! Finds the probable successor of a place in another document.
//!
//! By structure alone: a place may have moved behind a reference, into a part of an `allOf` or an alternative of a union, out of a
//! component, or to another name with nearly the same contents. If two places match equally well, neither is named.

use std::collections::BTreeSet;

use serde_json::Value;
use venice_ai_codegen::document::target;
use venice_ai_codegen::overlay::{Location, Step};

use crate::diff::join;
use crate::pointer::{escaped, unescaped};

/// How much of two values must be the same for one to have taken the other's place.
const ALIKE: f64 = 0.6;
/// How many references and parts may be followed on one way.
const DEPTH: usize = 24;

/// What became of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// How far the old way leads in the new document.
    pub reach: String,
    /// Whether it leads to its end.
    pub stands: bool,
    /// What probably took its place.
    pub successor: Option<String>,
}

/// Looks for what stood at `place` in `old`. An earlier action may have made a list shorter, so a text in one is looked for by itself.
pub fn fate(old: &Value, new: &Value, place: &[Step], value: &Value) -> Fate {
    let place = &standing(old, place, value);
    let length = (0..=place.len()).rev().find(|length| get(new, &place[..*length]).is_some()).unwrap_or_default();
    let search = Search { old, new };
    // What an earlier action added is not in the document: it goes with what it was added to.
    let own = (0..=place.len()).rev().find(|length| get(old, &place[..*length]).is_some()).unwrap_or_default();
    let (own, added) = place.split_at(own);
    let found = search.find(own);
    let found = found.map(|found| [found.as_slice(), added].concat());
    let successor = found.filter(|found| found != place).map(|found| selector(new, &found));
    Fate { reach: path(&place[..length]), stands: length == place.len(), successor }
}

/// A place in a document, when a text has another index there.
fn standing(doc: &Value, place: &[Step], value: &Value) -> Location {
    let index = place.split_last().and_then(|(_, list)| {
        let items = get(doc, list)?.as_array()?;
        items.iter().position(|item| item.is_string() && item == value)
    });
    let mut place = place.to_vec();
    if let (Some(last), Some(index)) = (place.last_mut(), index) {
        *last = Step::Index(index);
    }
    place
}

/// What probably took the place that a reference leads to, as a reference.
pub fn moved(old: &Value, new: &Value, reference: &str) -> Option<String> {
    let place = pointer(old, reference);
    let found = Search { old, new }.find(&place).filter(|found| *found != place)?;
    let steps = found.iter().map(|step| match step {
        Step::Key(key) => format!("/{}", escaped(key)),
        Step::Index(index) => format!("/{index}"),
    });
    Some(format!("#{}", steps.collect::<String>()))
}

struct Search<'d> {
    old: &'d Value,
    new: &'d Value,
}

impl Search<'_> {
    /// What took a place of the old document.
    fn find(&self, place: &[Step]) -> Option<Location> {
        self.walk(Some(self.old), self.new, Vec::new(), place, 0).or_else(|| self.behind_component(place, 0))
    }

    /// Goes `steps` further from a place of the new document; `old` is what stood there before.
    fn walk(&self, old: Option<&Value>, new: &Value, at: Location, steps: &[Step], depth: usize) -> Option<Location> {
        if depth > DEPTH {
            return None;
        }
        let Some((step, rest)) = steps.split_first() else {
            let Some(reference) = new.get("$ref").and_then(Value::as_str) else { return Some(at) };
            return self.walk(None, target(self.new, reference)?, pointer(self.new, reference), steps, depth + 1);
        };
        if let Some(reference) = new.get("$ref").and_then(Value::as_str) {
            let found = target(self.new, reference)?;
            return self.walk(old, found, pointer(self.new, reference), steps, depth + 1);
        }
        let below = old.and_then(|old| get(old, std::slice::from_ref(step)));
        let onward = |next: Step| {
            let found = get(new, std::slice::from_ref(&next))?;
            self.walk(below, found, [at.as_slice(), &[next]].concat(), rest, depth + 1)
        };
        let same = match step {
            // An element of a list is the one that is alike, wherever it stands.
            Step::Index(_) => None,
            Step::Key(_) => onward(step.clone()),
        };
        same.or_else(|| self.parts(old, new, &at, steps, depth))
            .or_else(|| onward(self.alike(old?, below?, new, step)?))
    }

    fn parts(&self, old: Option<&Value>, new: &Value, at: &[Step], steps: &[Step], depth: usize) -> Option<Location> {
        let parts = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| {
            let parts = new.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
            parts.map(move |(index, part)| ([Step::Key(key.to_owned()), Step::Index(index)], part))
        });
        // A list that the way itself enters is no place to look for what was not in it.
        let entered = steps.first();
        let mut parts = parts.filter(|(way, _)| Some(&way[0]) != entered);
        parts.find_map(|(way, part)| self.walk(old, part, [at, &way].concat(), steps, depth + 1))
    }

    /// What was a component may stand where it was referred to.
    fn behind_component(&self, place: &[Step], depth: usize) -> Option<Location> {
        let [Step::Key(components), Step::Key(kind), Step::Key(name), rest @ ..] = place else { return None };
        if components != "components" || get(self.new, &place[..3]).is_some() || depth > DEPTH {
            return None;
        }
        let reference = format!("#/components/{kind}/{}", escaped(name));
        let mut uses = Vec::new();
        collect(self.old, &reference, &mut Vec::new(), &mut uses);
        let component = get(self.old, &place[..3])?;
        uses.iter().find_map(|used| {
            let at = self.walk(Some(self.old), self.new, Vec::new(), used, 0);
            let at = at.or_else(|| self.behind_component(used, depth + 1))?;
            let now = get(self.new, &at)?;
            let is_it = || likeness(component, now) >= ALIKE || fields_in_common(component, now) >= ALIKE;
            (now.get("$ref").is_some() || is_it()).then(|| self.walk(Some(component), now, at, rest, 0))?
        })
    }

    /// The step to what is most like `gone` among what is new beside it.
    fn alike(&self, old: &Value, gone: &Value, new: &Value, step: &Step) -> Option<Step> {
        let behind =
            |value: &Value| value.get("$ref").and_then(Value::as_str).and_then(|found| target(self.new, found));
        let likeness = |one: &Value, other: &Value| likeness(one, behind(other).unwrap_or(other));
        let mut candidates: Vec<(f64, Step)> = match (old, new) {
            (Value::Object(old), Value::Object(new)) if gone.is_object() => new
                .iter()
                .filter(|(key, _)| !old.contains_key(*key))
                .map(|(key, value)| {
                    (if same_operation(gone, value) { 1.0 } else { likeness(gone, value) }, Step::Key(key.clone()))
                })
                .collect(),
            (Value::Array(_), Value::Array(items)) if gone.is_object() => {
                let same_name = |item: &Value| gone.get("name").is_some() && gone.get("name") == item.get("name");
                let score = |item: &Value| if same_name(item) { 1.0 } else { likeness(gone, item) };
                items.iter().enumerate().map(|(index, item)| (score(item), Step::Index(index))).collect()
            }
            (Value::Array(_), Value::Array(items)) => {
                let index = items.iter().position(|item| item == gone)?;
                return Some(Step::Index(index));
            }
            _ => return None,
        };
        candidates.retain(|(score, _)| *score >= ALIKE);
        candidates.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        match candidates.as_slice() {
            [(_, only)] => Some(only.clone()),
            [(best, step), (second, _), ..] if best > second => Some(step.clone()),
            // Elements that are all alike: the one at the same position, if there is one.
            [..] if matches!(step, Step::Index(_)) => {
                let mut steps = candidates.iter().map(|(_, step)| step);
                steps.find(|candidate| *candidate == step).cloned()
            }
            _ => None,
        }
    }
}

/// Whether an operation of one path is also one of the other, by its id.
fn same_operation(one: &Value, other: &Value) -> bool {
    fn ids(item: &Value) -> impl Iterator<Item = &Value> {
        item.as_object().into_iter().flat_map(|members| members.values()).filter_map(|value| value.get("operationId"))
    }
    ids(one).any(|id| ids(other).any(|known| known == id))
}

/// How much of what two values say is the same, from 0 to 1.
fn likeness(one: &Value, other: &Value) -> f64 {
    share(&leaves(one), &leaves(other))
}

/// The share of the fields of two schemas that both have. What is in them may be written otherwise, as a reference or not.
fn fields_in_common(one: &Value, other: &Value) -> f64 {
    let fields = |schema: &Value| -> BTreeSet<String> {
        schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    share(&fields(one), &fields(other))
}

/// The share of what is in either that is in both.
fn share(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let (common, all) = (one.intersection(other).count(), one.union(other).count());
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

fn leaves(value: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            // Our own marks say nothing about the document.
            Value::Object(members) => members
                .iter()
                .filter(|(key, _)| !key.starts_with("x-") && *key != "operationId")
                .for_each(|(key, value)| walk(value, &format!("{path}/{key}"), found)),
            Value::Array(items) => items.iter().for_each(|item| walk(item, &format!("{path}/*"), found)),
            scalar => drop(found.insert(format!("{path}={scalar}"))),
        }
    }
    let mut found = BTreeSet::new();
    walk(value, "", &mut found);
    found
}

fn collect(value: &Value, reference: &str, at: &mut Location, found: &mut Vec<Location>) {
    match value {
        Value::Object(members) => {
            if members.get("$ref").and_then(Value::as_str) == Some(reference) {
                found.push(at.clone());
            }
            for (key, value) in members {
                at.push(Step::Key(key.clone()));
                collect(value, reference, at, found);
                at.pop();
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                at.push(Step::Index(index));
                collect(value, reference, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}

/// The place that a reference leads to.
pub fn pointer(doc: &Value, reference: &str) -> Location {
    let mut at = Some(doc);
    let parts = reference.trim_start_matches("#/").split('/').map(|part| {
        let index = part.parse().ok().filter(|_| at.is_some_and(Value::is_array));
        let step = index.map_or_else(|| Step::Key(unescaped(part)), Step::Index);
        at = at.and_then(|value| get(value, std::slice::from_ref(&step)));
        step
    });
    parts.collect()
}

fn get<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.as_object()?.get(key),
        Step::Index(index) => value.as_array()?.get(*index),
    })
}

/// A place as a JSON path that stays right when a list gets shorter: a text in a list is selected by its value.
fn selector(doc: &Value, place: &[Step]) -> String {
    match (place.split_last(), get(doc, place)) {
        (Some((Step::Index(_), list)), Some(Value::String(text))) if !text.contains(['\'', '\\']) => {
            format!("{}[?@ == '{text}']", path(list))
        }
        _ => path(place),
    }
}

/// A place as a JSON path.
pub fn path(steps: &[Step]) -> String {
    steps.iter().fold("$".to_owned(), |path, step| match step {
        Step::Key(key) => join(&path, key),
        Step::Index(index) => format!("{path}[{index}]"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn steps(text: &str) -> Location {
        text.split('/')
            .map(|part| part.parse().map_or_else(|_| Step::Key(part.replace('~', "/")), Step::Index))
            .collect()
    }

    fn lantern() -> Value {
        json!({"type": "object", "properties": {"wax": {"type": "string", "maxLength": 9}, "wick": {"type": "integer"}}, "required": ["wax"]})
    }

    fn successor(old: &Value, new: &Value, place: &str) -> Option<String> {
        let place = steps(place);
        fate(old, new, &place, get(old, &place).unwrap_or(&Value::Null)).successor
    }

    #[test]
    fn what_moved_into_a_component_is_found_behind_the_reference() {
        let old = json!({"paths": {"/a": {"get": {"schema": lantern()}}}});
        let new = json!({
            "paths": {"/a": {"get": {"schema": {"$ref": "#/components/schemas/Lantern"}}}},
            "components": {"schemas": {"Lantern": lantern()}},
        });
        let found = fate(&old, &new, &steps("paths/~a/get/schema/properties/wax"), &Value::Null);
        assert_eq!(found.successor.as_deref(), Some("$.components.schemas.Lantern.properties.wax"));
        assert_eq!((found.reach.as_str(), found.stands), ("$.paths['/a'].get.schema", false));
        let back = successor(&new, &old, "components/schemas/Lantern/properties/wax");
        assert_eq!(back.as_deref(), Some("$.paths['/a'].get.schema.properties.wax"));
    }

    #[test]
    fn what_has_another_name_is_told_by_its_contents() {
        let mut wider = lantern();
        wider["properties"]["glass"] = json!({"type": "boolean"});
        let old = json!({"schemas": {"Lantern": lantern(), "Other": {"type": "string"}}});
        let new = json!({"schemas": {"Lamp": wider, "Other": {"type": "string"}}});
        assert_eq!(successor(&old, &new, "schemas/Lantern").as_deref(), Some("$.schemas.Lamp"));
        assert_eq!(
            successor(&old, &new, "schemas/Lantern/properties/wick").as_deref(),
            Some("$.schemas.Lamp.properties.wick")
        );
        let two = json!({"schemas": {"Lamp": lantern(), "Torch": lantern()}});
        assert_eq!(successor(&old, &two, "schemas/Lantern"), None, "either could be it");
        assert_eq!(successor(&old, &json!({"schemas": {"Lamp": {"type": "array"}}}), "schemas/Lantern"), None);
    }

    #[test]
    fn what_went_into_a_part_or_to_another_position_is_found() {
        let old =
            json!({"schema": lantern(), "parameters": [{"name": "p", "in": "query"}, {"name": "q", "in": "query"}]});
        let new = json!({
            "schema": {"nullable": true, "allOf": [{"type": "object"}, lantern()]},
            "parameters": [{"name": "q", "in": "header"}],
        });
        assert_eq!(successor(&old, &new, "schema/properties/wax").as_deref(), Some("$.schema.allOf[1].properties.wax"));
        assert_eq!(successor(&old, &new, "parameters/1").as_deref(), Some("$.parameters[0]"));
        assert_eq!(successor(&old, &new, "parameters/1/in").as_deref(), Some("$.parameters[0].in"));
    }

    #[test]
    fn a_text_of_a_list_is_selected_by_its_value() {
        let old = json!({"a": {"schema": lantern()}});
        let new = json!({"a": {"schema": {"$ref": "#/b/0"}}, "b": [{"required": ["wick", "wax"]}]});
        assert_eq!(successor(&old, &new, "a/schema/required/0").as_deref(), Some("$.b[0].required[?@ == 'wax']"));
        let moved = fate(&old, &new, &steps("a/schema/required/7"), &json!("wax"));
        assert_eq!(moved.successor.as_deref(), Some("$.b[0].required[?@ == 'wax']"), "others were taken out before");
    }

    #[test]
    fn a_reference_is_led_to_what_took_its_place() {
        let old = json!({"paths": {"/a": {"parts": [lantern()]}}});
        let new = json!({"paths": {"/a": {"parts": [{"$ref": "#/schemas/x~1y"}]}}, "schemas": {"x/y": lantern()}});
        let found = moved(&old, &new, "#/paths/~1a/parts/0/properties/wax");
        assert_eq!(found.as_deref(), Some("#/schemas/x~1y/properties/wax"));
        assert_eq!(moved(&old, &new, "#/paths/~1a/parts/0/properties/glass"), None);
    }

    #[test]
    fn what_was_added_to_a_place_goes_with_it() {
        let old = json!({"a": {"schema": lantern()}});
        let new = json!({"a": {"schema": {"$ref": "#/b"}}, "b": lantern()});
        assert_eq!(successor(&old, &new, "a/schema/properties/added").as_deref(), Some("$.b.properties.added"));
    }

    #[test]
    fn what_is_gone_has_no_successor() {
        let new = json!({"schemas": {"Other": {"type": "string"}}});
        let found = fate(
            &json!({"schemas": {"Lantern": lantern(), "Other": {"type": "string"}}}),
            &new,
            &steps("schemas/Lantern"),
            &Value::Null,
        );
        assert_eq!(found, Fate { reach: "$.schemas".to_owned(), stands: false, successor: None });
        assert!(fate(&new, &new, &steps("schemas/Other"), &Value::Null).stands);
    }
}
