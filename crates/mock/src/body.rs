//! `PacedBody`: a response body that pauses between chunks, breaks off or stalls.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;

use super::fault::End;
use super::reply::Content;

/// The time for data sent before a break to leave the server: hyper drops what it has not written yet.
const BEFORE_A_BREAK: Duration = Duration::from_millis(20);

/// The body of a reply.
pub(super) struct PacedBody {
    pieces: VecDeque<Bytes>,
    /// The value of the header `content-length`.
    length: Option<u64>,
    pause: Duration,
    /// The pauses after the next pieces, instead of `pause`.
    pauses: VecDeque<Duration>,
    pausing: Option<Pin<Box<Sleep>>>,
    end: End,
    /// The request is in flight until this is dropped: before the client has the last byte.
    permit: Option<OwnedSemaphorePermit>,
}

/// The body broke off on purpose.
#[derive(Debug)]
pub(super) struct Broken;

impl PacedBody {
    pub(super) fn new(content: Content, pause: Duration, end: End, permit: Option<OwnedSemaphorePermit>) -> Self {
        let (pieces, length) = match content {
            Content::Whole(bytes) => (vec![bytes.clone()], u64::try_from(bytes.len()).ok()),
            Content::Pieces(pieces) => (pieces, None),
        };
        let pieces = match end {
            End::Whole => pieces.into(),
            End::Cut(bytes) | End::Stall(bytes) => first(pieces, bytes),
        };
        Self { pieces, length, pause, pauses: VecDeque::new(), pausing: None, end, permit }
    }

    /// A pause of its own after each piece.
    #[cfg(feature = "cassette")]
    pub(super) fn set_pauses(&mut self, pauses: impl IntoIterator<Item = Duration>) {
        self.pauses = pauses.into_iter().collect();
    }

    fn pause(&mut self, time: Duration) {
        if !time.is_zero() {
            self.pausing = Some(Box::pin(tokio::time::sleep(time)));
        }
    }
}

/// The first bytes of some pieces.
fn first(pieces: Vec<Bytes>, mut left: usize) -> VecDeque<Bytes> {
    let mut kept = VecDeque::new();
    for mut piece in pieces {
        piece.truncate(left);
        left -= piece.len();
        if !piece.is_empty() {
            kept.push_back(piece);
        }
    }
    kept
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(pausing) = &mut self.pausing {
            ready!(pausing.as_mut().poll(cx));
            self.pausing = None;
        }
        if let Some(piece) = self.pieces.pop_front() {
            let pause = self.pauses.pop_front().unwrap_or(self.pause);
            match (self.pieces.is_empty(), self.end) {
                (true, End::Cut(_)) => self.pause(pause.max(BEFORE_A_BREAK)),
                (true, End::Whole) => drop(self.permit.take()),
                (true, End::Stall(_)) => {}
                (false, _) => self.pause(pause),
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Whole => {
                self.permit = None;
                Poll::Ready(None)
            }
            End::Cut(_) => Poll::Ready(Some(Err(Broken))),
            // Never woken. It ends with the connection.
            End::Stall(_) => Poll::Pending,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken off by a fault")
    }
}

impl std::error::Error for Broken {}
