//! `adapt`: the overlay of one document made to fit another, so that the other can be generated.
//!
//! An action whose place moved follows it; one whose place is gone is dropped. What still cannot be generated costs the action or the
//! operation that it is about, and nothing else. Everything that is changed so is reported.

mod actions;
mod fit;
mod successor;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use venice_ai_codegen::document::{self, target};
use venice_ai_codegen::{Error, yaml};

pub use self::fit::{FILE, Lost, Part, Unfit};

use self::fit::Fit;
use crate::diff::references;
use crate::overlay::{Mode, apply};
use crate::{Generated, generate, yaml_out};

/// How often what is left is looked at again: a chain of corrections, each of which needs the one before it.
const ROUNDS: usize = 40;

/// What was changed so that the document can be generated.
#[derive(Debug, Default)]
pub struct Adapted {
    /// Actions that followed what they correct, and their new targets.
    pub followed: Vec<(Unfit, Vec<String>)>,
    /// Actions that were dropped, with the reason.
    pub dropped: Vec<Dropped>,
    /// Actions that apply to less than before.
    pub narrowed: Vec<Unfit>,
    /// Operations that cannot be generated.
    pub left_out: Vec<String>,
}

/// An action that was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Why.
    pub reason: String,
    /// Its lines.
    pub text: String,
}

/// Changes `part` until `new` can be generated strictly.
///
/// # Errors
/// When no action and no operation is to blame.
pub fn adapt(old: &Value, new: &Value, part: &mut Part) -> Result<(Adapted, Generated), Error> {
    let mut adapted = Adapted::default();
    for _ in 0..ROUNDS {
        let mut fit = fit::measure(old, new, part);
        adapted.narrowed = std::mem::take(&mut fit.narrowed);
        if !follow_or_drop(&fit, part, &mut adapted)? && !follow_references(old, new, part, &mut adapted)? {
            break;
        }
    }
    for _ in 0..ROUNDS {
        match strictly(new, part) {
            Ok(generated) => {
                adapted.left_out.extend(generated.report.left_out.iter().cloned());
                return Ok((adapted, generated));
            }
            Err(error) => blame(new, part, &error, &mut adapted)?,
        }
    }
    strictly(new, part).and_then(|_| Err(Error::new("the overlay cannot be adapted")))
}

/// A panic of the generator is an error like every other: the next try may come through.
fn strictly(new: &Value, part: &Part) -> Result<Generated, Error> {
    let run = || generate(new, &part.inputs, Mode::Strict);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(Error::new("the generator panicked")))
}

/// Handles every action that does not fit. Says whether there was any.
fn follow_or_drop(fit: &Fit, part: &mut Part, adapted: &mut Adapted) -> Result<bool, Error> {
    let mut edits = Vec::new();
    for unfit in &fit.unfit {
        let successors: Option<Vec<String>> = unfit.lost.iter().map(|lost| lost.successor.clone()).collect();
        let successors = successors.filter(|found| !found.is_empty() && unfit.is_unmatched);
        // One that followed before and does not fit still was sent to the wrong place.
        let successors = successors.filter(|found| !found.contains(&unfit.target));
        let mut successors = successors.unwrap_or_default();
        // What had several places may have one now.
        let mut known = BTreeSet::new();
        successors.retain(|successor| known.insert(successor.clone()));
        edits.push((unfit.index, successors));
    }
    if edits.is_empty() {
        return Ok(false);
    }
    let (text, gone) = actions::edited(&part.text, &edits)?;
    for ((unfit, (_, successors)), text) in fit.unfit.iter().zip(&edits).zip(gone) {
        if successors.is_empty() {
            adapted.followed.retain(|(_, targets)| !targets.contains(&unfit.target));
            adapted.dropped.push(Dropped { reason: unfit.problem.clone(), text });
        } else {
            adapted.followed.push((unfit.clone(), successors.clone()));
        }
    }
    *part = part.with(text).map_err(|error| error.in_file(fit::FILE))?;
    Ok(true)
}

