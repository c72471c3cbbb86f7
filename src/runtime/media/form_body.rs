//! `FormBody`: a multipart body, streamed.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::open::Opened;
use super::pieces::Pieces;
use crate::runtime::error::Error;

/// An error of a body while it is sent. The HTTP stack only reports that there was one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<Error>>>);

impl Failure {
    pub(crate) fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, error: Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// Texts and files in sequence. At most one piece of a file is in memory.
#[derive(Debug)]
pub(super) struct FormBody {
    segments: VecDeque<Segment>,
    /// The remaining length; `None` if it has a file of unknown length.
    left: Option<u64>,
    failure: Failure,
}

#[derive(Debug)]
enum Segment {
    Bytes(Bytes),
    File(Box<FileReader>),
}

impl FormBody {
    pub(super) fn new(failure: Failure) -> Self {
        Self { segments: VecDeque::new(), left: Some(0), failure }
    }

    pub(super) fn bytes(&mut self, bytes: Bytes) {
        self.left = self.left.and_then(|left| left.checked_add(bytes.len() as u64));
        self.segments.push_back(Segment::Bytes(bytes));
    }

    pub(super) fn file(&mut self, file: FileReader) {
        // An impossible length is not announced; the reader is still checked against it.
        self.left = self.left.zip(file.length).and_then(|(left, length)| left.checked_add(length));
        self.segments.push_back(Segment::File(Box::new(file)));
    }
}

impl Body for FormBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        loop {
            let piece = match this.segments.front_mut() {
                None => return Poll::Ready(None),
                Some(Segment::Bytes(bytes)) => {
                    let bytes = std::mem::take(bytes);
                    this.segments.pop_front();
                    bytes
                }
                Some(Segment::File(file)) => match ready!(file.poll_piece(cx)) {
                    Ok(Some(piece)) => piece,
                    Ok(None) => {
                        this.segments.pop_front();
                        continue;
                    }
                    Err(error) => {
                        let copy = io::Error::new(error.kind(), error.to_string());
                        let problem = format!("could not be read to its end while it was sent: {error}");
                        this.failure.put(Error::of_file(&file.field, problem, error));
                        this.segments.clear();
                        return Poll::Ready(Some(Err(copy)));
                    }
                },
            };
            if !piece.is_empty() {
                this.left = this.left.map(|left| left.saturating_sub(piece.len() as u64));
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.segments.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// A file that is read in pieces, and checked against the announced length.
#[derive(Debug)]
pub(super) struct FileReader {
    field: String,
    head: Bytes,
    rest: Option<Pieces>,
    length: Option<u64>,
    read: u64,
    /// A file is read once more at its end, to notice growth. A reader is not: it may wait forever.
    is_file: bool,
}

impl FileReader {
    pub(super) fn new(field: String, opened: Opened, is_file: bool) -> Self {
        let Opened { length, head, rest } = opened;
        Self { field, head, rest, length, read: 0, is_file }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        let piece = if !self.head.is_empty() {
            Some(std::mem::take(&mut self.head))
        } else if self.length == Some(self.read) && !self.is_file {
            None
        } else if let Some(rest) = &mut self.rest {
            ready!(rest.poll_piece(cx))?
        } else {
            None
        };
        self.read += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        let Some(length) = self.length else { return Poll::Ready(Ok(piece)) };
        let changed = if self.read > length {
            format!("it has more than the {length} bytes that were announced")
        } else if piece.is_none() && self.read < length {
            format!("it ended after {} of {length} bytes", self.read)
        } else {
            return Poll::Ready(Ok(piece));
        };
        Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, changed)))
    }
}
