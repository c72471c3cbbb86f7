//! `Round`: one reply, with what the next request needs of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::api::generated::types::{AssistantMessage, ChatCompletion, FinishReason, ToolCall};
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::transport::Reply;

/// Whether a tool call carries search results (`return_search_results_as_documents`): it must not be executed. The name is documented;
/// the server sends the id.
fn is_search_result(call: &ToolCall) -> bool {
    call.function.name == "venice_web_search_documents" || call.id == "web_search_call"
}

/// A reply of the model.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) reply: ChatCompletion,
    pub(super) meta: Meta,
    /// The original JSON of the first choice's message, if it was not streamed.
    written: Option<Box<RawValue>>,
}

/// The assistant message, ready to be sent back.
pub(super) struct AssistantTurn {
    pub(super) message: AssistantMessage,
    pub(super) written: Option<Box<RawValue>>,
    /// Those that need a result.
    pub(super) calls: Vec<ToolCall>,
}

impl Round {
    #[inline]
    pub(super) fn of_whole(reply: &Reply) -> Result<Self, Error> {
        Ok(Self { reply: reply.json()?, written: message_in(reply.bytes()), meta: reply.meta.clone() })
    }

    pub(super) fn of_stream(reply: ChatCompletion, meta: Meta) -> Self {
        Self { reply, meta, written: None }
    }

    /// The reason why the answer was truncated. Its calls may be incomplete.
    pub(super) fn cut_by(&self) -> Option<&str> {
        let why = self.reply.finish_reason().map(FinishReason::as_str)?;
        matches!(why, "length" | "max_tokens" | "content_filter").then_some(why)
    }

    /// Whether the finish reason announces tool calls, but there is neither a readable call nor an answer.
    #[inline]
    pub(super) fn lacks_its_calls(&self) -> bool {
        self.reply.finish_reason() == Some(&FinishReason::ToolCalls)
            && self.reply.tool_calls().is_empty()
            && self.reply.text().is_empty()
    }

    /// The assistant message; `None` for a reply without a choice.
    #[inline]
    pub(super) fn assistant(&mut self) -> Option<AssistantTurn> {
        let mut message = self.reply.message()?.clone();
        let mut written = self.written.take();
        let calls = message.tool_calls.as_deref_mut().unwrap_or_default();
        if complete_ids(calls) {
            written = None;
        }
        let calls = calls.iter().filter(|call| !is_search_result(call)).cloned().collect();
        Some(AssistantTurn { message, written, calls })
    }
}

/// Sets an id on each call that has none, and on duplicates except the first. Results are matched by id only.
#[inline]
fn complete_ids(calls: &mut [ToolCall]) -> bool {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut lacking = Vec::new();
    for call in calls {
        if call.id.is_empty() || known.contains(&call.id) {
            lacking.push(call);
        } else {
            known.insert(call.id.clone());
        }
    }
    let is_changed = !lacking.is_empty();
    let mut free = (1..).map(|number| format!("call_{number}")).filter(|id| !known.contains(id));
    for (call, id) in lacking.into_iter().zip(&mut free) {
        call.id = id;
    }
    is_changed
}

/// The message of the first choice, as the original JSON text.
#[inline]
fn message_in(body: &[u8]) -> Option<Box<RawValue>> {
    type RawFields<'a> = BTreeMap<String, &'a RawValue>;
    let fields = |text| serde_json::from_str::<RawFields<'_>>(text).ok();

    let reply: RawFields<'_> = serde_json::from_slice(body).ok()?;
    let choices: Vec<&RawValue> = serde_json::from_str(reply.get("choices")?.get()).ok()?;
    let first = choices.into_iter().find(|choice| choice.get() != "null")?;
    let message = *fields(first.get())?.get("message")?;
    // Without its role the API would reject it.
    let has_role = fields(message.get())?.get("role").is_some_and(|role| role.get() == "\"assistant\"");
    has_role.then(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline]
    fn calls(ids: &[&str]) -> Vec<ToolCall> {
        ids.iter().map(|id| ToolCall { id: (*id).to_owned(), ..ToolCall::default() }).collect()
    }

    fn completed(ids: &[&str]) -> (bool, Vec<String>) {
        let mut calls = calls(ids);
        let changed = complete_ids(&mut calls);
        (changed, calls.into_iter().map(|call| call.id).collect())
    }

    #[test]
    fn unique_ids_are_kept() {
        assert_eq!(completed(&["a", "b"]), (false, vec!["a".into(), "b".into()]));
    }

    #[test]
    fn missing_and_duplicate_ids_are_replaced() {
        let (changed, ids) = completed(&["", "a", "a", "call_2", ""]);
        assert!(changed);
        assert_eq!(ids, ["call_1", "a", "call_3", "call_2", "call_4"]);
    }

    #[test]
    fn the_message_is_kept_byte_for_byte() {
        let message = "{ \"b\":1.0,\"role\":\"assistant\" ,\"a\":1e3}";
        let body = format!("{{\"id\":\"\\u0078\",\"choices\": [null, {{\"message\" :{message} }}]}}");
        assert_eq!(message_in(body.as_bytes()).unwrap().get(), message);
    }

    #[test]
    #[inline]
    fn a_message_that_the_api_would_reject_is_serialised_again() {
        for message in [r#"{"content":"x"}"#, r#"{"role":null}"#, "null", "[]"] {
            assert!(message_in(format!(r#"{{"choices":[{{"message":{message}}}]}}"#).as_bytes()).is_none());
        }
        for body in ["", "[]", "{}", r#"{"choices":null}"#, r#"{"choices":[]}"#, r#"{"choices":[{}]}"#] {
            assert!(message_in(body.as_bytes()).is_none());
        }
    }
}
