//! `Pieces`: file contents that are read in chunks, whatever their source.

use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, ReadBuf};

use super::off_thread::OffThread;

/// The size of a read, large enough that the overhead of the blocking pool does not matter.
pub(super) const PIECE_BYTES: usize = 128 * 1024;

/// The buffer is replaced when less room than this is left.
const LEAST_ROOM_BYTES: usize = 16 * 1024;

/// Contents from a file or a reader. At most one piece is in memory.
pub(crate) struct Pieces {
    /// The mutex makes it `Sync`, which bodies have to be. It is never contended.
    source: Mutex<PieceSource>,
}

enum PieceSource {
    Async(Pin<Box<dyn AsyncRead + Send>>, Room),
    Blocking(Box<dyn Read + Send>, Room),
    /// The blocking source is in the pool, and comes back with a piece.
    Away(OffThread<(Box<dyn Read + Send>, Room, Bytes)>),
    Ended,
}

impl Pieces {
    pub(super) fn of_async(reader: impl AsyncRead + Send + 'static) -> Self {
        Self { source: Mutex::new(PieceSource::Async(Box::pin(reader), Room::default())) }
    }

    pub(super) fn of_blocking(reader: impl Read + Send + 'static) -> Self {
        Self { source: Mutex::new(PieceSource::Blocking(Box::new(reader), Room::default())) }
    }

    /// The next piece, which is not empty; `None` after an error and at the end.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        let source = self.source.get_mut().unwrap_or_else(PoisonError::into_inner);
        let piece = ready!(source.poll_piece(cx)).map(|piece| Some(piece).filter(|piece| !piece.is_empty()));
        if !matches!(piece, Ok(Some(_))) {
            *source = PieceSource::Ended;
        }
        Poll::Ready(piece)
    }

    pub(crate) async fn piece(&mut self) -> io::Result<Option<Bytes>> {
        std::future::poll_fn(|cx| self.poll_piece(cx)).await
    }
}

impl PieceSource {
    /// The next piece, empty at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        loop {
            match self {
                Self::Ended => return Poll::Ready(Ok(Bytes::new())),
                Self::Async(reader, room) => return room.poll_fill(reader.as_mut(), cx),
                Self::Blocking(..) => {
                    let Self::Blocking(mut reader, mut room) = std::mem::replace(self, Self::Ended) else { continue };
                    *self = Self::Away(OffThread::start(move || {
                        let piece = room.fill(&mut reader)?;
                        Ok((reader, room, piece))
                    })?);
                }
                Self::Away(work) => {
                    let (reader, room, piece) = ready!(Pin::new(work).poll(cx))?;
                    *self = Self::Blocking(reader, room);
                    return Poll::Ready(Ok(piece));
                }
            }
        }
    }
}

/// The buffer of the next piece. Small pieces share one allocation.
#[derive(Default)]
struct Room(BytesMut);

impl Room {
    fn space(&mut self) -> &mut BytesMut {
        if self.0.len() < LEAST_ROOM_BYTES {
            self.0 = BytesMut::zeroed(PIECE_BYTES);
        }
        &mut self.0
    }

    fn fill(&mut self, reader: &mut dyn Read) -> io::Result<Bytes> {
        let space = self.space();
        loop {
            match reader.read(space) {
                // A reader may report more bytes than the buffer has.
                Ok(count) => return Ok(space.split_to(count.min(space.len())).freeze()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn poll_fill(&mut self, reader: Pin<&mut (dyn AsyncRead + Send)>, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let space = self.space();
        let mut buffer = ReadBuf::new(space);
        ready!(reader.poll_read(cx, &mut buffer))?;
        let count = buffer.filled().len();
        Poll::Ready(Ok(space.split_to(count).freeze()))
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pieces")
    }
}
