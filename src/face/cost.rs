//! What calls cost: exact amounts, estimates, budgets, and a tally by model.
//!
//! | To | Call |
//! |---|---|
//! | get the cost of a reply | [`ChatCompletion::cost`](crate::types::ChatCompletion::cost) |
//! | get the cost of a stream | [`ChatStream::cost`](crate::stream::ChatStream::cost), [`TextStream::cost`](crate::stream::TextStream::cost), [`ChatAccumulator::cost`](crate::stream::ChatAccumulator::cost) |
//! | get the cost of a blockchain call | [`RpcReply::cost`](crate::crypto_rpc::RpcReply::cost), [`Meta::cost`](crate::Meta::cost) |
//! | estimate the cost of a chat before sending | [`Prices::chat`] |
//! | compute the list price of other calls | [`Prices::usage`], [`image`](Prices::image), [`edit`](Prices::edit), [`multi_edit`](Prices::multi_edit), [`upscale`](Prices::upscale), [`speech`](Prices::speech), [`transcription`](Prices::transcription), [`music`](Prices::music), [`embeddings`](Prices::embeddings) |
//! | get a quote for a video | [`Video::quote`](crate::Video::quote): the list has no prices for videos |
//! | set a spending limit | [`ClientBuilder::budget`](crate::ClientBuilder::budget) |
//! | count calls, tokens and cost by model | [`ClientBuilder::tally`](crate::ClientBuilder::tally) |
//! | add amounts exactly | `+`, [`Amount::checked_sum`](crate::Amount::checked_sum) |
//!
//! ```no_run
//! # async fn example() -> Result<(), venice_ai::Error> {
//! use venice_ai::ClientBuilder;
//! use venice_ai::cost::{Budget, Tally};
//! use venice_ai::types::ChatCompletionRequest;
//!
//! let (budget, tally) = (Budget::usd("5"), Tally::new());
//! let venice = ClientBuilder::from_env()?.budget(budget.clone()).tally(tally.clone()).build()?;
//! let request = ChatCompletionRequest::new("default", ["Why is the sky blue?"]).max_completion_tokens(500);
//! match venice.chat().create(request).await {
//!     Ok(reply) => println!("{:?}", reply.cost()),
//!     Err(error) if error.budget_exceeded().is_some() => println!("{error}"), // nothing was sent
//!     Err(error) => return Err(error),
//! }
//! println!("{:?} USD left\n{}", budget.in_usd().remaining(), tally.snapshot());
//! # Ok(()) }
//! ```
//!
//! # Estimates
//! The prompt tokens of a chat are between an estimate (four bytes of text per token) and an upper bound (one byte per token); images,
//! audio, files, characters and searches may fill the model's context. Completion tokens are at most `max_completion_tokens`, or the
//! model's limit. Everything else is priced by the request: images by their size, speech by its characters, music by its length. A price
//! missing in the list is unknown, never 0.
//!
//! # Requests it makes
//! Amounts and [`Prices`] send nothing. A client with a [`Budget`], or with a tally [that needs prices](Tally::with_list_prices), fetches
//! the list of models for its first paid call, caches it like [`Models::catalogue`](crate::Models::catalogue), and requests a quote before
//! each video or music job. All of that is free and contains no prompt. A client with neither sends nothing else.

pub use crate::api::price::Price;
pub use crate::api::usage::Cost;
#[cfg(feature = "budget")]
#[cfg_attr(docsrs, doc(cfg(feature = "budget")))]
pub use crate::features::cost::{
    Budget, BudgetAlert, BudgetExceeded, ChatEstimate, Currency, ModelTally, Prices, Spending, Tally, TallySnapshot,
};
