//! [`MockVenice`]: a mock server of the Venice.ai API, for the tests of programs that use [`venice_ai`], and for trying things out
//! without a key.
//!
//! It listens on the loopback interface and answers **every** operation with realistic bodies, files and headers.
//!
//! ```toml
//! [dev-dependencies]
//! venice-ai-mock = "0.1"
//! ```
//!
//! | To | Call |
//! |---|---|
//! | start it, and get a client of it | [`MockVenice::start`], [`MockVenice::client`] |
//! | set what it answers | [`MockVenice::answer`] with an [`Answer`], [`MockVenice::default_body`] |
//! | make it fail | [`MockVenice::fault`] with a [`Fault`] |
//! | set how a video, music or voice-changer job goes: fast, slow, failed | [`MockVenice::job`] with a [`MockJob`] |
//! | inspect the requests | [`MockVenice::requests`], [`MockVenice::requests_of`] |
//! | fail the test on an invalid request | [`MockVenice::verify`], [`MockVenice::violations`] |
//! | change how strict and how fast it is | [`MockVenice::builder`] |
//! | verify signatures and payments of wallets | the cargo feature `wallet`, and `MockBuilder::verify_wallets` |
//!
//! # Start it, and point your code at it
//!
//! Code that takes a [`Client`](venice_ai::Client) gets [`MockVenice::client`]. Code that makes its own reads
//! [`base_url`](MockVenice::base_url) and [`api_key`](MockVenice::api_key), say from `VENICE_BASE_URL` and `VENICE_API_KEY`. Each mock
//! has a port and a memory of its own, so tests can run side by side, and it stops when it is dropped.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! use venice_ai_mock::MockVenice;
//! use venice_ai::types::ChatCompletionRequest;
//!
//! async fn greet(venice: &venice_ai::Client) -> Result<String, venice_ai::Error> {
//!     let request = ChatCompletionRequest::new("default", ["Greet the gondolier."]);
//!     Ok(venice.chat().create(request).await?.text().into_owned())
//! }
//!
//! let mock = MockVenice::start().await?;
//! let greeting = greet(&mock.client()).await?;
//! assert!(greeting.contains("Greet the gondolier"));
//! # Ok(()) }
//! ```
//!
//! # Set what it answers
//!
//! By itself it answers from what it remembers (a key that was made can be listed, used and deleted), with text that quotes the
//! question, or with a body made from the API's description that repeats what the request named. Files are small and real: a PNG
//! opens, a WAV plays. [`Answer`] gives another answer for an operation: a typed reply, bytes, a stream, or a function of the
//! request. Reply types cannot be put together from nothing, as the API may add fields to them at any time; start from
//! [`MockVenice::default_body`] and change what matters:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # use serde_json::json;
//! use venice_ai_mock::{Answer, MockVenice};
//! use venice_ai::types::{CharacterResponse, QuoteVideoRequest};
//!
//! let mut reply: CharacterResponse = MockVenice::default_body("getCharacterBySlug")?;
//! reply.data.name = "Casanova".to_owned();
//!
//! let mock = MockVenice::start().await?;
//! mock.answer(Answer::json(&reply).on("getCharacterBySlug"));
//! mock.answer(Answer::json(&json!({"quote": 9.5})).on("quoteVideo").times(1));
//!
//! let venice = mock.client();
//! assert_eq!(venice.raw().get_character_by_slug("casanova").await?.data.name, "Casanova");
//! assert_eq!(venice.raw().quote_video(&QuoteVideoRequest::new("laguna-video")).await?.quote, "9.5".parse().ok());
//! # Ok(()) }
//! ```
//!
//! # Make it fail
//!
//! A [`Fault`] is injected into the next request, or the next ones of an operation: a status, a header such as `Retry-After`, a delay, a body
//! that is cut, stalls or is garbage, a connection that is closed. It works on every operation, on files and on streams.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # use venice_ai_mock::{Fault, MockVenice};
//! let mock = MockVenice::start().await?;
//! mock.fault(Fault::status(503).header("retry-after", "0")); // the next request fails, and the client repeats it
//! assert_eq!(mock.client().api_keys().list().await?.len(), 1);
//! assert_eq!(mock.requests().len(), 2);
//! # Ok(()) }
//! ```
//!
//! # Inspect the requests
//!
//! [`MockVenice::requests`] and [`requests_of`](MockVenice::requests_of) show what arrived, [`MockRequest::files`] the files of a form,
//! without any credentials. [`MockVenice::verify`] as the last line of a test checks that all went as planned.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # use serde_json::Value;
//! # use venice_ai_mock::MockVenice;
//! # use venice_ai::types::CreateSpeechRequest;
//! let mock = MockVenice::start().await?;
//! mock.client().raw().create_speech(&CreateSpeechRequest::new("Ciao")).await?;
//!
//! let requests = mock.requests_of("createSpeech");
//! assert_eq!(requests.len(), 1);
//! assert_eq!(requests[0].json::<Value>().unwrap()["input"], "Ciao");
//! mock.verify()
//! # }
//! ```
//!
//! # Have your requests checked
//!
//! Each request is checked against the API's description, so that a wrong call fails in your test and not in production: the
//! mock answers 400 as the API does, with each member named, and [`MockVenice::violations`] lists them.
//! [`MockBuilder::unknown_fields`] makes it find misspelt fields where the API would ignore them;
//! [`MockBuilder::check_requests`] says what is checked, and turns it off.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # use serde_json::{Value, json};
//! # use venice_ai::http::Method;
//! # use venice_ai_mock::MockVenice;
//! let mock = MockVenice::start().await?;
//! let call = mock.client().request::<Value>(Method::POST, "/augment/search");
//! let error = call.with_json_body(&json!({"query": "acqua alta", "limit": 99})).await.unwrap_err();
//! assert_eq!(error.field_errors()[0].field, "limit");
//! assert_eq!(mock.violations()[0].problem, "Number must be less than or equal to 20");
//! # Ok(()) }
//! ```
//!
//! # What it is not
//!
//! Its models, answers and prices are made up, and it takes any other model for one of its own
//! ([`MockBuilder::check_models`]). Limits are reported but not enforced. Wallets and payments are taken at their word, unless
//! `MockBuilder::verify_wallets` is set; no money moves on any chain. It serves the tests of one machine, without TLS.
//!
//! It is built on hyper, as the client is, so a test compiles little more than the program does; and unlike a library for canned
//! answers it lets a body pause, break off or fall silent. The server runs in a thread of its own, so it answers blocking calls too, and
//! is not held up by a test that holds up its runtime.

