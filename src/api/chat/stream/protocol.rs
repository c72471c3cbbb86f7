//! `Choices`: the stream protocol of the chat endpoint.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::api::generated::types::{ChatCompletionChunk, Money};
use crate::runtime::lenient::{leniently, utf8};
use crate::runtime::reply::stream::sse::SseEvent;
use crate::runtime::reply::stream::{Protocol, Read};

/// The choices of an answer that have begun, and those that are finished.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    /// Each `index`, and whether it has a `finish_reason`.
    seen: BTreeMap<i64, bool>,
    /// The cost, once it was reported.
    pub(crate) cost: Option<Money>,
}

impl Protocol for Choices {
    type Item = ChatCompletionChunk;

    const PARTS: &'static str = "chunks";

    fn read(event: &SseEvent) -> serde_json::Result<Read<ChatCompletionChunk>> {
        // A field of an unexpected type must not lose the text.
        leniently(event.data(), |data| serde_json::from_str(data)).map(Read::Part)
    }

    fn read_whole(document: &[u8]) -> serde_json::Result<Read<ChatCompletionChunk>> {
        leniently(&utf8(document), |document| {
            let chunk = Value::Object(as_chunk(serde_json::from_str(document)?));
            ChatCompletionChunk::deserialize(&chunk)
        })
        .map(Read::Part)
    }

    fn says_nothing(chunk: &ChatCompletionChunk) -> bool {
        chunk.choices.is_empty() && chunk.usage.is_none() && chunk.cost.is_none() && chunk.venice_parameters.is_none()
    }

    fn note(&mut self, chunk: &ChatCompletionChunk) {
        if chunk.cost.is_some() {
            self.cost.clone_from(&chunk.cost);
        }
        for choice in &chunk.choices {
            let is_finished = choice.finish_reason.as_ref().is_some_and(|why| !why.as_str().is_empty());
            *self.seen.entry(choice.index).or_default() |= is_finished;
        }
    }

    /// Whether every choice that has begun is finished.
    fn is_whole(&self) -> bool {
        !self.seen.is_empty() && self.seen.values().all(|finished| *finished)
    }
}

/// A chunk differs from a complete answer in two field names.
fn as_chunk(mut document: Map<String, Value>) -> Map<String, Value> {
    document.insert("object".to_owned(), "chat.completion.chunk".into());
    let choices = document.get_mut("choices").and_then(Value::as_array_mut);
    for choice in choices.into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(message) = choice.remove("message") {
            choice.insert("delta".to_owned(), message);
        }
    }
    document
}
