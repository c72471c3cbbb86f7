//! `RefusedFields`: optional fields that models have refused, so that they are left out from then on.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::report::{Finding, FindingAction, Severity};
use crate::runtime::error::Error;

/// Fields without which a request asks for the same.
const OPTIONAL: [&str; 14] = [
    "frequency_penalty",
    "logprobs",
    "min_p",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "repetition_penalty",
    "seed",
    "stop_token_ids",
    "temperature",
    "top_k",
    "top_logprobs",
    "top_p",
    "user",
];

/// The most that a client remembers.
const MOST: usize = 1_000;

/// What the models of a client have refused: path, model and field.
#[derive(Debug, Default)]
pub(super) struct RefusedFields(Mutex<BTreeSet<(String, String, &'static str)>>);

impl RefusedFields {
    pub(super) fn learn(&self, path: &str, model: &str, field: &'static str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((path.to_owned(), model.to_owned(), field));
    }

    /// The fields of a request that its model has refused.
    pub(super) fn of(&self, path: &str, model: &str, body: &Value) -> Vec<&'static str> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return Vec::new();
        }
        let is_known = |field: &&str| known.contains(&(path.to_owned(), model.to_owned(), *field));
        present(body).filter(is_known).collect()
    }
}

/// The optional fields of a request.
fn present(body: &Value) -> impl Iterator<Item = &'static str> + '_ {
    OPTIONAL.into_iter().filter(|field| body.get(field).is_some_and(|value| !value.is_null()))
}

/// The optional field for which a model refused a request.
///
/// An invalid value is no such refusal: without it the request would ask for something else.
pub(super) fn refused_field(failure: &Error, body: &Value) -> Option<&'static str> {
    if !is_refusal(failure) {
        return None;
    }
    let fields = failure.field_errors().iter();
    let mut problems = fields.map(|error| (error.field.as_str(), error.message.as_str(), error.code.as_deref()));
    let whole = ("", failure.message(), failure.code());
    let problem = |(field, message, code): (&str, &str, Option<&str>)| {
        let names = |name: &&str| field == *name || field.is_empty() && has_word(message, name);
        says_unsupported(message, code).then(|| present(body).find(names)).flatten()
    };
    problems.find_map(problem).or_else(|| problem(whole))
}

/// Whether the API rejected the request, which did not run.
pub(super) fn is_refusal(failure: &Error) -> bool {
    failure.status().is_some_and(|status| matches!(status.as_u16(), 400 | 422))
}

fn says_unsupported(message: &str, code: Option<&str>) -> bool {
    let message = message.to_ascii_lowercase();
    match code {
        Some("unsupported_parameter" | "unknown_parameter" | "unrecognized_keys") => true,
        Some("unsupported_value") => false,
        _ => ["support", "unrecognized", "unknown parameter", "not allowed", "not permitted"]
            .iter()
            .any(|words| message.contains(words) && !message.contains("value")),
    }
}

/// Whether a text has a name as a word of its own.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().chars().next_back();
        let mut after = text.get(at + name.len()..).unwrap_or_default().chars();
        let ends = match after.next() {
            // The end of a sentence.
            Some('.') => after.next().is_none_or(char::is_whitespace),
            next => !next.is_some_and(is_part),
        };
        ends && !before.is_some_and(is_part)
    })
}

/// A field that was left out.
pub(super) fn finding(field: &'static str, model: &str) -> Finding {
    Finding {
        field: field.to_owned(),
        rule: "refused",
        problem: format!("is refused by {model}"),
        severity: Severity::Problem,
        action: FindingAction::Dropped,
        droppable: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        for text in ["top_k", "'top_k' is not supported", "Unsupported parameter: top_k.", "a top_k, b"] {
            assert!(has_word(text, "top_k"), "{text}");
        }
        for text in ["top_k_2", "x.top_k", "top_k.x", "stop_k", ""] {
            assert!(!has_word(text, "top_k"), "{text}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let refused = RefusedFields::default();
        for n in 0..2 * MOST + 1 {
            refused.learn("/chat/completions", &n.to_string(), "seed");
        }
        assert!(refused.0.lock().unwrap().len() <= MOST);
        let body = serde_json::json!({"seed": 1, "top_k": 2, "user": null});
        assert_eq!(refused.of("/chat/completions", &(2 * MOST).to_string(), &body), ["seed"]);
        assert!(refused.of("/responses", &(2 * MOST).to_string(), &body).is_empty());
    }
}
