//! Chat completions: whole or while they are written, with images, tools, searches and answers of a given form.
//!
//! | To | Call |
//! |---|---|
//! | ask, and have the whole answer | [`create`](Chat::create), then [`text`](ChatCompletion::text) |
//! | read the answer while it is written | [`stream`](Chat::stream), then [`text`](ChatStream::text) or [`next`](ChatStream::next) |
//! | have both | [`stream`](Chat::stream), and a [`ChatAccumulator`](crate::stream::ChatAccumulator) beside the loop |
//! | ask about an image, a sound, a video, a file | [`ContentPart`](crate::types::ContentPart) in [`ChatMessage::user`](crate::types::ChatMessage::user) |
//! | let it call functions | [`Tool::function`](crate::types::Tool::function), then [`tool_calls`](ChatCompletion::tool_calls) |
//! | get JSON of a given form | [`ResponseFormat::json_schema`](crate::types::ResponseFormat::json_schema) |
//! | have it search the web, or play a character | [`VeniceParameters`](crate::types::VeniceParameters) |
//! | see what it read | [`citations`](ChatCompletion::citations) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::Upload;
//! use venice_ai::types::{ChatCompletionRequest, ChatMessage, ContentPart, VeniceParameters, WebSearchMode};
//!
//! let photo = Upload::path("bridge.jpg").to_data_url().await?;
//! let question = [ContentPart::text("Which bridge is this, and is it open today?"), ContentPart::image_url(photo)];
//! let request = ChatCompletionRequest::new("default_vision", [ChatMessage::user(question)])
//!     .venice_parameters(VeniceParameters::new().enable_web_search(WebSearchMode::Auto));
//! println!("{}", venice.chat().create(request).await?.text());
//! # Ok(()) }
//! ```
//!
//! An answer is paid for by token, and its request is repeated only when the API said that it did not run it (408, 429, 503) or was not
//! reached. A stream is never asked for again after its first byte. What ends a stream too early is an error, and never looks like the
//! end of an answer; what a length limit cut off has the finish reason `length`, and is none.
//!
//! Refused before anything is sent: no model, no messages, values out of their ranges. A prompt that the provider refuses is
//! [`is_content_policy`](crate::Error::is_content_policy).

mod messages;
mod parts;
mod reply;
mod suffix;
mod tools;

use crate::stream::ChatStream;
use crate::types::{ChatCompletion, ChatCompletionRequest, StreamOptions};
use crate::{Call, Client, ValidationError};

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
        let call = self.client.raw().create_chat_completion(&request);
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
        self.client.raw().create_chat_completion(&request).streamed("text/event-stream", ChatStream::new)
    }
}
