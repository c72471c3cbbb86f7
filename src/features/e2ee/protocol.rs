//! `StrictChoices`: the stream protocol of an encrypted chat. Text in an unexpected form is an error instead of being left out.

use serde::Deserialize as _;
use serde_json::Value;

use crate::api::chat::stream::Choices;
use crate::api::generated::types::{ChatCompletionChunk, ChatDelta};
use crate::runtime::reply::stream::sse::SseEvent;
use crate::runtime::reply::stream::{Protocol, Read};

#[derive(Debug, Default)]
pub(super) struct StrictChoices(pub(super) Choices);

impl Protocol for StrictChoices {
    type Item = ChatCompletionChunk;

    const PARTS: &'static str = Choices::PARTS;

    fn read(event: &SseEvent) -> serde_json::Result<Read<ChatCompletionChunk>> {
        // Other fields of an unexpected type must not lose the text.
        if serde_json::from_str::<ChatCompletionChunk>(event.data()).is_err() {
            check_deltas(&serde_json::from_slice(event.data_bytes())?)?;
        }
        Choices::read(event)
    }

    fn read_whole(document: &[u8]) -> serde_json::Result<Read<ChatCompletionChunk>> {
        check_deltas(&serde_json::from_slice(document)?)?;
        Choices::read_whole(document)
    }

    fn says_nothing(chunk: &ChatCompletionChunk) -> bool {
        Choices::says_nothing(chunk)
    }

    fn note(&mut self, chunk: &ChatCompletionChunk) {
        self.0.note(chunk);
    }

    fn is_whole(&self) -> bool {
        self.0.is_whole()
    }
}

/// Whether each text has the type of a text.
fn check_deltas(chunk: &Value) -> serde_json::Result<()> {
    let choices: Vec<Value> = Vec::deserialize(&chunk["choices"])?;
    let deltas = choices.iter().flat_map(|choice| [&choice["delta"], &choice["message"]]);
    deltas.filter(|delta| !delta.is_null()).try_for_each(|delta| ChatDelta::deserialize(delta).map(drop))
}