mod answer;
mod audio;
mod augment;
mod auth;
mod billing;
mod body;
mod builder;
mod canned_reply;
mod characters;
mod chat;
mod check;
mod crypto_rpc;
mod decisions;
mod default;
mod dispatch;
mod document;
mod embeddings;
mod encoding;
mod errors;
mod exchange;
mod fault;
mod form;
mod images;
mod issues;
mod jobs;
mod keys;
mod media;
mod models;
mod parsed_request;
mod plans;
mod price;
mod record;
mod reply;
mod reply_headers;
mod request;
mod request_body;
mod responses;
mod retired;
mod route;
mod sample;
#[doc(hidden)]
pub mod schema;
mod server;
mod state;
mod tee;
mod time;
mod venice;
mod violation;
#[cfg(feature = "wallet")]
mod wallet;
mod web3;
mod x402;

pub use self::answer::Answer;
pub use self::builder::MockBuilder;
pub use self::fault::Fault;
pub use self::form::FilePart;
pub use self::jobs::MockJob;
pub use self::request::MockRequest;
pub use self::venice::MockVenice;
pub use self::violation::{UnknownFields, Violation};
#[cfg(feature = "wallet")]
pub use self::wallet::{MockPayment, MockWallet};

/// The key that a mock knows from the start, of the type `ADMIN`.
const ADMIN_KEY: &str = "mock-admin-key-of-venice-ai-k2V9xQ";
