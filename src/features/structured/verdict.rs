//! `read`: parses the first choice of a reply as a value.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Parsed;
use super::document::{self, NoDocument};
use crate::api::generated::types::{ChatChoice, ChatCompletion, FinishReason};
use crate::features::structured::schema::{Shape, Unfit};
use crate::runtime::error::{Error, ErrorKind, locate};
use crate::runtime::json_cost;
use crate::runtime::transport::limits::MOST_ANSWER_MEMORY;

/// Parses the first choice of a reply.
pub(crate) fn read<T: DeserializeOwned>(shape: &Shape, reply: ChatCompletion) -> Result<Parsed<T>, Error> {
    match value(shape, &reply) {
        Ok(value) => Ok(Parsed { value, reply }),
        Err(problem) => Err(problem.about(reply)),
    }
}

fn value<T: DeserializeOwned>(shape: &Shape, reply: &ChatCompletion) -> Result<T, Problem> {
    let Some(choice) = reply.choices.first() else {
        return Err(Problem::new(ErrorKind::NoAnswer, "the reply has no choice, and so no answer"));
    };
    if let Some(refusal) = refusal(choice) {
        return Err(refusal);
    }
    let text = choice.message.text();
    if wants_tools(choice, &text) {
        return Err(Problem::new(ErrorKind::ToolCalls, "the model calls tools before it answers"));
    }
    let found = document::find(&text);
    if was_cut(choice) && !found.as_ref().is_ok_and(|found| found.is_alone) {
        return Err(Problem::new(
            ErrorKind::Truncated,
            match text.trim().is_empty() {
                true => {
                    "the token limit was reached before the answer began (finish reason `length`); reasoning counts, so allow more tokens"
                }
                false => "the answer is truncated by the token limit (finish reason `length`); allow more tokens",
            },
        ));
    }
    let json = found?.json;
    if json_cost::exceeds(json.as_bytes(), MOST_ANSWER_MEMORY) {
        let message = format!("the value would take more than {MOST_ANSWER_MEMORY} bytes of memory");
        return Err(Problem::new(ErrorKind::InvalidJson, message));
    }
    match shape.read(json) {
        Ok(value) => Ok(value),
        Err(Unfit::Syntax(error)) => Err(NoDocument::NotJson(error).into()),
        Err(Unfit::Data(json, error)) => {
            let (message, path) = locate::unexpected("the answer", json.as_bytes(), &error);
            Err(Problem { path, ..Problem::new(ErrorKind::SchemaMismatch, message) })
        }
    }
}

/// Why an answer is not the requested value.
#[derive(Debug)]
struct Problem {
    kind: ErrorKind,
    message: String,
    path: Option<String>,
    /// The text of a refusal.
    refusal: Option<String>,
}

impl Problem {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: None, refusal: None }
    }

    fn about(self, reply: ChatCompletion) -> Error {
        let text = self.refusal.unwrap_or_else(|| reply.text().into_owned());
        Error::new(self.kind, self.message).with_json_path(self.path).with_answer(text, reply)
    }
}

impl From<NoDocument> for Problem {
    fn from(problem: NoDocument) -> Self {
        match problem {
            NoDocument::Nothing => Self::new(ErrorKind::NoAnswer, "the answer is empty"),
            NoDocument::NotJson(error) => Self::new(ErrorKind::InvalidJson, format!("the answer is not JSON: {error}")),
            NoDocument::Several => Self::new(
                ErrorKind::InvalidJson,
                "the answer has several different JSON documents; none of them was used",
            ),
        }
    }
}

/// A refusal: text in a field of the message, or an undocumented finish reason. The providers behind the API use `content_filter`,
/// `refusal`, `SAFETY`, `PROHIBITED_CONTENT`, `BLOCKLIST`.
fn refusal(choice: &ChatChoice) -> Option<Problem> {
    const SIGNS: [&str; 7] = ["filter", "refus", "safety", "policy", "prohibited", "block", "guardrail"];
    let refusal =
        choice.message.extra.get("refusal").and_then(Value::as_str).filter(|refusal| !refusal.trim().is_empty());
    let reason = choice.finish_reason.as_ref().map(FinishReason::as_str).unwrap_or_default().to_ascii_lowercase();
    let message = if refusal.is_some() {
        "the model refused to answer".to_owned()
    } else if SIGNS.iter().any(|sign| reason.contains(sign)) {
        "the model or a content filter refused to answer (see the finish reason)".to_owned()
    } else {
        return None;
    };
    Some(Problem { refusal: refusal.map(str::to_owned), ..Problem::new(ErrorKind::Refusal, message) })
}

/// Some backends set the finish reason for tool calls, others only have the calls.
fn wants_tools(choice: &ChatChoice, text: &str) -> bool {
    let calls = choice.message.tool_calls.as_ref().is_some_and(|calls| !calls.is_empty());
    calls && (choice.finish_reason == Some(FinishReason::ToolCalls) || text.trim().is_empty())
}

/// Some backends have the reason in a field of their own.
fn was_cut(choice: &ChatChoice) -> bool {
    let stop_reason = choice.stop_reason.as_ref().and_then(Value::as_str);
    choice.finish_reason == Some(FinishReason::Length) || stop_reason == Some("length")
}
