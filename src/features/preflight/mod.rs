//! Pre-flight: requests checked against what their models take, before they are sent.
//!
//! | To | Call |
//! |---|---|
//! | have every call checked | [`ClientBuilder::preflight`](crate::ClientBuilder::preflight) |
//! | check one call, or one call not | [`Call::with_preflight`](crate::Call::with_preflight) |
//! | check a request without sending it | [`Catalogue::check`](crate::models::Catalogue::check) |
//! | see what was found in a call that was sent | [`Meta::preflight`](crate::Meta::preflight) |
//! | see why a call was refused | [`Error::field_errors`](crate::Error::field_errors), [`Error::preflight`](crate::Error::preflight) |
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # let mock = venice_ai_mock::MockVenice::start().await?;
//! use venice_ai::types::ChatCompletionRequest;
//! use venice_ai::Preflight;
//!
//! let venice = mock.client_builder().preflight(Preflight::Refuse).build()?;
//! let request = ChatCompletionRequest::new("gondola-9b", ["Hello!"]).logprobs(true);
//! let refused = venice.chat().create(request).await.unwrap_err();
//! assert_eq!(refused.field_errors()[0].field, "logprobs");
//! assert!(mock.requests_of("createChatCompletion").is_empty()); // nothing was paid for
//! # Ok(()) }
//! ```
//!
//! # What is checked
//!
//! The request as it will be sent, members of [`with_extra_body`](crate::Call::with_extra_body) and features in the suffix of the model's name
//! included, against the model's entry in the [catalogue](crate::models). What the entry does not say is no finding: a capability
//! that is unknown is not taken for missing.
//!
//! | Requests | Findings (by [`rule`](Finding::rule)) |
//! |---|---|
//! | all that name a model | `unknown_model` (with names that come close), `model_type`, `offline`, `removed`, and as a note `deprecated` |
//! | chat, responses | `tools`, `response_format`, `logprobs`, `reasoning_effort`, `images`, `audio`, `videos`, `web_search`, `x_search`, `context`, `max_tokens` |
//! | images | `prompt_length`, `steps`, `size`, `aspect_ratio`, `resolution`, `quality`, `style_references` |
//! | edits of images | `prompt_length`, `aspect_ratio`, `resolution`, `quality`, `images` |
//! | videos, and their quotes | `prompt_length`, `duration`, `aspect_ratio`, `resolution`, `sound`, `media`, `enhancement` |
//! | speech | `prompt_length`, `voice`, `format`, `speed`, `language` |
//! | voice changer | `model_type`, `voice`, `noise_removal`, `seed`, `duration` |
//! | decisions | `context` |
//! | music | `model_type`, `prompt_length`, `lyrics`, `instrumental`, `loop`, `duration`, `voice`, `speed`, `language` |
//! | embeddings | `dimensions`, `context` |
//!
//! `context` is found only where it is sure: a token is counted for every six characters of text that are neither white space nor a
//! repetition of the one before, which is fewer than any tokenizer makes of words. Images, tools and files are not counted.
//!
//! # What is dropped
//!
//! [`Preflight::Drop`] leaves out what the model cannot heed and what does not change the answer: `logprobs` and `top_logprobs` (they
//! tell about the answer), `reasoning_effort` and `reasoning.effort` of a model that does not think, or thinks and cannot be told how long
//! (a wish for no thoughts at all is kept then, as it would not be fulfilled), and the `strength` of style references of a model that
//! has no such dial. Never dropped are tools, images, sounds, videos, response formats, searches, sizes, voices, and numbers: without
//! them the answer is another one. What is not dropped is sent as it is, and reported. Multipart bodies are not changed.
//!
//! # What it costs
//!
//! Off, which is the default, nothing is checked and nothing is fetched. On, a call whose catalogue is not there yet waits for one
//! request (`GET /models?type=all`, then every [ten minutes](crate::ClientBuilder::catalogue_max_age)), and for a second one where the model is
//! named by what may be another vendor's name; ten seconds at most. A catalogue that cannot be fetched fails no call: the report has the
//! note `not_checked`, and the next try is after half a minute. Each finding is one `tracing` warning, without any text of the request
//! but the value that does not fit.

mod builder;
mod call;
mod check;
mod interceptor;
mod report;
mod rules;
mod subject;
mod tokens;

pub use self::check::Checkable;
pub(crate) use self::interceptor::PreflightInterceptor;
pub use self::report::{Finding, FindingAction, PreflightReport, Severity};

/// What happens to a request that does not fit its model.
///
/// ```
/// use venice_ai::Preflight;
/// let venice = venice_ai::Client::builder().preflight(Preflight::Warn).build()?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Preflight {
    /// Requests are not checked, and nothing is fetched for it.
    #[default]
    Off,
    /// What is found is reported, and the request is sent as it is.
    Warn,
    /// What the model cannot heed and what does not change the answer is left out; the rest is reported. See
    /// [the list](self#what-is-dropped).
    Drop,
    /// A request with a problem is refused, and nothing is sent. Notes are reported.
    Refuse,
}
