//! Chat completions: whole or while they are written, with images, tools, searches and answers of a given form.
//!
//! | To | Call |
//! |---|---|
//! | ask, and have the whole answer | [`create`](Chat::create), then [`text`](ChatCompletion::text) |
//! | read the answer while it is written | [`stream`](Chat::stream), then [`text`](ChatStream::text) or [`next`](ChatStream::next) |
//! | have both | [`stream`](Chat::stream), and a [`ChatAccumulator`](crate::stream::ChatAccumulator) beside the loop |
//! | ask about an image, a sound, a video, a file | [`UserMessage::builder`](crate::types::UserMessage::builder), or [`ContentPart::image`](crate::types::ContentPart::image) and its like |
//! | let it call functions | [`run`](Chat::run) or [`run_stream`](Chat::run_stream), with a [`ToolBox`](crate::tools::ToolBox) |
//! | call them yourself | [`Tool::function`](crate::types::Tool::function), then [`tool_calls`](ChatCompletion::tool_calls) |
//! | get a value of a type of yours | `parse`, `parse_stream` (feature `schemars`, module `structured`) |
//! | get JSON of a given form | [`ResponseFormat::json_schema`](crate::types::ResponseFormat::json_schema) |
//! | ask many questions at once | [`many`](Chat::many) |
//! | have it search the web, or read pages | [`web_search`](ChatCompletionRequest::web_search), [`web_scraping`](ChatCompletionRequest::web_scraping) |
//! | see what it read, as links in the answer | [`cited`](ChatCompletion::cited), [`ChatStream::cited`]; the list alone is [`citations`](ChatCompletion::citations) |
//! | choose how much it reasons | [`reasoning_for`](ChatCompletionRequest::reasoning_for) the model |
//! | read its reasoning apart from its answer | [`reasoning`](ChatCompletion::reasoning) and [`answer`](ChatCompletion::answer), [`ChatStream::pieces`] |
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

mod attach;
mod cache;
pub(crate) mod check;
mod citations;
mod error;
mod messages;
mod parts;
mod reasoning;
mod reply;
mod run;
mod search;
#[cfg(feature = "schemars")]
#[cfg_attr(docsrs, doc(cfg(feature = "schemars")))]
pub mod structured;
mod suffix;
mod tools;

pub use self::attach::UserMessageBuilder;
pub use self::citations::{Citation, CitationRenderer, CitationStyle, CitedSegment, CitedText};
pub use self::reasoning::{ReasoningControl, ReasoningSupport};
use crate::api::generated::types::{ChatCompletion, ChatCompletionRequest, StreamOptions};
use crate::api::stream::ChatStream;
use crate::features::many::Many;
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::validation::ValidationError;

/// Chat completions. A call is paid for and is repeated only when the API said that it did not run it.
#[derive(Clone, Copy, Debug)]
pub struct Chat<'c> {
    client: &'c Client,
}

impl<'c> Chat<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }

    /// The whole answer at once. A long one is better streamed: the API gives up on answers that take minutes (504).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{ChatCompletionRequest, ChatMessage};
    ///
    /// let messages = [ChatMessage::system("Answer in one line."), ChatMessage::user("Why is the sky blue?")];
    /// let request = ChatCompletionRequest::new("default", messages).temperature(0.2).max_completion_tokens(200);
    /// let reply = venice.chat().create(request).await?;
    /// println!("{}", reply.text());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: an empty model or list of messages, and values out of their ranges; and a request with
    /// `stream` set, which [`stream`](Self::stream) is for.
    pub fn create(&self, request: impl Into<ChatCompletionRequest>) -> Call<ChatCompletion> {
        let request = request.into();
        let call = self.client.raw().create_chat_completion(&request).checked(check::messages(&request));
        if request.stream == Some(true) {
            return call.checked(Err(ValidationError::new(
                "stream",
                "is true; `chat().stream(…)` gives the answer as a stream",
            )));
        }
        call
    }

    /// The answer while it is written.
    ///
    /// `stream` is set, and so is `stream_options.include_usage` where the request leaves it open: without it some models do not
    /// say what the answer cost.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let request = ChatCompletionRequest::new("default", ["Tell me a story."]);
    /// let mut text = venice.chat().stream(request).await?.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`create`](Self::create). A stream is never asked for again once it has begun; what goes wrong later is an error
    /// of the stream.
    pub fn stream(&self, request: impl Into<ChatCompletionRequest>) -> Call<ChatStream> {
        let mut request = request.into();
        request.stream = Some(true);
        request.stream_options.get_or_insert_with(|| StreamOptions::new().include_usage(true));
        let call = self.client.raw().create_chat_completion(&request).checked(check::messages(&request));
        call.streamed("text/event-stream", ChatStream::new)
    }

    /// Many questions at once, as fast as the limits allow, each with an outcome of its own. See [`many`](crate::many).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let requests = (1..=100).map(|n| ChatCompletionRequest::new("default", [format!("What is {n} squared?")]));
    /// let mut answers = venice.chat().many(requests).with_journal("squares.jsonl");
    /// while let Some(outcome) = answers.next().await {
    ///     let outcome = outcome?;
    ///     println!("{}: {:?}", outcome.index + 1, outcome.reply().map(|reply| reply.text()));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the run, which stop it; what is wrong with a request, as for [`create`](Self::create), is its outcome.
    pub fn many<R: Into<ChatCompletionRequest>>(
        &self,
        requests: impl IntoIterator<Item = R, IntoIter: Send + 'static>,
    ) -> Many<R, ChatCompletion> {
        self.client.many(requests, |venice, request| venice.chat().create(request))
    }
}
