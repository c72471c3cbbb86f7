//! What calls cost: exact amounts, estimates, budgets, and a tally by model.
//!
//! | To | Call |
//! |---|---|
//! | see what an answer cost | [`ChatCompletion::cost`](crate::types::ChatCompletion::cost) |
//! | see it behind a stream | [`ChatStream::cost`](crate::stream::ChatStream::cost), [`TextStream::cost`](crate::stream::TextStream::cost), [`ChatAccumulator::cost`](crate::stream::ChatAccumulator::cost) |
//! | see what a blockchain call cost | [`RpcReply::cost`](crate::crypto_rpc::RpcReply::cost), [`Meta::cost`](crate::Meta::cost) |
//! | see what a chat is going to cost, at most | [`Prices::chat`] |
//! | see what other calls cost by the list of models | [`Prices::usage`], [`image`](Prices::image), [`edit`](Prices::edit), [`multi_edit`](Prices::multi_edit), [`upscale`](Prices::upscale), [`speech`](Prices::speech), [`transcription`](Prices::transcription), [`music`](Prices::music), [`embeddings`](Prices::embeddings) |
//! | see what a film is going to cost | [`Video::quote`](crate::Video::quote): the list has no prices for films |
//! | stop before too much is spent | [`ClientBuilder::budget`](crate::ClientBuilder::budget) |
//! | count calls, tokens and money by model | [`ClientBuilder::tally`](crate::ClientBuilder::tally) |
//! | add amounts, to the last digit | `+`, [`Amount::checked_sum`](crate::Amount::checked_sum) |
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
//! # What is estimated, and how
//! The tokens that a chat will read lie between a rough count (four bytes of text for a token) and a sure bound (a byte for a token); images,
//! sounds, files, characters and searches may fill the model's context. It writes as much as `max_completion_tokens` allows, or else the
//! model. All else is priced by what the request says: images by their size, speech by its characters, music by its length. A price
//! that the list does not tell is unknown, never 0.
//!
//! # What is sent
//! Amounts and [`Prices`] send nothing. A client with a [`Budget`], or with a tally [that wants it](Tally::with_list_prices), fetches the
//! list of models when its first paid call needs it, keeps it as [`Models::catalogue`](crate::Models::catalogue) does, and asks
//! for a quote before each order of a film or music. All of that is free, and nothing of a prompt is in it. A client with
//! neither does nothing more than before.

pub use crate::api::price::Price;
pub use crate::api::usage::Cost;
#[cfg(feature = "budget")]
#[cfg_attr(docsrs, doc(cfg(feature = "budget")))]
pub use crate::features::cost::{
    Budget, BudgetExceeded, ChatEstimate, Currency, ModelTally, Prices, Spending, Tally, TallySnapshot,
};
