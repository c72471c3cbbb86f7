//! `Tee`: a body that passes its bytes on and keeps a copy with their times.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use venice_ai::middleware::{BoxError, HttpBody};

/// What went through a body.
#[derive(Debug, Default)]
pub(super) struct Copied {
    pub(super) bytes: BytesMut,
    pub(super) pieces: Vec<(Duration, usize)>,
    /// It broke off.
    pub(super) is_broken: bool,
}

/// Calls a function with the copy when the body ends, breaks off, or is dropped.
pub(super) struct Tee<F: FnOnce(Copied)> {
    body: HttpBody,
    begun: Instant,
    copied: Copied,
    done: Option<F>,
}

impl<F: FnOnce(Copied)> Tee<F> {
    pub(super) fn new(body: HttpBody, begun: Instant, done: F) -> Self {
        Self { body, begun, copied: Copied::default(), done: Some(done) }
    }

    fn finish(&mut self, is_broken: bool) {
        if let Some(done) = self.done.take() {
            self.copied.is_broken = is_broken;
            done(std::mem::take(&mut self.copied));
        }
    }
}

impl<F: FnOnce(Copied) + Unpin> Body for Tee<F> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &polled {
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref().filter(|piece| !piece.is_empty()) {
                    let after = self.begun.elapsed();
                    self.copied.pieces.push((after, piece.len()));
                    self.copied.bytes.extend_from_slice(piece);
                }
            }
            Some(Err(_)) => self.finish(true),
            None => self.finish(false),
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<F: FnOnce(Copied)> Drop for Tee<F> {
    fn drop(&mut self) {
        self.finish(false);
    }
}
