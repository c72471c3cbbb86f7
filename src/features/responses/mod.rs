//! The Responses API: a chat as a list of items. Alpha; feature `unstable`.
//!
//! | To | Call |
//! |---|---|
//! | have a whole answer | [`create`](Responses::create) |
//! | read an answer while it is written | [`stream`](Responses::stream) |
//! | take its text | [`output_text`](crate::types::ResponsesReply::output_text) |
//! | see which functions it wants called | [`function_calls`](crate::types::ResponsesReply::function_calls) |
//! | go on with the conversation | [`into_input`](crate::types::ResponsesReply::into_input) |
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
//! An answer is paid for by token, and its request is repeated only when the API said that it did not run it; a stream never after its
//! first byte. The API keeps nothing: to go on, send all items again. Refused before anything is sent: an empty model or input, values
//! out of their ranges.
//!
//! Only accounts in the test may call it, end-to-end encrypted models do not work here, and how a stream looks is not documented: its
//! events are handed out as they come. For everything else there is [`chat`](crate::Client::chat). This module may change in any
//! release.

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
    /// The whole answer at once. The API keeps nothing of it: to go on, send all items again.
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
    /// Refused before anything is sent: an empty model or input, values out of their ranges, and a request with `stream` set, which
    /// [`stream`](Self::stream) is for.
    ///
    /// A reply with status 200 that says `failed` is the error that it names, with the whole of it in
    /// [`body`](crate::Error::body). Other states, such as `incomplete`, are in [`ResponsesReply::status`].
    pub fn create(&self, request: impl Into<ResponsesRequest>) -> Call<ResponsesReply> {
        let request = request.into();
        let mut call = self.client.raw().create_response(&request).checked(check::input(&request));
        if request.stream == Some(true) {
            let problem = "is true; `responses().stream(…)` gives the answer as a stream";
            call = call.checked(Err(ValidationError::new("stream", problem)));
        }
        call.read(ReplyForm::Json, |reply| match reply.json::<ResponsesReply>()? {
            failed if failed.status == ResponsesStatus::Failed => Err(reply.error()),
            answer => Ok(answer),
        })
    }

    /// The answer while it is written.
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
    /// As for [`create`](Self::create). A stream is never asked for again once it has begun; what goes wrong later is an error of the
    /// stream.
    pub fn stream(&self, request: impl Into<ResponsesRequest>) -> Call<ResponseStream> {
        let request = request.into().stream(true);
        let call = self.client.raw().create_response(&request).checked(check::input(&request));
        call.read(ReplyForm::Events, |reply| reply.stream().map(ResponseStream::new))
    }
}
