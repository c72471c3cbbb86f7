//! `ChatAccumulator`, `TextStream`: a streamed answer as one [`ChatCompletion`], or as its text.

mod accumulate;
mod merge;
mod text;
mod tool_calls;
mod weight;

pub use self::accumulate::ChatAccumulator;
#[cfg(feature = "reasoning")]
pub(crate) use self::accumulate::{ENCRYPTED, is_encrypted};
use self::text::ContentFilter;
pub use self::text::TextStream;
#[cfg(feature = "reasoning")]
pub(crate) use self::text::{TextFilter, first_delta};
use crate::api::chat::stream::ChatStream;
use crate::api::generated::types::ChatCompletion;
use crate::runtime::error::Error;

impl ChatStream {
    /// Only the text of the answer, piece by piece, as it comes. With more than one choice it is that of the first (`index` 0).
    ///
    /// Older models write what they reason into it, in `<think>`; [`answer`](Self::answer) leaves that out.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let mut text = stream.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn text(self) -> TextStream {
        TextStream::filtered(self, ContentFilter)
    }

    /// Reads to the end and puts the answer together, as if it had not been streamed.
    ///
    /// To do something with each chunk first, read the stream and give the chunks to a [`ChatAccumulator`].
    ///
    /// # Errors
    ///
    /// The first error of the stream, and [`ErrorKind::Decode`](crate::ErrorKind::Decode) for an answer that takes more memory than
    /// [`ClientBuilder::max_collected_bytes`](crate::ClientBuilder::max_collected_bytes). What came before it is lost; a
    /// [`ChatAccumulator`] keeps it.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let reply = stream.collect().await?;
    /// println!("{} {:?}", reply.text(), reply.usage);
    /// # Ok(()) }
    /// ```
    pub async fn collect(mut self) -> Result<ChatCompletion, Error> {
        let mut answer = self.accumulator();
        while let Some(chunk) = self.next().await {
            answer.push(chunk?).map_err(|error| self.explained(error))?;
        }
        Ok(answer.finish())
    }

    /// An accumulator with the limit of the call.
    pub(crate) fn accumulator(&self) -> ChatAccumulator {
        ChatAccumulator::new().with_max_bytes(self.max_collected_bytes())
    }

    pub(crate) fn max_collected_bytes(&self) -> usize {
        self.body().scope().limits().collected_bytes()
    }

    /// Adds to an error what is known of the call.
    pub(crate) fn explained(&self, error: Error) -> Error {
        self.body().explained(error)
    }
}
