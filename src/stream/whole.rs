//! A whole answer where a stream was asked for.

use std::fmt;
use std::mem;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use serde_json::{Map, Value};

use super::chat::undecodable;
use super::sse::DEFAULT_MAX_EVENT_BYTES;
use crate::error::{Error, ErrorKind};
use crate::meta::Meta;
use crate::transport::ReplyBody;
use crate::types::ChatCompletionChunk;

/// Whether a reply says that it is JSON and not a stream.
pub(super) fn is_json(meta: &Meta) -> bool {
    let media = meta.header("content-type").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/json")
}

/// A reply that is one JSON document: an answer, or an error with status 200.
pub(super) struct Whole {
    body: ReplyBody,
    bytes: BytesMut,
}

impl Whole {
    pub(super) fn new(body: ReplyBody) -> Self {
        Self { body, bytes: BytesMut::new() }
    }

    pub(super) fn body(&self) -> &ReplyBody {
        &self.body
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<ChatCompletionChunk, Error>> {
        while let Some(piece) = ready!(self.body.poll_chunk(cx)).transpose()? {
            if self.bytes.len() + piece.len() > DEFAULT_MAX_EVENT_BYTES {
                let message = format!("the reply is longer than {DEFAULT_MAX_EVENT_BYTES} bytes");
                return Poll::Ready(Err(self.body.explained(Error::new(ErrorKind::Decode, message))));
            }
            self.bytes.extend_from_slice(&piece);
        }
        let bytes = mem::take(&mut self.bytes).freeze();
        let chunk = match serde_json::from_slice::<Map<String, Value>>(&bytes) {
            Ok(document) if !document.contains_key("choices") && document.contains_key("error") => {
                Err(self.body.scope().in_stream_error(self.body.meta().clone(), bytes))
            }
            Ok(document) => serde_json::from_value(Value::Object(as_chunk(document)))
                .map_err(|error| undecodable(&self.body, &bytes, &error)),
            Err(error) => Err(undecodable(&self.body, &bytes, &error)),
        };
        Poll::Ready(chunk)
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Whole").field("body", &self.body).finish_non_exhaustive()
    }
}

/// A chunk differs from a whole answer in two names.
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
