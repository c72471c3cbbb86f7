//! `Chat`: the handle of chat completions.

pub(crate) mod check;
pub(crate) mod media;
mod messages;
mod parts;
mod reply;
mod search;
pub(crate) mod stream;
mod suffix;
mod tools;

pub use self::messages::{IntoMessages, Many, One};
use self::stream::ChatStream;
pub use crate::api::generated::handles::Chat;
use crate::api::generated::types::{ChatCompletion, ChatCompletionRequest, StreamOptions};
use crate::runtime::call::Call;
use crate::runtime::transport::ReplyForm;
use crate::runtime::validation::ValidationError;

impl Chat<'_> {
    /// The whole answer. Stream long ones: the API times out on answers that take minutes (504).
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
    /// A text alone is a question to the model `default`: `venice.chat().create("Why is the sky blue?")`.
    ///
    /// # Errors
    /// Rejected before sending: an empty model or list of messages, and values out of their ranges; and a request with `stream` set: use
    /// [`stream`](Self::stream).
    #[doc(alias("chat_completion", "completions"))]
    pub fn create(&self, request: impl Into<ChatCompletionRequest>) -> Call<ChatCompletion> {
        let request = request.into();
        let call = self.client.raw().create_chat_completion(&request).checked(check::messages(&request));
        if request.stream == Some(true) {
            return call.checked(Err(ValidationError::new("stream", "is true; use `chat().stream(…)` for a stream")));
        }
        call
    }

    /// Streams the answer.
    ///
    /// Sets `stream`, and `stream_options.include_usage` unless the request sets it: without it some models do not report the cost.
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
    /// As for [`create`](Self::create). A stream is never retried once it has begun; later errors are errors of the stream.
    #[doc(alias("create_stream", "streaming"))]
    pub fn stream(&self, request: impl Into<ChatCompletionRequest>) -> Call<ChatStream> {
        let mut request = request.into();
        request.stream = Some(true);
        request.stream_options.get_or_insert_with(|| StreamOptions::new().include_usage(true));
        let call = self.client.raw().create_chat_completion(&request).checked(check::messages(&request));
        call.read(ReplyForm::Events, |reply| reply.stream().map(ChatStream::new))
    }
}
