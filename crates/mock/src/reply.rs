//! `Reply`: an HTTP response before it is sent.

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use venice_ai::http::{HeaderMap, HeaderName, HeaderValue};

pub(super) const JSON: &str = "application/json; charset=utf-8";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const EVENTS: &str = "text/event-stream; charset=utf-8";

/// Status, headers and body.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Boxed, as an error reply is the `Err` of most functions here.
    pub(super) headers: Box<HeaderMap>,
    pub(super) content: Content,
    /// The request is in flight until this is dropped.
    pub(super) permit: Option<OwnedSemaphorePermit>,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Sent at once, with its length.
    Whole(Bytes),
    /// Sent in chunks, with pauses.
    Pieces(Vec<Bytes>),
}

impl Reply {
    pub(super) fn new(status: u16, media: &str, body: impl Into<Bytes>) -> Self {
        let reply = Self { status, headers: Box::default(), content: Content::Whole(body.into()), permit: None };
        reply.with("content-type", media)
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, JSON, body.to_string())
    }

    /// A stream of server-sent events, with the end marker of the API's streams.
    pub(super) fn text(status: u16, text: impl Into<Bytes>) -> Self {
        Self::new(status, TEXT, text)
    }

    pub(super) fn events(events: &[Value]) -> Self {
        let mut pieces: Vec<Bytes> = events.iter().map(|event| format!("data: {event}\n\n").into()).collect();
        pieces.push(Bytes::from_static(b"data: [DONE]\n\n"));
        Self::pieces(200, EVENTS, pieces)
    }

    /// A body that is sent in chunks.
    pub(super) fn pieces(status: u16, media: &str, pieces: Vec<Bytes>) -> Self {
        let reply = Self { status, headers: Box::default(), content: Content::Pieces(pieces), permit: None };
        reply.with("content-type", media)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a header. An invalid value is left out.
    pub(super) fn set(&mut self, name: &'static str, value: impl ToString) {
        if let Ok(value) = HeaderValue::try_from(value.to_string()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    pub(super) fn media(&self) -> Option<&str> {
        self.headers.get("content-type")?.to_str().ok()
    }
}
