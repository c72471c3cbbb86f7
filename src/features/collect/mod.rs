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
    /// The text of the answer, as it arrives; of the first choice (`index` 0) if there are several.
    ///
    /// Older models write their reasoning into it, in `<think>`; [`answer`](Self::answer) removes that.
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

    /// Reads to the end and returns the reply as if it had not been streamed.
    ///
    /// To process chunks as they arrive, read the stream and pass the chunks to a [`ChatAccumulator`].
    ///
    /// # Errors
    ///
    /// The first error of the stream, and [`ErrorKind::Decode`](crate::ErrorKind::Decode) for a reply that exceeds
    /// [`ClientBuilder::max_collected_bytes`](crate::ClientBuilder::max_collected_bytes). What arrived before is lost; a
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
