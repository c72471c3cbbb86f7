//! Record and replay: a [`Recorder`] writes what a client sends and receives to a file, a [`Player`] answers from it.
//!
//! The file has the format of [VCR](https://docs.rs/vcr-cassette) as JSON; cassettes of other recorders are read, too. A test that replays
//! needs neither a key nor the network.
//!
//! | To | Call |
//! |---|---|
//! | record | [`Recorder::new`], [`ClientBuilder::layer`](venice_ai::ClientBuilder::layer), [`Recorder::save`] |
//! | choose what is kept of prompts and media | [`Recorder::with_redaction`] with a [`Redaction`] |
//! | replay | [`Player::open`], [`PlayerBuilder::start`], [`Player::client`] |
//! | fail the test if requests differ | [`Player::verify`] |
//! | compare the replies with the API's document | `cargo xtask contract --cassette FILE`, in the repository of the SDK |
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! use venice_ai::types::ChatCompletionRequest;
//! use venice_ai_mock::MockVenice;
//! use venice_ai_mock::cassette::{Player, Recorder, Redaction, RedactionMode};
//!
//! async fn greet(venice: &venice_ai::Client) -> Result<String, venice_ai::Error> {
//!     let request = ChatCompletionRequest::new("default", ["Greet the gondolier."]);
//!     Ok(venice.chat().create(request).await?.text().into_owned())
//! }
//! let file = std::env::temp_dir().join("venice-ai-greeting.json"); // usually tests/cassettes/greeting.json
//!
//! // Once, with a key: `ClientBuilder::from_env()?` instead of the mock's.
//! let mock = MockVenice::start().await?;
//! let recorder = Recorder::new(&file).with_redaction(Redaction::new().prompts(RedactionMode::Keep));
//! let recorded = greet(&mock.client_builder().layer(recorder.clone()).build()?).await?;
//! recorder.save()?;
//!
//! // In each test.
//! let player = Player::open(&file)?.start().await?;
//! assert_eq!(greet(&player.client()).await?, recorded);
//! player.verify()
//! # }
//! ```
//!
//! # What is in a cassette
//!
//! Each request that reached the server and its reply, in the order of the requests: retries and redirects, too. A request without a reply (no
//! connection, a time-out) is not in it; a reply that broke off breaks off in a replay, and one whose stream was dropped ends there.
//!
//! Secrets are never in it: `authorization`, cookies, signatures and payments of wallets, headers that the SDK keeps out of logs, fields
//! such as `apiKey`, `token` and `signature`, credentials in the query; and each of these values wherever the server repeats it.
//!
//! Prompts, answers and media are replaced by placeholders unless the [`Redaction`] says otherwise. Kept are numbers (so embeddings, too),
//! identifiers, values that the document lists, what anyone may read without a key (the list of models), and the texts of errors that do
//! not repeat a text of the request. A placeholder is valid for the document, and so is a sample file; but an answer that your program
//! parses (structured outputs, arguments of tools) is only of use if it is kept.
//!
//! A form is recorded with a boundary of its own. A body that is not text is base64, with the `encoding` `base64`. What other readers do not
//! know is in fields `venice_ai`: the times of a stream's events and how a body ended.
//!
//! # How requests match
//!
//! Method, path below the base URL, query and body, after the redaction of the cassette; JSON is compared as a value. Headers are not
//! compared. [Strict](PlayerBuilder::lenient) by default: the requests must arrive in the recorded order, all of them. A request that does not
//! match is answered with a 400, which the SDK does not retry, and is listed by [`Player::verify`].

mod file;
mod player;
mod recorder;
mod redaction;
mod redactor;
mod strings;
mod tee;

pub use self::file::{Cassette, RecordedExchange};
pub use self::player::{Player, PlayerBuilder};
pub use self::recorder::{Recorder, RecordingService};
pub use self::redaction::{Redaction, RedactionMode};
