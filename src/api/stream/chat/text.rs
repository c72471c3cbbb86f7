//! Only the words of an answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::ChatStream;
use super::thinking::Separator;
use crate::api::chat::{CitationRenderer, CitationStyle};
use crate::api::generated::types::{ChatCompletionChunk, ChatDelta};
use crate::features::cost::Cost;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// The pieces of one text in an answer, from [`ChatStream::text`], [`answer`](ChatStream::answer),
/// [`cited`](ChatStream::cited) or [`reasoning`](ChatStream::reasoning). No piece is empty.
///
/// Errors are those of the [`ChatStream`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct TextStream {
    stream: ChatStream,
    part: Part,
    /// Too much was held back.
    is_ended: bool,
}

#[derive(Debug)]
enum Part {
    Content,
    Reasoning(Separator),
    Answer(Separator),
    Cited(Separator, Box<CitationRenderer>),
}

impl TextStream {
    pub(super) fn content(stream: ChatStream) -> Self {
        Self { stream, part: Part::Content, is_ended: false }
    }

    pub(super) fn reasoning(stream: ChatStream) -> Self {
        Self { stream, part: Part::Reasoning(Separator::default()), is_ended: false }
    }

    pub(super) fn answer(stream: ChatStream) -> Self {
        Self { stream, part: Part::Answer(Separator::default()), is_ended: false }
    }

    pub(super) fn cited(stream: ChatStream, style: CitationStyle) -> Self {
        let renderer = Box::new(CitationRenderer::new(style));
        Self { stream, part: Part::Cited(Separator::default(), renderer), is_ended: false }
    }

    /// What came with the reply besides its body.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// What the answer cost, once the end of it has told.
    ///
    /// ```no_run
    /// # async fn run(mut text: venice_ai::stream::TextStream) -> Result<(), venice_ai::Error> {
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// println!("{:?} USD", text.cost().and_then(|cost| cost.usd));
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
    /// # async fn run(mut text: venice_ai::stream::TextStream) -> Result<(), venice_ai::Error> {
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Reads to the end and gives the whole text.
    ///
    /// # Errors
    ///
    /// The first error of the stream, and [`ErrorKind::Decode`] for a text that is longer than
    /// [`ClientBuilder::max_collected_bytes`](crate::ClientBuilder::max_collected_bytes). What came before it is lost.
    pub async fn collect(mut self) -> Result<String, Error> {
        let mut text = String::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if piece.len() > self.stream.max_collected_bytes().saturating_sub(text.len()) {
                return Err(self.too_long());
            }
            text.push_str(&piece);
        }
        Ok(text)
    }

    #[cold]
    fn too_long(&self) -> Error {
        let most = self.stream.max_collected_bytes();
        let message = format!("the text is longer than {most} bytes (limit: `max_collected_bytes`)");
        self.stream.explained(Error::new(ErrorKind::Decode, message))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<String, Error>>> {
        loop {
            if self.is_ended {
                return Poll::Ready(None);
            }
            match ready!(self.stream.poll(cx)) {
                Some(Ok(chunk)) => {
                    let text = self.part.of(chunk);
                    if self.part.held() > self.stream.max_collected_bytes() {
                        self.is_ended = true;
                        return Poll::Ready(Some(Err(self.too_long())));
                    }
                    if !text.is_empty() {
                        return Poll::Ready(Some(Ok(text)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    let rest = self.part.rest();
                    return Poll::Ready((!rest.is_empty()).then_some(Ok(rest)));
                }
            }
        }
    }
}

/// What a chunk brings of the first choice.
pub(super) fn first_delta(chunk: ChatCompletionChunk) -> ChatDelta {
    let first = chunk.choices.into_iter().find(|choice| choice.index == 0);
    first.map(|choice| choice.delta).unwrap_or_default()
}

impl Part {
    fn of(&mut self, mut chunk: ChatCompletionChunk) -> String {
        let parameters = chunk.venice_parameters.take();
        let delta = first_delta(chunk);
        let (mut reasoning, mut answer) = (String::new(), String::new());
        match self {
            Self::Content => return delta.content.unwrap_or_default(),
            Self::Reasoning(separator) | Self::Answer(separator) => separator.push(&delta, &mut reasoning, &mut answer),
            Self::Cited(separator, renderer) => {
                if let Some(citations) = parameters.and_then(|parameters| parameters.web_search_citations) {
                    renderer.set_citations(&citations);
                }
                separator.push(&delta, &mut reasoning, &mut answer);
                return renderer.push(&answer);
            }
        }
        if matches!(self, Self::Reasoning(_)) { reasoning } else { answer }
    }

    /// How many bytes are held back.
    fn held(&self) -> usize {
        match self {
            Self::Cited(_, renderer) => renderer.held(),
            Self::Content | Self::Reasoning(_) | Self::Answer(_) => 0,
        }
    }

    /// What was held back, at the end.
    fn rest(&mut self) -> String {
        let (mut reasoning, mut answer) = (String::new(), String::new());
        match self {
            Self::Content => {}
            Self::Reasoning(separator) | Self::Answer(separator) => separator.finish(&mut reasoning, &mut answer),
            Self::Cited(separator, renderer) => {
                separator.finish(&mut reasoning, &mut answer);
                let mut text = renderer.push(&answer);
                text.push_str(&renderer.rest());
                return text;
            }
        }
        if matches!(self, Self::Reasoning(_)) { reasoning } else { answer }
    }
}

impl Stream for TextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
