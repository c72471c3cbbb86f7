//! Reasoning and answer of a stream, each as such.

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

/// What a model reasons and what it answers, in the order in which they come; from [`ChatStream::pieces`]. No piece is empty.
///
/// Errors are those of the [`ChatStream`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct AnswerStream {
    stream: ChatStream,
    separator: Separator,
    /// What came together with the piece that was given out.
    next: Option<Hidden>,
}

/// A piece of an answer. Its `Debug` tells how long it is, not what it says.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerPiece {
    /// What the model thinks.
    Reasoning(String),
    /// What it says.
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

    /// What came with the reply besides its body.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// What the answer cost, once the end of it has told.
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

    /// Whether all of it came: [`ChatStream::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.stream.ended_cleanly()
    }

    /// The next piece; `None` at the end. A call that is cancelled loses nothing.
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
