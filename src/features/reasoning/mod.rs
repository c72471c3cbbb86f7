//! `ReasoningControl`, `AnswerStream`: how much a model reasons, and its reasoning separated from its answer.

mod control;
mod filter;
mod hidden;
mod pieces;
mod read;
mod support;
mod thinking;

pub use self::control::ReasoningControl;
pub(crate) use self::filter::AnswerFilter;
use self::filter::ReasoningFilter;
pub(crate) use self::hidden::Hidden;
pub use self::pieces::{AnswerPiece, AnswerStream};
pub use self::support::ReasoningSupport;
use crate::api::chat::stream::ChatStream;
use crate::features::collect::TextStream;

impl ChatStream {
    /// The text without the model's reasoning, as it arrives; of the first choice, like [`text`](Self::text).
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let mut answer = stream.answer();
    /// while let Some(piece) = answer.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn answer(self) -> TextStream {
        TextStream::filtered(self, AnswerFilter::default())
    }

    /// The reasoning and the answer, separated and in order of arrival; of the first choice, like [`text`](Self::text).
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// use venice_ai::stream::AnswerPiece;
    ///
    /// let mut pieces = stream.pieces();
    /// while let Some(piece) = pieces.next().await {
    ///     if let AnswerPiece::Answer(text) = piece? {
    ///         print!("{text}");
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn pieces(self) -> AnswerStream {
        AnswerStream::new(self)
    }

    /// The text of the model's reasoning, as it arrives; of the first choice, like [`text`](Self::text). It is `reasoning_content`, and
    /// what older models write between `<think>` and `</think>` at the start of the text.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let mut thoughts = stream.reasoning();
    /// while let Some(piece) = thoughts.next().await {
    ///     eprint!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn reasoning(self) -> TextStream {
        TextStream::filtered(self, ReasoningFilter::default())
    }
}
