//! How the crate behaves, over real sockets. One module a behaviour.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

mod api_keys;
mod api_keys_refused;
mod audio;
mod audio_jobs;
mod augment;
mod billing;
mod billing_csv;
#[cfg(feature = "blocking")]
mod blocking;
#[cfg(feature = "blocking")]
mod blocking_refused;
mod catalogue;
mod characters;
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
mod client_config;
mod compatibility;
mod cost;
mod crypto_rpc;
mod downloads;
mod embeddings;
mod errors;
mod escape_hatch;
mod examples;
mod httpmock_server;
mod images;
mod jobs;
mod lenient_replies;
mod live;
mod many;
mod meta;
mod mock;
mod models;
mod open_enums;
mod pages;
mod preflight;
mod prompt_cache;
mod reasoning;
mod redirects;
mod request_types;
#[cfg(feature = "unstable")]
mod responses;
mod retry;
mod secrets;
mod sse_framing;
mod sse_split;
mod strange_replies;
#[cfg(feature = "schemars")]
mod structured_output;
mod tee;
mod timeouts;
mod tools;
mod tracing_spans;
mod unset_members;
mod uploads;
mod validation;
mod video;
mod video_refused;
mod x402;
mod x402_top_up;
