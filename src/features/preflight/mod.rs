//! `Preflight`: checks requests against the capabilities of their models before they are sent.
//!
//! | To | Call |
//! |---|---|
//! | check every call | [`ClientBuilder::preflight`](crate::ClientBuilder::preflight) |
//! | turn it on or off for one call | [`Call::with_preflight`](crate::Call::with_preflight) |
//! | check a request without sending it | [`Catalogue::check`](crate::models::Catalogue::check) |
//! | get the findings of a call that was sent | [`Meta::preflight`](crate::Meta::preflight) |
//! | get the reason of a rejected call | [`Error::field_errors`](crate::Error::field_errors), [`Error::preflight`](crate::Error::preflight) |
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
//! The request as it will be sent, including fields of [`with_extra_body`](crate::Call::with_extra_body) and features in the suffix of the
//! model id, against the model's entry in the [catalogue](crate::models). An unknown capability is not a finding.
//!
//! | Requests | Findings (by [`rule`](Finding::rule)) |
//! |---|---|
//! | all with a model | `unknown_model` (with suggestions), `model_type`, `offline`, `removed`, and as a note `deprecated` |
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
//! `context` is reported only when it is certain: one token is counted for every six characters of text, without white space and repeated
//! characters, which is fewer than any tokenizer makes of words. Images, tools and files are not counted.
//!
//! # What is dropped
//!
//! [`Preflight::Drop`] leaves out fields that the model ignores and that do not change the answer: `logprobs` and `top_logprobs` (they
//! describe the answer), `reasoning_effort` and `reasoning.effort` of a model without reasoning or with a fixed effort (except an effort of
//! none, which would not be honoured), and the `strength` of style references of a model without it. Tools, images, audio, videos, response
//! formats, searches, sizes, voices and numbers are never dropped: without them the answer changes. What is not dropped is sent unchanged,
//! and reported. Multipart bodies are not changed.
//!
//! The catalogue does not list every field that a model refuses. A request that the API rejects for an optional field (`seed`, `top_k`,
//! `temperature` and other parameters of sampling, `logprobs`, `prompt_cache_key`, `user`), because the model does not support it, is sent
//! once more without the field, as it did not run. Further requests to this model leave it out at once; the finding has the rule `refused`.
//! An invalid value stays an error.
//!
//! # Cost
//!
//! Off (the default), nothing is checked and nothing is fetched. On, a call without a cached catalogue waits for one request (`GET
//! /models?type=all`, then every [ten minutes](crate::ClientBuilder::catalogue_max_age)), and for a second one if the model may be another
//! vendor's id; ten seconds at most. A catalogue that cannot be fetched fails no call: the report has the note `not_checked`, and the next
//! attempt is after half a minute. Each finding is one `tracing` warning; of the request's text it has only the value that does not fit.

mod builder;
mod call;
mod check;
mod interceptor;
mod refused;
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
    /// Requests are not checked, and nothing is fetched.
    #[default]
    Off,
    /// Findings are reported, and the request is sent unchanged.
    Warn,
    /// Fields that the model ignores and that do not change the answer are left out; other findings are reported. See [the
    /// list](self#what-is-dropped).
    Drop,
    /// A request with a problem is rejected, and nothing is sent. Notes are reported.
    Refuse,
}
