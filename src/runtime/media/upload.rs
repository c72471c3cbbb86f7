//! `Upload`: a file to send, from a path, bytes or a reader.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncRead;

use super::open::Unread;
use super::pieces::Pieces;

/// A file to send: its contents, its name and its media type.
///
/// The contents are [bytes](Self::bytes), a file at a [path](Self::path) or a [reader](Self::reader); the latter two are streamed and never
/// completely in memory. Lazy: nothing is opened or read before the call is sent.
///
/// Bytes and paths can be sent again after a failure. A reader is read once: a call with it is never retried, and a clone of an upload that
/// was sent cannot be sent. [`is_replayable`](Self::is_replayable) says which it is. Clones are cheap, as they share the contents.
///
/// Sending counts towards the time limit of an attempt: a large file on a slow connection needs a longer
/// [`with_timeout`](crate::Call::with_timeout).
///
/// The media type is that of [`mime`](Self::mime), or else detected from the first bytes, or else from the extension.
#[derive(Clone)]
pub struct Upload {
    pub(super) name: String,
    pub(super) mime: Option<String>,
    pub(super) contents: Contents,
}

#[derive(Clone)]
pub(super) enum Contents {
    Bytes(Bytes),
    Path(Arc<Path>),
    Reader { unread: Arc<Mutex<Option<Unread>>>, length: Option<u64> },
}

impl Upload {
    fn new(name: impl Into<String>, contents: Contents) -> Self {
        Self { name: name.into(), mime: None, contents }
    }

    /// A file from bytes in memory. The API recognises many formats by the extension.
    ///
    /// ```
    /// let upload = venice_ai::Upload::bytes("voice.wav", vec![0_u8; 44]);
    /// assert_eq!(upload.known_length(), Some(44));
    /// ```
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::new(name, Contents::Bytes(bytes.into()))
    }

    /// A file on disk, sent under its own name. It is opened for each attempt, and streamed.
    ///
    /// A missing or unreadable file fails the call before anything is sent, and so does anything but a regular file: a folder, a pipe, a
    /// device. Send a pipe with [`reader`](Self::reader). A file whose length changes while it is sent fails the call then. All of these
    /// are [`ErrorKind::Io`](crate::ErrorKind::Io).
    ///
    /// ```
    /// let upload = venice_ai::Upload::path("talks/2026/opening.mp3");
    /// assert_eq!(upload.file_name(), "opening.mp3");
    /// ```
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path: Arc<Path> = path.into().into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::new(name, Contents::Path(path))
    }

    /// The contents of an async reader. It is read once, so a call with it is never retried.
    ///
    /// Set its length, if known, with [`length`](Self::length): a body of unknown length is sent chunked, which not every proxy supports.
    ///
    /// ```
    /// # fn example(file: impl tokio::io::AsyncRead + Send + 'static) {
    /// let upload = venice_ai::Upload::reader("call.wav", file).length(1_204_044);
    /// assert!(!upload.is_replayable());
    /// # }
    /// ```
    pub fn reader(name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::unread(name, Pieces::of_async(reader))
    }

    /// Like [`reader`](Self::reader), for a reader of the standard library. It is read on the runtime's blocking pool, so it does not block
    /// async tasks. A read that never returns keeps the runtime from shutting down.
    pub fn blocking_reader(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self::unread(name, Pieces::of_blocking(reader))
    }

    fn unread(name: impl Into<String>, pieces: Pieces) -> Self {
        let unread = Arc::new(Mutex::new(Some(Unread::new(pieces))));
        Self::new(name, Contents::Reader { unread, length: None })
    }

    /// Sets the name of the file.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the media type, such as `audio/wav`, instead of detecting it.
    #[must_use]
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }

    /// Sets the length of a reader in bytes. If it returns more or fewer, the call fails. Ignored for bytes and paths, whose length is
    /// known.
    ///
    /// ```
    /// # fn example(file: impl tokio::io::AsyncRead + Send + 'static) {
    /// let upload = venice_ai::Upload::reader("call.wav", file).length(1_204_044);
    /// assert_eq!(upload.known_length(), Some(1_204_044));
    /// # }
    /// ```
    #[must_use]
    pub fn length(mut self, bytes: u64) -> Self {
        if let Contents::Reader { length, .. } = &mut self.contents {
            *length = Some(bytes);
        }
        self
    }

    /// The name of the file.
    ///
    /// ```
    /// assert_eq!(venice_ai::Upload::bytes("a.txt", "abc").file_name(), "a.txt");
    /// ```
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.name
    }

    /// The size in bytes, if it is known before sending: not for a path, which is opened when the call is sent.
    ///
    /// ```
    /// assert_eq!(venice_ai::Upload::bytes("a.txt", "abc").known_length(), Some(3));
    /// assert_eq!(venice_ai::Upload::path("a.txt").known_length(), None);
    /// ```
    #[must_use]
    pub fn known_length(&self) -> Option<u64> {
        match &self.contents {
            Contents::Bytes(bytes) => Some(bytes.len() as u64),
            Contents::Path(_) => None,
            Contents::Reader { length, .. } => *length,
        }
    }

    /// Whether it can be sent more than once: after a failure, after a redirect, with another call. A reader cannot.
    ///
    /// ```
    /// assert!(venice_ai::Upload::path("a.txt").is_replayable());
    /// assert!(!venice_ai::Upload::blocking_reader("a.txt", std::io::stdin()).is_replayable());
    /// ```
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        !matches!(self.contents, Contents::Reader { .. })
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

/// The same contents with the same name: equal bytes, the same path, or the same reader.
impl PartialEq for Upload {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.contents, &other.contents) {
            (Contents::Bytes(one), Contents::Bytes(other)) => one == other,
            (Contents::Path(one), Contents::Path(other)) => one == other,
            (
                Contents::Reader { unread: one, length: one_length },
                Contents::Reader { unread: other, length: other_length },
            ) => Arc::ptr_eq(one, other) && one_length == other_length,
            _ => false,
        };
        same && self.name == other.name && self.mime == other.mime
    }
}

impl Eq for Upload {}

/// Shows name, type and size, never the contents.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Upload");
        debug.field("name", &self.name).field("mime", &self.mime).field("length", &self.known_length());
        if let Contents::Path(path) = &self.contents {
            debug.field("path", path);
        }
        debug.field("is_replayable", &self.is_replayable()).finish()
    }
}