/// Leads references that lead nowhere to what took the place, and drops the actions of others. Says whether there was any.
fn follow_references(old: &Value, new: &Value, part: &mut Part, adapted: &mut Adapted) -> Result<bool, Error> {
    let mut corrected = new.clone();
    apply(&part.inputs.overlay, &mut corrected);
    let doc = yaml::parse(&part.text)?;
    let list = doc.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    let lost = |action: &Value| {
        let mut found = Vec::new();
        references(action, &mut found);
        found.into_iter().find(|reference| target(&corrected, reference).is_none())
    };
    let dead: Vec<(usize, String)> =
        list.iter().enumerate().filter_map(|(index, action)| Some((index, lost(action)?))).collect();
    if dead.is_empty() {
        return Ok(false);
    }
    let mut before = old.clone();
    apply(&part.inputs.overlay, &mut before);
    let moved = |reference: &str| successor::moved(&before, &corrected, reference);
    let moves: BTreeMap<&str, String> =
        dead.iter().filter_map(|(_, reference)| Some((reference.as_str(), moved(reference)?))).collect();
    for (index, reference) in dead.iter().filter(|(_, reference)| moves.contains_key(reference.as_str())) {
        let text = |key: &str| list[*index].get(key).and_then(Value::as_str).map(str::to_owned);
        let unfit = Unfit {
            index: *index,
            line: None,
            description: text("description"),
            target: text("target").unwrap_or_default(),
            problem: format!("refers to {reference}, which moved"),
            lost: Vec::new(),
            is_unmatched: false,
        };
        adapted.followed.push((unfit, vec![moves[reference.as_str()].clone()]));
    }
    if !moves.is_empty() {
        *part = part.with(actions::redirected(&part.text, &moves)).map_err(|error| error.in_file(fit::FILE))?;
        return Ok(true);
    }
    for (index, reference) in dead.iter().rev() {
        drop_one(part, *index, format!("refers to {reference}, which is gone"), adapted)?;
    }
    Ok(true)
}

fn drop_one(part: &mut Part, index: usize, reason: String, adapted: &mut Adapted) -> Result<(), Error> {
    let (text, gone) = actions::edited(&part.text, &[(index, Vec::new())])?;
    adapted.dropped.extend(gone.into_iter().map(|text| Dropped { reason: reason.clone(), text }));
    *part = part.with(text).map_err(|error| error.in_file(fit::FILE))?;
    Ok(())
}

/// Finds the action or the operation without which generation comes through, or at least further, and takes it out. An operation that is at
/// fault is left out only if none of its corrections is.
fn blame(new: &Value, part: &mut Part, error: &Error, adapted: &mut Adapted) -> Result<(), Error> {
    let helps = |part: &Part| match strictly(new, part) {
        Ok(_) => true,
        Err(other) => other != *error,
    };
    let is_of_overlay = error.to_string().contains(FILE);
    let culprit = if is_of_overlay { None } else { culprit(new, part, error, &helps)? };
    let targets = actions::targets(&part.text)?;
    let may_be = |target: &String| culprit.as_ref().is_none_or(|(place, _)| target.starts_with(place.as_str()));
    for index in (0..targets.len()).rev().filter(|index| may_be(&targets[*index])) {
        let (text, _) = actions::edited(&part.text, &[(index, Vec::new())])?;
        if part.with(text).is_ok_and(|without| helps(&without)) {
            return drop_one(part, index, error.to_string(), adapted);
        }
    }
    let culprit = if is_of_overlay { self::culprit(new, part, error, &helps)? } else { culprit };
    let Some((place, name)) = culprit else { return Err(error.clone()) };
    adapted.left_out.push(format!("{name}: {}", error.to_string().replace('\n', " ")));
    *part = without(part, &place, error)?;
    Ok(())
}

/// The place and the name of the operation without which generation comes further; the one that the error names is tried first.
fn culprit(
    new: &Value,
    part: &Part,
    error: &Error,
    helps: &dyn Fn(&Part) -> bool,
) -> Result<Option<(String, String)>, Error> {
    let mut operations: Vec<_> = document::operations(new).collect();
    operations.sort_by_key(|operation| !error.path().is_some_and(|path| path.starts_with(&operation.place())));
    for operation in operations {
        let place = operation.place();
        if helps(&without(part, &place, error)?) {
            return Ok(Some((place, format!("{} {}", operation.method.to_ascii_uppercase(), operation.path))));
        }
    }
    Ok(None)
}

/// The same without an operation.
fn without(part: &Part, place: &str, error: &Error) -> Result<Part, Error> {
    let description = format!("It cannot be generated: {}.", error.message());
    part.with(actions::appended(&part.text, &json!({"target": place, "description": description, "remove": true})))
}

/// An action as the file has it.
pub(super) fn written(action: &Value) -> String {
    let text = yaml_out::write(action);
    let lines = text.lines().enumerate().map(|(number, line)| {
        let lead = if number == 0 { "  - " } else { "    " };
        if line.is_empty() { "\n".to_owned() } else { format!("{lead}{line}\n") }
    });
    lines.collect()
}
