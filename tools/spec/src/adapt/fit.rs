//! `Fit`: which actions of the overlay do not fit a document, all of them and not only the first.

use serde_json::Value;
use venice_ai_codegen::overlay::Location;
use venice_ai_codegen::{Error, Inputs};

use super::actions;
use super::successor::{self, fate};
use crate::overlay::{Traced, parse, trace};

/// The file of the overlay.
pub const FILE: &str = "overlay.yaml";

/// What is generated with, and the text of the overlay's file.
#[derive(Debug)]
pub struct Part {
    /// The text of `overlay.yaml`.
    pub text: String,
    /// What is generated with.
    pub inputs: Inputs,
}

impl Part {
    /// The same with another text of the overlay.
    pub fn with(&self, text: String) -> Result<Self, Error> {
        let overlay = parse(&venice_ai_codegen::yaml::parse(&text)?)?;
        Ok(Self { text, inputs: Inputs { overlay, ..self.inputs.clone() } })
    }
}

/// An action that cannot be applied, or not to all that it was applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Its number in the file, from 0.
    pub index: usize,
    /// The line of the file on which it begins, from 1.
    pub line: Option<usize>,
    /// What the overlay says about it.
    pub description: Option<String>,
    /// Its JSONPath query.
    pub target: String,
    /// Why it does not fit.
    pub problem: String,
    /// Each place that it matched before and does not match any more.
    pub lost: Vec<Lost>,
    /// Whether it matches nothing, or nothing but references.
    pub is_unmatched: bool,
}

/// A place that an action does not match any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its JSON path in the old document.
    pub place: String,
    /// How far the way to it still leads.
    pub reach: String,
    /// What probably took its place.
    pub successor: Option<String>,
}

/// How the overlay fits a document.
#[derive(Debug, Default)]
pub struct Fit {
    /// Actions that cannot be applied.
    pub unfit: Vec<Unfit>,
    /// Actions that apply to less than before.
    pub narrowed: Vec<Unfit>,
}

/// Applies the overlay to both documents, as far as it can be applied.
pub fn measure(old: &Value, new: &Value, part: &Part) -> Fit {
    let mut fit = Fit::default();
    compare(&mut fit, part, old.clone(), new.clone());
    fit
}

fn compare(fit: &mut Fit, part: &Part, mut old: Value, mut new: Value) {
    let (old_before, new_before) = (old.clone(), new.clone());
    let lines = actions::lines(&part.text, part.inputs.overlay.actions.len());
    let before = trace(&part.inputs.overlay, &mut old);
    for (before, after) in before.iter().zip(trace(&part.inputs.overlay, &mut new)) {
        let references = became_references(before, &after);
        let all_are_references = !references.is_empty() && references.len() == after.matches.len();
        let lost = if all_are_references {
            references.iter().map(|(place, reference)| behind(&new_before, place, reference)).collect()
        } else if after.problem.is_some() || after.matches.len() < before.matches.len() {
            lost(before, &after, &old_before, &new_before)
        } else {
            Vec::new()
        };
        let line = lines.as_ref().and_then(|lines| lines.get(after.index)).map(|range| range.start + 1);
        let is_unmatched = after.matches.is_empty() || all_are_references;
        let Traced { index, target, description, problem, .. } = after;
        let unfit = |problem| Unfit { index, line, description, target, problem, is_unmatched, lost };
        match problem {
            Some(problem) => fit.unfit.push(unfit(problem)),
            None if all_are_references => fit.unfit.push(unfit(IS_REFERENCE.to_owned())),
            None if after.matches.len() < before.matches.len() => {
                let (now, then) = (after.matches.len(), before.matches.len());
                fit.narrowed.push(unfit(format!("matches {now} of the {then} places that it matched")));
            }
            None if !references.is_empty() => fit.narrowed.push(unfit(IS_REFERENCE.to_owned())),
            None => {}
        }
    }
}

/// What is merged beside a `$ref` may have no effect.
const IS_REFERENCE: &str = "changes what is only a reference now";

/// The places that held something of their own, and refer to something else now.
fn became_references(before: &Traced, after: &Traced) -> Vec<(Location, String)> {
    let reference = |value: &Value| value.get("$ref").and_then(Value::as_str).map(str::to_owned);
    let had_its_own =
        |place: &Location| before.matches.iter().any(|(known, value)| known == place && reference(value).is_none());
    let now = after.matches.iter().filter_map(|(place, value)| Some((place.clone(), reference(value)?)));
    now.filter(|(place, _)| had_its_own(place)).collect()
}

/// What a place refers to, as what took its place.
fn behind(new: &Value, place: &Location, reference: &str) -> Lost {
    let place = successor::path(place);
    let successor = successor::path(&successor::pointer(new, reference));
    Lost { reach: place.clone(), place, successor: Some(successor) }
}

fn lost(before: &Traced, after: &Traced, old: &Value, new: &Value) -> Vec<Lost> {
    let gone = before.matches.iter().filter(|(place, _)| !after.matches.iter().any(|(kept, _)| kept == place));
    let lost = gone.map(|(place, value)| {
        let fate = fate(old, new, place, value);
        Lost { place: successor::path(place), reach: fate.reach, successor: fate.successor }
    });
    lost.collect()
}
