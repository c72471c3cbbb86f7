//! Tools that a model calls until it has its answer: the functions behind them, and the conversation.
//!
//! | To | Call |
//! |---|---|
//! | make a tool of a function | [`ToolBox::tool`] (feature `structured`), or [`ToolBox::try_tool`] for one that may fail |
//! | add a tool that you describe yourself | [`ToolBox::implement`] or [`ToolBox::try_implement`] |
//! | let a person or another program answer | [`ToolBox::declare`], then [`ToolRun::answer`] |
//! | have the answer | [`Chat::run`](crate::Chat::run), awaited, then [`FinishedRun::text`] |
//! | see each step | [`ToolRun::next`], which gives [`RunEvent`]s |
//! | read the answer while it is written | [`Chat::run_stream`](crate::Chat::run_stream), then [`RunEvent::text`] |
//! | bound it | [`with_max_rounds`](ToolRun::with_max_rounds), [`with_concurrency`](ToolRun::with_concurrency), [`ToolBox::with_timeout`] |
//! | end it from within a tool | [`ToolError::stop`] |
//! | go on after an error | [`UnfinishedRun::resume`], [`ToolRun::resume`] |
//! | ask the next question | [`FinishedRun::ask`], [`ToolRun::push`] |
//! | know what all of it cost | [`FinishedRun::cost`], [`FinishedRun::usage`] |
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
//! let tools = ToolBox::new().tool("tide", None, |tide: Tide| async move { format!("62 cm at {}", tide.station) });
//! let request = ChatCompletionRequest::new("default", ["Are my feet dry at San Marco?"]);
//! println!("{}", venice.chat().run(request, &tools).await?.text());
//! # Ok(()) }
//! ```
//!
//! # What a run does
//!
//! Each round is one paid call, with the retries of any call to the chat endpoint. The calls that a reply wants are made at the same
//! time, and their results go back in the order of the calls, each with the id of its call. Calls without an id, or with that of
//! another one in the same reply, get one, and the model reads it so too. What the model said goes back byte for byte as
//! it came, reasoning and signatures included, except where such an id had to be changed; of a stream, put together, with every member.
//!
//! A call that cannot be made is no end: the model reads what was wrong (an unknown tool, arguments that are no JSON or do not fit, an
//! error or a time-out of the tool), and can do better. Empty arguments are `{}`. A reply that was cut is never acted upon. A
//! `tool_choice` that demands a tool counts for the first reply and is `auto` from then on, or the run could not end. Search results
//! that come as a call (`return_search_results_as_documents`) want no result and get none.
//!
//! # What is sent
//!
//! The request with names, descriptions and schemas of the tools; and with each round the whole conversation, in which are the
//! results of the tools and the texts of their errors. Nothing else of a tool is: neither what its function captures, nor what it
//! panics with, nor its time-out. Logs and `Debug` show names, ids and sizes, and no words.

mod arguments;
mod chat;
mod check;
mod conversation;
mod error;
mod event;
mod finished;
mod function;
mod look;
mod phase;
mod round;
mod run;
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
