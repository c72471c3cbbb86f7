//! The Responses API: a chat as a list of items. Alpha; feature `unstable`.
//!
//! | To | Call |
//! |---|---|
//! | get a whole answer | [`create`](Responses::create) |
//! | stream an answer | [`stream`](Responses::stream) |
//! | get its text | [`output_text`](crate::types::ResponsesReply::output_text) |
//! | get its function calls | [`function_calls`](crate::types::ResponsesReply::function_calls) |
//! | continue the conversation | [`into_input`](crate::types::ResponsesReply::into_input) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::ResponsesRequest;
//!
//! let reply = venice.responses().create(ResponsesRequest::new("default", "Why is the sky blue?")).await?;
//! println!("{}", reply.output_text());
//! # Ok(()) }
//! ```
//!
//! An answer is charged by token. A request is retried only if the API reported that it did not execute it; a stream never after its first
//! byte. The API is stateless: to continue, send all items again. Rejected before sending: an empty model or input, values out of their
//! ranges.
//!
//! Only accounts with alpha access may call it, end-to-end encrypted models are not supported, and the stream's events are undocumented:
//! they are returned as received. For everything else use [`chat`](crate::Client::chat). This module may change in any release.

mod check;
mod reply;
pub(crate) mod stream;

use self::stream::ResponseStream;
pub use crate::api::generated::handles::Responses;
use crate::api::generated::types::{ResponsesReply, ResponsesRequest, ResponsesStatus};
use crate::runtime::call::Call;
use crate::runtime::transport::ReplyForm;
use crate::runtime::validation::ValidationError;

impl Responses<'_> {
    /// The whole answer. The API is stateless: to continue, send all items again.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{ResponseItem, ResponsesRequest};
    ///
    /// let request = ResponsesRequest::new("default", "Why is the sky blue?").max_output_tokens(200);
    /// let reply = venice.responses().create(request).await?;
    /// for item in &reply.output {
    ///     match item {
    ///         ResponseItem::Message(message) => println!("{:?}", message.content),
    ///         ResponseItem::Unknown(json) => println!("something new: {json}"),
    ///         other => println!("{other:?}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model or input, values out of their ranges, and a request with `stream` set: use
    /// [`stream`](Self::stream).
    ///
    /// A reply with status 200 and the state `failed` is the error that it contains, with the reply in [`body`](crate::Error::body). Other
    /// states, such as `incomplete`, are in [`ResponsesReply::status`].
    pub fn create(&self, request: impl Into<ResponsesRequest>) -> Call<ResponsesReply> {
        let request = request.into();
        let mut call = self.client.raw().create_response(&request).checked(check::input(&request));
        if request.stream == Some(true) {
            let problem = "is true; use `responses().stream(…)` for a stream";
            call = call.checked(Err(ValidationError::new("stream", problem)));
        }
        call.read(ReplyForm::Json, |reply| match reply.json::<ResponsesReply>()? {
            failed if failed.status == ResponsesStatus::Failed => Err(reply.error()),
            answer => Ok(answer),
        })
    }

    /// Streams the answer.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ResponsesRequest;
    ///
    /// let request = ResponsesRequest::new("default", "Tell me a story.");
    /// let mut text = venice.responses().stream(request).await?.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`create`](Self::create). A stream is never retried once it has begun; later errors are errors of the stream.
    pub fn stream(&self, request: impl Into<ResponsesRequest>) -> Call<ResponseStream> {
        let request = request.into().stream(true);
        let call = self.client.raw().create_response(&request).checked(check::input(&request));
        call.read(ReplyForm::Events, |reply| reply.stream().map(ResponseStream::new))
    }
}
