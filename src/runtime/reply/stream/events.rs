//! `Events`: server-sent events, read from a connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Sleep;

use super::sse::{SseDecoder, SseError, SseEvent};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::ReplyBody;

/// The events of a `text/event-stream` reply, in order, as they are asked for.
///
/// An event that is not UTF-8 is an error, and the events behind it still come. Any other error is the last thing that comes.
#[derive(Debug)]
pub(crate) struct Events {
    body: ReplyBody,
    decoder: SseDecoder,
    state: State,
    /// How long the end of the body is still waited for, once it is all that is missing.
    patience: Option<Pin<Box<Sleep>>>,
}

/// The end of a body comes with its last bytes or right behind them. A new connection costs more than this.
const PATIENCE: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// The body has ended; the decoder may hold one more event.
    BodyEnded,
    Ended,
}

impl Events {
    pub(crate) fn new(body: ReplyBody) -> Self {
        let decoder = SseDecoder::new().with_max_event_bytes(body.scope().limits().event_bytes());
        Self { body, decoder, state: State::Reading, patience: None }
    }

    /// Takes bytes of the body that were read to see what it is.
    pub(crate) fn begin(&mut self, beginning: Bytes) {
        self.decoder.push(beginning);
    }

    pub(crate) fn body(&self) -> &ReplyBody {
        &self.body
    }

    pub(crate) fn body_mut(&mut self) -> &mut ReplyBody {
        &mut self.body
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<SseEvent, Error>>> {
        loop {
            if self.state == State::Ended {
                return Poll::Ready(None);
            }
            match self.decoder.next_event() {
                Some(Ok(event)) => return Poll::Ready(Some(Ok(event))),
                // Cut inside a character: an end like any other.
                Some(Err(SseError::InvalidUtf8)) if self.state == State::BodyEnded => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(self.unreadable(error)))),
                None if self.state == State::BodyEnded => self.state = State::Ended,
                None => match ready!(self.body.poll_chunk_ahead(cx)) {
                    Some(Ok(chunk)) => self.decoder.push(chunk),
                    Some(Err(error)) => {
                        self.state = State::Ended;
                        return Poll::Ready(Some(Err(error)));
                    }
                    None => {
                        self.decoder.finish();
                        self.state = State::BodyEnded;
                    }
                },
            }
        }
    }

    /// No event follows.
    pub(crate) fn is_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Ready when the body has ended too, so that its connection can serve other calls. No more events are wanted, and a server
    /// that keeps the reply open is not waited for.
    pub(crate) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.state = State::Ended;
        while let Poll::Ready(piece) = self.body.poll_chunk(cx) {
            if !matches!(piece, Some(Ok(_))) {
                return Poll::Ready(());
            }
        }
        let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
        patience.as_mut().poll(cx)
    }

    fn unreadable(&mut self, error: SseError) -> Error {
        // A server that sends an event without end is not worth listening to.
        if error != SseError::InvalidUtf8 {
            self.state = State::Ended;
        }
        self.body.explained(Error::new(ErrorKind::Decode, error.to_string()).with_source(error))
    }
}
