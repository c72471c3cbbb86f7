//! `check`: validates a run before its first request.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ToolBox;
use super::toolbox::{ToolEntry, name_of};
use crate::api::generated::types::{ChatCompletionRequest, Tool};
use crate::runtime::validation::ValidationError;

/// The maximum length of a tool's name.
const MOST_CHARACTERS: usize = 64;

/// Validates a request with the tools of the box added to its own.
#[inline]
pub(super) fn check(request: &ChatCompletionRequest, tools: &ToolBox, streamed: bool) -> Result<(), ValidationError> {
    let mut findings = Vec::new();
    if request.n.is_some_and(|n| n > 1) {
        let problem = "is more than 1, and a conversation continues from one answer";
        findings.push(ValidationError::new("n", problem).into_fatal());
    }
    if request.stream == Some(true) && !streamed {
        let problem = "is true; use `chat().run_stream(…)` for streamed answers";
        findings.push(ValidationError::new("stream", problem).into_fatal());
    }
    let all = request.tools.as_deref().unwrap_or_default();
    let mut names = BTreeSet::new();
    for (index, tool) in all.iter().enumerate() {
        if let Some(name) = name_of(tool) {
            let problem = wrong_name(name, &mut names);
            findings.extend(problem.map(|problem| finding(index, "function.name", problem)));
        }
    }
    let before = all.len().saturating_sub(tools.tools.len());
    for (index, entry) in tools.tools.iter().enumerate() {
        let problem = wrong_schema(entry);
        findings.extend(problem.map(|(field, problem)| finding(before + index, field, problem)));
    }
    for name in tools.timeouts.keys().filter(|name| tools.function(name).is_none()) {
        let problem = format!("sets a time-out for {name:?}, and has no function of that name");
        findings.push(ValidationError::new("tools", problem));
    }
    for name in tools.descriptions.keys().filter(|name| !tools.has(name)) {
        let problem = format!("sets a description for {name:?}, and has no tool of that name");
        findings.push(ValidationError::new("tools", problem));
    }
    ValidationError::all(findings)
}

fn finding(index: usize, field: &str, problem: impl Into<String>) -> ValidationError {
    let dot = if field.is_empty() { "" } else { "." };
    ValidationError::new(format!("tools[{index}]{dot}{field}"), problem)
}

#[inline]
fn wrong_name<'a>(name: &'a str, names: &mut BTreeSet<&'a str>) -> Option<String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() {
        // The API's document has the same rule.
        return None;
    }
    if name.len() > MOST_CHARACTERS || !name.chars().all(is_allowed) {
        return Some(format!("is {name:?}, which is not 1 to {MOST_CHARACTERS} letters, digits, `_` and `-`"));
    }
    (!names.insert(name)).then(|| format!("is {name:?}, which is the name of another tool too"))
}

/// Why a tool cannot have a function, or its schema is invalid.
#[inline]
fn wrong_schema(entry: &ToolEntry) -> Option<(&'static str, String)> {
    let schema = match &entry.tool {
        Tool::Function(tool) => &tool.function.parameters,
        _ if entry.function.is_some() => {
            return Some(("", "is not a function tool, but was given a function".to_owned()));
        }
        _ => return None,
    };
    if let Some(problem) = &entry.problem {
        return Some(("function.parameters", problem.clone()));
    }
    let kind = schema.as_ref().and_then(|schema| schema.get("type")).and_then(Value::as_str);
    let other = kind.filter(|kind| *kind != "object")?;
    Some(("function.parameters", format!("has the type {other:?}; the arguments of a tool are an object")))
}
