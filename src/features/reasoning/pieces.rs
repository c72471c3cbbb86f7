//! `AnswerStream`: the reasoning and the answer of a stream, separated.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::Hidden;
use super::thinking::Separator;
use crate::api::chat::stream::ChatStream;
use crate::api::usage::Cost;
use crate::features::collect::first_delta;
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;

/// The reasoning and the answer in order of arrival; from [`ChatStream::pieces`]. No piece is empty.
///
/// Errors are those of the [`ChatStream`].
#[derive(Debug)]
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct AnswerStream {
    stream: ChatStream,
    separator: Separator,
    /// The piece that arrived together with the one just returned.
    next: Option<Hidden>,
}

/// A piece of the reasoning or the answer. Its `Debug` shows only the length.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerPiece {
    /// Reasoning.
    Reasoning(String),
    /// Answer.
    Answer(String),
}

impl fmt::Debug for AnswerPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, text) = match self {
            Self::Reasoning(text) => ("Reasoning", text),
            Self::Answer(text) => ("Answer", text),
        };
        write!(f, "{name}({} bytes)", text.len())
    }
}

impl AnswerStream {
    pub(super) fn new(stream: ChatStream) -> Self {
        Self { stream, separator: Separator::default(), next: None }
    }

    /// The metadata of the reply.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// The cost, once the end of the stream has reported it.
    ///
    /// ```no_run
    /// # async fn run(mut pieces: venice_ai::stream::AnswerStream) -> Result<(), venice_ai::Error> {
    /// while let Some(piece) = pieces.next().await {
    ///     println!("{:?}", piece?);
    /// }
    /// println!("{:?} USD", pieces.cost().and_then(|cost| cost.usd));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.stream.cost()
    }

    /// Whether the stream is complete: [`ChatStream::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.stream.ended_cleanly()
    }

    /// The next piece; `None` at the end. Cancel-safe.
    ///
    /// ```no_run
    /// # async fn run(mut pieces: venice_ai::stream::AnswerStream) -> Result<(), venice_ai::Error> {
    /// use venice_ai::stream::AnswerPiece;
    ///
    /// while let Some(piece) = pieces.next().await {
    ///     match piece? {
    ///         AnswerPiece::Reasoning(thought) => eprint!("{thought}"),
    ///         AnswerPiece::Answer(text) => print!("{text}"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<AnswerPiece, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<AnswerPiece, Error>>> {
        loop {
            if let Some(answer) = self.next.take() {
                return Poll::Ready(Some(Ok(AnswerPiece::Answer(answer.0))));
            }
            let (mut reasoning, mut answer) = (String::new(), String::new());
            let ended = match ready!(self.stream.poll(cx)) {
                Some(Ok(chunk)) => {
                    self.separator.push(&first_delta(chunk), &mut reasoning, &mut answer);
                    false
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.separator.finish(&mut reasoning, &mut answer);
                    true
                }
            };
            self.next = Some(Hidden(answer)).filter(|answer| !answer.is_empty());
            if !reasoning.is_empty() {
                return Poll::Ready(Some(Ok(AnswerPiece::Reasoning(reasoning))));
            }
            if ended && self.next.is_none() {
                return Poll::Ready(None);
            }
        }
    }
}

impl Stream for AnswerStream {
    type Item = Result<AnswerPiece, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
