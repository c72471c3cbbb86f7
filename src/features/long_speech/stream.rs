//! `LongSpeechStream`: the audio of a long text as a stream.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::SpeechPiece;
use super::maker::Maker;
use crate::runtime::error::Error;
use crate::runtime::error::ErrorKind;

/// The audio of a long text as a stream, from [`LongSpeech::stream`](super::LongSpeech::stream).
///
/// A lazy [`Stream`]; it keeps nothing that it has returned. Unlike other streams it does not end with an error: polled again, it retries
/// the same piece. A piece is returned as a whole or not at all, so nothing is repeated.
#[derive(Debug)]
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct LongSpeechStream {
    maker: Maker,
    ready: VecDeque<Bytes>,
    /// The header was returned.
    begun: bool,
}

impl LongSpeechStream {
    pub(super) fn new(maker: Maker, made: Vec<Bytes>) -> Self {
        Self { maker, ready: made.into(), begun: false }
    }

    /// The pieces of the text, and which of them were charged.
    pub fn pieces(&self) -> impl ExactSizeIterator<Item = SpeechPiece<'_>> {
        self.maker.pieces()
    }

    /// The next bytes; `None` at the end. Cancel-safe.
    ///
    /// # Errors
    /// Those of [`LongSpeech::bytes`](super::LongSpeech::bytes).
    ///
    /// ```no_run
    /// # async fn example(mut sound: venice_ai::audio::LongSpeechStream) -> Result<(), venice_ai::Error> {
    /// while let Some(samples) = sound.next().await {
    ///     println!("{} bytes", samples?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    #[inline]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            if self.begun
                && let Some(bytes) = self.ready.pop_front()
            {
                return Poll::Ready(Some(Ok(bytes)));
            }
            if self.ready.is_empty() {
                match ready!(self.maker.poll_next(cx)) {
                    Some(Ok(samples)) if samples.is_empty() => {}
                    Some(Ok(samples)) => self.ready.push_back(samples),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None if self.begun => return Poll::Ready(None),
                    None => {}
                }
            }
            if !self.begun {
                // Without samples the result is a header alone.
                self.begun = true;
                match self.maker.join.header(None) {
                    Ok(header) if header.is_empty() => {}
                    Ok(header) => return Poll::Ready(Some(Ok(header))),
                    Err(problem) => return Poll::Ready(Some(Err(Error::new(ErrorKind::Decode, problem)))),
                }
            }
        }
    }
}

impl Stream for LongSpeechStream {
    type Item = Result<Bytes, Error>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
