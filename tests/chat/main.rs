//! Chat completions: requests, streams, structured outputs, citations, and the Responses API.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use venice_ai_test_support as support;

mod chat_accumulator;
mod chat_create;
mod chat_media;
mod chat_requests;
mod chat_stream;
#[cfg(feature = "blocking")]
mod chat_stream_blocking;
mod chat_stream_errors;
mod chat_stream_flow;
mod citations;
#[cfg(feature = "e2ee")]
mod e2ee;
mod fallbacks;
mod prompt_cache;
mod reasoning;
#[cfg(feature = "unstable")]
mod responses;
mod sse_framing;
mod sse_split;
#[cfg(feature = "unstable")]
mod stream_ends;
mod stream_limits;
#[cfg(feature = "structured")]
mod structured_output;
