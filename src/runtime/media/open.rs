//! `Opened`: an upload, opened for one attempt.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};

use super::off_thread::OffThread;
use super::pieces::Pieces;
use super::sniff;
use super::upload::{Contents, Upload};
use crate::runtime::error::{Error, ErrorKind};

/// A reader that was not sent yet, and what was read of it for checks.
#[derive(Debug)]
pub(super) struct Unread {
    head: Bytes,
    pieces: Option<Pieces>,
}

impl Unread {
    pub(super) fn new(pieces: Pieces) -> Self {
        Self { head: Bytes::new(), pieces: Some(pieces) }
    }

    /// Reads at least `least` bytes of the contents, or all of them.
    async fn read_to(&mut self, least: usize) -> io::Result<()> {
        let mut all = BytesMut::new();
        while self.head.len().max(all.len()) < least {
            let Some(pieces) = &mut self.pieces else { break };
            match pieces.piece().await? {
                None => self.pieces = None,
                Some(piece) if self.head.is_empty() => self.head = piece,
                Some(piece) => {
                    if all.is_empty() {
                        all.extend_from_slice(&self.head);
                    }
                    all.extend_from_slice(&piece);
                }
            }
        }
        if !all.is_empty() {
            self.head = all.freeze();
        }
        Ok(())
    }
}

/// An upload whose contents are ready.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The size in bytes, if known.
    pub(crate) length: Option<u64>,
    /// The start of the contents.
    pub(crate) head: Bytes,
    /// What follows it.
    pub(crate) rest: Option<Pieces>,
}

impl Upload {
    /// Opens it for one attempt, with at least `least` bytes in its head if there are that many. A reader cannot be sent again afterwards.
    pub(crate) async fn open(&self, field: &str, least: usize) -> Result<Opened, Error> {
        match &self.contents {
            Contents::Bytes(bytes) => Ok(Opened { length: Some(bytes.len() as u64), head: bytes.clone(), rest: None }),
            Contents::Path(path) => {
                let opening = path.clone();
                let opened = OffThread::run(move || open_file(&opening, least)).await;
                opened.map_err(|error| Error::of_file(field, format!("cannot be read from {path:?}: {error}"), error))
            }
            Contents::Reader { unread, length } => {
                let unread = started(unread, field, least).await?;
                Ok(Opened { length: *length, head: unread.head, rest: unread.pieces })
            }
        }
    }

    /// Like [`open`](Self::open), only to check its start: a reader can still be sent afterwards.
    pub(super) async fn peek(&self, field: &str, least: usize) -> Result<(Bytes, Option<u64>), Error> {
        let Contents::Reader { unread: place, length } = &self.contents else {
            let opened = self.open(field, least).await?;
            return Ok((opened.head, opened.length));
        };
        let unread = started(place, field, least).await?;
        let whole = unread.pieces.is_none().then_some(unread.head.len() as u64);
        let head = unread.head.clone();
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(unread);
        Ok((head, whole.or(*length)))
    }

    /// The media type that it is sent with.
    pub(crate) fn media_type(&self, head: &[u8]) -> String {
        let found = || sniff::media_type(head, &self.name).unwrap_or("application/octet-stream").to_owned();
        self.mime.clone().unwrap_or_else(found)
    }
}

/// Takes a reader and reads its start.
async fn started(place: &Mutex<Option<Unread>>, field: &str, least: usize) -> Result<Unread, Error> {
    let taken = place.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut unread) = taken else {
        let problem = "is a reader that was already sent, and a reader cannot be read twice; create a new upload";
        return Err(Error::new(ErrorKind::InvalidRequest, format!("`{field}` {problem}")).with_field(field, problem));
    };
    match unread.read_to(least).await {
        Ok(()) => Ok(unread),
        Err(error) => Err(Error::of_file(field, format!("cannot be read from its reader: {error}"), error)),
    }
}

fn open_file(path: &Path, least: usize) -> io::Result<Opened> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    // Opening a pipe blocks its thread until something writes to it, and a program cannot end while that thread is blocked.
    if !metadata.is_file() {
        let problem =
            "it is a pipe, a socket or a device, not a file; open it yourself and send it with `Upload::reader`";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(least as u64).read_to_end(&mut head)?;
    Ok(Opened { length: Some(metadata.len()), head: head.into(), rest: Some(Pieces::of_blocking(file)) })
}
