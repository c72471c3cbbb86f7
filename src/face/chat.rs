//! Chat completions: whole or while they are written, with images, tools, searches and answers of a given form.
//!
//! | To | Call |
//! |---|---|
//! | ask, and have the whole answer | [`create`](Chat::create), then [`text`](crate::types::ChatCompletion::text) |
//! | read the answer while it is written | [`stream`](Chat::stream), then [`text`](crate::stream::ChatStream::text) or [`next`](crate::stream::ChatStream::next) |
//! | have both | [`stream`](Chat::stream), and a [`ChatAccumulator`](crate::stream::ChatAccumulator) beside the loop |
//! | ask about an image, a sound, a video, a file | [`UserMessage::builder`](crate::types::UserMessage::builder), or [`ContentPart::image`](crate::types::ContentPart::image) and its like |
//! | let it call functions | [`run`](Chat::run) or [`run_stream`](Chat::run_stream), with a [`ToolBox`](crate::tools::ToolBox) |
//! | call them yourself | [`Tool::function`](crate::types::Tool::function), then [`tool_calls`](crate::types::ChatCompletion::tool_calls) |
//! | get a value of a type of yours | `parse`, `parse_stream` (feature `structured`, module `structured`) |
//! | get JSON of a given form | [`ResponseFormat::json_schema`](crate::types::ResponseFormat::json_schema) |
//! | ask many questions at once | [`many`](Chat::many) (feature `batch`) |
//! | have it search the web, or read pages | [`web_search`](crate::types::ChatCompletionRequest::web_search), [`web_scraping`](crate::types::ChatCompletionRequest::web_scraping) |
//! | see what it read, as links in the answer (feature `citations`) | [`cited`](crate::types::ChatCompletion::cited), [`ChatStream::cited`](crate::stream::ChatStream::cited); the list alone is [`citations`](crate::types::ChatCompletion::citations) |
//! | choose how much it reasons | [`reasoning_for`](crate::types::ChatCompletionRequest::reasoning_for) the model |
//! | read its reasoning apart from its answer | [`reasoning`](crate::types::ChatCompletion::reasoning) and [`answer`](crate::types::ChatCompletion::answer), [`ChatStream::pieces`](crate::stream::ChatStream::pieces) |
//! | use the provider's prompt cache | [`ChatMessage::cached`](crate::types::ChatMessage::cached), then [`Usage::cached_tokens`](crate::types::Usage::cached_tokens) |
//! | have it play a character | [`VeniceParameters`](crate::types::VeniceParameters) |
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
//! An answer is paid for by token, and its request is repeated only when the API said that it did not run it (408, 429, 503) or was not
//! reached. A stream is never asked for again after its first byte. What ends a stream too early is an error, and never looks like the
//! end of an answer; what a length limit cut off has the finish reason `length`, and is none.
//!
//! Refused before anything is sent: no model, no messages, values out of their ranges; media in a form that the API does not take, of which
//! the size, the type and the pixels are looked at; more than three videos, more than four marks for the prompt cache (`with_validation(false)`
//! sends them to models that take more). What a model takes at all (`supports_vision` and the like) is not looked at, nor is what stands behind
//! a URL, nor how large the request is as a whole, for which the API documents no limit here. A prompt that the provider refuses is
//! [`ContentPolicy`](crate::ErrorKind::ContentPolicy).
//!
//! What is sent is what the request has, and nothing beside it but `stream` and `stream_options` for a stream. Files go as base64 inside the
//! request, never to another place, with their names only where they are documents; no path is sent. The flag `enable_e2ee` is never
//! set by anything but its own setter.
//!
//! Prompts are cached by providers on their own where their beginnings are the same. Three things help: marks (Anthropic), `prompt_cache_key`,
//! which sends requests with the same key to the same place, and `prompt_cache_retention`, how long it is kept. A prompt that begins with
//! something new each time, such as the hour, is never found; neither is one that is shorter than about 1024 tokens.

pub use crate::api::chat::Chat;
#[cfg(feature = "attachments")]
#[cfg_attr(docsrs, doc(cfg(feature = "attachments")))]
pub use crate::features::attachments::UserMessageBuilder;
#[cfg(feature = "citations")]
#[cfg_attr(docsrs, doc(cfg(feature = "citations")))]
pub use crate::features::citations::{Citation, CitationRenderer, CitationStyle, CitedSegment, CitedText};
#[cfg(feature = "reasoning")]
#[cfg_attr(docsrs, doc(cfg(feature = "reasoning")))]
pub use crate::features::reasoning::{ReasoningControl, ReasoningSupport};
#[cfg(feature = "structured")]
#[cfg_attr(docsrs, doc(cfg(feature = "structured")))]
pub use crate::features::structured;
