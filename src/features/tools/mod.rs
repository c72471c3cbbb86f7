//! `ToolBox`, `ToolRun`: tool calling: functions that the model calls until it has its answer.
//!
//! | To | Call |
//! |---|---|
//! | make a tool from a function | [`ToolBox::tool`] (feature `structured`), or [`ToolBox::try_tool`] for one that may fail |
//! | add a tool with your own description | [`ToolBox::implement`] or [`ToolBox::try_implement`] |
//! | let a person or another program answer | [`ToolBox::declare`], then [`ToolRun::answer`] |
//! | get the answer | [`Chat::run`](crate::Chat::run), awaited, then [`FinishedRun::text`] |
//! | observe each step | [`ToolRun::next`], which returns [`RunEvent`]s |
//! | stream the answer | [`Chat::run_stream`](crate::Chat::run_stream), then [`RunEvent::text`] |
//! | set limits | [`with_max_rounds`](ToolRun::with_max_rounds), [`with_concurrency`](ToolRun::with_concurrency), [`ToolBox::with_timeout`] |
//! | end the run from a tool | [`ToolError::stop`] |
//! | resume after an error | [`UnfinishedRun::resume`], [`ToolRun::resume`] |
//! | ask the next question | [`FinishedRun::ask`], [`ToolRun::push`] |
//! | get the total cost | [`FinishedRun::cost`], [`FinishedRun::usage`] |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use venice_ai::tools::ToolBox;
//! use venice_ai::types::ChatCompletionRequest;
//!
//! /// The water level at a station of the lagoon, now.
//! #[derive(Deserialize, JsonSchema)]
//! struct Tide {
//!     station: String,
//! }
//!
//! let tools = ToolBox::new().tool("tide", |tide: Tide| async move { format!("62 cm at {}", tide.station) });
//! let request = ChatCompletionRequest::new("default", ["Are my feet dry at San Marco?"]);
//! println!("{}", venice.chat().run(request, &tools).await?.text());
//! # Ok(()) }
//! ```
//!
//! # What a run does
//!
//! Each round is one charged call, with the usual retries of the chat endpoint. The tool calls of a reply run concurrently; their results
//! are sent back in the order of the calls, each with the id of its call. Calls without an id, or with a duplicate id, get a new one, also
//! in the message that is sent back. Assistant messages are sent back byte for byte, including reasoning and signatures, except for such
//! ids; streamed ones are assembled with all their fields.
//!
//! A failed call does not end the run: the model gets the error (an unknown tool, arguments that are not JSON or do not match, an error or
//! a time-out of the tool), and can correct itself. Empty arguments are `{}`. Tool calls of a truncated reply are never executed. A
//! required `tool_choice` applies to the first reply and is `auto` afterwards, as the run could not end otherwise. Search results that
//! arrive as a call (`return_search_results_as_documents`) need no result and get none.
//!
//! # What is sent
//!
//! The request with the names, descriptions and schemas of the tools; in each round the whole conversation, including results and error
//! texts of tools. Nothing else of a tool is sent: neither what its function captures, nor its panic messages, nor its time-out. Logs and
//! `Debug` show names, ids and sizes, but no text.

mod accessors;
mod arguments;
mod chat;
mod check;
mod conversation;
mod error;
mod event;
mod finished;
mod function;
mod phase;
mod round;
mod run;
mod span;
mod steps;
mod stop;
mod toolbox;
mod totals;
mod turn;
#[cfg(feature = "structured")]
mod typed;
mod unfinished;

pub use self::arguments::NoArguments;
pub use self::error::ToolError;
pub use self::event::{CallStatus, FinishedCall, RoundReply, RunEvent};
pub use self::finished::FinishedRun;
pub use self::run::ToolRun;
pub use self::stop::StopReason;
pub use self::toolbox::ToolBox;
pub use self::unfinished::UnfinishedRun;
