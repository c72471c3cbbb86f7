//! Finds a place of the plain document in the document as written.
//!
//! The plain document has no references but those to schemas, no `allOf`, and unions whose alternatives were sorted and merged.
//! The way back follows references where they are and looks into the parts and alternatives for what is not there itself.

use serde_json::Value;
use venice_ai_codegen::document::{Place, Step};
use venice_ai_codegen::lower::schema::constant;
use venice_ai_codegen::lower::unions::TAG;

use super::change::Location;
use super::document::Document;
use crate::pointer::unescaped;

/// How many references and parts may be followed on one way.
const DEPTH: usize = 64;

impl Document {
    /// Where a place of the plain document is, in the document as it is written and in Rust.
    pub fn at(&self, place: &Place<'_>, value: &Value) -> Location {
        // The first of several values determines the list.
        let value = value.as_array().and_then(|values| values.first()).unwrap_or(value);
        Location { path: self.path(place, Some(value)), rust: self.rust(place) }
    }

    /// The JSON path of a place of the plain document. Where it leads to a list, that is the one that has `value`.
    pub fn path(&self, place: &Place<'_>, value: Option<&Value>) -> String {
        let steps = place.steps();
        let search = Search { document: self, value };
        // What is written nowhere, such as a derived id, is where its owner is.
        let found = (0..=steps.len()).rev().find_map(|length| search.whole(&steps[..length]));
        found.map_or_else(|| "$".to_owned(), |(_, path)| path)
    }

    /// A schema as it is written, behind its references.
    pub fn written(&self, place: &Place<'_>) -> Option<&Value> {
        let search = Search { document: self, value: None };
        search.whole(&place.steps()).map(|at| search.follow(at).0)
    }
}

/// A value of the document as it is written, and its path.
type At<'d> = (&'d Value, String);

struct Search<'d, 'v> {
    document: &'d Document,
    value: Option<&'v Value>,
}

impl<'d> Search<'d, '_> {
    fn whole(&self, steps: &[Step<'_>]) -> Option<At<'d>> {
        // A parameter may stand in the operation or in its path, and is found by its name.
        if let [
            Step::Key("paths"),
            Step::Key(path),
            Step::Key(method),
            Step::Key("parameters"),
            Step::Index(index),
            rest @ ..,
        ] = steps
        {
            let plain = self.document.plain.get("paths")?.get(path)?.get(method)?.get("parameters")?.get(*index)?;
            return self.find(self.parameter(path, method, plain)?, Some(plain), rest, 0);
        }
        self.find((&self.document.facts, "$".to_owned()), Some(&self.document.plain), steps, 0)
    }

    /// Follows `steps` from a place of the facts; `plain` is the same place of the plain document, as far as it is known.
    fn find(&self, from: At<'d>, plain: Option<&Value>, steps: &[Step<'_>], depth: usize) -> Option<At<'d>> {
        let Some((step, rest)) = steps.split_first() else { return self.fits(from.0).then_some(from) };
        if depth > DEPTH {
            return None;
        }
        let (current, path) = self.follow(from);
        match *step {
            Step::Key("oneOf") if !rest.is_empty() => {
                let Some(Step::Index(index)) = rest.first() else { return None };
                let arm = plain.and_then(|plain| plain.get("oneOf")?.get(*index));
                let tag = plain.and_then(|plain| plain.get(TAG)?.as_str());
                let mut arms = Vec::new();
                self.arms((current, path), &mut arms, 0);
                // The alternative itself if it can be determined, otherwise one that has the value.
                arms.sort_by_key(|at| !arm.is_some_and(|arm| self.is_arm(at, arm, tag)));
                arms.into_iter().find_map(|at| self.find(at, arm, &rest[1..], depth + 1))
            }
            Step::Key(key) => {
                let next = plain.and_then(|plain| plain.get(key));
                let below = current.get(key).map(|value| (value, join(&path, key)));
                let here = below.and_then(|at| self.find(at, next, rest, depth + 1));
                here.or_else(|| {
                    parts((current, path)).into_iter().find_map(|at| self.find(at, plain, steps, depth + 1))
                })
            }
            Step::Index(index) => {
                let next = plain.and_then(|plain| plain.get(index));
                self.find((current.get(index)?, format!("{path}[{index}]")), next, rest, depth + 1)
            }
        }
    }

    fn fits(&self, found: &Value) -> bool {
        match (found, self.value) {
            (Value::Array(items), Some(value)) if !value.is_array() => items.contains(value),
            _ => true,
        }
    }

    fn follow(&self, (mut current, mut path): At<'d>) -> At<'d> {
        for _ in 0..16 {
            let Some(reference) = current.get("$ref").and_then(Value::as_str) else { break };
            let Some(target) = self.document.fact(reference) else { break };
            let names = reference.trim_start_matches("#/").split('/').map(unescaped);
            path = names.fold("$".to_owned(), |path, name| join(&path, &name));
            current = target;
        }
        (current, path)
    }

    /// The alternatives of a union, and of the unions in it.
    fn arms(&self, at: At<'d>, arms: &mut Vec<At<'d>>, depth: usize) {
        let parts = parts((at.0, at.1.clone()));
        if parts.is_empty() || depth > 16 {
            arms.push(at);
            return;
        }
        parts.into_iter().for_each(|part| self.arms(part, arms, depth + 1));
    }

    /// Whether an alternative as it is written is one of the plain document.
    fn is_arm(&self, at: &At<'d>, arm: &Value, tag: Option<&str>) -> bool {
        if at.0 == arm {
            return true;
        }
        let (written, plain) = (self.follow((at.0, String::new())).0, self.document.resolve(arm).1);
        match tag.and_then(|tag| Some((tag, constant(plain, tag)?))) {
            Some((tag, value)) => constant(written, tag) == Some(value),
            None => written.get("type").is_some() && written.get("type") == plain.get("type"),
        }
    }

    fn parameter(&self, path: &str, method: &str, plain: &Value) -> Option<At<'d>> {
        let item = self.document.facts.get("paths")?.get(path)?;
        let item_path = join("$.paths", path);
        let (name, place) = (plain["name"].as_str()?, plain["in"].as_str()?);
        [(item.get(method)?, join(&item_path, method)), (item, item_path)].into_iter().find_map(|(owner, path)| {
            let query =
                format!("[?@.name == '{}' && @.in == '{place}']", name.replace('\\', "\\\\").replace('\'', "\\'"));
            owner.get("parameters")?.as_array()?.iter().find_map(|entry| {
                let (found, path) = self.follow((entry, format!("{path}.parameters{query}")));
                (found["name"] == name && found["in"] == place).then_some((found, path))
            })
        })
    }
}

/// The parts and alternatives of a schema. A later part of an `allOf` refines an earlier one and so comes first.
fn parts((schema, path): At<'_>) -> Vec<At<'_>> {
    let mut parts = Vec::new();
    for key in ["anyOf", "oneOf", "allOf"] {
        let list = schema.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
        let mut found: Vec<At<'_>> = list.map(|(index, part)| (part, format!("{path}.{key}[{index}]"))).collect();
        if key == "allOf" {
            found.reverse();
        }
        parts.extend(found);
    }
    parts
}

/// A path with one more step.
pub fn join(path: &str, key: &str) -> String {
    let root = Place::Root;
    format!("{path}{}", root.key(key).to_string().trim_start_matches('$'))
}
