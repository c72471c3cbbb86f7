//! Which actions of the overlay and the docs do not fit a document, all of them and not only the first.

use std::path::Path;

use serde_json::Value;
use venice_ai_codegen::overlay::{Mode, Overlay, Traced};
use venice_ai_codegen::{Error, lower_document};

use super::actions;
use super::successor::{self, fate};
use crate::{failure::Failure, workspace};

/// An overlay with its file.
#[derive(Debug)]
pub struct Part {
    /// `overlay.yaml` or `docs.yaml`.
    pub file: &'static str,
    pub text: String,
    pub overlay: Overlay,
}

impl Part {
    /// Reads one of the two files.
    pub fn read(folder: &Path, file: &'static str) -> Result<Self, Failure> {
        let path = folder.join(file);
        let text = workspace::read(&path)?;
        Ok(Self::parse(file, text).map_err(|error| error.in_file(workspace::shown(&path)))?)
    }

    /// Reads the text of one of the two files.
    pub fn parse(file: &'static str, text: String) -> Result<Self, Error> {
        let overlay = Overlay::parse(&venice_ai_codegen::yaml::parse(&text)?)?;
        Ok(Self { file, text, overlay })
    }
}

/// An action that cannot be applied, or not to all that it was applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    pub file: &'static str,
    /// Its number in the file, from 0.
    pub index: usize,
    /// The line of the file on which it begins, from 1.
    pub line: Option<usize>,
    pub description: Option<String>,
    pub target: String,
    pub problem: String,
    /// Each place that it matched before and does not match any more.
    pub lost: Vec<Lost>,
    /// Whether it matches nothing, and nothing took the place of what it matched: it can go.
    pub is_dead: bool,
}

/// A place that an action does not match any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub place: String,
    /// How far the way to it still leads.
    pub reach: String,
    pub successor: Option<String>,
}

/// How the overlay and the docs fit a document.
#[derive(Debug, Default)]
pub struct Fit {
    /// Actions that cannot be applied.
    pub unfit: Vec<Unfit>,
    /// Actions that apply to less than before.
    pub narrowed: Vec<Unfit>,
    /// References of the overlay that lead nowhere.
    pub dangling: Vec<String>,
}

impl Fit {
    /// Whether the document can be generated strictly, as far as actions matter.
    pub fn is_complete(&self) -> bool {
        self.unfit.is_empty() && self.dangling.is_empty()
    }
}

/// Applies overlay and docs to both documents, as far as they can be applied.
pub fn measure(old: &Value, new: &Value, overlay: &Part, docs: &Part) -> Result<Fit, Failure> {
    let mut fit = Fit::default();
    compare(&mut fit, overlay, old.clone(), new.clone());
    let lowered = |facts: &Value| lower_document(facts, &overlay.overlay, Mode::Lenient);
    let after = lowered(new)?;
    fit.dangling = after.skipped.into_iter().skip(fit.unfit.len()).collect();
    // An old document that cannot be lowered has nothing to compare with.
    let before = lowered(old).map_or(Value::Null, |before| before.lowered);
    compare(&mut fit, docs, before, after.lowered);
    Ok(fit)
}

fn compare(fit: &mut Fit, part: &Part, mut old: Value, mut new: Value) {
    let (old_before, new_before) = (old.clone(), new.clone());
    let lines = actions::lines(&part.text, part.overlay.len());
    let before = part.overlay.trace(&mut old);
    for (before, after) in before.iter().zip(part.overlay.trace(&mut new)) {
        let lost = if after.problem.is_some() || after.matches.len() < before.matches.len() {
            lost(before, &after, &old_before, &new_before)
        } else {
            Vec::new()
        };
        let line = lines.as_ref().and_then(|lines| lines.get(after.index)).map(|range| range.start + 1);
        let is_dead = after.matches.is_empty() && lost.iter().all(|lost| lost.successor.is_none());
        let now_reference = became_reference(before, &after);
        let Traced { index, target, description, problem, .. } = after;
        let unfit = |problem| Unfit { file: part.file, index, line, description, target, problem, is_dead, lost };
        match problem {
            Some(problem) => fit.unfit.push(unfit(problem)),
            None if after.matches.len() < before.matches.len() => {
                let (now, then) = (after.matches.len(), before.matches.len());
                fit.narrowed.push(unfit(format!("matches {now} of the {then} places that it matched")));
            }
            None if now_reference => fit.narrowed.push(unfit("changes what is only a reference now".to_owned())),
            None => {}
        }
    }
}

/// Whether a place that held something of its own refers to something else now: what is merged beside a `$ref` may have no effect.
fn became_reference(before: &Traced, after: &Traced) -> bool {
    let refers = |value: &Value| value.get("$ref").is_some();
    let mut kept = after.matches.iter().filter(|(_, value)| refers(value));
    kept.any(|(place, _)| before.matches.iter().any(|(known, value)| known == place && !refers(value)))
}

fn lost(before: &Traced, after: &Traced, old: &Value, new: &Value) -> Vec<Lost> {
    let gone = before.matches.iter().filter(|(place, _)| !after.matches.iter().any(|(kept, _)| kept == place));
    let lost = gone.map(|(place, _)| {
        let fate = fate(old, new, place);
        Lost { place: successor::path(place), reach: fate.reach, successor: fate.successor }
    });
    lost.collect()
}
