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
//! | script its answers | [`MockVenice::answer`] with an [`Answer`], [`MockVenice::default_body`] |
//! | inject faults | [`MockVenice::fault`] with a [`Fault`] |
//! | script a video, music or voice-changer job: fast, slow, failed | [`MockVenice::job`] with a [`MockJob`] |
//! | inspect the requests | [`MockVenice::requests`], [`MockVenice::requests_of`] |
//! | fail the test on an invalid request | [`MockVenice::verify`], [`MockVenice::violations`] |
//! | configure strictness and speed | [`MockVenice::builder`] |
//! | record the real API once, and replay it without a key | the module `cassette` (feature `cassette`) |
//!
//! # Start it, and point your code at it
//!
//! Code that takes a [`Client`](venice_ai::Client) gets [`MockVenice::client`]. Code that creates its own reads
//! [`base_url`](MockVenice::base_url) and [`api_key`](MockVenice::api_key), for example from `VENICE_BASE_URL` and `VENICE_API_KEY`. Each
//! mock has its own port and state, so tests can run in parallel, and it stops when it is dropped.
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
//! # Script its answers
//!
//! By default it answers from its state (a created key can be listed, used and deleted; one with a
//! spending limit of 0 is answered with a 402), with text that quotes the question, or with a body
//! generated from the API's document that repeats fields of the request. Files are small and real: a PNG opens, a WAV plays. [`Answer`]
//! replaces the answer of an operation: a typed reply, bytes, a stream, or a function of the request. Reply types cannot be constructed, as
//! the API may add fields to them at any time; start from [`MockVenice::default_body`] and change fields:
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
//! # Inject faults
//!
//! A [`Fault`] is injected into the next request, or the next ones of an operation: a status, a header such as `Retry-After`, a delay, a
//! body that breaks off, stalls or is garbage, a closed connection. It works for every operation, for files and for streams.
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
//! [`MockVenice::requests`] and [`requests_of`](MockVenice::requests_of) have the received requests, [`MockRequest::files`] the files of a
//! form, without any credentials. Call [`MockVenice::verify`] at the end of a test to check that everything went as planned.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # use serde_json::Value;
//! # use venice_ai_mock::MockVenice;
//! # use venice_ai::types::CreateSpeechRequest;
//! let mock = MockVenice::start().await?;
//! mock.client().raw().create_speech(&CreateSpeechRequest::new("tts-kokoro", "Ciao")).await?;
//!
//! let requests = mock.requests_of("createSpeech");
//! assert_eq!(requests.len(), 1);
//! assert_eq!(requests[0].json::<Value>().unwrap()["input"], "Ciao");
//! mock.verify()
//! # }
//! ```
//!
//! # Request validation
//!
//! Each request is validated against the API's document, so that an invalid call fails in your test and not in production: the mock answers
//! 400 like the API, with each field named, and [`MockVenice::violations`] lists them. [`MockBuilder::unknown_fields`] also finds misspelt
//! fields that the API would ignore; [`MockBuilder::check_requests`] says what is checked, and turns it off.
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
//! # Limitations
//!
//! Its models, answers and prices are made up, and it takes any other model for one of its own
//! ([`MockBuilder::check_models`]). Limits are reported but not enforced. Wallets and payments are taken at their word, unless
//! `MockBuilder::verify_wallets` is set; no money moves on any chain. Attestations prove nothing, unless
//! `MockBuilder::sign_attestations` is set. It serves the tests of one machine, without TLS.
//!
//! It is built on hyper, like the client, so it adds little to the build of a test; and unlike a library for canned answers it can pause,
//! break off or stall a body. The server runs in its own thread, so it answers blocking calls too, and a test that blocks its runtime does
//! not block it.

mod answer;
#[cfg(feature = "attestation")]
mod attestation;
mod audio;
mod augment;
mod auth;
mod billing;
mod body;
mod builder;
mod canned_reply;
#[cfg(feature = "cassette")]
pub mod cassette;
mod characters;
mod chat;
mod check;
mod crypto_rpc;
mod decisions;
mod default;
mod dispatch;
mod document;
#[cfg(feature = "e2ee")]
mod e2ee;
mod embeddings;
mod encoding;
mod errors;
#[cfg(any(feature = "attestation", feature = "e2ee", feature = "wallet"))]
mod evm;
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
#[cfg(feature = "attestation")]
pub use self::attestation::AttestationFault;
pub use self::builder::MockBuilder;
pub use self::fault::Fault;
pub use self::form::FilePart;
pub use self::jobs::MockJob;
pub use self::request::MockRequest;
pub use self::venice::MockVenice;
pub use self::violation::{UnknownFields, Violation};
#[cfg(feature = "wallet")]
pub use self::wallet::{MockPayment, MockWallet};

/// The mock's own key, of the type `ADMIN`.
const ADMIN_KEY: &str = "mock-admin-key-of-venice-ai-k2V9xQ";
