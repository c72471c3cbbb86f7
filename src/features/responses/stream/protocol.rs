//! `ResponseProgress`: the stream protocol of the Responses API.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::ResponseEvent;
use crate::runtime::reply::stream::sse::SseEvent;
use crate::runtime::reply::stream::{Protocol, Read};

/// Whether an event ended the answer.
#[derive(Debug, Default)]
pub(super) struct ResponseProgress {
    is_whole: bool,
}

impl Protocol for ResponseProgress {
    type Item = ResponseEvent;

    const PARTS: &'static str = "events";

    fn read(event: &SseEvent) -> serde_json::Result<Read<ResponseEvent>> {
        let data: Value = serde_json::from_str(event.data())?;
        let named = if event.name() == "message" { "" } else { event.name() };
        let kind = data.get("type").and_then(Value::as_str).unwrap_or(named).to_owned();
        Ok(match &*kind {
            "error" => Read::Failed(event.data_bytes().clone()),
            // Its response has the reason.
            "response.failed" => Read::Failed(data.get("response").unwrap_or(&data).to_string().into()),
            _ => Read::Part(ResponseEvent { kind, data }),
        })
    }

    fn read_whole(document: &[u8]) -> serde_json::Result<Read<ResponseEvent>> {
        let response: Map<String, Value> = serde_json::from_slice(document)?;
        if response.get("status").is_some_and(|status| status == "failed") {
            return Ok(Read::Failed(Bytes::copy_from_slice(document)));
        }
        let kind = "response.completed";
        let data = json!({"type": kind, "response": response});
        Ok(Read::Part(ResponseEvent { kind: kind.to_owned(), data }))
    }

    fn says_nothing(event: &ResponseEvent) -> bool {
        event.kind.is_empty()
    }

    fn note(&mut self, event: &ResponseEvent) {
        self.is_whole |= event.is_terminal();
    }

    fn is_whole(&self) -> bool {
        self.is_whole
    }
}
