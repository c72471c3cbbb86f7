//! `adapt`: the overlay of one document made to fit another, so that the other can be generated.
//!
//! An action whose place moved follows it; one whose place is gone is dropped. What still cannot be generated costs the action or the
//! operation that it is about, and nothing else. Everything that is changed so is reported.

use serde_json::{Value, json};
use venice_ai_codegen::document::{self, target};
use venice_ai_codegen::overlay::Mode;
use venice_ai_codegen::{Error, Generated, yaml};
use venice_ai_spec::yaml_out;

use crate::spec::diff::references;
use crate::spec::road::generate;

use super::actions;
use super::fit::{self, Fit, Part, Unfit};
use crate::failure::Failure;

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
    pub reason: String,
    /// Its lines.
    pub text: String,
}

/// Changes `part` until `new` can be generated strictly.
///
/// # Errors
/// When no action and no operation is to blame.
pub fn adapt(old: &Value, new: &Value, part: &mut Part) -> Result<(Adapted, Generated), Failure> {
    let mut adapted = Adapted::default();
    for _ in 0..ROUNDS {
        let mut fit = fit::measure(old, new, part);
        adapted.narrowed = std::mem::take(&mut fit.narrowed);
        if !follow_or_drop(&fit, part, &mut adapted)? && !drop_dangling(new, part, &mut adapted)? {
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
    Err(strictly(new, part).map_or_else(Failure::from, |_| Failure::new("the overlay cannot be adapted", "see above")))
}

/// A panic of the generator is an error like every other: the next try may come through.
fn strictly(new: &Value, part: &Part) -> Result<Generated, Error> {
    let run = || generate(new, &part.inputs, Mode::Strict);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(Error::new("the generator panicked")))
}

/// Handles every action that does not fit. Says whether there was any.
fn follow_or_drop(fit: &Fit, part: &mut Part, adapted: &mut Adapted) -> Result<bool, Failure> {
    let mut edits = Vec::new();
    for unfit in &fit.unfit {
        let successors: Option<Vec<String>> = unfit.lost.iter().map(|lost| lost.successor.clone()).collect();
        let successors = successors.filter(|found| !found.is_empty() && unfit.is_unmatched);
        // One that followed before and does not fit still was sent to the wrong place.
        let successors = successors.filter(|found| !found.contains(&unfit.target));
        edits.push((unfit.index, successors.unwrap_or_default()));
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

/// Drops the actions whose references lead nowhere. Says whether there was any.
fn drop_dangling(new: &Value, part: &mut Part, adapted: &mut Adapted) -> Result<bool, Failure> {
    let mut corrected = new.clone();
    part.inputs.overlay.apply(&mut corrected, Mode::Lenient)?;
    let doc = yaml::parse(&part.text)?;
    let list = doc.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    let lost = |action: &Value| {
        let mut found = Vec::new();
        references(action, &mut found);
        found.into_iter().find(|reference| target(&corrected, reference).is_none())
    };
    let dead: Vec<(usize, String)> =
        list.iter().enumerate().filter_map(|(index, action)| Some((index, lost(action)?))).collect();
    for (index, reference) in dead.iter().rev() {
        drop_one(part, *index, format!("refers to {reference}, which is gone"), adapted)?;
    }
    Ok(!dead.is_empty())
}

fn drop_one(part: &mut Part, index: usize, reason: String, adapted: &mut Adapted) -> Result<(), Failure> {
    let (text, gone) = actions::edited(&part.text, &[(index, Vec::new())])?;
    adapted.dropped.extend(gone.into_iter().map(|text| Dropped { reason: reason.clone(), text }));
    *part = part.with(text).map_err(|error| error.in_file(fit::FILE))?;
    Ok(())
}

/// Finds the action or the operation without which generation comes through, or at least further, and takes it out.
fn blame(new: &Value, part: &mut Part, error: &Error, adapted: &mut Adapted) -> Result<(), Failure> {
    let helps = |part: &Part| match strictly(new, part) {
        Ok(_) => true,
        Err(other) => other != *error,
    };
    for index in (0..part.inputs.overlay.len()).rev() {
        let (text, _) = actions::edited(&part.text, &[(index, Vec::new())])?;
        if part.with(text).is_ok_and(|without| helps(&without)) {
            return drop_one(part, index, error.to_string(), adapted);
        }
    }
    for operation in document::operations(new) {
        let target = operation.place();
        let reason = error.message().to_owned();
        let text = actions::appended(
            &part.text,
            &json!({"target": target, "description": format!("It cannot be generated: {reason}."), "remove": true}),
        );
        let Ok(without) = part.with(text) else { continue };
        if helps(&without) {
            let (method, path) = (operation.method.to_ascii_uppercase(), operation.path);
            adapted.left_out.push(format!("{method} {path}: {}", error.to_string().replace('\n', " ")));
            *part = without;
            return Ok(());
        }
    }
    Err(error.clone().into())
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
