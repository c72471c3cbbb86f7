//! Chat completions: complete or streamed, with images, tools, web search and structured outputs.
//!
//! | To | Call |
//! |---|---|
//! | get a whole answer | [`create`](Chat::create), then [`text`](crate::types::ChatCompletion::text) |
//! | stream an answer | [`stream`](Chat::stream), then [`text`](crate::stream::ChatStream::text) or [`next`](crate::stream::ChatStream::next) |
//! | do both | [`stream`](Chat::stream), and a [`ChatAccumulator`](crate::stream::ChatAccumulator) in the loop |
//! | send an image, audio, a video, a file | [`UserMessage::builder`](crate::types::UserMessage::builder), or [`ContentPart::image`](crate::types::ContentPart::image) and its siblings |
//! | run tools | [`run`](Chat::run) or [`run_stream`](Chat::run_stream), with a [`ToolBox`](crate::tools::ToolBox) |
//! | run tools yourself | [`Tool::function`](crate::types::Tool::function), then [`tool_calls`](crate::types::ChatCompletion::tool_calls) |
//! | get a value of your own type | `parse`, `parse_stream` (feature `structured`, module `structured`) |
//! | get JSON by a schema | [`ResponseFormat::json_schema`](crate::types::ResponseFormat::json_schema) |
//! | send many requests | [`many`](Chat::many) (feature `batch`) |
//! | search the web, or read pages | [`web_search`](crate::types::ChatCompletionRequest::web_search), [`web_scraping`](crate::types::ChatCompletionRequest::web_scraping) |
//! | get citations as links in the answer (feature `citations`) | [`cited`](crate::types::ChatCompletion::cited), [`ChatStream::cited`](crate::stream::ChatStream::cited); the list alone is [`citations`](crate::types::ChatCompletion::citations) |
//! | set how much it reasons | [`reasoning_for`](crate::types::ChatCompletionRequest::reasoning_for) the model |
//! | separate its reasoning from its answer | [`reasoning`](crate::types::ChatCompletion::reasoning) and [`answer`](crate::types::ChatCompletion::answer), [`ChatStream::pieces`](crate::stream::ChatStream::pieces) |
//! | use the provider's prompt cache | [`ChatMessage::cached`](crate::types::ChatMessage::cached), then [`Usage::cached_tokens`](crate::types::Usage::cached_tokens) |
//! | chat with a character | [`VeniceParameters`](crate::types::VeniceParameters) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::Upload;
//! use venice_ai::chat::CitationStyle;
//! use venice_ai::types::{ChatCompletionRequest, UserMessage, WebSearchMode};
//!
//! let question = UserMessage::builder().text("Which bridge is this, and is it open today?").image(Upload::path("bridge.jpg"));
//! let request = ChatCompletionRequest::new("default_vision", [question.build().await?]).web_search(WebSearchMode::Auto);
//! println!("{}", venice.chat().create(request).await?.cited().render(CitationStyle::Links));
//! # Ok(()) }
//! ```
//!
//! An answer is charged by token. A request is retried only if the API reported that it did not execute it (408, 429, 503) or could not be
//! reached; a stream never after its first byte. A stream that ends too early is an error, never mistaken for the end of an answer; an
//! answer truncated by a length limit has the finish reason `length`, and is not an error.
//!
//! Rejected before sending: no model, no messages, values out of their ranges; media of an unsupported type, size or resolution; more than
//! three videos, more than four marks for the prompt cache (`with_validation(false)` sends them to models that support more). Not checked:
//! the model's capabilities (`supports_vision` and the like), the content of URLs, and the size of the whole request, for which the API
//! documents no limit here. A prompt that the provider rejects is [`ContentPolicy`](crate::ErrorKind::ContentPolicy).
//!
//! Only the request is sent, plus `stream` and `stream_options` for a stream. Files are sent as base64 within the request, never to another
//! place, with their names only if they are documents; paths are never sent. The flag `enable_e2ee` is set only by its own setter.
//!
//! Providers cache prompts automatically by their common prefix. Three things help: marks (Anthropic), `prompt_cache_key`, which routes
//! requests with the same key to the same place, and `prompt_cache_retention`, the lifetime. A prompt that starts with something new each
//! time, such as the time of day, is never cached; nor is one shorter than about 1024 tokens.

pub use crate::api::chat::{Chat, IntoMessages, Many, One};
#[cfg(feature = "attachments")]
#[cfg_attr(docsrs, doc(cfg(feature = "attachments")))]
pub use crate::features::attachments::UserMessageBuilder;
#[cfg(feature = "citations")]
#[cfg_attr(docsrs, doc(cfg(feature = "citations")))]
pub use crate::features::citations::{Citation, CitationRenderer, CitationStyle, CitedSegment, CitedText};
#[cfg(feature = "fallback")]
#[cfg_attr(docsrs, doc(cfg(feature = "fallback")))]
pub use crate::features::fallback::Fallback;
#[cfg(feature = "reasoning")]
#[cfg_attr(docsrs, doc(cfg(feature = "reasoning")))]
pub use crate::features::reasoning::{ReasoningControl, ReasoningSupport};
#[cfg(feature = "structured")]
#[cfg_attr(docsrs, doc(cfg(feature = "structured")))]
pub use crate::features::structured;
