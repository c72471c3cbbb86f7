//! `DECISIONS`: rules for decisions.

use serde_json::Value;

use super::super::report::Findings;
use super::super::subject::Subject;
use super::super::tokens;
use super::{Area, Rule, USUAL};
use crate::api::generated::types::ModelType;

pub(super) static DECISIONS: Area = Area {
    paths: &["/decisions", "/systemone"],
    kinds: &[ModelType::Decision],
    rules: &[Rule::Special(context)],
    ..USUAL
};

/// One limit is for the state with its longest question, another for the state with all questions.
fn context(subject: &Subject<'_>, found: &mut Findings) {
    let (spec, id) = (subject.model.spec(), subject.model.id());
    let of_state = subject.get("state").map_or(0, least);
    let questions = subject.get("questions").and_then(Value::as_object);
    let of_questions: Vec<u64> = questions.into_iter().flatten().map(|(_, question)| least(question)).collect();
    let longest = of_state + of_questions.iter().max().copied().unwrap_or_default();
    let all = of_state + of_questions.iter().sum::<u64>();
    let limits = [
        (spec.max_state_tokens, longest, "with its longest question"),
        (spec.max_total_tokens, all, "with all questions"),
    ];
    for (limit, least, which) in limits {
        let Some(limit) = limit.map(u64::from).filter(|limit| least > *limit) else {
            continue;
        };
        let problem = format!("has more than {least} tokens {which}, by a low estimate, and {id} takes {limit}");
        found.problem("context", "state", problem);
    }
}

/// A lower bound of the tokens of text or structured data.
fn least(value: &Value) -> u64 {
    match value {
        Value::String(text) => tokens::at_least(text),
        Value::Array(items) => items.iter().map(least).sum(),
        Value::Object(fields) => fields.values().map(least).sum(),
        _ => 0,
    }
}
